#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Reads the public header: sections, comments, declarations, and the facts that its comments state in a fixed form.

    header = load("include/cxdialer/cxdialer.h")    # raises Malformed, with the line, where a fact is missing or contradicts
    python3 tools/abi/header.py [FILE]              # the same as JSON

header.intro      the comment at the top, as text
header.sections   [Section]   title, intro (comments that belong to no declaration)
header.functions  [Function]  in header order
header.constants  [Constant]  of enums and string macros
header.structs    [Struct]    tables of methods
header.handles    [Handle]    opaque types with the function that frees them
header.aliases    {"cxd_status": "int32_t"}

A text keeps the paragraphs of its comment (an empty line between); prose is the text without the sentences that only state facts
("NULL allowed: ...", "Errors: ...", "Thread-safety: ...", "Since: ..."). Facts are found in the sentences of the comment over a group of declarations and of the
one behind a declaration; how they are written is explained at the top of the header itself.
"""
import dataclasses
import json
import pathlib
import re
import sys

from facts import Facts, Malformed, sentences, strip_comment  # noqa: F401 (Malformed is part of the interface)

FIRST_VERSION = "0.1"
TOKEN = re.compile(
    r"""(?P<comment>/\*.*?\*/)
      | (?P<define>^\#define[ ](?P<macro>CXD_\w+)[ ]+(?P<value>"[^"]*"|0x[0-9a-fA-F]+)[ ]*)
      | (?P<directive>^\#[^\n]*)
      | (?P<enum>^enum[ ]\{.*?\};)
      | (?P<struct>^struct[ ](?P<tag>\w+)[ ]\{.*?\};)
      | (?P<typedef>^typedef[ ][^;]*;)
      | (?P<function>^CXD_API[ ][^;]*;)
      | (?P<blank>\n[ \t]*(?=\n))""",
    re.X | re.S | re.M,
)


@dataclasses.dataclass
class Section:
    title: str
    intro: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Param:
    name: str
    type: str          # as it is written
    direction: str     # "in" or "out"
    nullable: bool     # NULL is a legal value; always False for what is no pointer
    ownership: str     # of a pointer: "copied", "borrowed until X", "held until F()", "freed by this call", "caller frees with F()", "value" (an out number)
    length: str        # name of the parameter that has the length in bytes or elements, or ""
    doc: str           # what the comment says of it, or ""


@dataclasses.dataclass
class Function:
    name: str
    returns: str             # the type, as it is written
    params: list
    section: str
    line: int
    text: str                # comment of its group
    prose: str
    note: str                # comment behind the declaration, or ""
    group: list              # names of all functions under that comment
    fails: bool              # returns a status that says how the call went (not one that was asked for)
    errors: list             # every status but CXD_OK it may return
    returns_ownership: str   # of a returned pointer, else ""
    returns_null: str        # when a returned pointer is NULL; "": never
    thread: str              # "any" or "handle": no other thread uses the handles in exclusive at the same time
    thread_note: str         # the words, where there is more to say
    exclusive: list          # names of parameters
    since: str


@dataclasses.dataclass
class Constant:
    name: str
    value: object            # int or str
    section: str
    doc: str
    group: str               # heading inside an enum, or ""
    enum: int                # the how manieth enum, from 0; -1 for a macro
    text: str                # comment over the enum or macros
    since: str


@dataclasses.dataclass
class Member:
    name: str
    type: str                # of a method: what it returns
    params: list             # of a method; None for data
    nullable: bool
    ownership: str
    since_version: int       # 1, or 2 for members behind the end of version 1


@dataclasses.dataclass
class Struct:
    name: str
    members: list
    section: str
    line: int
    text: str
    prose: str
    since: str


@dataclasses.dataclass
class Handle:
    name: str
    free: str                # "" where the library keeps it (an event, a request, a sink)
    shared: bool             # may be used by many threads at once


@dataclasses.dataclass
class Header:
    intro: str
    sections: list
    functions: list
    constants: list
    structs: list
    handles: list
    aliases: dict


class Reader:
    """Goes over the text once; a comment waits in self.comment for the declarations under it."""

    def __init__(self, text):
        self.text = text
        self.header = Header("", [], [], [], [], [], {})
        self.comment, self.used, self.group, self.last, self.enums = "", True, [], None, 0

    def read(self):
        for match in TOKEN.finditer(self.text):
            getattr(self, "on_" + match.lastgroup if match.lastgroup not in ("value", "tag", "macro") else "on_" + self.kind(match))(match)
        self.blank()
        self.finish()
        return self.header

    @staticmethod
    def kind(match):
        return next(kind for kind in ("define", "struct") if match[kind])

    def line(self, match):
        return self.text.count("\n", 0, match.start()) + 1

    @property
    def section(self):
        return self.header.sections[-1].title if self.header.sections else ""

    # ------------------------------------------------------------------ what stands between declarations

    def blank(self):
        if self.comment and not self.used and self.header.sections:
            self.header.sections[-1].intro.append(self.comment)
        self.comment, self.used, self.group, self.last = "", True, [], None

    def on_blank(self, match):
        self.blank()

    def on_directive(self, match):
        pass

    def on_comment(self, match):
        before = self.text[self.text.rfind("\n", 0, match.start()) + 1 : match.start()]
        text = strip_comment(match[0])
        title = re.fullmatch(r"-+ ([\w -]+)", text)
        if before.strip():
            if self.last is not None:
                self.last["note"] = text
        elif title:
            self.header.sections.append(Section(title[1]))
        elif not self.header.intro and "SPDX" not in text and not text.startswith("Copyright"):
            self.header.intro = text
        elif self.header.intro:
            self.comment, self.used, self.group = text, False, []

    def begin(self, match, **more):
        """A declaration under the comment that waits."""
        self.used = True
        self.last = dict(more, line=self.line(match), section=self.section, text=self.comment, group=self.group, note="")
        return self.last

    # ------------------------------------------------------------------ declarations, raw

    def on_define(self, match):
        if self.header.sections:
            value = match["value"]
            self.header.constants.append(self.begin(match, name=match["macro"], value=value[1:-1] if value[0] == '"' else int(value, 16), enum=-1, heading=""))

    def on_enum(self, match):
        heading, row = "", None
        outer = self.begin(match)
        for comment, name, value in re.findall(r"/\*\s*(.*?)\s*\*/|(CXD_\w+) = (\w+)", match[0], re.S):
            if name:
                row = dict(outer, name=name, value=int(value, 0), enum=self.enums, heading=heading)
                self.header.constants.append(row)
            elif row is not None and re.search(rf"\b{row['name']} = \w+,?[ ]*/\*\s*{re.escape(comment)}", match[0]):
                row["note"] = comment
            else:
                heading = comment
        self.enums += 1

    def on_struct(self, match):
        self.header.structs.append(self.begin(match, name=match["tag"], body=match[0]))

    def on_typedef(self, match):
        opaque = re.fullmatch(r"typedef struct (\w+) \1;", match[0])
        if opaque:
            self.header.handles.append(opaque[1])
        else:
            type_, name = re.fullmatch(r"typedef (\w+) (\w+);", match[0]).groups()
            self.header.aliases[name] = type_

    def on_function(self, match):
        returns, name, params = re.fullmatch(r"CXD_API (.*?)(\w+)\((.*)\);", match[0], re.S).groups()
        self.group.append(name)
        self.header.functions.append(self.begin(match, name=name, returns=returns.strip(), params=split_params(params)))

    # ------------------------------------------------------------------ with facts

    def finish(self):
        header = self.header
        names = {row["name"] for row in header.structs}
        opaque = [name for name in header.handles if name not in names]
        facts = Facts(opaque, header.functions, [row["name"] for row in header.constants], header.intro)
        header.handles = [Handle(name, facts.free_of(name), name in facts.shared) for name in opaque]
        header.functions = [Function(**facts.function(row, Param)) for row in header.functions]
        header.structs = [Struct(**facts.struct(row, Member, Param)) for row in header.structs]
        header.constants = [
            Constant(row["name"], row["value"], row["section"], row["note"], row["heading"], row["enum"], row["text"], facts.since(row["text"]) or FIRST_VERSION) for row in header.constants
        ]


def split_params(text):
    """[(type, name)] of a parameter list without function pointers in it."""
    if text.strip() in ("void", ""):
        return []
    return [re.fullmatch(r"(.*?)(\w+)", " ".join(one.split())).groups() for one in text.split(",")]


def load(path):
    return Reader(pathlib.Path(path).read_text(encoding="utf-8")).read()


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2] / "include/cxdialer/cxdialer.h"
    print(json.dumps(dataclasses.asdict(load(path)), indent=1))


if __name__ == "__main__":
    main()
