# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""What the generators of pages under docs/ end with: the page on standard output, or the difference to a file that should be it."""
import difflib
import sys


def add_check(parser):
    parser.add_argument("--check", metavar="FILE", help="compare FILE with the page")


def give(text, check):
    """The exit status: 1 where check names a file that is another page."""
    if not check:
        sys.stdout.write(text)
        return 0
    with open(check, encoding="utf-8") as file:
        difference = list(difflib.unified_diff(file.read().splitlines(True), text.splitlines(True), check, "generated"))
    sys.stdout.writelines(difference)
    return 1 if difference else 0
