# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""What a compiler makes of the public header: types, sizes and offsets, for a data model, by way of castxml. Used by gen_abi.py."""
import pathlib
import subprocess
import tempfile
import xml.etree.ElementTree as tree

TARGETS = {"LP64": "x86_64-linux-gnu", "ILP32": "i686-linux-gnu"}
FREE_STANDING = ["-ffreestanding", "-std=c11", "-x", "c"]  # the compiler's own stdint.h: no libc of that target is needed


def run(header, target):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "header.xml"
        subprocess.run(["castxml", "--castxml-output=1", f"--target={target}", *FREE_STANDING, "-o", out, header], check=True)
        return tree.parse(out).getroot()


class Unit:
    """One header for one data model."""

    def __init__(self, header, model):
        root = run(header, TARGETS[model])
        self.by_id = {node.get("id"): node for node in root}
        own = {node.get("id") for node in root if node.tag == "File" and pathlib.Path(node.get("name")).name == pathlib.Path(header).name}
        self.own = [node for node in root if node.get("file") in own]

    def spelled(self, id_):
        """A type in C, as the header writes it."""
        node = self.by_id[id_]
        if node.tag == "PointerType":
            inner = self.spelled(node.get("type"))
            return inner + ("*" if inner.endswith("*") else " *")
        if node.tag == "CvQualifiedType":
            inner = self.spelled(node.get("type"))
            return inner + "const" if inner.endswith("*") else "const " + inner
        if node.tag == "ElaboratedType":
            return self.spelled(node.get("type"))
        return node.get("name")

    def functions(self):
        return {node.get("name"): (self.spelled(node.get("returns")), self.arguments(node)) for node in self.own if node.tag == "Function"}

    def arguments(self, node):
        return [(argument.get("name") or "", self.spelled(argument.get("type"))) for argument in node if argument.tag == "Argument"]

    def constants(self):
        return {value.get("name"): int(value.get("init")) for node in self.own if node.tag == "Enumeration" for value in node}

    def typedefs(self):
        return {node.get("name"): self.by_id[node.get("type")] for node in self.own if node.tag == "Typedef"}

    def structs(self):
        """{name: (size, {member: (offset, size)})} in bytes."""
        found = {}
        for node in self.own:
            if node.tag == "Struct" and node.get("incomplete") != "1":
                fields = [self.by_id[id_] for id_ in node.get("members").split()]
                found[node.get("name")] = (int(node.get("size")) // 8, {field.get("name"): (int(field.get("offset")) // 8, self.size(field.get("type"))) for field in fields if field.tag == "Field"})
        return found

    def size(self, id_):
        node = self.by_id[id_]
        return int(node.get("size")) // 8 if node.get("size") else self.size(node.get("type"))

    def methods(self):
        """{(struct, member): (returns, [types])} of function pointers."""
        found = {}
        for node in self.own:
            for id_ in (node.get("members") or "").split() if node.tag == "Struct" else []:
                field = self.by_id[id_]
                pointer = self.by_id.get(field.get("type")) if field.tag == "Field" else None
                target = self.by_id.get(pointer.get("type")) if pointer is not None and pointer.tag == "PointerType" else None
                if target is not None and target.tag == "FunctionType":
                    found[node.get("name"), field.get("name")] = (self.spelled(target.get("returns")), [type_ for _, type_ in self.arguments(target)])
        return found
