#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""
The tamper sweep over logs of 1,000 records: nothing that is done to a log passes. Prints how much was done and how much of it was seen.

A flipped bit changes the line it is in (and, when a newline comes or goes, where that line ends), none before it. The verifier has read
those when it comes to this line, so it is enough to look at what stands there now: bits are tried that way, with the outer
checks of the verifier alone, and a random part of them by reading the whole log.

Every bit, and everything else for the keyed log too: CXDIALER_EVERY_BIT=1 python3 tests/audit/test_tamper.py
(some minutes; without it the bits of each 16th line, each 4th change of a line of the keyed log, and all else).
"""
import multiprocessing
import os
import random
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import damage  # noqa: E402
import make_log  # noqa: E402
import verify_log  # noqa: E402
from verify_log import Bad, Frame, Key, Memory, check_seal, verify_files  # noqa: E402

RECORDS = 1000
FULL = os.environ.get("CXDIALER_EVERY_BIT") == "1"
WHOLE = 1000 if FULL else 150   # random changes with the whole log read, for each log and kind of change
EVERY_LINE = 1 if FULL else 16
CONTENT = b"a key of the tamper sweep, 32 by"
PROCESSES = max(1, min(2, len(os.sched_getaffinity(0))))


class Seen(Exception):
    pass


class UpToFirst(verify_log.Verifier):
    """Reads no further than the first error."""

    def tell(self, severity, code, reason):
        if severity == "error" or code == "audit.torn":
            raise Seen
        super().tell(severity, code, reason)


def is_seen(files, log, key=None, expect=()):
    """Whether a whole verification tells an error, or a torn end."""
    folder = Memory(files)
    verifier = UpToFirst(key, expect)
    try:
        segments = verify_log.find_segments(folder, log, log)
        verifier.run(segments, True, strays=verify_log.find_strays(folder, log, segments, None))
    except Seen:
        return True
    return False


def seen_in_line(line, seq, prev, key):
    """Whether the verifier stops at a changed line that was number seq, behind a record with the hash prev."""
    try:
        record = Frame(line.split(b"\n", 1)[0])
        check_seal(record, key)
        return record.seq != seq or record.prev != prev
    except Bad:
        return True


def flips_of_lines(job):
    """Flips every bit of some lines: number of flips, and of those that the line shows."""
    lines, numbers, content = job
    key = Key(content) if content else None
    flips = seen = 0
    for i in numbers:
        line = bytearray(lines[i] + (lines[i + 1] if i + 1 < len(lines) else b""))
        prev = bytes.fromhex(lines[i - 1][-67:-3].decode()) if i else bytes(32)
        if seen_in_line(bytes(line), i + 1, prev, key):
            return 0, 0
        for at in range(len(lines[i])):
            end = len(lines[i]) if at + 1 < len(lines[i]) else len(line)
            for bit in range(8):
                line[at] ^= 1 << bit
                flips += 1
                seen += seen_in_line(bytes(line[:end]), i + 1, prev, key)
                line[at] ^= 1 << bit
    return flips, seen


def variants_of(job):
    """Whole verifications of variants: how many, and how many of them seen."""
    variants, content = job
    key = Key(content) if content else None
    seen = [is_seen(files, log, key, expect) for files, log, expect in variants]
    return len(seen), sum(seen)


def expect_of(line):
    return verify_log.Record(line[:-1]).seq, bytes.fromhex(line[-67:-3].decode())


class Sweep(unittest.TestCase):
    content = None

    @classmethod
    def setUpClass(cls):
        cls.log = make_log.Log(key=cls.content, seed=11).fill(RECORDS).cut_to(RECORDS)
        cls.name = cls.log.name
        cls.lines = damage.lines_of(cls.log.data)
        cls.key = Key(cls.content) if cls.content else None
        cls.rng = random.Random(3)
        cls.pool = multiprocessing.Pool(PROCESSES)
        cls.kind = "keyed" if cls.content else "plain"
        cls.every = 4 if cls.content and not FULL else 1

    @classmethod
    def tearDownClass(cls):
        cls.pool.close()
        cls.pool.join()

    def count(self, what, jobs, function=variants_of):
        """Everything has to be seen; there has to be something."""
        counts = self.pool.map(function, jobs, chunksize=1)
        made, seen = sum(count[0] for count in counts), sum(count[1] for count in counts)
        print(f"{self.kind}: {what} {made} detected {seen}", flush=True)
        self.assertGreater(made, 0)
        self.assertEqual(seen, made, what)
        return made

    def variants(self, what, logs, expect=()):
        """logs: of the lines of one segment."""
        variants = [({self.name: b"".join(lines)}, self.name, expect) for lines in logs]
        return self.count(what, [(variants[i:i + 20], self.content) for i in range(0, len(variants), 20)])

    def of_files(self, what, logs, expect=(), name=None):
        variants = [({other: bytes(data) for other, data in files.items()}, name or self.name, expect) for files in logs]
        return self.count(what, [([variant], self.content) for variant in variants])

    def is_right(self, files=None, expect=()):
        self.assertFalse(is_seen(files or {self.name: bytes(self.log.data)}, self.name, self.key, expect))


class Lines(Sweep):
    def test_the_log_itself_is_right(self):
        self.assertEqual(len(self.lines), RECORDS)
        self.is_right(expect=[expect_of(self.lines[-1])])

    def test_every_bit(self):
        numbers = range(0, RECORDS, EVERY_LINE)
        made = self.count("bit flips", [(self.lines, numbers[i:i + 25], self.content) for i in range(0, len(numbers), 25)], flips_of_lines)
        self.assertEqual(made, 8 * sum(len(self.lines[i]) for i in numbers))

    def test_some_bits_with_the_whole_log(self):
        def flipped():
            data = bytearray(self.log.data)
            data[self.rng.randrange(len(data))] ^= 1 << self.rng.randrange(8)
            return [bytes(data)]
        self.variants("bit flips (whole log read)", [flipped() for _ in range(WHOLE)])

    def test_what_a_line_shows_is_what_the_whole_log_shows(self):
        """The method itself: both say the same of changes and of no change, on the same flips of a small log."""
        small = self.lines[:12]
        data = b"".join(small)
        for _ in range(400):
            at, bit = self.rng.randrange(len(data)), 1 << self.rng.randrange(8)
            i = data.count(b"\n", 0, at)
            changed = data[:at] + bytes([data[at] ^ bit]) + data[at + 1:]
            rest = changed[sum(map(len, small[:i])):]
            prev = bytes.fromhex(small[i - 1][-67:-3].decode()) if i else bytes(32)
            self.assertTrue(seen_in_line(rest, i + 1, prev, self.key))
            self.assertTrue(is_seen({self.name: changed}, self.name, self.key))
            begin = sum(map(len, small[:i]))
            self.assertFalse(seen_in_line(data[begin:], i + 1, prev, self.key))
        self.assertFalse(is_seen({self.name: data}, self.name, self.key))

    def test_every_deletion(self):
        self.variants("deletions of a line", (self.lines[:i] + self.lines[i + 1:] for i in range(0, RECORDS - 1, self.every)))
        self.variants("deletions of the last line, its hash expected", [self.lines[:-1]], [expect_of(self.lines[-1])])

    def test_every_swap(self):
        def swapped(i, j):
            lines = list(self.lines)
            lines[i], lines[j] = lines[j], lines[i]
            return lines
        self.variants("adjacent swaps", (swapped(i, i + 1) for i in range(0, RECORDS - 1, self.every)))
        self.variants("random swaps", (swapped(*self.rng.sample(range(RECORDS), 2)) for _ in range(WHOLE)))

    def test_every_duplication(self):
        self.variants("duplications", (self.lines[:i + 1] + self.lines[i:] for i in range(0, RECORDS, self.every)))
        self.variants("duplications elsewhere", (self.lines[:j] + [self.lines[i]] + self.lines[j:]
                                                 for i, j in ((self.rng.randrange(RECORDS), self.rng.randrange(RECORDS)) for _ in range(WHOLE))))

    def test_every_truncation_between_records(self):
        checkpoints = [(seq, bytes.fromhex(h)) for seq, h in self.log.anchors]
        self.assertGreaterEqual(len(checkpoints), 3)
        for before, checkpoint in zip([(0, b"")] + checkpoints, checkpoints + [expect_of(self.lines[-1])]):
            self.variants(f"truncations between records, {checkpoint[0]} expected", (self.lines[:n] for n in range(before[0], checkpoint[0], self.every)), [checkpoint])
            self.is_right({self.name: b"".join(self.lines[:checkpoint[0]])}, [checkpoint])
        for checkpoint in checkpoints:
            self.is_right(expect=[checkpoint])

    def test_truncations_inside_lines(self):
        cuts = [sum(map(len, self.lines[:i])) + self.rng.randrange(1, len(self.lines[i])) for i in range(0, RECORDS, self.every)]
        self.variants("truncations inside a line", ([bytes(self.log.data[:cut])] for cut in cuts))
        first = 30 if FULL else 8
        size = sum(map(len, self.lines[:first]))
        inside = [cut for cut in range(size) if cut and self.log.data[cut - 1:cut] != b"\n"]
        self.variants(f"truncations at every byte of the first {first} lines", ([bytes(self.log.data[:cut])] for cut in inside))

    def test_an_edit_that_is_sealed_again(self):
        """All behind it is written anew, as anybody can who has no key."""
        last, begins = expect_of(self.lines[-1]), [self.rng.randrange(1, RECORDS) for _ in range(40)] + [RECORDS - 1]
        logs = [damage.seal_anew(self.lines, begin) for begin in begins]
        self.variants("edits sealed again, last record expected", logs, [last])
        if self.content:
            self.variants("edits sealed again", logs)
        else:
            for lines in logs[:5]:
                self.is_right({self.name: b"".join(lines)})

    def test_an_edit_with_a_wrong_hash_for_the_next(self):
        def edited(i):
            return self.lines[:i] + damage.seal_anew(self.lines[:i + 1], i)[i:] + self.lines[i + 1:]
        self.variants("edits sealed, the next line left", (edited(i) for i in range(0, RECORDS - 1, 5)))

    def test_an_older_copy(self):
        last = expect_of(self.lines[-1])
        older = [make_log.Log(key=self.content, seed=11).fill(n) for n in range(50, RECORDS, 50)]
        for log in older[:4]:
            self.is_right({self.name: bytes(log.data)})
        self.of_files("older copies, last record expected", [log.files for log in older], [last])


class KeyedLines(Lines):
    content = CONTENT

    def test_the_key_taken_off(self):
        stripped = damage.strip_key(self.lines)
        for lines in (self.lines, stripped):
            self.assertEqual(is_seen({self.name: b"".join(lines)}, self.name, None), lines is self.lines)
        parts = [self.lines[:i] + damage.strip_key(self.lines[i:]) for i in range(0, RECORDS, 25)]
        starts = [damage.strip_key(self.lines[:i]) + self.lines[i:] for i in range(1, RECORDS, 25)]
        self.variants("keys taken off to the end", parts)
        self.variants("keys taken off from the start", starts)

    def test_another_key(self):
        forged = make_log.Log(key=b"not the key of this log", seed=11).fill(60)
        self.of_files("logs under another key", [forged.files])
        named = bytes(forged.data).replace(forged.kid.encode(), self.log.kid.encode())
        self.of_files("logs under another key with the name of this", [{self.name: named}])


class Segments(Sweep):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.log = make_log.Log(key=cls.content, seed=21).fill(RECORDS, every=125).resolved()
        cls.names = damage.segments_of(cls.log.files, cls.name)
        cls.files = {name: bytes(data) for name, data in cls.log.files.items()}
        cls.other = make_log.Log(key=cls.content, seed=22).fill(RECORDS, every=125).resolved()
        cls.last = (cls.log.last[0], bytes.fromhex(cls.log.last[1]))

    def test_the_log_itself_is_right(self):
        self.assertGreaterEqual(len(self.names), 8)
        self.is_right(self.files, [self.last])

    def test_segments_deleted(self):
        self.of_files("segments deleted", [{name: data for name, data in self.files.items() if name != gone} for gone in self.names[:-1]])

    def test_an_old_segment_as_the_last(self):
        self.of_files("old segments in the place of the last", [{**self.files, self.name: self.files[old]} for old in self.names[:-1]])
        behind = [({name: self.files[name] for name in self.names[:i]} | {self.name: self.files[self.names[i]]}) for i in range(len(self.names) - 1)]
        self.of_files("old segments in the place of the last, the rest gone", behind)
        self.of_files("the last segment empty", [{**self.files, self.name: b""}])

    def test_segments_swapped(self):
        pairs = [(a, b) for i, a in enumerate(self.names) for b in self.names[i + 1:]]
        self.of_files("segments swapped", [{**self.files, a: self.files[b], b: self.files[a]} for a, b in pairs])

    def test_segments_of_another_log(self):
        others = damage.segments_of(self.other.files, self.name)
        mixed = [{**self.files, mine: bytes(self.other.files[his])} for mine in self.names[:-1] for his in others]
        self.of_files("segments of another log", mixed)
        lasts = [{**self.files, self.name: bytes(self.other.files[his])} for his in others]
        self.of_files("segments of another log as the last, last record expected", lasts, [self.last])

    def test_bits(self):
        self.of_files("bit flips in segments (whole log read)", [damage.flip_bit(self.files, self.name, self.rng) for _ in range(WHOLE)])

    def test_lines(self):
        for change in (damage.delete_line, damage.swap_lines, damage.double_line, damage.cut_inside, damage.lines_of_another, damage.edit_and_seal):
            logs = [change(self.files, self.name, self.rng) for _ in range(WHOLE // 5)]
            self.of_files(f"{change.__name__} in segments, last record expected", [files for files in logs if files != self.files], [self.last])

    def test_truncations_of_older_segments(self):
        cut = [{**self.files, name: b"".join(damage.lines_of(self.files[name])[:n])} for name in self.names[:-1] for n in range(0, len(damage.lines_of(self.files[name])), 9)]
        self.of_files("older segments cut between records", cut)

    def test_segments_sealed_again(self):
        """One segment is written anew to its end, those behind are left."""
        logs = []
        for name in self.names[:-1]:
            lines = damage.lines_of(self.files[name])
            logs += [{**self.files, name: b"".join(damage.seal_anew(lines, begin))} for begin in (1, len(lines) // 2, len(lines) - 1)]
        self.of_files("segments sealed again", logs)


class KeyedSegments(Segments):
    content = CONTENT

    def test_the_key_taken_off_one_segment(self):
        stripped = [{**self.files, name: b"".join(damage.strip_key(damage.lines_of(self.files[name])))} for name in self.names]
        self.of_files("keys taken off a segment", stripped)


del Sweep

if __name__ == "__main__":
    unittest.main()
