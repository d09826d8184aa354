# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The newest clang that is installed: library and programs without a warning."""
import re
import pathlib
import shutil

from staging import ROOT, must


def compilers():
    names = {path.name for folder in ["/usr/bin", "/usr/local/bin"] for path in pathlib.Path(folder).glob("clang-[0-9]*")}
    return sorted((name for name in names if re.fullmatch(r"clang-\d+", name)), key=lambda name: int(name[6:]))


def newest(cache):
    found = compilers()
    if not found:
        raise AssertionError("no clang is installed")
    build = cache / "work/clang"
    shutil.rmtree(build, ignore_errors=True)
    must("meson", "setup", build, ROOT, "--werror", "-Dtests=false", "-Db_lundef=false", "-Doptimization=1", env={"CC": found[-1]})
    must("ninja", "-C", build)
    must("ninja", "-C", build, "-t", "clean")
    return f"{found[-1]} without a warning"
