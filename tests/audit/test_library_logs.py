#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""
Logs that the library wrote, by cxdialer against the simulator: both verifiers and `cxdialer audit verify` say the same of them, whole
and tampered with, and nothing that is done to them passes.
"""
import json
import os
import random
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(1, os.path.join(HERE, "..", "net"))
import clilib  # noqa: E402
import damage  # noqa: E402
import ours  # noqa: E402
import test_agree  # noqa: E402
import test_tamper  # noqa: E402
import verify_log  # noqa: E402

UPDATES = 500   # an intent and an outcome each
CAMPAIGNS = [f"a1b2c3d4-e5f6-7890-abcd-{n:012d}" for n in range(4)]
CONTENT = b"the key of the logs that the library writes\n"
TRIED = 250     # random changes of each kind of log


class Written(clilib.SimCase):
    content = None
    settings = {}
    segments = 1

    def setUp(self):
        super().setUp()
        self.logs = self.dir / "logs"
        self.logs.mkdir()
        self.audit = self.logs / "audit.log"
        self.key_file = self.file("key", CONTENT) if self.content else None
        self.key = verify_log.Key(CONTENT) if self.content else None
        self.more = {"CXDIALER_RATE_LIMIT": "0", **self.settings, **({"CXDIALER_AUDIT_KEY_FILE": self.key_file} if self.content else {})}

    def write(self, updates):
        sim = self.sim("--rate", "0", campaigns=[clilib.paused(campaign) for campaign in CAMPAIGNS])
        changes = [{"id": CAMPAIGNS[n % len(CAMPAIGNS)], "maxConcurrentCalls": 100 + n % 50} for n in range(updates)]
        self.assert_code(self.cli(sim, "apply", "--yes", self.file("changes.json", changes), **self.more), 0)
        files = {name: (self.logs / name).read_bytes() for name in os.listdir(self.logs) if not name.endswith(".writers")}
        return files

    def verified(self, files, expect=()):
        return verify_log.verify_files(verify_log.Memory(files), "audit.log", "audit.log", self.key, expect)

    def test_it_is_right_and_all_say_so(self):
        files = self.write(UPDATES)
        report = self.verified(files)
        self.assertTrue(report["ok"], report["findings"][:5])
        self.assertGreaterEqual(report["records"], 2 * UPDATES)
        self.assertGreaterEqual(report["segments"], self.segments)
        for path in (self.audit, self.logs):
            mine, _ = ours.Ours().read(str(path), self.key_file)
            self.assertEqual(test_agree.Place.compare(mine, verify_log.verify_path(str(path), self.key), 0), [])
            done = clilib.run("--output", "json", "audit", "verify", *(["--key-file", self.key_file] if self.content else []), "--expect", report["last"], str(path))
            self.assert_code(done, 0)
            told = json.loads(done.stdout)
            self.assertEqual((told["ok"], told["records"], told["segments"]), (True, report["records"], report["segments"]))
        print(f"{type(self).__name__}: {report['records']} records in {report['segments']} segments, ok by both, last {report['last'][:20]}...")

    def test_both_say_the_same_of_what_was_done_to_it(self):
        files, rng, place = self.write(40), random.Random(8), test_agree.Place()
        self.addCleanup(place.close)
        place.keys[CONTENT] = place.write("key-of-the-library", CONTENT)
        for i in range(TRIED):
            done = rng.choice(list(damage.ALL))
            place.put(damage.apply(done, files, "audit.log", rng))
            self.assertEqual(place.differences("audit.log", CONTENT if self.content else None), [], f"{i}: {done}")

    def test_whatever_is_done_to_it_is_seen(self):
        files, rng = self.write(UPDATES), random.Random(9)
        last = verify_log.parse_expect(self.verified(files)["last"])
        self.assertFalse(test_tamper.is_seen(files, "audit.log", self.key, [last]))
        made = 0
        for i in range(TRIED):
            done = rng.choice(list(damage.ALL))
            changed = damage.apply(done, files, "audit.log", rng)
            if changed == files or done == "delete_segment" and len(files) == 1:
                continue
            made += 1
            self.assertTrue(test_tamper.is_seen(changed, "audit.log", self.key, [last]), f"{i}: {done}")
        print(f"{type(self).__name__}: changes of all kinds {made} detected {made}")

    def test_every_bit_of_some_lines(self):
        files = self.write(UPDATES)
        lines = damage.lines_of(files["audit.log"])
        number = verify_log.Record(lines[0][:-1]).seq
        flips = seen = 0
        for i in range(1, len(lines), 97):
            made = test_tamper.flips_of_lines(([None] * (number - 1) + lines, [number - 1 + i], CONTENT if self.content else None))
            flips, seen = flips + made[0], seen + made[1]
        print(f"{type(self).__name__}: bit flips {flips} detected {seen}")
        self.assertGreater(flips, 0)
        self.assertEqual(seen, flips)


class Keyed(Written):
    content = CONTENT


class Segments(Written):
    settings = {"CXDIALER_AUDIT_MAX_BYTES": "100000"}
    segments = 5


class KeyedSegments(Segments):
    content = CONTENT


if __name__ == "__main__":
    unittest.main()
