#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Verifies an audit log, independently of the library: written from docs/audit.md, with the standard library only.

usage: verify_log.py [--key-file FILE] [--expect SEQ:HASH]... [--no-genesis] [--json] PATH

PATH: the file at audit.path, one of its segments (it and all before it are read), or the directory that holds them.
Prints "ok N records" ("ok N records in M segments"), with warnings and notes on stderr; or the first bad line and the reason, and exits with 1.
What cannot be read, or a wrong option: exit 2.
--no-genesis: the records come from a host's own logger, whose chain has no genesis record.
--json: {"ok","records","segments","first_bad_seq","findings":[{"severity","code","message"}],"last"}
"""
import argparse
import hashlib
import hmac
import json
import os
import re
import struct
import sys

DOMAIN = b"cxdialer.audit.v1\0"
KEY_LABEL = b"cxdialer.audit.key.v1\0"
KID_LABEL = b"cxdialer.audit.kid.v1\0"
MAX_RECORD = 16384
MAX_NUMBER = 2**63 - 1
START = (0, bytes(32))
WHYS = ("size", "day", "key", "sync", "broken")
TEXT = rb'"(?:[^"\\]|\\.)*"'
HEAD = re.compile(
    rb'\{"v":1,"seq":([1-9][0-9]{0,18}),"t":"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z",'
    rb'"bt":[0-9]+,"boot":' + TEXT + rb',"w":' + TEXT + rb',"k":"([^"\\]*)"')
TAIL = re.compile(rb'(?:,"kid":"([0-9a-f]{16})","e":0)?,"prev":"([0-9a-f]{64})","h":"([0-9a-f]{64})"\}\Z')
PREV_TO_END = len(b',"prev":"","h":""}') + 128
KID_TO_PREV = len(b',"kid":"","e":0') + 16
CONTROL = re.compile(rb"[\x00-\x1f]")
SEGMENT = re.compile(r"(?P<base>.+)\.(?P<number>[0-9]{12})(?:\.(?P<copy>[1-9][0-9]{0,8}))?", re.DOTALL)
BESIDE = re.compile(r".+\.(?:writers|new|torn-[0-9]+(?:\.[0-9]+)?)", re.DOTALL)


class Bad(Exception):
    """A line that is no record, or not a sound one: code and reason."""

    def __init__(self, code, reason):
        super().__init__(reason)
        self.code = code


class Unusable(Exception):
    """What was asked for cannot be read: a path, a key, a checkpoint."""


class Key:
    def __init__(self, content):
        content = content[:-1] if content.endswith(b"\n") else content
        if not 16 <= len(content) <= 4096:
            raise Unusable(f"a key has 16 to 4096 bytes, this one {len(content)}")
        self.k = hmac.digest(content, KEY_LABEL, "sha256")
        self.kid = hashlib.sha256(KID_LABEL + self.k).hexdigest()[:16].encode()


def message(prev, seq, front):
    return DOMAIN + prev + struct.pack(">QI", seq, len(front)) + front


def seal(prev, seq, front, key=None):
    """The hash of a record; front: its line up to and without ,"prev"."""
    if key:
        return hmac.digest(key.k, message(prev, seq, front), "sha256")
    return hashlib.sha256(message(prev, seq, front)).digest()


def no_duplicates(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member twice")
    return members


def no_constant(name):
    raise ValueError(f"{name} is not JSON")


def number(text):
    return int(text) if len(text) < 20 else float(text)


DECODER = json.JSONDecoder(object_pairs_hook=no_duplicates, parse_constant=no_constant, parse_int=number)


class Frame:
    """A line with the outer form of a record: what is between may still be anything."""
    __slots__ = ("seq", "kind", "kid", "prev", "h", "front")

    def __init__(self, line):
        if len(line) + 1 > MAX_RECORD:
            raise Bad("audit.form", f"longer than {MAX_RECORD} bytes")
        if CONTROL.search(line):
            raise Bad("audit.form", "a control byte")
        head = HEAD.match(line)
        tail = TAIL.search(line, max(0, len(line) - PREV_TO_END - KID_TO_PREV))
        if not head or not tail or head.end() > tail.start():
            raise Bad("audit.form", "not in the form of a record")
        self.seq, self.kind = int(head[1]), head[2].decode("utf-8", "replace")
        self.kid, self.prev, self.h = tail[1], bytes.fromhex(tail[2].decode()), bytes.fromhex(tail[3].decode())
        self.front = line[:len(line) - PREV_TO_END]
        if self.seq > MAX_NUMBER:
            raise Bad("audit.form", "its number is too large")

    def fits(self, key):
        return seal(self.prev, self.seq, self.front, key if self.kid else None) == self.h


class Record(Frame):
    """A line in the form of a record; whether it fits its hash is another question."""
    __slots__ = ("members",)

    def __init__(self, line):
        super().__init__(line)
        self.members = decode(line)


def decode(line):
    try:
        return DECODER.decode(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Bad("audit.form", f"not JSON: {error}") from error


def check_seal(record, key):
    if record.kid and not key:
        raise Bad("audit.key", "it is keyed, and no key was given")
    if record.kid and record.kid != key.kid:
        raise Bad("audit.key", f"it is sealed with key {record.kid.decode()}, given is {key.kid.decode()}")
    if not record.fits(key):
        raise Bad("audit.hash", "its hash does not fit its content")


def read_record(line, key):
    """A record in itself: in form, and fitting its hash; else Bad."""
    record = Record(line)
    check_seal(record, key)
    return record


def is_number(value, least):
    return type(value) is int and least <= value <= MAX_NUMBER


def is_hex(value, digits):
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{%d}" % digits, value) is not None


class Link:
    """What the genesis of a later segment says about the segment before."""

    def __init__(self, members):
        get = members.get
        whole = (get("why") in WHYS and isinstance(get("prev_name"), str) and is_number(get("prev_seq"), 1) and is_hex(get("prev_h"), 64)
                 and (get("prev_sha256", 0) is None if get("why") == "sync" else is_hex(get("prev_sha256"), 64))
                 and isinstance(get("open"), list) and all(is_number(seq, 1) for seq in get("open")))
        if not whole:
            raise Bad("audit.genesis", "a genesis that does not say what stood before it")
        self.why, self.name, self.open = get("why"), get("prev_name"), get("open")
        self.end = (get("prev_seq"), bytes.fromhex(get("prev_h")))
        self.sha256 = get("prev_sha256")


class Segment:
    """
    A file of the log: its lines, what is behind the last newline, and the link to the segment before, if there is one;
    sound: the genesis that has it is a record in itself. If not, the link is good for finding a file, for nothing else.
    """

    def __init__(self, name, data, key):
        self.name, self.data = name, data
        self.lines = data.split(b"\n")
        self.rest = self.lines.pop()
        self.link, self.sound = self.read_genesis(key)

    def read_genesis(self, key):
        try:
            record = Record(self.lines[0])
            link = Link(record.members) if record.kind == "genesis" and record.seq > 1 else None
        except (Bad, IndexError):
            return None, False
        return link, is_sound(record, key)


def is_sound(record, key):
    try:
        check_seal(record, key)
        return True
    except Bad:
        return False


class Folder:
    """The files of a directory. Tests have the same over a dict."""

    def __init__(self, path):
        self.path = path

    def names(self):
        return [entry.name for entry in os.scandir(self.path) if entry.is_file(follow_symlinks=False)]

    def read(self, name):
        with open(os.path.join(self.path, name), "rb") as file:
            return file.read()


class Memory:
    def __init__(self, files):
        self.files = files

    def names(self):
        return list(self.files)

    def read(self, name):
        return self.files[name]


def place_of(name, base):
    """Where a file stands in the log: (number, copy); None: it is no segment of it. The file at audit.path is behind all."""
    match = SEGMENT.fullmatch(name)
    if match and match["base"] == base:
        return int(match["number"]), int(match["copy"] or 0)
    return (10**12, 0) if name == base else None


def log_in(folder):
    """The name of the last file of the one log in a directory, and the name at audit.path."""
    names = folder.names()
    matches = [match for match in map(SEGMENT.fullmatch, names) if match]
    bases = {match["base"] for match in matches} or {name for name in names if not BESIDE.fullmatch(name)}
    if len(bases) != 1:
        raise Unusable("more than one log, name the file" if bases else "no log")
    base = bases.pop()
    return max((name for name in names if place_of(name, base)), key=lambda name: place_of(name, base)), base


def before(names, segment, base):
    """The name of the segment before, if there is one and it is here."""
    lower = {name: place_of(name, base) for name in names if place_of(name, base) and place_of(name, base) < place_of(segment.name, base)}
    if not segment.lines:
        return max(lower, key=lower.get, default=None)
    return segment.link.name if segment.link and segment.link.name in lower else None


def find_segments(folder, last, base, key):
    """The segments up to one of them, oldest first."""
    names, found = folder.names(), []
    name = last
    while name is not None:
        found.insert(0, Segment(name, folder.read(name), key))
        name = before(names, found[0], base)
    return found


class Verifier:
    def __init__(self, key=None, expect=(), genesis=True):
        self.key, self.genesis = key, genesis
        self.wanted = {}
        for seq, h in expect:
            self.wanted.setdefault(seq, []).append(h)
        self.findings = []
        self.records = self.segments = self.first_bad_seq = 0
        self.last = START       # the record that the next one has to follow
        self.damaged = False    # the next record in itself is taken as it is
        self.seen = None        # the last record in itself
        self.first_plain = 0    # number of the first record without key
        self.first_keyed = 0
        self.open, self.carried = {}, 0
        self.place = None       # segment and line

    def tell(self, severity, code, reason):
        self.findings.append({"severity": severity, "code": code, "message": self.where() + reason if self.place else reason})
        if severity == "error" and not self.first_bad_seq:
            self.first_bad_seq = self.last[0] + 1

    def error(self, code, reason):
        self.tell("error", code, reason)

    # Segments

    def run(self, segments, whole):
        """whole: the last of the segments has to be the end of the log."""
        self.segments_found = len(segments)
        for i, segment in enumerate(segments):
            successor = segments[i + 1] if i + 1 < len(segments) else None
            self.segment(segment, segments[i - 1] if i else None, successor)
        self.end(whole)

    def segment(self, segment, previous, successor):
        self.segments += 1
        link = successor.link if successor and successor.sound else None
        cut = link.end if link and link.why in ("sync", "broken") else None
        for i, line in enumerate(segment.lines):
            self.place = segment, i
            if self.last == cut:
                self.abandon(link, len(segment.lines) - i, segment.rest)
                return
            self.line(line, i == 0, segment, previous)
        self.place = segment, len(segment.lines)
        if self.last == cut:
            self.abandon(link, 0, segment.rest)
            return
        if segment.rest:
            self.torn(segment, successor is None)
        if link:
            self.check_end(segment, link, cut)

    def where(self):
        segment, i = self.place
        return f"{segment.name}: line {i + 1}: " if self.segments_found > 1 else f"line {i + 1}: "

    def abandon(self, link, lines, rest):
        if link.why == "sync" and (lines or rest):
            self.tell("note", "audit.abandoned", f"{lines + bool(rest)} lines from here on are abandoned, the next segment has them again")

    def torn(self, segment, is_last):
        rest = segment.rest
        if segment.lines and self.seen and self.seen.kind == "rotate":
            self.error("audit.rotated", "there is something behind the rotate record")
        if len(rest) + 1 > MAX_RECORD:
            self.error("audit.form", f"{len(rest)} bytes without a newline")
        elif not is_last or whole_inside(rest):
            self.error("audit.torn", f"torn, {len(rest)} bytes without a newline")
        else:
            self.tell("warning", "audit.torn", f"torn, {len(rest)} bytes without a newline")
        if segment.lines:
            self.seen = None

    def check_end(self, segment, link, cut):
        """A segment was read to its end: is it the one that the next names?"""
        if cut:
            self.error("audit.segment", f"record {cut[0]}, from which the next segment goes on, is not here")
        elif self.last != link.end or self.damaged:
            self.error("audit.segment", f"the next segment goes on from another record {link.end[0]}")
        elif not self.seen or self.seen.kind != "rotate":
            self.error("audit.segment", "it does not end with a rotate record")

    def genesis_of(self, record, segment, previous):
        """The first record of a segment, if it is a genesis: sets what it has to follow."""
        if record.seq == 1:
            return
        link = segment.link or Link(record.members)
        if previous:
            if link.sha256 and hashlib.sha256(previous.data).hexdigest() != link.sha256:
                self.error("audit.segment", f"{link.name} is not as it was left")
        elif link.end[1] in self.wanted.get(link.end[0], ()):
            self.stand_in(link)
        else:
            self.error("audit.segment", f"the segment before, {link.name!r}, is missing")
            self.carried = len(link.open)
        if link.why == "broken":
            self.error("audit.broken", f"{link.name} was found damaged or cut behind record {link.end[0]}")
        self.last, self.damaged = link.end, False

    def stand_in(self, link):
        """A segment is kept elsewhere: its last record is known, and vouches for all before."""
        self.wanted = {seq: hashes for seq, hashes in self.wanted.items() if seq > link.end[0]}
        self.last, self.open, self.carried = link.end, {}, len(link.open)

    # Records

    def line(self, line, first, segment, previous):
        if self.seen and self.seen.kind == "rotate" and not first:
            self.error("audit.rotated", "there is something behind the rotate record")
        self.seen = None
        try:
            record = read_record(line, self.key)
            self.check_kind(record, first, segment, previous)
        except Bad as bad:
            self.error(bad.code, str(bad))
            self.damaged = True
            return
        self.check_order(record)
        self.check_wanted(record)
        self.follow(record)

    def check_kind(self, record, first, segment, previous):
        wanted = first and self.genesis
        if wanted and record.kind == "genesis":
            self.genesis_of(record, segment, previous)
        elif wanted:
            self.error("audit.genesis", "the first record is not of kind genesis")
        elif record.kind == "genesis":
            self.error("audit.genesis", "a genesis in the middle")

    def check_order(self, record):
        before = len(self.findings)
        if self.key and not record.kid and self.first_keyed:
            self.error("audit.unkeyed", "it is not keyed, and there are keyed records before")
        if not self.damaged and record.seq != self.last[0] + 1:
            self.error("audit.seq", f"number {record.seq} where {self.last[0] + 1} is expected")
        elif not self.damaged and record.prev != self.last[1]:
            self.error("audit.chain", "prev is not the hash of the record before")
        self.records += len(self.findings) == before

    def follow(self, record):
        self.last, self.damaged, self.seen = (record.seq, record.h), False, record
        if record.kid:
            self.first_keyed = self.first_keyed or record.seq
        else:
            self.first_plain = self.first_plain or record.seq
        self.track(record)

    def check_wanted(self, record):
        for h in self.wanted.pop(record.seq, ()):
            if h != record.h:
                self.error("audit.expect", f"record {record.seq} has the hash {record.h.hex()}, expected is {h.hex()}")

    def track(self, record):
        """Intents by the id of their update, which the outcome has as well."""
        op = record.members.get("op")
        if record.kind == "intent":
            self.open[str(op)] = record.seq
        elif record.kind == "outcome" and self.open.pop(str(op), 0) == 0 and record.members.get("intent") is True:
            self.carried = max(0, self.carried - 1)

    # The end

    def end(self, whole):
        if whole and self.seen and self.seen.kind == "rotate":
            self.error("audit.rotated", "the log ends with a rotate record, its next segment is missing")
        self.place = None
        for seq in sorted(self.wanted):
            self.error("audit.expect", f"record {seq} with the hash {self.wanted[seq][0].hex()} is not in the log")
        self.end_unkeyed()
        if self.open or self.carried:
            numbers = ", ".join(str(seq) for seq in sorted(self.open.values())[:20])
            self.tell("note", "audit.open", f"{len(self.open) + self.carried} intents without outcome: {numbers}")

    def end_unkeyed(self):
        if not self.key or not self.first_plain:
            return
        if self.first_keyed:
            if self.first_plain < self.first_keyed:
                self.tell("warning", "audit.unkeyed_start", f"the records before number {self.first_keyed} are not keyed")
        else:
            self.error("audit.unkeyed", "no record of this log is keyed")
            self.first_bad_seq = min(self.first_bad_seq, self.first_plain)

    def report(self):
        ok = all(finding["severity"] != "error" for finding in self.findings)
        return {"ok": ok, "records": self.records, "segments": self.segments, "first_bad_seq": self.first_bad_seq,
                "findings": self.findings, "last": f"{self.last[0]}:{self.last[1].hex()}" if self.last != START else ""}


def whole_inside(rest):
    """Whether a line without newline has a whole record in it with something behind."""
    return re.match(rb'.*,"prev":"[0-9a-f]{64}","h":"[0-9a-f]{64}"\}.', rest, re.DOTALL) is not None


def verify_files(folder, last, base, key=None, expect=(), genesis=True, whole=None):
    verifier = Verifier(key, expect, genesis)
    segments = find_segments(folder, last, base, key) if genesis else [Segment(last, folder.read(last), key)]
    verifier.run(segments, last == base if whole is None else whole)
    return verifier.report()


def verify_data(data, key=None, expect=(), genesis=True):
    """One segment, from memory."""
    return verify_files(Memory({"log": data}), "log", "log", key, expect, genesis)


def verify_path(path, key=None, expect=(), genesis=True):
    """Raises OSError and Unusable."""
    if os.path.isdir(path):
        folder = Folder(path)
        last, base = log_in(folder)
        return verify_files(folder, last, base, key, expect, genesis, whole=True)
    directory, last = os.path.split(path)
    match = SEGMENT.fullmatch(last)
    return verify_files(Folder(directory or "."), last, match["base"] if match else last, key, expect, genesis)


def parse_expect(text):
    match = re.fullmatch(r"([1-9][0-9]{0,18}):([0-9a-f]{64})", text)
    if not match or int(match[1]) > MAX_NUMBER:
        raise argparse.ArgumentTypeError(f"{text!r} is not SEQ:HASH with 64 hex digits")
    return int(match[1]), bytes.fromhex(match[2])


def print_report(report):
    errors = [finding for finding in report["findings"] if finding["severity"] == "error"]
    if errors:
        print(errors[0]["message"])
    else:
        print(f"ok {report['records']} records" + (f" in {report['segments']} segments" if report["segments"] > 1 else ""))
    for finding in report["findings"]:
        if finding is not (errors[0] if errors else None):
            print(f"{finding['severity']} {finding['code']}: {finding['message']}", file=sys.stderr)


def parse_options(arguments):
    parser = argparse.ArgumentParser(description="Verifies an audit log.")
    parser.add_argument("--key-file", metavar="FILE", help="of a keyed log")
    parser.add_argument("--expect", metavar="SEQ:HASH", type=parse_expect, action="append", default=[], help="a record that must be in the log")
    parser.add_argument("--no-genesis", action="store_true", help="the chain of a host's own logger")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("path", metavar="PATH", help="the log, a segment of it, or the directory that holds them")
    return parser.parse_args(arguments)


def load_key(path):
    with open(path, "rb") as file:
        return Key(file.read(8192))


def main(arguments=None):
    options = parse_options(arguments)
    try:
        key = load_key(options.key_file) if options.key_file else None
        report = verify_path(options.path, key, options.expect, not options.no_genesis)
    except OSError as error:
        print(f"{error.filename or options.path}: {error.strerror}", file=sys.stderr)
        return 2
    except Unusable as error:
        print(f"{options.path}: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(report))
    else:
        print_report(report)
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
