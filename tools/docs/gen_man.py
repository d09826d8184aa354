#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Writes the man pages of section 3 from the public header: libcxdialer(3), one for each function and one for each table of methods.

    gen_man.py HEADER --list          the file names, a line each
    gen_man.py HEADER --into FOLDER   the files

Functions that share a comment share a page; the others are links to it (".so").
"""
import argparse
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "abi")]
import header as cxdheader  # noqa: E402
import mdoc  # noqa: E402

DATE = "November 28, 2026"
SIZE = "The member size is the size of the table as the program was compiled; a table of an older version is taken, its newer methods count as NULL."
MANUALS = [("cxdialer", "1"), ("cxdialer-sim", "1"), ("libcxdialer", "3")]


def head(name, section="3"):
    return [r".\" SPDX-License-Identifier: MIT", r".\" Copyright (c) 2026 the libcxdialer authors", r".\" Made from cxdialer.h.", f".Dd {DATE}", f".Dt {name.upper()} {section}", ".Os"]


def see_also(names):
    rows = [f".Xr {name} {section}" for name, section in names]
    return [".Sh SEE ALSO"] + [row + " ," for row in rows[:-1]] + rows[-1:]


def library():
    return [".Sh LIBRARY", "libcxdialer (libcxdialer, -lcxdialer)"]


def prototype(function):
    lines = [f".Ft \"{function.returns}\"", f".Fo {function.name}"]
    lines += [f".Fa \"{mdoc.join_type(p.type, p.name)}\"" for p in function.params] or [".Fa void"]
    return lines + [".Fc"]


def parameter(param):
    said = []
    if param.direction == "out":
        said.append("result")
    if "*" in param.type:
        said.append("NULL allowed" if param.nullable else "not NULL")
    if param.ownership and param.ownership != "value":
        said.append(param.ownership)
    if param.length:
        said.append(f"length in {param.length}")
    return "; ".join(said) or "by value"


def parameters(functions):
    rows, seen = [], set()
    for function in functions:
        for param in function.params:
            row = (param.name, parameter(param))
            if row not in seen:
                seen.add(row)
                rows.append([f".It Fa {param.name}", mdoc.line(row[1] + ".")])
    if not rows:
        return []
    return [".Ss Parameters", ".Bl -tag -width Ds"] + [line for row in rows for line in row] + [".El"]


def returned(function):
    if function.fails:
        return "CXD_OK, or one of the statuses below."
    if function.returns == "void":
        return "Nothing."
    if "*" not in function.returns:
        return "See above."
    null = f" It is NULL when {function.returns_null}." if function.returns_null else " It is never NULL."
    return f"A pointer, {function.returns_ownership}.{null}"


def returns(functions):
    texts = {}
    for function in functions:
        texts.setdefault(returned(function), []).append(function.name)
    lines = [".Sh RETURN VALUES"]
    if len(texts) == 1:
        return lines + [mdoc.line(next(iter(texts)))]
    for text, names in texts.items():
        lines += [line for name in names[:-1] for line in (f".Fn {name} ,",)] + [f".Fn {names[-1]} :", mdoc.line(text), ".Pp"]
    return lines[:-1]


def errors(functions, constants):
    rows = {}
    for function in functions:
        for status in function.errors:
            rows.setdefault(status, []).append(function.name)
    if not rows:
        return []
    lines = [".Sh ERRORS", ".Bl -tag -width Ds"]
    failing = [f.name for f in functions if f.fails]
    for status, names in rows.items():
        text = constants[status].doc or ("no memory" if status == "CXD_E_NOMEM" else "see cxd_status_text(3)")
        only = "" if len(names) == len(failing) else " (" + ", ".join(names) + " only)"
        lines += [f".It Bq Er {status}", mdoc.line(text + only)]
    return lines + [".El"]


def threads(functions):
    texts = {}
    for function in functions:
        texts.setdefault(thread(function), []).append(function.name)
    lines = [".Sh THREAD SAFETY"]
    for text, names in texts.items():
        lines.append(mdoc.line((", ".join(f"{name}()" for name in names) + ": " if len(texts) > 1 else "") + text))
        lines.append(".Pp")
    return lines[:-1]


def thread(function):
    if function.thread == "any":
        note = function.thread_note.partition(";")[2].strip()
        return "May be called from any number of threads at once" + (f"; {note}." if note else ".")
    if function.thread_note:
        return mdoc.capital(function.thread_note) + "."
    if function.exclusive:
        return "No other thread may use " + " or ".join(function.exclusive) + " at the same time."
    return "The handles it takes may be used by other threads at the same time."


def function_page(header, group, neighbours):
    functions = [f for f in header.functions if f.name in group]
    first = functions[0]
    constants = {c.name: c for c in header.constants}
    lines = head(first.name) + [".Sh NAME"]
    lines += [f".Nm {f.name} ," for f in functions[:-1]] + [f".Nm {functions[-1].name}", f".Nd {mdoc.summary(first.text)}"]
    lines += library() + [".Sh SYNOPSIS", ".In cxdialer/cxdialer.h"]
    for function in functions:
        lines += prototype(function)
    lines += [".Sh DESCRIPTION"] + mdoc.text(mdoc.without_facts(first.text))
    for function in functions:
        if function.note:
            lines += [".Pp", f".Fn {function.name} :", mdoc.line(function.note)]
    lines += parameters(functions) + returns(functions) + errors(functions, constants) + threads(functions)
    lines += see_also(sorted({(name, "3") for name in neighbours} | set(MANUALS), key=lambda row: (row[1], row[0])))
    return lines + [".Sh HISTORY", f"Since libcxdialer {first.since}."]


def neighbours_of(header, group):
    """First functions of the other pages of the section: not all of them, those around."""
    firsts = [f.group[0] for f in header.functions if f.section == section_of(header, group) and f.group[0] == f.name]
    at = firsts.index(group[0])
    return [name for name in firsts[max(0, at - 3) : at + 4] if name != group[0]]


def section_of(header, group):
    return next(f.section for f in header.functions if f.name == group[0])


def struct_page(struct):
    methods = ", ".join(member.name for member in struct.members if member.params is not None and member.name != "destroy")
    lines = head(struct.name) + [".Sh NAME", f".Nm {struct.name}", f".Nd table of methods: {methods}"]
    lines += library() + [".Sh SYNOPSIS", ".In cxdialer/cxdialer.h", ".Bd -literal", f"struct {struct.name} {{"]
    lines += ["    " + mdoc.escape(mdoc.member(member)) for member in struct.members] + ["};", ".Ed"]
    lines += [".Sh DESCRIPTION"] + mdoc.text(mdoc.without_facts(struct.text))
    optional = [member.name for member in struct.members if member.nullable]
    if optional:
        lines += [".Pp", mdoc.line("Methods that may be NULL: " + ", ".join(optional) + ".")]
    lines += [".Pp", mdoc.line(SIZE)]
    return lines + see_also(MANUALS) + [".Sh HISTORY", f"Since libcxdialer {struct.since or '0.1'}."]


def constant_rows(header, section):
    rows = [c for c in header.constants if c.section == section]
    if not rows:
        return []
    lines = [".Pp", "Constants:", ".Bl -tag -width Ds -compact"]
    for constant in rows:
        value = f"\"{constant.value}\"" if isinstance(constant.value, str) else str(constant.value)
        lines += [f".It Dv {constant.name} No = {mdoc.escape(value)}"] + ([mdoc.line(constant.doc)] if constant.doc else [])
    return lines + [".El"]


def overview_page(header):
    lines = head("libcxdialer") + [".Sh NAME", ".Nm libcxdialer", ".Nd changes dialer parameters of outbound campaigns through the NICE CXone REST API"]
    lines += library() + [".Sh SYNOPSIS", ".In cxdialer/cxdialer.h", ".Pp", "cc program.c $(pkg-config --cflags --libs cxdialer)", ".Sh DESCRIPTION"]
    lines += mdoc.text(header.intro)
    for section in header.sections:
        lines += [f".Ss {mdoc.capital(section.title)}"]
        for intro in section.intro:
            lines += mdoc.text(intro) + [".Pp"]
        names = [f.name for f in header.functions if f.section == section.title] + [s.name for s in header.structs if s.section == section.title]
        lines += [f".Xr {name} 3 ," for name in names[:-1]] + [f".Xr {name} 3" for name in names[-1:]]
        lines += constant_rows(header, section.title)
    return mdoc.tidy(lines) + see_also(MANUALS[:2])


def pages(header):
    """name of the file -> text"""
    found = {"libcxdialer.3": overview_page(header)}
    for function in header.functions:
        if function.name == function.group[0]:
            found[f"{function.name}.3"] = function_page(header, function.group, neighbours_of(header, function.group))
        else:
            found[f"{function.name}.3"] = [f".so man3/{function.group[0]}.3"]
    for struct in header.structs:
        found[f"{struct.name}.3"] = struct_page(struct)
    return {name: "\n".join(mdoc.tidy(lines)) + "\n" for name, lines in found.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("header", type=pathlib.Path)
    parser.add_argument("--list", action="store_true", help="print the file names")
    parser.add_argument("--into", type=pathlib.Path, help="write the files into this folder")
    given = parser.parse_args()
    made = pages(cxdheader.load(given.header))
    if given.list:
        print("\n".join(sorted(made)))
    if given.into:
        given.into.mkdir(parents=True, exist_ok=True)
        for name, text in made.items():
            (given.into / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
