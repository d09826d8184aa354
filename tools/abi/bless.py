#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Accepts what was added to the public header into the committed record of the interface (tests/abi); docs/abi.md says what may be added.

    tools/abi/bless.py             tells what is new, and writes the record
    tools/abi/bless.py --check     tells only; 1 where something is new
    tools/abi/bless.py --header FILE --record FOLDER    with another header and record

2, and nothing is written, where something was taken away or changed: that cannot be accepted.
"""
import argparse
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import stub  # noqa: E402

DUMP, CONSTANTS = "cxdialer-0.1.abi", "cxdialer-0.1.constants"


def write(text, dump, constants):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(stub.dump_of_header(text, folder), dump)
    constants.write_text("\n".join(stub.constants_of(text)) + "\n")


def refused(text, dump, constants):
    return stub.breaks(text, dump) + "".join(f"constant lost or changed: {line}\n" for line in stub.constants_lost(text, constants))


def added(text, dump, constants):
    return stub.changes(text, dump) + "".join(f"constant added: {line}\n" for line in stub.constants_added(text, constants))


def bless(text, record, check):
    dump, constants = record / DUMP, record / CONSTANTS
    if dump.exists():
        broken = refused(text, dump, constants)
        if broken:
            print(broken + "This is not an addition: programs that were built before would break. See docs/abi.md.")
            return 2
        news = added(text, dump, constants)
        print(news or "Nothing is new.")
        if check or not news:
            return 1 if news else 0
    write(text, dump, constants)
    return 0


def main():
    parser = argparse.ArgumentParser(description="Accepts what was added to the public header into the committed record of the interface.")
    parser.add_argument("--check", action="store_true", help="tell only")
    parser.add_argument("--header", type=pathlib.Path, default=stub.ROOT / "include/cxdialer/cxdialer.h")
    parser.add_argument("--record", type=pathlib.Path, default=stub.ROOT / "tests/abi")
    given = parser.parse_args()
    return bless(given.header.read_text(), given.record, given.check)


if __name__ == "__main__":
    sys.exit(main())
