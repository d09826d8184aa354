#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Writes audit logs for tests, from docs/audit.md alone: it shares no code with the library, nor with the verifier beside it.

usage: make_log.py [--records N] [--key-file FILE] [--seed N] [--every N] [--damage NAME] DIRECTORY

A log of N records in segments of --every records (0: one). --damage: one of those of damage.py, done to it at the end.
"""
import argparse
import datetime
import hashlib
import hmac
import json
import os
import random
import sys
import uuid

ZERO = "0" * 64
BOOT = "6f1c0d52-53a1-4f4e-9d0e-2a4b0c9d1e77"
EPOCH = datetime.datetime(2026, 11, 22, 16, 0, 0)
OUTCOMES = ("applied", "applied_readback", "unchanged", "rejected", "conflict", "not_applied", "unknown", "cancelled")
BASIS = {"rules": "3", "table": "2026-10", "policy": None, "tzdata": "2026f", "zone": "America/New_York", "jurisdiction": "US-NY",
         "local": "2026-11-22T11:00:00-05:00"}


def derive(content):
    """The key of a log and its name, from the content of a key file."""
    content = content[:-1] if content[-1:] == b"\n" else content
    k = hmac.new(content, b"cxdialer.audit.key.v1\x00", hashlib.sha256).digest()
    return k, hashlib.sha256(b"cxdialer.audit.kid.v1\x00" + k).hexdigest()[0:16]


def to_json(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Log:
    """files: name -> content. last, before_key, anchors: number and hash (hex) of records."""

    def __init__(self, name="audit.log", key=None, seed=1, genesis=True):
        self.name, self.random = name, random.Random(seed)
        self.k, self.kid = derive(key) if key else (None, "")
        self.files = {name: bytearray()}
        self.last = (0, ZERO)
        self.micros, self.since = 0, 0
        self.writer = f"host.example/{self.random.randrange(2, 4194304)}/{self.random.randrange(16**8):08x}"
        self.open = {}
        self.counts = {"intent": 0, "outcome": 0}
        self.bodies = []
        self.anchors = []
        self.before_key = None  # the last record without key, if the key came later
        if genesis:
            self.record("genesis")

    @property
    def data(self):
        return self.files[self.name]

    # Records

    def record(self, kind, **members):
        """Members in the order given. Returns the number."""
        self.bodies.append((kind, members))
        self.micros += self.random.randrange(1, 400000)
        seq, prev = self.last[0] + 1, self.last[1]
        moment = (EPOCH + datetime.timedelta(microseconds=self.micros)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        front = {"v": 1, "seq": seq, "t": moment, "bt": 5000000 + self.micros, "boot": BOOT, "w": self.writer, "k": kind, **members}
        if self.kid:
            front |= {"kid": self.kid, "e": 0}
        line, h = self.sealed(to_json(front)[:-1].encode(), seq, prev)
        self.data.extend(line)
        self.last = (seq, h)
        self.since += 1
        return seq

    def sealed(self, front, seq, prev):
        """A line and its hash."""
        text = b"cxdialer.audit.v1\x00" + bytes.fromhex(prev) + seq.to_bytes(8, "big") + len(front).to_bytes(4, "big") + front
        h = hmac.new(self.k, text, hashlib.sha256).hexdigest() if self.k else hashlib.sha256(text).hexdigest()
        return front + b',"prev":"' + prev.encode() + b'","h":"' + h.encode() + b'"}\n', h

    def new_op(self):
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def intent(self, op, campaign="c-1", attempt_round=1, **more):
        old, new = self.random.randrange(1, 500), self.random.randrange(1, 500)
        d0, d1 = (hashlib.sha256(f"{campaign}{n}".encode()).hexdigest() for n in (old, new))
        seq = self.record("intent", op=op, campaign=campaign, actor="night shift \u00e9", mode="merge", round=attempt_round, **more, concurrency="etag",
                          v0=f'"{old:x}"', d0=d0, d1=d1, basis=BASIS, diff=[{"op": "replace", "path": "/pacing/interval", "old": old, "value": new}])
        self.open[op] = seq
        self.counts["intent"] += 1
        return seq

    def outcome(self, op, outcome="applied", campaign="c-1", intent=True, **more):
        seq = self.record("outcome", op=op, campaign=campaign, actor="night shift \u00e9", mode="merge", round=1, outcome=outcome, status="CXD_OK",
                          http_status=200, sends=1, attempts=2, intent=intent, latency_us=self.random.randrange(1000, 900000),
                          request_id="r-1\n\"", v1=None, findings=[], **more)
        self.open.pop(op, None)
        self.counts["outcome"] += 1
        return seq

    def open_list(self, end=10**18):
        return [{"seq": seq, "op": op} for op, seq in sorted(self.open.items(), key=lambda item: item[1]) if seq <= end]

    def checkpoint(self):
        seq = self.record("checkpoint", intents=self.counts["intent"], outcomes=self.counts["outcome"], open=self.open_list())
        self.anchors.append(self.last)
        self.since = 0
        return seq

    def update(self):
        """All records of one update, or only those of a part of it."""
        op, campaign = self.new_op(), f"c-{self.random.randrange(40)}"
        chance = self.random.random()
        if chance < 0.1:
            self.outcome(op, self.random.choice(("unchanged", "rejected")), campaign, intent=False)
            return
        if chance < 0.2:
            self.record("token", op=op, expires_in_s=3600, forced=False)
        self.intent(op, campaign, **({"rollback_of": self.last[0]} if chance > 0.95 else {}))
        if chance < 0.3:
            self.record("attempt", op=op, campaign=campaign, round=1, send=1, http_status=0, error="CXD_E_TIMEOUT")
        if chance > 0.9:
            self.record("conflict", op=op, campaign=campaign, round=1, http_status=412, request_id="r-2")
            self.intent(op, campaign, 2)
        if chance > 0.88:
            self.record("clock", step_ms=self.random.randrange(-90000, 90000))
        if self.random.random() < 0.98:
            self.outcome(op, self.random.choice(OUTCOMES), campaign)

    def fill(self, records, every=0, checkpoints=256):
        """Updates until the log has a number of records; segments of `every` records, when that is not 0."""
        begun = self.last[0]
        while self.last[0] < records:
            self.update()
            if self.since >= checkpoints:
                self.checkpoint()
            if every and self.last[0] - begun >= every:
                self.rotate()
                begun = self.last[0]
        return self

    def cut_to(self, records):
        """Takes records from the end until there are so many: for logs of an exact length, in one segment."""
        lines = bytes(self.data).splitlines(keepends=True)[:records]
        self.files[self.name] = bytearray(b"".join(lines))
        self.last = (records, lines[-1][-67:-3].decode())
        self.anchors = [anchor for anchor in self.anchors if anchor[0] <= records]
        return self

    # Segments

    def second_name(self, first):
        name, n = f"{self.name}.{first:012d}", 0
        while (name if n == 0 else f"{name}.{n}") in self.files:
            n += 1
        return name if n == 0 else f"{name}.{n}"

    def first_seq(self):
        try:
            return json.loads(bytes(self.data).split(b"\n")[0])["seq"]
        except ValueError:
            return self.last[0]

    def begin(self, why, end, sha256, carried):
        """The file at the log's name gets its second name, a new one begins behind record `end`."""
        old = self.second_name(self.first_seq())
        self.files[old] = self.files.pop(self.name)
        self.files[self.name] = bytearray()
        self.last, self.since, self.counts = end, 0, {"intent": 0, "outcome": 0}
        self.record("genesis", why=why, prev_name=old, prev_seq=end[0], prev_h=end[1], prev_sha256=sha256, open=carried)
        return old

    def rotate(self, why="size", key=None):
        """key: content of a key file, of the segments from here on."""
        self.record("rotate", next=self.last[0] + 2, **{"as": self.second_name(self.first_seq())}, why=why)
        if key:
            self.before_key = self.last
            self.k, self.kid = derive(key)
        return self.begin(why, self.last, hashlib.sha256(self.data).hexdigest(), self.open_list())

    def end_behind(self, back):
        """Number and hash of the record that has `back` others behind it in its segment."""
        line = bytes(self.data).splitlines()[-1 - back]
        return json.loads(line)["seq"], line[-66:-2].decode()

    def sync(self, lost=2, tail=b""):
        """The disk did not take the last records: they are written again in a new segment; tail: what else stands in the old one."""
        end, again = self.end_behind(lost), self.bodies[len(self.bodies) - lost:]
        self.data.extend(tail)
        self.open = {op: seq for op, seq in self.open.items() if seq <= end[0]}
        old = self.begin("sync", end, None, self.open_list())
        self.record("recover", what="sync", records=lost)
        for kind, members in again:
            seq = self.record(kind, **members)
            if kind == "intent":
                self.open[members["op"]] = seq
            elif kind == "outcome":
                self.open.pop(members["op"], None)
        return old

    def broken(self, damage=b"\x00\xff no record\n", back=0, reason="a line that is no record"):
        """The file was found with `damage` behind the record that had `back` others behind it."""
        end = self.end_behind(back)
        lines = bytes(self.data).splitlines(keepends=True)
        kept = sum(len(line) for line in lines[:len(lines) - back])
        self.files[self.name] = self.data[:kept] + damage
        old = self.begin("broken", end, hashlib.sha256(self.data).hexdigest(), self.open_list(end[0]))
        self.open = {op: seq for op, seq in self.open.items() if seq <= end[0]}
        self.record("fork", file=old, after=end[0], bytes=len(damage), reason=reason)
        return old

    def torn_end(self, cut=10):
        """A crash in the middle of the next line, not recovered."""
        before, kept = bytes(self.data), (self.last, self.micros, self.since)
        self.record("attempt", op=self.new_op(), campaign="c-1", round=1, send=1, http_status=0, error="CXD_E_NETWORK")
        self.files[self.name] = bytearray(before + bytes(self.data[len(before):-cut]))
        self.bodies.pop()
        self.last, self.micros, self.since = kept
        return self

    def recovered(self, torn=b'{"v":1,"se'):
        """What the next opening does about such an end."""
        self.files[f"{self.name}.torn-{self.last[0] + 1}"] = bytearray(torn)
        return self.record("recover", what="torn", len=len(torn), sha256=hashlib.sha256(torn).hexdigest(), file=f"{self.name}.torn-{self.last[0] + 1}")

    def resolved(self):
        """An outcome by a recovery for each intent that has none."""
        for op, seq in sorted(self.open.items(), key=lambda item: item[1]):
            self.outcome(op, "not_applied", recovered=True, intent_seq=seq, intent_w=self.writer)
        return self

    def save(self, directory):
        os.makedirs(directory, exist_ok=True)
        for name, data in self.files.items():
            with open(os.path.join(directory, name), "wb") as file:
                file.write(data)
        return os.path.join(directory, self.name)


def all_kinds(key=None, seed=1, name="audit.log"):
    """A log with every kind of record and every reason for a segment but `broken`."""
    log = Log(name, None, seed)
    log.fill(30, checkpoints=10)
    log.rotate("day")
    log.fill(50, checkpoints=10)
    log.sync(3, b'{"v":1,"seq":')
    log.fill(75, checkpoints=10)
    if key:
        log.rotate("key", key)
    log.recovered()
    log.fill(100, checkpoints=10)
    log.rotate("size")
    log.resolved()
    log.checkpoint()
    return log


def main():
    parser = argparse.ArgumentParser(description="Writes an audit log for tests.")
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--every", type=int, default=0, help="records of a segment")
    parser.add_argument("--key-file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--damage", help="what to do to it at the end")
    parser.add_argument("directory", metavar="DIRECTORY")
    options = parser.parse_args()
    key = None
    if options.key_file:
        with open(options.key_file, "rb") as file:
            key = file.read()
    log = Log(key=key, seed=options.seed).fill(options.records, options.every)
    if options.damage:
        import damage
        log.files = damage.apply(options.damage, log.files, log.name, random.Random(options.seed))
    print(log.save(options.directory))
    print(f"{log.last[0]}:{log.last[1]}")


if __name__ == "__main__":
    sys.exit(main())
