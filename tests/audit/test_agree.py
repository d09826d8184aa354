#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""
The library's verifier and the independent one say the same of every log: whether it is right, how many records and segments it has, the
first bad number, the last record, and which codes they tell with which severity.

    python3 tests/audit/test_agree.py [--seed N] [--logs N]      LIBCXDIALER names the shared library
"""
import argparse
import os
import random
import shutil
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import damage  # noqa: E402
import make_log  # noqa: E402
import ours  # noqa: E402
import verify_log  # noqa: E402

CONTENT = b"the key of the logs on which both agree\n"
OTHER = b"and another one, for the sake of differing"
SAME = ("ok", "records", "segments", "first_bad_seq", "last")
OPTIONS = argparse.Namespace(seed=5, logs=3000)
EACH = 40  # differences told of a test


def told(report):
    return {(finding["severity"], finding["code"]) for finding in report["findings"]}


class Place:
    """A directory with the files of one log, and both verifiers' word on it."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="cxd-agree-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
        self.logs = os.path.join(self.directory, "logs")
        self.keys = {content: self.write(f"key{i}", content) for i, content in enumerate((CONTENT, OTHER))}
        self.ours = ours.Ours()

    def write(self, name, content):
        path = os.path.join(self.directory, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def close(self):
        shutil.rmtree(self.directory)

    def put(self, files):
        shutil.rmtree(self.logs, ignore_errors=True)
        os.mkdir(self.logs)
        for name, data in files.items():
            with open(os.path.join(self.logs, name), "wb") as file:
                file.write(data)

    def differences(self, last, content=None, expect=()):
        """What the two do not agree on, of the files that are there; empty: nothing."""
        path = os.path.join(self.logs, last) if last else self.logs
        key_file = self.keys[content] if content else None
        try:
            theirs = verify_log.verify_path(path, verify_log.load_key(key_file) if key_file else None, expect)
        except (OSError, verify_log.Unusable) as error:
            theirs = error
        try:
            mine, alarms = self.ours.read(path, key_file, expect)
        except ours.Failure as failure:
            return [] if isinstance(theirs, Exception) else [f"ours cannot read it: {failure}; independent: {theirs}"]
        if isinstance(theirs, Exception):
            return [f"the independent one cannot read it: {theirs!r}; ours: {mine}"]
        return self.compare(mine, theirs, alarms) + ([] if expect else self.compare_verify(path, key_file, mine))

    @staticmethod
    def compare(mine, theirs, alarms):
        different = [f"{name}: ours {mine[name]!r}, independent {theirs[name]!r}" for name in SAME if mine[name] != theirs[name]]
        here, there = told(mine), told(theirs)
        # Beyond a hundred findings the library counts them only.
        if here != there and not (any(code == "audit.more" for _, code in here) and {pair for pair in here if pair[1] != "audit.more"} <= there):
            different.append(f"told: only ours {sorted(here - there)}, only independent {sorted(there - here)}")
        if (alarms > 0) != (not mine["ok"]):
            different.append(f"ours gave {alarms} alarms, ok {mine['ok']}")
        return different + ([f"ours: {mine}", f"independent: {theirs}"] if different else [])

    def compare_verify(self, path, key_file, mine):
        """The one call of the library says what its reading record by record says."""
        status, findings = self.ours.verify(path, key_file)
        fine = findings == mine["findings"] and (status == ours.OK) == mine["ok"]
        return [] if fine else [f"cxd_audit_verify: {status} {findings}, cxd_audit_read: {mine}"]


def right_logs():
    """(what it is, log, key): logs as they are written."""
    for name, content in (("plain", None), ("keyed", CONTENT)):
        yield f"{name}, empty but for the genesis", make_log.Log(key=content), content
        yield f"{name}, one segment", make_log.Log(key=content, seed=2).fill(120, checkpoints=25), content
        yield f"{name}, segments", make_log.Log(key=content, seed=3).fill(130, every=25, checkpoints=9), content
        yield f"{name}, every kind", make_log.all_kinds(content, seed=4), content
        log = make_log.Log(key=content, seed=5).fill(40)
        log.rotate("day")
        log.fill(60).torn_end()
        yield f"{name}, torn end", log, content
        for lost in (0, 1, 5):
            log = make_log.Log(key=content, seed=6).fill(40)
            log.sync(lost, b'{"v":1,"seq"')
            yield f"{name}, sync after {lost}", log.fill(50), content
        for back, left in ((0, b"no record\n"), (3, b'{"v":1'), (6, b"")):
            log = make_log.Log(key=content, seed=7).fill(40)
            log.rotate()
            log.fill(60)
            log.broken(left, back)
            yield f"{name}, broken {back}", log.fill(70), content


def end_without_key(log):
    """The last three records before the key."""
    lines = next(lines for lines in map(damage.lines_of, log.files.values()) if lines[-1][-67:-3].decode() == log.before_key[1])
    return [(verify_log.Record(line[:-1]).seq, bytes.fromhex(line[-67:-3].decode())) for line in lines[-3:]]


class Agree(unittest.TestCase):
    def setUp(self):
        self.place = Place()
        self.addCleanup(self.place.close)
        self.made, self.failures = 0, []

    def same(self, what, files, last, content=None, expect=()):
        self.place.put(files)
        self.made += 1
        different = self.place.differences(last, content, expect)
        if different:
            self.failures.append("\n    ".join([what] + different))

    def tearDown(self):
        if self.failures:
            self.fail(f"{len(self.failures)} of {self.made} differ:\n" + "\n".join(self.failures[:EACH]))

    def test_right_logs(self):
        for what, log, content in right_logs():
            last = (log.last[0], bytes.fromhex(log.last[1]))
            for path in [log.name, None] + damage.segments_of(log.files, log.name)[:-1]:
                for key in (content, None, OTHER):
                    self.same(f"{what}, {path}, key {key}", log.files, path, key)
                self.same(f"{what}, {path}, expected", log.files, path, content, [last])
                for key in (content, None, OTHER) if log.before_key else ():
                    plain = (log.before_key[0], bytes.fromhex(log.before_key[1]))
                    self.same(f"{what}, {path}, key {key}, end without key expected", log.files, path, key, [plain, last])
                    for record in end_without_key(log):
                        self.same(f"{what}, {path}, key {key}, {record[0]} expected", log.files, path, key, [record])
                    self.same(f"{what}, {path}, key {key}, begins behind it", {name: data for name, data in log.files.items() if b'"kid"' in data}, path, key, [plain])
                self.same(f"{what}, {path}, not expected", log.files, path, content, [last, (3, bytes(32)), (10**6, bytes(32))])

    def test_files_that_are_missing(self):
        for what, log, content in right_logs():
            segments = damage.segments_of(log.files, log.name)
            for gone in segments:
                files = {name: data for name, data in log.files.items() if name != gone}
                for path in (log.name, None):
                    self.same(f"{what}, {gone} missing, {path}", files, path, content)
            for first, segment in enumerate(segments[:-1], 1):
                lines = damage.lines_of(log.files[segment])
                ends = [(verify_log.Record(line[:-1]).seq, bytes.fromhex(line[-67:-3].decode())) for line in (lines[-1:] if lines[-1][-3:-1] == b'"}' else [])]
                files = {name: log.files[name] for name in segments[first:]}
                self.same(f"{what}, from segment {first} on", files, log.name, content, ends)
                self.same(f"{what}, from segment {first} on, more expected", files, log.name, content, ends + [(2, bytes(32))])

    def test_outcomes_twice(self):
        for others in (0, 1, verify_log.ANSWERED - 1, verify_log.ANSWERED, verify_log.ANSWERED + 7):
            log = make_log.Log()
            for op in ["first", *map(str, range(others))]:
                log.record("intent", op=op)
                log.record("outcome", op=op)
            log.record("outcome", op="first")
            log.record("outcome", op="never")
            log.record("outcome", op="never")
            log.record("intent", op="first")
            log.record("outcome", op="first")
            self.same(f"the same outcome behind {others}", log.files, log.name)

    def test_open_intents_of_segments_that_are_kept_elsewhere(self):
        rng = random.Random(OPTIONS.seed)
        lists = ([], [2], ["2"], [{}], [{"seq": 2}], [{"op": "a"}], [{"seq": 2, "op": 7}], [{"seq": 2.0, "op": "a"}], [{"seq": 0, "op": "a"}], [{"seq": 2, "op": ""}],
                 [{"seq": 2, "op": "a"}, {"seq": 3, "op": "a"}], [{"op": "a", "x": [], "seq": 10**18}], [{"seq": 2, "op": "a"}] * 3, [{"seq": 2, "op": "a"}, 3], {"seq": 2, "op": "a"}, None)
        for carried in lists:
            log = make_log.Log(genesis=False)
            log.last = (9, "7" * 64)
            log.record("genesis", why="size", prev_name="audit.log.000000000001", prev_seq=9, prev_h="7" * 64, prev_sha256="0" * 64, open=carried)
            for n in range(3):
                self.same(f"{carried}, {n} records behind", log.files, log.name, expect=[(9, bytes.fromhex("7" * 64))])
                log.record("outcome", op=rng.choice(("a", "", "b")), intent_seq=2)

    def test_files_that_no_segment_names(self):
        fresh = make_log.Log(seed=44).fill(9).resolved()
        for what, log, content in right_logs():
            segments = damage.segments_of(log.files, log.name)
            files = {**log.files, log.name: fresh.data}
            for path in [log.name, None] + segments[:-1]:
                self.same(f"{what}, begun anew, {path}", files, path, content)
            for number, copy in ((1, ".1"), (1, ""), (0, ""), (999999999999, ".9"), (7, "")):
                name = f"{log.name}.{number:012d}{copy}"
                for data in (b"", b"x" * 20000, fresh.data, bytes(fresh.data)[:-1], fresh.data.replace(b"genesis", b"clock"), fresh.data.replace(b'"bt":', b'"bt":7'), log.data):
                    if name not in log.files:
                        self.same(f"{what}, {name}", {**log.files, name: data}, log.name, content)
                        self.same(f"{what}, {name} beside {segments[0]}", {**log.files, name: data}, segments[0], content)
            last = damage.lines_of(log.files[segments[0]])[-1]
            if len(segments) > 1 and last.endswith(b'"}\n'):
                end = (verify_log.Record(last[:-1]).seq, bytes.fromhex(last[-67:-3].decode()))
                self.same(f"{what}, before the anchor", {**log.files, segments[0]: fresh.data}, log.name, content, [end])

    def test_damaged_logs(self):
        logs = list(right_logs())
        rng = random.Random(OPTIONS.seed)
        for i in range(OPTIONS.logs):
            what, log, content = logs[rng.randrange(len(logs))]
            files, done = log.files, []
            for _ in range(rng.choice((1, 1, 1, 2, 3))):
                done.append(rng.choice(list(damage.ALL)))
                files = damage.apply(done[-1], files, log.name, rng)
            key = rng.choice((content, content, content, content, None, OTHER))
            path = rng.choice([log.name] * 6 + [None] + damage.segments_of(files, log.name))
            expect = [(int(seq), bytes.fromhex(h)) for seq, h in log.anchors[:1]] if rng.random() < 0.2 else []
            self.same(f"{i}: {what}, {' '.join(done)}, {path}, {'key' if key == content else key}", files, path, key, expect)

    def test_lines_of_odd_forms(self):
        """Whole records whose JSON is at the edge: both take them, or neither does."""
        import test_verify_log as forms
        for rest in forms.ODD + forms.WRONG:
            line, _ = forms.seal(2, forms.expect_of(forms.chain(1))[1], rest)
            self.same(f"{rest[:60]!r}", {"log": forms.chain(1) + line}, "log")

    def test_bytes_that_are_no_log(self):
        rng = random.Random(OPTIONS.seed)
        pieces = (b"\n", b"{}", b'{"v":1,"seq":1}', b"\0" * 9, b"\xff\xfe", b"[" * 9000, b'"', b"\r\n", b"", b"x" * 20000)
        for _ in range(150):
            data = b"".join(rng.choice(pieces) for _ in range(rng.randrange(6)))
            self.same(f"{data[:60]!r}", {"log": data}, "log")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=OPTIONS.seed)
    parser.add_argument("--logs", type=int, default=OPTIONS.logs, help="damaged logs to compare")
    OPTIONS, rest = parser.parse_known_args()
    unittest.main(argv=sys.argv[:1] + rest)
