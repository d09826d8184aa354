#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Writes data/cxdialer-abi.json and include/cxdialer/cxdialer.cdef.h from the public header; docs/abi.md describes both.

    tools/abi/gen_abi.py            writes them
    tools/abi/gen_abi.py FOLDER     writes them there

What the compiler says (castxml) and what is read from the text (header.py) have to agree: types, numbers and names are in the file only where both say the same.
"""
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import castxml  # noqa: E402
import header as text  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADER = ROOT / "include/cxdialer/cxdialer.h"
JSON, CDEF = "cxdialer-abi.json", "cxdialer.cdef.h"
PLACES = {JSON: ROOT / "data" / JSON, CDEF: ROOT / "include/cxdialer" / CDEF}
MODELS = {
    "LP64": {"pointer": 8, "size_t": 8, "int32_t": 4, "int64_t": 8, "double": 8},
    "ILP32": {"pointer": 4, "size_t": 4, "int32_t": 4, "int64_t": 8, "double": 8},
}
NUMBERS = {"int32_t": "int32", "uint32_t": "uint32", "int64_t": "int64", "size_t": "size", "double": "double", "cxd_status": "status", "void": "void"}


class Different(Exception):
    """The compiler and the text do not say the same."""


def agree(what, compiled, written):
    if compiled != written:
        raise Different(f"{what}: the compiler says {compiled!r}, the text {written!r}")


# ---------------------------------------------------------------------- types


class Types:
    def __init__(self, header):
        self.handles = {handle.name for handle in header.handles}
        self.structs = {struct.name for struct in header.structs}

    def describe(self, c, array=False):
        """{"c", "kind", ...}: kind is a number, string, owned_string (char *), handle, struct, pointer (void *), or out or array with the type it holds as "of"."""
        return {"c": c, **self.parts(c, array)}

    def parts(self, c, array):
        if c in NUMBERS:
            return {"kind": NUMBERS[c]}
        inner = re.sub(r" ?\*(const)?$", "", c)
        bare = inner.replace("const ", "")
        if "*" in inner or (bare in NUMBERS and bare != "void"):
            return {"kind": "array" if array or inner.endswith("const") or c.startswith("const size_t") else "out", "of": self.describe(inner.removeprefix("const ") if bare in NUMBERS else inner)}
        if bare == "char":
            return {"kind": "string" if inner.startswith("const ") else "owned_string"}
        if bare == "void":
            return {"kind": "pointer"}
        kind = "handle" if bare in self.handles else "struct"
        if bare not in self.handles | self.structs:
            raise Different(f"{c} is no type of this interface")
        return {"kind": kind, "name": bare, "const": inner.startswith("const ")}


def freed_by(ownership):
    found = re.search(r"(?:caller frees with|held until) (\w+)\(\)", ownership)
    return found[1] if found else None


# ---------------------------------------------------------------------- functions


def describe_param(types, param, fails):
    type_ = types.describe(param.type)
    made = {"name": param.name, "type": type_}
    if "*" in param.type:
        made["direction"] = param.direction
        made["nullable"] = param.nullable
        made["on_null"] = "accepted" if param.nullable else "CXD_E_ARGUMENT" if fails else "empty"
        made["ownership"] = param.ownership
        made["free"] = freed_by(param.ownership)
        made["length"] = param.length or None
    if param.doc:
        made["doc"] = param.doc
    return made


def describe_returns(types, function):
    made = {"type": types.describe(function.returns)}
    if "*" in function.returns:
        made["ownership"] = function.returns_ownership
        made["free"] = freed_by(function.returns_ownership)
        made["nullable"] = bool(function.returns_null)
        made["null_when"] = function.returns_null or None
    return made


def describe_function(types, function):
    return {
        "name": function.name,
        "section": function.section,
        "since": function.since,
        "returns": describe_returns(types, function),
        "params": [describe_param(types, param, function.fails) for param in function.params],
        "fails": function.fails,
        "errors": function.errors,
        "thread": {"class": function.thread, "exclusive": function.exclusive, "note": function.thread_note or None},
        "doc": " ".join(function.prose.split()),
        "note": function.note or None,
    }


# ---------------------------------------------------------------------- structs and constants


def describe_member(types, struct, member, units):
    layout = {model: unit.structs()[struct.name][1][member.name] for model, unit in units.items()}
    made = {"name": member.name, "offset": {model: at[0] for model, at in layout.items()}, "bytes": {model: at[1] for model, at in layout.items()}, "version": member.since_version}
    if member.params is None:
        made["type"] = types.describe(member.type)
        made["nullable"] = member.nullable
        made["ownership"] = member.ownership or None
    else:
        made["type"] = {"c": "function pointer", "kind": "method"}
        made["nullable"] = member.nullable
        made["returns"] = types.describe(member.type)
        made["params"] = [describe_method_param(types, param) for param in member.params]
    return made


def describe_method_param(types, param):
    made = {"name": param.name, "type": types.describe(param.type, bool(param.length) and not param.type.startswith("const char *"))}
    if "*" in param.type:
        made["nullable"] = param.nullable
        made["ownership"] = param.ownership
        made["length"] = param.length or None
    return made


def describe_struct(types, struct, units):
    members = [describe_member(types, struct, member, units) for member in struct.members]
    first = [member for member in members if member["version"] == 1][-1]
    return {
        "name": struct.name,
        "since": struct.since,
        "bytes": {model: unit.structs()[struct.name][0] for model, unit in units.items()},
        "version1_bytes": {model: first["offset"][model] + first["bytes"][model] for model in units},
        "members": members,
        "doc": " ".join(struct.prose.split()),
    }


def describe_constant(constant):
    kind = "string" if isinstance(constant.value, str) else "int32"
    return {"name": constant.name, "type": kind, "value": constant.value, "macro": constant.enum < 0, "since": constant.since, "group": constant.group or None, "doc": constant.doc or None}


# ---------------------------------------------------------------------- the whole


def compare(header, unit):
    compiled = unit.functions()
    agree("functions", sorted(compiled), sorted(function.name for function in header.functions))
    for function in header.functions:
        agree(function.name, compiled[function.name], (function.returns, [(param.name, param.type) for param in function.params]))
    agree("constants", unit.constants(), {constant.name: constant.value for constant in header.constants if constant.enum >= 0})
    agree("structs", {name: list(members) for name, (_, members) in unit.structs().items()}, {struct.name: [member.name for member in struct.members] for struct in header.structs})
    methods = {(s.name, m.name): (m.type, [param.type for param in m.params]) for s in header.structs for m in s.members if m.params is not None}
    agree("methods", unit.methods(), methods)


def project_version():
    return re.search(r"version: '([\d.]+)'", (ROOT / "meson.build").read_text())[1]


def soname():
    return "libcxdialer.so." + re.search(r"soversion: '(\d+)'", (ROOT / "meson.build").read_text())[1]


def describe(path):
    header = text.load(path)
    units = {model: castxml.Unit(path, model) for model in MODELS}
    for unit in units.values():
        compare(header, unit)
    types = Types(header)
    return {
        "$schema": "cxdialer-abi.schema.json",
        "schema_version": 1,
        "library": "cxdialer",
        "version": project_version(),
        "soname": soname(),
        "header": "cxdialer/cxdialer.h",
        "models": MODELS,
        "aliases": header.aliases,
        "handles": [{"name": handle.name, "free": handle.free or None, "shared": handle.shared} for handle in header.handles],
        "structs": [describe_struct(types, struct, units) for struct in header.structs],
        "constants": [describe_constant(constant) for constant in header.constants],
        "functions": [describe_function(types, function) for function in header.functions],
    }


def strip(source):
    """Declarations only: no preprocessor, no comments, nothing of C++."""
    source = re.sub(r"/\*.*?\*/", "", source, flags=re.S)
    source = re.sub(r'^#ifdef __cplusplus\n.*?\n#endif$', "", source, flags=re.S | re.M)
    source = re.sub(r"^#[^\n]*", "", source, flags=re.M).replace("CXD_API ", "")
    return "".join(line.rstrip() + "\n" for line in source.splitlines() if line.strip())


def dump(document):
    """A line for each handle, struct member, constant and function, so that a difference reads well."""
    one_line = lambda value: json.dumps(value, ensure_ascii=False)  # noqa: E731
    rows = []
    for name, value in document.items():
        many = isinstance(value, list)
        rows.append(f" {one_line(name)}: " + ("[\n" + ",\n".join("  " + one_line(item) for item in value) + "\n ]" if many else one_line(value)))
    return "{\n" + ",\n".join(rows) + "\n}\n"


def generate(path=HEADER):
    """{file name: text}"""
    return {JSON: dump(describe(path)), CDEF: strip(pathlib.Path(path).read_text())}


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else None
    for name, content in generate().items():
        (folder / name if folder else PLACES[name]).write_text(content)


if __name__ == "__main__":
    main()
