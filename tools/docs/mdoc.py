# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Plain comments of the header as text for mdoc(7)."""
import re
import textwrap

COLUMNS = 78


def escape(text):
    text = text.replace("\\", r"\e")
    return r"\&" + text if text[:1] in (".", "'") else text


def line(text):
    """Text as one sentence a line, folded, functions in bold."""
    sentences = re.split(r"(?<=[.])\s+(?=[A-Za-z0-9(])", " ".join(text.split()))
    rows = [row for one in sentences for row in textwrap.wrap(one, COLUMNS, break_long_words=False, break_on_hyphens=False)]
    return "\n".join(re.sub(r"\b(\w+)\(\)", r"\\fB\1\\fR()", escape(row)) for row in rows)


def capital(text):
    return text[:1].upper() + text[1:]


def first_sentence(text):
    flat = " ".join(text.split("\n\n")[0].split())
    cut = re.search(r"[.;:](?= |$)", flat)
    return flat[: cut.start()] if cut else flat


FACT = re.compile(r"(?:NULL allowed|Errors|Thread-safety|Since|Version 1 ends with)(?:: | )(?:[^.]|\.(?=\d))*\.?[ ]*")


def without_facts(text):
    """What has a heading of its own on the page is not said twice."""
    return "\n".join(row.rstrip() for row in FACT.sub("", text).split("\n"))


def summary(text):
    """For .Nd: one line that does not end in a full stop."""
    said = first_sentence(text)
    if not said[:1].isalnum():
        said = "as JSON: " + said.rstrip("]})")
    if re.match(r"[A-Z][a-z]", said):
        said = said[0].lower() + said[1:]
    return escape(said)


def join_type(type_, name):
    return type_ + name if type_.endswith("*") else f"{type_} {name}"


def member(one):
    if one.params is None:
        return join_type(one.type, one.name) + ";"
    params = ", ".join(join_type(p.type, p.name) for p in one.params)
    return join_type(one.type, f"(*{one.name})") + f"({params});"


def bullets(paragraph):
    items = []
    for one in paragraph:
        if one.startswith("- "):
            items.append(one[2:])
        else:
            items[-1] += " " + one.strip()
    return [".Bl -bullet"] + [part for item in items for part in (".It", line(item))] + [".El"]


def split_blocks(paragraph):
    """Runs of lines of one kind: plain, a list (with its continuation lines), or indented (a table)."""
    blocks = []
    for one in paragraph:
        kind = "list" if one.startswith("- ") else "table" if one.startswith("  ") else "plain"
        if blocks and blocks[-1][0] == "list" and kind == "table":
            kind = "list"
        if blocks and blocks[-1][0] == kind:
            blocks[-1][1].append(one)
        else:
            blocks.append((kind, [one]))
    return blocks


def block(kind, rows):
    if kind == "list":
        return bullets(rows)
    if kind == "table":
        return [".Bd -literal -compact"] + [escape(one) for one in rows] + [".Ed"]
    return [line(" ".join(rows))]


def text(comment):
    lines = []
    for paragraph in re.split(r"\n\s*\n", comment):
        rows = [one for one in paragraph.split("\n") if one.strip()]
        for kind, part in split_blocks(rows):
            lines += block(kind, part)
        lines.append(".Pp")
    return lines[:-1]


OPENS = (".Sh", ".Ss", ".Bl", ".Bd", ".El", ".It")


def tidy(lines):
    """No paragraph break beside what breaks by itself, no empty lines."""
    kept = []
    for one in lines:
        if one == ".Pp" and (not kept or kept[-1] == ".Pp" or kept[-1].startswith((".Sh", ".Ss"))):
            continue
        if one.startswith((".Sh", ".Ss", ".Bl", ".Bd")) and kept and kept[-1] == ".Pp":
            kept.pop()
        if one:
            kept.append(one)
    return kept[:-1] if kept and kept[-1] == ".Pp" else kept
