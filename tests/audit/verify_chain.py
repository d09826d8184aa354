#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Verifies one audit file, independently of the library and with the standard library only.

usage: verify_chain.py [--no-genesis] FILE

Prints "ok N records", or the first bad line with the reason and exits with 1.
--no-genesis: the records come from a host's own logger, whose chain has no genesis record.
"""
import argparse
import hashlib
import json
import re
import struct
import sys

DOMAIN = b"cxdialer.audit.v1\0"
MAX_RECORD = 16384
RECORD = re.compile(
    rb'(?P<front>\{"v":1,"seq":(?P<seq>[1-9][0-9]{0,17}),"t":"(?P<t>[^"]*)","bt":[0-9]+,"boot":"[^"]*","w":"[^"]*",'
    rb'"k":"[^"]*".*),"prev":"(?P<prev>[0-9a-f]{64})","h":"(?P<h>[0-9a-f]{64})"\}', re.DOTALL)
TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


class Bad(Exception):
    pass


def no_duplicates(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member twice")
    return members


def chain_hash(prev, seq, front):
    return hashlib.sha256(DOMAIN + prev + struct.pack(">QI", seq, len(front)) + front).digest()


def check_line(line, seq, prev):
    """Returns the hash of a record, without its newline, that follows number seq - 1 with hash prev."""
    if len(line) + 1 > MAX_RECORD:
        raise Bad(f"longer than {MAX_RECORD} bytes")
    if any(byte < 0x20 for byte in line):
        raise Bad("a control byte")
    match = RECORD.fullmatch(line)
    if not match or not TIME.fullmatch(match["t"]):
        raise Bad("not in the form of a record")
    try:
        json.loads(line.decode("utf-8"), object_pairs_hook=no_duplicates, parse_constant=lambda name: 1 / 0)
    except (ValueError, ZeroDivisionError, RecursionError) as error:
        raise Bad(f"not JSON: {error}") from error
    if int(match["seq"]) != seq:
        raise Bad(f"number {int(match['seq'])} where {seq} is expected")
    if bytes.fromhex(match["prev"].decode()) != prev:
        raise Bad("prev is not the hash of the line before")
    h = chain_hash(prev, seq, match["front"])
    if h != bytes.fromhex(match["h"].decode()):
        raise Bad("its hash does not fit its content")
    return h


def verify(data, genesis=True):
    """Returns the number of records; raises Bad with "line N: ..."."""
    lines = data.split(b"\n")
    rest = lines.pop()
    if not data:
        raise Bad("line 1: the file is empty")
    prev = bytes(32)
    for number, line in enumerate(lines, 1):
        try:
            prev = check_line(line, number, prev)
            if number == 1 and genesis and json.loads(line)["k"] != "genesis":
                raise Bad("the first record is not of kind genesis")
        except Bad as error:
            raise Bad(f"line {number}: {error}") from error
    if rest:
        raise Bad(f"line {len(lines) + 1}: torn, {len(rest)} bytes without a newline")
    return len(lines)


def main():
    parser = argparse.ArgumentParser(description="Verifies one audit file.")
    parser.add_argument("--no-genesis", action="store_true", help="the chain of a host's own logger")
    parser.add_argument("file", metavar="FILE")
    options = parser.parse_args()
    try:
        with open(options.file, "rb") as file:
            data = file.read()
    except OSError as error:
        print(f"{options.file}: {error.strerror}", file=sys.stderr)
        return 2
    try:
        print(f"ok {verify(data, not options.no_genesis)} records")
        return 0
    except Bad as error:
        print(error)
        return 1


if __name__ == "__main__":
    sys.exit(main())
