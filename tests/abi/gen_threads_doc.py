#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Prints docs/threads-and-ownership.md from the facts that the comments of the public header state.

usage: gen_threads_doc.py [--check FILE]

With --check, FILE is compared with the page instead: exit status 1 and the difference when they are not the same.
"""
import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/abi"))
import docpage  # noqa: E402
import header  # noqa: E402

HEAD = """# Threads and ownership

<!-- Made by tests/abi/gen_threads_doc.py from the comments of include/cxdialer/cxdialer.h. Change the header, or the texts in that program, not this page. -->

## Threads
In short: share a **client** and a **validator** among as many threads as you like; give each thread an **updater** of its own, and do not hand any other object to
two threads at the same time. Different objects are independent of each other, also two updaters of one client.

- The library starts no thread. libcurl's resolver may start one for a host name; time-outs and cancels do not wait for it.
- Plug-in methods run on the thread that made the call. The methods of a table that was registered with a client can therefore run on several threads at once.
- No lock is held while a method of yours runs.
- No function may be called from a signal handler. To stop a call at a signal, write to a pipe and call `cxd_updater_cancel()` from the thread that reads it.
- After `fork()` the child gets `CXD_E_FORKED` from every call on a client or updater of the parent, and from making one with a config whose secrets were set before
  the fork. Freeing them there is legal and touches nothing of the parent's.
"""

OWNERSHIP = """## Ownership
| Phrase in the header | Meaning |
|---|---|
| copied | the argument may go as soon as the call returns |
| borrowed until X | do not free; gone when X happens |
| caller frees with F | yours: free it once, with F and nothing else |
| held until F | the library keeps the pointer (`user_data`) until F runs |
| freed by this call | the handle is gone afterwards; NULL is legal |

An argument of which no table below speaks is copied, or not needed once the call has returned. After a failure an out parameter for a handle is NULL, save where the header
says that there is one all the same: the result of an update, the report of a check. What `cxd_campaign_get_int()` and its like would fill in is untouched then.

Give each call that takes a `cxd_error **` a pointer that is NULL, or that still has the live error of an earlier call: a call that fails frees that one and puts its own in its place, and what you find there is
yours; a call that goes well leaves it as it is. A pointer to an error that was freed, or one that was never set, is not looked through safely: that may crash.

Client, validator and updater may be freed in any order: an updater keeps what it needs alive. A table of methods is copied at
registration; its `destroy` runs exactly once, also when the registration fails. There is one exception: a table whose `size` ends before or within `destroy` (0, when it was forgotten) is
refused with `CXD_E_ABI` and nothing in it is run, so that what `user_data` stands for is still yours.
"""


def names(functions):
    return ", ".join(f"`{name}`" for name in functions)


def grouped(pairs):
    """[(key, value)] -> {key: [value, ...]}, in order, each value once."""
    groups = {}
    for key, value in pairs:
        if value not in groups.setdefault(key, []):
            groups[key].append(value)
    return groups


def table(titles, rows):
    return ["| " + " | ".join(titles) + " |", "|" + "---|" * len(titles), *("| " + " | ".join(row) + " |" for row in rows), ""]


def types_of(function):
    types = [re.sub(r"const |\*| ", "", param.type) for name in function.exclusive for param in function.params if param.name == name]
    return tuple(dict.fromkeys(types))


def which(thread, types, note):
    note = "" if note == "any" else note.removeprefix("any; ")
    words = "any thread, at any time" if thread == "any" else "one thread at a time for each " + " and ".join(f"`{name}`" for name in types)
    return words + (f"; {note}" if note else "")


def threads(head):
    for section in head.sections:
        mine = [function for function in head.functions if function.section == section.title]
        if mine:
            groups = grouped((which(function.thread, types_of(function), function.thread_note), function.name) for function in mine)
            yield from [f"### Threads: {section.title}", *table(("Which threads", "Functions"), ((words, names(group)) for words, group in groups.items()))]


def out_of(function, param):
    return f"{function.name}({param.name})"


def handed_out(head):
    """Everything of which the caller becomes the owner."""
    for function in head.functions:
        if function.returns_ownership.startswith("caller frees"):
            yield function.returns_ownership.split()[-1], function.name
        for param in function.params:
            if param.ownership.startswith("caller frees") and not param.type.startswith("cxd_error"):
                yield param.ownership.split()[-1], out_of(function, param)


def lent(head):
    for function in head.functions:
        if function.returns_ownership.startswith("borrowed"):
            yield function.returns_ownership, function.name
        for param in function.params:
            if param.direction == "out" and param.ownership.startswith("borrowed"):
                yield param.ownership, out_of(function, param)


def taken(head):
    for function in head.functions:
        for param in function.params:
            if param.ownership.startswith(("held", "freed")) or param.ownership == "copied" and param.type.endswith("*") and "cxd_" in param.type:
                yield param.ownership, out_of(function, param)
    for struct in head.structs:
        for member in struct.members:
            if member.params is None and member.ownership:
                yield member.ownership, f"{struct.name}.{member.name}"


def given_to_methods(head):
    for struct in head.structs:
        for member in struct.members:
            for param in member.params or []:
                if param.ownership.startswith("borrowed"):
                    yield param.ownership, f"{struct.name}.{member.name}({param.name})"


def page(head):
    lines = [HEAD, *threads(head), OWNERSHIP]
    lines += ["### What you own", "Errors aside: each of the functions that take a `cxd_error **` hands out one when it fails, for `cxd_error_free()`.", ""]
    lines += table(("Free it with", "Handed out by (parameter)"), ((f"`{free}`", names(group)) for free, group in grouped(handed_out(head)).items()))
    lines += ["### What you borrow", "", *table(("For how long", "Returned by (parameter)"), ((words, names(group)) for words, group in grouped(lent(head)).items()))]
    lines += ["### What the library takes", "", *table(("What happens to it", "Function (parameter), member of a table"), ((words, names(group)) for words, group in grouped(taken(head)).items()))]
    lines += ["### What methods of yours get", "", *table(("For how long", "Table.method(parameter)"), ((words, names(group)) for words, group in grouped(given_to_methods(head)).items()))]
    return "\n".join(lines).rstrip("\n") + "\n"


def main():
    parser = argparse.ArgumentParser(description="Prints docs/threads-and-ownership.md from the public header.")
    parser.add_argument("--header", default=ROOT / "include/cxdialer/cxdialer.h", help="another header than that of the tree")
    docpage.add_check(parser)
    options = parser.parse_args()
    return docpage.give(page(header.load(options.header)), options.check)


if __name__ == "__main__":
    sys.exit(main())
