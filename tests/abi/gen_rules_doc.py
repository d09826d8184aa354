#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Prints docs/rules.md from the table of codes of the library.

usage: gen_rules_doc.py [--library LIBRARY] [--check FILE]

LIBRARY is the shared library, or the value of CXDIALER_LIBRARY. With --check, FILE is compared with the page instead:
exit status 1 and the difference when they are not the same.
"""
import argparse
import ctypes
import os
import re
import sys

import docpage

HEAD = """# Rules of the validator

<!-- Made by tests/abi/gen_rules_doc.py from the table in lib/validate/codes_table.c. Change the table or the generator, not this page. -->

Every check gives all its findings in one pass. A finding has a severity (`error`, `warning`, `note`), a code, the JSON Pointer
of the member and a message with the value, the limit, where the limit comes from and what to write instead. An error stops the
update before anything is sent; warnings and notes do not. Codes are stable: programs may branch on them.

`cxdialer validate --explain CODE` prints what this page says of a code, `--explain list` all codes. For the built-in rules of the validator,
which are those of the table up to `rule.failed`, a program has the same texts from `cxd_code_meaning()` and its neighbours; for the codes after it
(`report`, `server`, `input`) it has not.

**What is checked.** In merge mode only the members that the change sets: all members of a document that was made or parsed; of a
campaign that was read, those that differ from what was read. In replace mode (`update.mode=replace`) the whole document: a validator
made from a config with this key checks so too, and `cxdialer validate` finds what `apply` would find. Rules about several members
look at the merged campaign where there is one, else at what the change sets. Members that the API does not document are left to the server.

**Severities** below are the defaults. A policy (`policy.md`) changes them by code, except where it says *fixed*.
"""

# The sections, by the group of the first code in them.
SECTIONS = {
    "schema": "## Schema",
    "capacity": "## Limits and capacity\n\nWhere config and policy both name a limit, the stricter holds; the message says which one it was.",
    "zone": "## Time zones",
    "window": "## Calling hours\n\n"
              "A planning aid, no legal advice: each row of the table of calling hours has its source and the date on which that was read, and a policy\n"
              "replaces rows and adds its own.",
    "rule": "## Own rules and the library",
}

# What is no row of the table: findings that no built-in rule makes.
INCOMPLETE_ROW = "| [`report.incomplete`](#reportincomplete) | error, fixed | the library |"
# As in tools/cli/explain.c; a test compares them.
UPDATE_FINDINGS = (
    ("server.answer", "warning",
     "The server answered the change with a success and a body that is not this campaign: no JSON, or no campaign. The update counts as applied.",
     "set `update.verify=always` to have each update read back, and look at what stands between you and the server."),
    ("server.late_copy", "warning",
     "The update was sent more than once without a condition, because an answer was lost. It may have overwritten somebody else's change, and the first copy may still arrive and undo later ones.",
     "read the campaign again before the next change. Merge mode with entity tags or `/version` on the server has a condition on each request."),
    ("server.weak_etag", "note",
     "The server's entity tag is a weak one (`W/`), which `If-Match` cannot use. The update was as safe as `/version` in the document made it, or not conditional at all.",
     "ask for strong entity tags where the server is configured; often a proxy that compresses answers weakens them."),
    ("server.400", "error",
     "The server refused the change as a bad request (400). The message has its words and its code, the pointer the member that it names.",
     "correct what the message names. Check the id and the members that no rule here knows: they are the server's own."),
    ("server.422", "error",
     "The server refused the values of the change (422). The message has its words and its code, the pointer the member that it names.",
     "correct the member that the message names. A limit that the server has and the policy has not belongs into the policy, so that it is found before anything is sent."),
    ("server.4xx", "error",
     "The server refused the change with another answer from 400 to 499; the code has its number, such as `server.415`. Answers with a status of their own, such as 401, 404, 409 and 429, are no findings.",
     "look the number up in the manual of the server, with the request id that the error has."),
    ("audit.broken", "warning",
     "The audit log had been damaged or cut when it was opened or looked at. What stood there was left as it was, under a name of its own, and the log goes on in a new segment.",
     "verify the log and look at the segment that the message names: somebody, or a disk, has changed what was written. The warning stays until the log is opened anew."),
    ("audit.rotation", "warning",
     "A new segment of the audit log was due, by `audit.max_bytes` or `audit.rotate_daily`, and could not be begun: no room, no right to make a link, or too many updates under way. Nothing is lost, the log goes on in the old segment.",
     "put right what the message names: it is tried again every minute, and the warning is gone once it works."),
    ("audit.failed", "warning",
     "The audit log did not take records of this update, or could not be opened. The update went on (`audit.mode=best_effort`), or the log failed after the change had been sent.",
     "do what the message says, and keep the record that the result hands over. With `audit.mode=required` nothing is sent without a log."),
    ("audit.recovered", "note",
     "An earlier update of this campaign, whose process had ended before it wrote what became of it, was looked into before this one. The message has its record in the audit log and what was found.",
     "nothing has to be done. `cxdialer audit show` has that update; `unknown` and `conflict` want a look at the campaign."),
)
UPDATE_SECTION = """## Findings of the update

`apply` and `plan` add these to the report of the validator, from what the server did and from the audit log. A policy cannot change them."""
TAIL = """
Findings that own rules add have codes of their own: `a-z`, `0-9`, `_` in words with dots between, up to 64 bytes, such as `acme.night_shift`.

### report.incomplete
A finding was lost because memory ran out. Such a report is never ok.

*To satisfy it:* check again.
"""
INPUT_SECTION = """
## Input of the command

The library has no part in these: `cxdialer validate` reports with them what could not be checked at all, with the severity `error` and an
empty pointer. A policy cannot change them. In `apply` and `plan` the same faults have a status instead (`json.md`).

| Code | What it is | Exit code |
|---|---|---|
| `input.json` | a FILE, or an element of its array, is not well-formed or not an object | 65 |
| `input.too_large` | a FILE has more than 64 MiB or 1,000,000 elements; an object has more than 1 MiB or 32 levels | 65 |
| `input.unreadable` | a FILE cannot be opened or read, or standard input is closed | 66 |
"""

SEVERITIES = ("note", "warning", "error")
TEXT_CALLS = ("name", "source", "meaning", "advice")
NUMBER_CALLS = ("severity", "fixed")


def load(path):
    library = ctypes.CDLL(path)
    library.cxd_code_count.restype = ctypes.c_size_t
    for name in TEXT_CALLS + NUMBER_CALLS:
        call = getattr(library, "cxd_code_" + name)
        call.argtypes, call.restype = [ctypes.c_size_t], ctypes.c_char_p if name in TEXT_CALLS else ctypes.c_int32
    return library


def codes(library):
    for i in range(library.cxd_code_count()):
        row = {name: getattr(library, "cxd_code_" + name)(i) for name in TEXT_CALLS + NUMBER_CALLS}
        yield {name: value.decode() if isinstance(value, bytes) else value for name, value in row.items()}


def source(text):
    """Plain words in the table; names of keys and members are marked on the page."""
    return re.sub(r"\b(?:validate|limits)\.\w+|\b(?:time_zones|min_tzdata)\b", r"`\g<0>`", text.replace("|", "\\|"))


def summary(row):
    anchor = row["name"].replace(".", "")
    return f"| [`{row['name']}`](#{anchor}) | {SEVERITIES[row['severity']]}{', fixed' if row['fixed'] else ''} | {source(row['source'])} |"


def update_summary(finding):
    name, severity = finding[:2]
    return f"| [`{name}`](#{name.replace('.', '')}) | {severity}, fixed | the update itself |"


def update_section():
    texts = (f"### {name}\n{meaning}\n\n*To satisfy it:* {advice}\n" for name, _, meaning, advice in UPDATE_FINDINGS)
    return UPDATE_SECTION + "\n\n" + "\n".join(texts)


def page(rows):
    lines = [HEAD, "| Code | Severity | Source |", "|---|---|---|", *map(summary, rows), INCOMPLETE_ROW, *map(update_summary, UPDATE_FINDINGS)]
    started = set()
    for row in rows:
        group = row["name"].split(".")[0]
        if group in SECTIONS and group not in started:
            started.add(group)
            lines += ["", SECTIONS[group]]
        lines += ["", f"### {row['name']}", row["meaning"], "", f"*To satisfy it:* {row['advice']}"]
    return "\n".join(lines) + "\n" + TAIL + "\n" + update_section() + INPUT_SECTION


def main():
    parser = argparse.ArgumentParser(description="Prints docs/rules.md from the table of codes of the library.")
    parser.add_argument("--library", default=os.environ.get("CXDIALER_LIBRARY"), help="the shared library [CXDIALER_LIBRARY]")
    docpage.add_check(parser)
    options = parser.parse_args()
    if not options.library:
        parser.error("name the shared library with --library or in CXDIALER_LIBRARY")
    return docpage.give(page(list(codes(load(options.library)))), options.check)


if __name__ == "__main__":
    sys.exit(main())
