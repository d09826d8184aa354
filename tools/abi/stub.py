# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The binary interface of the public header by itself: a library of its functions that do nothing, and what libabigail reads in it. Used by bless.py and the tests."""
import pathlib
import re
import subprocess
import tempfile
import xml.etree.ElementTree as tree

import header

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(*command, folder=None):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120, cwd=folder)


def body(function):
    result = "" if function.returns == "void" else "return 0;"
    params = ", ".join(f"{param.type} {param.name}" for param in function.params) or "void"
    return f"{function.returns} {function.name}({params}) {{ {' '.join(f'(void){param.name};' for param in function.params)} {result} }}\n"


def version_script(functions):
    """That of the library, with what it does not have yet added to its last node."""
    text = (ROOT / "lib/cxdialer.map").read_text()
    known = set(re.findall(r"^\s+(cxd_\w+);", text, re.M))
    names = {function.name for function in functions}
    for gone in known - names:
        text = re.sub(rf"^\s+{gone};\n", "", text, flags=re.M)
    return text.replace("  local:", "".join(f"    {name};\n" for name in sorted(names - known)) + "  local:", 1)


def build(text, folder):
    """text: that of the header. The header stands in folder/include/cxdialer, the library beside it; its path is returned."""
    folder = pathlib.Path(folder)
    include = folder / "include/cxdialer"
    include.mkdir(parents=True, exist_ok=True)
    (include / "cxdialer.h").write_text(text)
    functions = header.Reader(text).read().functions
    (folder / "stub.c").write_text("#include <cxdialer/cxdialer.h>\n" + "".join(map(body, functions)))
    (folder / "stub.map").write_text(version_script(functions))
    link = ["-shared", "-nostdlib", "-Wl,--version-script=stub.map", "-Wl,-soname,libcxdialer.so.1"]
    done = run("gcc", "-std=c11", "-g", "-O0", "-fPIC", "-fvisibility=hidden", *link, "-Iinclude", "stub.c", "-o", "libcxdialer.so.1", folder=folder)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return folder / "libcxdialer.so.1"


def dump(library, include, out):
    """The functions of a library and the types of the public header that they use; what only the library knows of a type is left out."""
    short = ["--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--no-elf-needed", "--no-parameter-names", "--no-write-default-sizes", "--type-id-style", "hash"]
    done = run("abidw", "--headers-dir", include, "--drop-private-types", *short, "--out-file", out, library)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)


def compare(one, other, *options):
    """What libabigail finds between two dumps, in words; "" for nothing."""
    done = run("abidiff", "--harmless", "--no-show-locs", *options, one, other)
    if done.returncode & 3:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout if done.returncode else ""


def dump_of_header(text, folder):
    out = pathlib.Path(folder) / "header.abi"
    dump(build(text, folder), pathlib.Path(folder) / "include/cxdialer", out)
    return out


def without_growth(text, committed):
    """The header with each table of methods cut to the members that the dump has: what is behind them was added, which tables with a size allow."""
    for node in tree.parse(committed).iter("class-decl"):
        names = [member.get("name") for member in node.iter("var-decl")]
        found = re.search(rf"^struct {node.get('name')} {{\n(.*?)^}};", text, re.M | re.S)
        if names and found:
            lines = found[1].splitlines(keepends=True)
            text = text[: found.start(1)] + "".join(lines[: len(names)]) + text[found.end(1) :]
    return text


def breaks(text, committed):
    """What the header no longer has, or has otherwise; "" for nothing."""
    with tempfile.TemporaryDirectory() as folder:
        return compare(committed, dump_of_header(without_growth(text, committed), folder), "--no-added-syms")


def changes(text, committed):
    """The same with what was added."""
    with tempfile.TemporaryDirectory() as folder:
        return compare(committed, dump_of_header(text, folder))


def library_differs(text, library, include):
    """What the library has otherwise than the header that it comes with. It needs debug information."""
    with tempfile.TemporaryDirectory() as folder:
        own = pathlib.Path(folder) / "library.abi"
        dump(library, include, own)
        return compare(dump_of_header(text, folder), own)


# ---------------------------------------------------------------------- constants, which no function mentions


def constants_of(text):
    return [f"{constant.name} {constant.value}" for constant in header.Reader(text).read().constants if constant.name != "CXD_VERSION_NUMBER"]


def constants_lost(text, committed):
    present = set(constants_of(text))
    return [line for line in pathlib.Path(committed).read_text().splitlines() if line not in present]


def constants_added(text, committed):
    known = set(pathlib.Path(committed).read_text().splitlines())
    return [line for line in constants_of(text) if line not in known]
