#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The public header as Doxygen wants to read it: each declaration with a comment of its own, in Doxygen's commands.

    doxygen_filter.py HEADER    on standard output; the INPUT_FILTER of docs/Doxyfile
"""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "abi")]
import header as cxdheader  # noqa: E402
import mdoc  # noqa: E402


def escape(text):
    text = re.sub(r"([\\@<>&#$%])", r"\\\1", text)
    return re.sub(r"(^|\n)(\s*)-(?= )", r"\1\2-", text)


def flat(text):
    return escape(" ".join(text.split()))


def comment(lines):
    body = "\n".join(lines).replace("*/", "*\\/")
    return "/**\n" + body + "\n*/"


def paragraphs(text):
    """Lists stay lists, tables stay tables."""
    lines = []
    for paragraph in re.split(r"\n\s*\n", text):
        for kind, rows in mdoc.split_blocks([row for row in paragraph.split("\n") if row.strip()]):
            if kind == "table":
                lines += ["@verbatim"] + rows + ["@endverbatim"]
            else:
                lines += [escape(row) for row in rows]
        lines.append("")
    return lines


def parameter(param):
    said = [param.doc] if param.doc else []
    if "*" in param.type:
        said.append("NULL allowed" if param.nullable else "not NULL")
    if param.ownership and param.ownership != "value" and param.ownership not in param.doc.lower():
        said.append(param.ownership)
    return f"@param[{param.direction}] {param.name} " + flat("; ".join(said) or "by value")


def returned(function, statuses):
    if function.fails:
        return ["@retval CXD_OK done"] + [f"@retval {name} {flat(statuses[name] or 'see cxd_status_text()')}" for name in function.errors]
    if function.returns == "void":
        return []
    if "*" not in function.returns:
        return ["@return see above"]
    null = f"; NULL when {function.returns_null}" if function.returns_null else "; never NULL"
    return ["@return " + flat(function.returns_ownership + null)]


def threads(function):
    if function.thread_note:
        return flat(function.thread_note)
    return "any" if function.thread == "any" or not function.exclusive else "one thread at a time for " + ", ".join(function.exclusive)


def function_comment(function, statuses):
    text = mdoc.without_facts(function.text)
    lines = ["@brief " + flat(mdoc.first_sentence(text) or function.name) + ".", ""] + paragraphs(text)
    if function.note:
        lines += [flat(function.note), ""]
    lines += [parameter(param) for param in function.params] + returned(function, statuses)
    return comment(lines + ["@par Thread safety", threads(function), f"@since {function.since}"])


def prototype(function):
    params = ", ".join(mdoc.join_type(p.type, p.name) for p in function.params) or "void"
    return f"{mdoc.join_type(function.returns, function.name)}({params});"


def struct(one):
    lines = [comment(["@brief A table of methods.", ""] + paragraphs(mdoc.without_facts(one.text))), f"struct {one.name} {{"]
    for member in one.members:
        said = "NULL allowed. " if member.nullable else ""
        lines.append(comment(["@brief " + said + ("Size of the table in bytes." if member.name == "size" else f"See the table's text: {member.name}.")]))
        lines.append(mdoc.member(member))
    return lines + ["};"]


def constants(rows):
    lines = []
    for constant in rows:
        said = comment(["@brief " + flat(constant.doc or constant.text.split("\n")[0] or constant.name)])
        if constant.enum < 0:
            value = f'"{constant.value}"' if isinstance(constant.value, str) else hex(constant.value)
            lines += [said, f"#define {constant.name} {value}"]
    for enum in sorted({c.enum for c in rows if c.enum >= 0}):
        members = [c for c in rows if c.enum == enum]
        lines += [comment(["@brief Values.", ""] + paragraphs(mdoc.without_facts(members[0].text))), "enum {"]
        for constant in members:
            lines += [comment(["@brief " + flat(constant.doc or constant.name) + "."]), f"{constant.name} = {constant.value},"]
        lines.append("};")
    return lines


def group_name(title):
    return "cxd_" + re.sub(r"\W+", "_", title)


def section(header, one, statuses):
    lines = [comment([f"@defgroup {group_name(one.title)} {mdoc.capital(one.title)}"] + [line for intro in one.intro for line in paragraphs(intro)] + ["@{"])]
    lines += constants([c for c in header.constants if c.section == one.title])
    for table in header.structs:
        lines += struct(table) if table.section == one.title else []
    for function in header.functions:
        lines += [function_comment(function, statuses), prototype(function)] if function.section == one.title else []
    return lines + [comment(["@}"])]


def types(header):
    lines = ["#include <stddef.h>", "#include <stdint.h>"]
    for name, of in header.aliases.items():
        lines += [comment([f"@brief A {of}: CXD_OK or CXD_E_...."]), f"typedef {of} {name};"]
    for handle in header.handles:
        said = f"freed with {handle.free}()" if handle.free else "kept by the library"
        lines += [comment([f"@brief Handle; {said}; " + ("for many threads at once." if handle.shared else "one thread at a time.")]), f"typedef struct {handle.name} {handle.name};"]
    for one in header.structs:
        lines += [comment([f"@brief The table of methods {one.name}."]), f"typedef struct {one.name} {one.name};"]
    return lines


def main():
    header = cxdheader.load(sys.argv[1])
    statuses = {c.name: c.doc for c in header.constants}
    lines = [comment(["@file", "@brief The public API of libcxdialer."]), comment(["@mainpage libcxdialer", ""] + paragraphs(header.intro))] + types(header)
    for one in header.sections:
        lines += section(header, one, statuses)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
