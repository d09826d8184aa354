# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Journals of `cxdialer apply --journal`, read and written by docs/journal.md alone. Standard library only."""
import base64
import hashlib
import json
import pathlib

DOMAIN = b"cxdialer.journal.v1\n"
START = "0" * 16


def seal(before, body):
    return hashlib.sha256(DOMAIN + before.encode() + body).hexdigest()[:16]


def text_of(line):
    return base64.b64decode(line["base64"]) if "base64" in line else line["text"].encode()


def digest(texts):
    return hashlib.sha256(b"".join(b"%d:%s" % (len(text), text) for text in texts)).hexdigest()


def read(path):
    """All lines as objects, each with its seal checked, and the plan with its digest; a torn end is left out."""
    data = pathlib.Path(path).read_bytes()
    lines, before = [], START
    for raw in data.split(b"\n")[:-1]:
        body, mark, rest = raw.rpartition(b',"h":"')
        assert mark and rest == seal(before, body).encode() + b'"}', raw
        before = rest[:16].decode()
        lines.append(json.loads(raw))
    plan = lines[0]
    items = lines[1:plan["items"] + 1]
    assert [line["k"] for line in lines[:plan["items"] + 1]] == ["plan"] + ["item"] * plan["items"]
    assert [item["item"] for item in items] == list(range(plan["items"]))
    assert plan["digest"] == digest([text_of(item) for item in items])
    return lines


def write(path, lines):
    """Objects without h, sealed anew."""
    before, out = START, b""
    for line in lines:
        body = json.dumps({k: v for k, v in line.items() if k != "h"}, separators=(",", ":"), ensure_ascii=False).encode()[:-1]
        before = seal(before, body)
        out += body + b',"h":"' + before.encode() + b'"}\n'
    pathlib.Path(path).write_bytes(out)


def last(lines):
    """What the last line about each item says: "item", "sent" or the outcome."""
    found = {}
    for line in lines:
        if "item" in line:
            found[line["item"]] = line["outcome"] if line["k"] == "outcome" else line["k"]
    return [found[i] for i in range(len(found))]
