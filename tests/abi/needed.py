# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Programs and modules a test needs: where one is missing the test is skipped by name, but with CI set it fails."""
import importlib.util
import os
import shutil
import sys
import unittest


def missing(what):
    if os.environ.get("CI"):
        raise AssertionError(f"{what} is not installed, and CI does not skip this test")
    raise unittest.SkipTest(f"{what} is not installed")


def program(name):
    return shutil.which(name) or missing(name)


def module(name):
    return importlib.import_module(name) if importlib.util.find_spec(name) else missing(f"the Python module {name}")


def main():
    """unittest.main(), with the names of what was skipped at the end; 77 (Meson: skipped) where that was all."""
    result = unittest.main(module="__main__", exit=False).result
    for test, why in result.skipped:
        print(f"skipped: {test}: {why}", file=sys.stderr)
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if result.skipped and len(result.skipped) >= result.testsRun else 0)
