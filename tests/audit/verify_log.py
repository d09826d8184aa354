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
MAX_DEPTH = 40
START = (0, bytes(32))
ANSWERED = 4096
WHYS = ("size", "day", "key", "sync", "broken")
TEXT = rb'"[^"\\]*"'
HEAD = re.compile(
    rb'\{"v":1,"seq":([1-9][0-9]{0,17}),"t":"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z",'
    rb'"bt":[0-9]+,"boot":' + TEXT + rb',"w":' + TEXT + rb',"k":"([^"\\]*)"')
TAIL = re.compile(rb'(?:,"kid":"([0-9a-f]{16})","e":0)?,"prev":"([0-9a-f]{64})","h":"([0-9a-f]{64})"\}\Z')
PREV_TO_END = len(b',"prev":"","h":""}') + 128
KID_TO_PREV = len(b',"kid":"","e":0') + 16
TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*"')
BRACKET = re.compile(rb"[][{}]")
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")  # half of a pair, which must not stand alone
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

    def fits(self, key):
        return seal(self.prev, self.seq, self.front, key if self.kid else None) == self.h


class Record(Frame):
    """A line in the form of a record; whether it fits its hash is another question."""
    __slots__ = ("members",)

    def __init__(self, line):
        super().__init__(line)
        self.members = decode(line)


def depth(line):
    """How many arrays and objects of JSON are open at once, at most."""
    deepest = level = 0
    for bracket in BRACKET.findall(TEXTS.sub(b"", line)):
        level += 1 if bracket in b"[{" else -1
        deepest = max(deepest, level)
    return deepest


def decode(line):
    try:
        members = DECODER.decode(line.decode("utf-8"))
        if SURROGATE.search(line):
            json.dumps(members, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Bad("audit.form", f"not JSON: {error}") from error
    if line.count(b"[") + line.count(b"{") > MAX_DEPTH and depth(line) > MAX_DEPTH:
        raise Bad("audit.form", f"nested deeper than {MAX_DEPTH}")
    return members


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


def looks_like_record(line):
    """Enough for a line that does not count, whatever it is."""
    return HEAD.match(line) is not None and TAIL.search(line) is not None


def is_number(value, least):
    return type(value) is int and least <= value <= MAX_NUMBER


def is_hex(value, digits):
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{%d}" % digits, value) is not None


def is_open(entry):
    """An intent without outcome, in the list of a genesis."""
    return isinstance(entry, dict) and is_number(entry.get("seq"), 1) and isinstance(entry.get("op"), str)


class Link:
    """What the genesis of a later segment says about the segment before."""

    def __init__(self, record):
        get = record.members.get
        whole = (get("why") in WHYS and isinstance(get("prev_name"), str) and SEGMENT.fullmatch(get("prev_name"))
                 and is_number(get("prev_seq"), 1) and is_hex(get("prev_h"), 64)
                 and (get("prev_sha256", 0) is None if get("why") == "sync" else is_hex(get("prev_sha256"), 64))
                 and isinstance(get("open"), list) and all(map(is_open, get("open"))))
        if not whole:
            raise ValueError("a genesis that does not say what stood before it")
        self.why, self.name, self.open = get("why"), get("prev_name"), get("open")
        self.end = (get("prev_seq"), bytes.fromhex(get("prev_h")))
        if record.seq != self.end[0] + 1 or record.prev != self.end[1]:
            raise ValueError("a genesis that does not stand behind the record it names")
        self.sha256 = get("prev_sha256")


class Segment:
    """A file of the log: its lines, what is behind the last newline, and the link to the segment before, if its genesis tells of one."""

    def __init__(self, name, data):
        self.name, self.data = name, data
        self.lines = data.split(b"\n")
        self.rest = self.lines.pop()
        self.number, self.is_genesis, self.link = 0, False, None
        self.read_first()

    def is_known(self):
        """Whether the first line is a genesis that says where the segment stands."""
        return self.is_genesis and (self.number == 1 or self.link is not None)

    def read_first(self):
        try:
            record = Record(self.lines[0])
        except (Bad, IndexError):
            return
        self.number, self.is_genesis = record.seq, record.kind == "genesis"
        if self.is_genesis and record.seq > 1:
            try:
                self.link = Link(record)
            except ValueError:
                pass


class Folder:
    """The files of a directory. Tests have the same over a dict."""

    def __init__(self, path):
        self.path = path

    def names(self):
        return [entry.name for entry in os.scandir(self.path) if entry.is_file(follow_symlinks=False)]

    def read(self, name):
        with open(os.path.join(self.path, name), "rb") as file:
            return file.read()

    def same(self, name, other):
        return os.path.samefile(os.path.join(self.path, name), os.path.join(self.path, other))


class Memory:
    def __init__(self, files):
        self.files = files

    def names(self):
        return list(self.files)

    def read(self, name):
        return self.files[name]

    def same(self, name, other):
        return self.files[name] is self.files[other]


def place_of(name, base):
    """Where a file stands in the log: (number, copy); None: it is no segment of it. The file at audit.path is behind all."""
    match = SEGMENT.fullmatch(name)
    if match and match["base"] == base:
        return int(match["number"]), int(match["copy"] or 0)
    return (10**12, 0) if name == base else None


def log_in(folder):
    """The name of the last file of the one log in a directory, and the name at audit.path."""
    names = folder.names()
    logs = [name for name in names if not BESIDE.fullmatch(name) and folder.read(name).startswith(b'{"v":1,"seq":')]
    bases = {match["base"] if match else name for name, match in zip(logs, map(SEGMENT.fullmatch, logs))}
    if len(bases) != 1:
        raise Unusable("more than one log, name the file" if bases else "no log")
    base = bases.pop()
    return max((name for name in names if place_of(name, base)), key=lambda name: place_of(name, base)), base


def find_segments(folder, last, base):
    """The segments up to one of them, oldest first."""
    names, found = set(folder.names()), [Segment(last, folder.read(last))]
    while found[0].link and found[0].link.name in names - {segment.name for segment in found} and place_of(found[0].link.name, base):
        before = Segment(found[0].link.name, folder.read(found[0].link.name))
        if before.is_known() and before.number > found[0].number:
            break
        found.insert(0, before)
    return found


class Verifier:
    def __init__(self, key=None, expect=(), genesis=True):
        self.key, self.genesis, self.expected = key, genesis, set(expect)
        self.wanted = {}
        for seq, h in expect:
            self.wanted.setdefault(seq, []).append(h)
        self.findings = []
        self.records = self.segments = self.first_bad_seq = 0
        self.begun = True       # else the first record in itself is taken as it is
        self.last = START       # the record that the next one has to follow
        self.before_rotate = None  # the record before it, if it is a rotate record
        self.damaged = 0        # lines behind it that were damaged
        self.seen = None        # the last record in itself of this segment
        self.newest = None      # the last record in itself
        self.keyed = self.plain = False  # whether there was a record with a key, and one without
        self.open, self.answered = {}, {}  # intents without outcome, by op, and the ops of those that got one last
        self.place = None       # segment and line

    def tell(self, severity, code, reason):
        self.findings.append({"severity": severity, "code": code, "message": self.where() + reason if self.place else reason})
        if severity == "error" and not self.first_bad_seq:
            self.first_bad_seq = self.last[0] + 1

    def error(self, code, reason):
        self.tell("error", code, reason)

    # Segments

    def run(self, segments, whole, headless=False, begin=1, cut_short=None, strays=()):
        """
        whole: the last of the segments has to be the end of the log; headless: it cannot be, the file at audit.path is missing.
        begin: the number that the name of the first segment has. cut_short: tells of a log that ends with its rotate record, whose
        number it gets, whether a crash did that. strays: names of segments that stand beside, of which none of these tells.
        """
        self.segments_found, self.whole = len(segments), whole
        first = segments[0]
        self.begun = first.is_known() or not self.genesis
        if not self.begun:
            self.last = (begin - 1, bytes(32))
        for i, segment in enumerate(segments):
            successor = segments[i + 1] if i + 1 < len(segments) else None
            self.segment(segment, segments[i - 1] if i else None, successor)
        self.end_rotated(headless, whole and self.seen and self.seen.kind == "rotate", cut_short)
        self.place = None
        for name in strays:
            self.error("audit.segment", f"{name}: a segment of this log that no later one names: the log was begun anew, or a file was put there")
        self.end()

    def end_rotated(self, headless, rotated, cut_short):
        if rotated and not headless and cut_short and cut_short(self.last[0]):
            self.tell("warning", "audit.rotated", "a crash while the next segment was begun, the next opening completes it")
        elif headless or rotated:
            self.error("audit.rotated", "the log ends here, its next segment is missing")

    def segment(self, segment, previous, successor):
        self.segments += 1
        link = successor.link if successor else None
        cut = link.end if link and link.why in ("sync", "broken") else None
        if segment.link and not previous and self.genesis:
            self.place = segment, 0
            self.begin_behind(segment.link)
        for i, line in enumerate(segment.lines):
            self.place = segment, i
            if cut and self.last[0] + self.damaged >= cut[0]:
                self.abandon(link, sum(map(looks_like_record, segment.lines[i:])))
                return
            self.line(line, i == 0, segment, previous)
        self.place = segment, len(segment.lines)
        if cut and self.last[0] + self.damaged >= cut[0]:
            return
        if segment.rest:
            self.torn(segment, self.whole and successor is None)
        if not segment.lines and self.genesis:
            self.error("audit.genesis", "no record is in it, not even a genesis")

    def where(self):
        segment, i = self.place
        return f"{segment.name}: line {i + 1}: " if self.segments_found > 1 else f"line {i + 1}: "

    def abandon(self, link, records):
        if link.why == "sync" and records:
            self.tell("note", "audit.abandoned", f"{records} records from here on are abandoned, the next segment has them again")

    def torn(self, segment, is_last):
        rest = segment.rest
        if segment.lines and self.seen and self.seen.kind == "rotate":
            self.error("audit.rotated", "there is something behind the rotate record")
        if not is_last or whole_inside(rest):
            self.error("audit.torn", f"torn, {len(rest)} bytes without a newline")
        else:
            self.tell("warning", "audit.torn", f"torn, {len(rest)} bytes without a newline")
        if segment.lines:
            self.seen = None

    def check_end(self, previous, link, last_kind):
        """The segment before was read up to here: is it the one that this one names?"""
        if link.sha256 and hashlib.sha256(previous.data).hexdigest() != link.sha256:
            self.error("audit.segment", f"{link.name} is not as it was left")
        missing = link.end[0] - self.last[0]
        if self.begun and not (0 <= missing <= self.damaged if self.damaged else self.last == link.end):
            self.error("audit.segment", f"{link.name} does not end with record {link.end[0]}, from which this segment goes on")
        elif link.why in ("size", "day", "key") and last_kind != "rotate":
            self.error("audit.segment", f"{link.name} does not end with a rotate record")

    def genesis_of(self, record, segment, previous):
        """The first record of a segment, if it is a genesis: sets what it has to follow."""
        if record.seq == 1:
            if record.prev != START[1]:
                self.error("audit.genesis", "the genesis of a first segment that has something before it")
                self.last = (0, record.prev)
            return
        link = segment.link
        if not link:
            self.error("audit.genesis", "a genesis that does not say what stood before it")
            return
        if previous:
            self.check_end(previous, link, self.end_kind)
        else:
            self.open = {entry["op"]: entry["seq"] for entry in link.open}
        if link.why == "broken":
            self.error("audit.broken", f"{link.name} was found damaged or cut behind record {link.end[0]}")
        self.last, self.damaged = link.end, 0

    def begin_behind(self, link):
        """The segment before the first one is not here: kept elsewhere, so that its last record is known, or missing."""
        if link.end[1] in self.wanted.get(link.end[0], ()):
            del self.wanted[link.end[0]]
        else:
            self.error("audit.segment", f"the segment before, {link.name!r}, is missing")
        self.begun, self.last = True, link.end

    # Records

    def line(self, line, first, segment, previous):
        if first:
            self.end_kind, self.seen = self.seen and self.seen.kind, None
        try:
            record = Record(line)
            proven = self.prove(record)
            if self.seen and self.seen.kind == "rotate":
                self.error("audit.rotated", "there is a record behind the rotate record")
            self.seen = record
            self.check_keyed(record)
            self.check_kind(record, first, segment, previous)
        except Bad as bad:
            self.error(bad.code, str(bad))
            self.damaged += 1
            return
        if self.check_order(record):
            self.check_wanted(record)
            self.follow(record)
            self.records += proven

    def prove(self, record):
        """Whether the record is as it was sealed; False: that takes another key. Bad: it is not."""
        try:
            check_seal(record, self.key)
            return True
        except Bad as bad:
            if bad.code != "audit.key":
                raise
            self.tell_once("audit.key", str(bad))
            return False

    def tell_once(self, code, reason):
        if all(finding["code"] != code for finding in self.findings):
            self.error(code, reason)

    def check_kind(self, record, first, segment, previous):
        wanted = first and self.genesis
        if wanted and record.kind == "genesis":
            self.genesis_of(record, segment, previous)
        elif wanted:
            self.error("audit.genesis", "the first record is not of kind genesis")
        elif record.kind == "genesis":
            self.error("audit.genesis", "a genesis in the middle")

    def check_order(self, record):
        """Whether it stands behind the last one, or behind damaged lines that may each have been a record."""
        expected = self.last[0] + 1
        if not self.begun:
            self.begun = True
            return True
        if record.seq < expected:
            self.error("audit.seq", f"number {record.seq} where {expected} is expected: twice, or out of order")
            return False
        if record.seq > expected + self.damaged:
            self.error("audit.seq", f"number {record.seq} where {expected + self.damaged} is expected: records are missing")
        elif record.seq == expected and record.prev != self.last[1]:
            self.error("audit.chain", "prev is not the hash of the record before")
        return True

    def check_keyed(self, record):
        if not record.kid and self.keyed:
            self.tell_once("audit.unkeyed", "it is not keyed, and there are keyed records before")
        if record.kid and self.plain and not self.keyed and self.place[1]:
            self.tell_once("audit.unkeyed", "it is keyed, what stands before in this segment is not")
        elif record.kid and self.plain and not self.keyed:
            severity = "note" if self.expected & {self.last, self.before_rotate} else "error" if self.key else "warning"
            self.tell(severity, "audit.unkeyed_start", f"what stands before this record is not keyed, expect {self.last[0]}:{self.last[1].hex()} if that is its last record as noted elsewhere")
        self.keyed, self.plain = self.keyed or bool(record.kid), self.plain or not record.kid

    def follow(self, record):
        self.track(record)
        self.before_rotate = self.last if record.kind == "rotate" else None
        self.last, self.damaged = (record.seq, record.h), 0
        self.newest = record

    def check_wanted(self, record):
        for h in self.wanted.pop(record.seq, ()):
            if h != record.h:
                self.error("audit.expect", f"record {record.seq} has the hash {record.h.hex()}, expected is {h.hex()}")

    def track(self, record):
        """Intents by the id of their update, which the outcome has as well."""
        op = record.members.get("op")
        if not isinstance(op, str):
            return
        if record.kind == "intent":
            self.open[op] = record.seq
        elif record.kind == "outcome":
            known = self.open.pop(op, None)
            if op in self.answered:
                self.error("audit.outcome", "another outcome of an update that has one")
            elif known:
                self.answered[op] = True
                if len(self.answered) > ANSWERED:
                    del self.answered[next(iter(self.answered))]

    # The end

    def end(self):
        self.place = None
        for seq in sorted(self.wanted):
            self.error("audit.expect", f"record {seq} with the hash {self.wanted[seq][0].hex()} is not in the log")
        if self.key and self.plain and not self.keyed:
            self.error("audit.unkeyed", "no record of this log is keyed")
        if self.open:
            numbers = sorted(self.open.values())
            self.tell("note", "audit.open", f"{len(numbers)} intents without outcome: {', '.join(map(str, numbers[:20]))}")

    def report(self):
        ok = all(finding["severity"] != "error" for finding in self.findings)
        return {"ok": ok, "records": self.records, "segments": self.segments, "first_bad_seq": self.first_bad_seq,
                "findings": self.findings, "last": f"{self.newest.seq}:{self.newest.h.hex()}" if self.newest else ""}


def whole_inside(rest):
    """Whether a line without newline has a whole record in it with something behind."""
    return re.match(rb'.*,"prev":"[0-9a-f]{64}","h":"[0-9a-f]{64}"\}.', rest, re.DOTALL) is not None


def cut_short(folder, base, segment, last_seq):
    """The file at audit.path has its later name already, as a second one, and no segment goes on behind it."""
    beside = {}
    for name in folder.names():
        place = place_of(name, base)
        if place and name != base:
            beside.setdefault(place[0], []).append(name)
    return last_seq + 1 not in beside and any(folder.same(name, base) for name in beside.get(segment.number, ()))


def find_strays(folder, base, segments, aside):
    """
    Segments beside a log that none of its own names. aside: the number in the name of the segment that is read with those before it;
    None: the log is read. Those before the first one that is read are not looked at.
    """
    first, end = segments[0].number if segments[0].link else 0, 10**12 if aside is None else aside
    names = [name for name in sorted(folder.names()) if name != base and place_of(name, base) and first <= place_of(name, base)[0] < end]
    others = [name for name in names if not any(folder.same(name, segment.name) for segment in segments)]
    return [name for name in others if Segment(name, folder.read(name)).is_genesis]


def verify_files(folder, last, base, key=None, expect=(), genesis=True, whole=False):
    verifier = Verifier(key, expect, genesis)
    segments = find_segments(folder, last, base) if genesis else [Segment(last, folder.read(last))]
    begin = 1 if segments[0].name == base else place_of(segments[0].name, base)[0]
    aside = last != base and (not segments[-1].is_known() or segments[-1].number == place_of(last, base)[0])
    whole_log = whole or not aside
    strays = find_strays(folder, base, segments, None if whole_log else place_of(last, base)[0]) if genesis else ()
    verifier.run(segments, whole_log, whole and last != base, begin, lambda seq: cut_short(folder, base, segments[-1], seq), strays)
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
    match = re.fullmatch(r"([1-9][0-9]{0,17}):([0-9a-f]{64})", text)
    if not match:
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
