#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The oracle of the proofs says no to each kind of disagreement: what cannot fail proves nothing."""
import json
import pathlib
import tempfile
import unittest

import prooflib
import verify_log
from prooflib import Done, Event, Wrong

BODY = '{"id":"c-1","maxConcurrentCalls":120}'
D1 = prooflib.hashlib.sha256(BODY.encode()).hexdigest()
GENESIS = {"k": "genesis"}
INTENT = {"k": "intent", "op": "o-1", "campaign": "c-1", "round": 1, "v0": '"1"', "d1": D1}
APPLIED = {"k": "outcome", "op": "o-1", "campaign": "c-1", "outcome": "applied", "intent": True}
PUT = {"method": "PUT", "body": BODY, "if_match": '"1"', "status": 200}


class FakeSim:
    def __init__(self, *rows):
        self.rows = list(rows)

    def requests(self):
        return self.rows

    def state(self):
        return {"applied_total": sum(row["status"] == 200 for row in self.rows)}


def seal(bodies, last=verify_log.START):
    seq, prev = last
    lines = []
    for body in bodies:
        seq += 1
        front = b'{"v":1,"seq":%d,"t":"2026-11-22T16:00:00.123456Z","bt":1,"boot":"b","w":"h/1/i",' % seq + json.dumps(body, separators=(",", ":"))[1:-1].encode()
        h = verify_log.seal(prev, seq, front)
        lines.append(front + b',"prev":"%s","h":"%s"}\n' % (prev.hex().encode(), h.hex().encode()))
        prev = h
    return b"".join(lines), (seq, prev)


class Case(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="cxdialer-test-")
        self.addCleanup(place.cleanup)
        self.path = pathlib.Path(place.name) / "audit.log"

    def log(self, *bodies, more=b""):
        self.path.write_bytes(seal((GENESIS, *bodies))[0] + more)

    def judge(self, *rows, **options):
        return prooflib.judge(self.path, FakeSim(*rows), **options)

    def wrong(self, text, *rows, **options):
        with self.assertRaises(Wrong) as caught:
            self.judge(*rows, **options)
        self.assertIn(text, str(caught.exception))


class Truth(Case):
    def test_three_that_agree(self):
        self.log(INTENT, APPLIED)
        found = self.judge(PUT)
        self.assertEqual((found.puts, found.applied, found.intents, found.dangling, found.recovered), (1, 1, 1, 0, 0))

    def test_a_put_without_intent(self):
        self.log()
        self.wrong("no intent", PUT)
        self.log(dict(INTENT, d1="0" * 64), APPLIED)
        self.wrong("no intent", PUT)
        self.log(dict(INTENT, v0='"2"'), APPLIED)
        self.wrong("no intent", PUT)

    def test_a_put_and_no_log_at_all(self):
        self.wrong("no intent", PUT)

    def test_a_put_that_was_refused_needs_its_intent_as_well(self):
        self.log()
        self.wrong("no intent", dict(PUT, status=412))

    def test_an_intent_without_outcome(self):
        self.log(INTENT)
        self.wrong("no outcome", PUT)
        self.assertEqual(self.judge(PUT, settled=False).dangling, 1)

    def test_two_outcomes(self):
        self.log(INTENT, APPLIED, dict(APPLIED, recovered=True))
        self.wrong("another outcome", PUT)
        self.wrong("another outcome", PUT, settled=False)

    def test_an_outcome_before_its_intent(self):
        self.log(APPLIED, INTENT)
        self.wrong("behind its outcome", PUT)

    def test_an_outcome_that_denies_its_intent(self):
        self.log(INTENT, dict(APPLIED, intent=False))
        self.wrong("intent=False", PUT)
        self.log(APPLIED)
        self.wrong("intent=True")

    def test_applied_that_was_not(self):
        for outcome in ("applied", "applied_readback"):
            self.log(INTENT, dict(APPLIED, outcome=outcome))
            self.wrong("applied nothing")
            self.wrong("applied nothing", dict(PUT, status=500))

    def test_not_applied_that_was(self):
        for outcome in ("not_applied", "rejected", "cancelled", "conflict"):
            self.log(INTENT, dict(APPLIED, outcome=outcome))
            self.wrong("the simulator applied it", PUT)
            self.assertEqual(self.judge(dict(PUT, status=412)).applied, 0)

    def test_unknown_is_an_answer_only_where_several_write(self):
        self.log(INTENT, dict(APPLIED, outcome="unknown"))
        self.wrong("could be told", PUT)
        self.assertEqual(self.judge(PUT, shared=["c-1"]).applied, 1)


class Log(Case):
    def test_a_torn_end_is_left_by_a_crash_only(self):
        self.log(INTENT, APPLIED, more=b'{"v":1,"seq":4,')
        self.assertEqual(self.judge(PUT, settled=False).intents, 1)
        self.wrong("audit.torn", PUT)

    def test_damage(self):
        data = seal((GENESIS, INTENT, APPLIED))[0]
        for bad in (data.replace(b'"applied"', b'"unknown"'), data[data.index(b"\n") + 1:], data + data):
            self.path.write_bytes(bad)
            with self.assertRaises(Wrong):
                self.judge(PUT, settled=False)

    def test_a_fork_is_a_false_alarm(self):
        self.log(INTENT, APPLIED, {"k": "fork", "reason": "x"})
        self.wrong("false alarm", PUT, settled=False)

    def test_segments_are_read_in_order_and_two_names_of_one_file_once(self):
        first, last = seal((GENESIS, INTENT, {"k": "rotate", "next": "audit.log"}))
        old = self.path.with_name("audit.log.000000000001")
        old.write_bytes(first)
        genesis = {"k": "genesis", "why": "size", "prev_name": old.name, "prev_seq": 3, "prev_h": last[1].hex(), "prev_sha256": prooflib.hashlib.sha256(first).hexdigest(), "open": [{"seq": 2, "op": INTENT["op"]}]}
        self.path.write_bytes(seal((genesis, APPLIED), last)[0])
        self.assertEqual(prooflib.segments(self.path), [str(old), str(self.path)])
        self.assertEqual([record["seq"] for record in prooflib.records(self.path)], [1, 2, 3, 4, 5])
        self.judge(PUT)
        self.path.unlink()
        self.path.hardlink_to(old)
        self.assertEqual(len(prooflib.segments(self.path)), 1)


def event(number, name, note="-", inode=7, result=1, code=0):
    return Event(number, name, inode, result, code, note)


class Calls(unittest.TestCase):
    WRITTEN, SYNCED, SENT = event(1, "write", "intent"), event(2, "fdatasync", result=0), event(3, "send", "PUT", 0)

    def test_intent_synced_then_sent(self):
        prooflib.check_durable([self.WRITTEN, self.SYNCED, self.SENT])

    def test_written_again_to_another_file(self):
        failed = self.SYNCED._replace(result=-1, code=5)
        again = self.WRITTEN._replace(inode=9, note="genesis,recover,intent")
        prooflib.check_durable([self.WRITTEN, failed, again, self.SYNCED._replace(inode=9), self.SENT])
        with self.assertRaises(Wrong):
            prooflib.check_durable([self.WRITTEN, failed, again, self.SYNCED, self.SENT])

    def test_sent_before_it_was_durable(self):
        for calls in ([self.SENT], [self.WRITTEN, self.SENT], [self.SYNCED, self.WRITTEN, self.SENT], [self.WRITTEN, self.SYNCED._replace(result=-1, code=5), self.SENT],
                      [self.WRITTEN, self.SYNCED._replace(inode=8), self.SENT]):
            with self.assertRaises(Wrong):
                prooflib.check_durable(calls)


class Said(Case):
    class FakePlace:
        def __init__(self, path):
            self.path = path

    def said(self, code, outcome, audit="CXD_OK", seq=3, err="", applied=True, out=None):
        text = json.dumps({"outcome": outcome, "audit": {"status": audit, "seq": seq}}) if out is None else out
        prooflib.what_a_lived_command_said(self.FakePlace(self.path), Done(code, text, err), [prooflib.Put(D1, '"1"', applied)])

    def test_the_truth(self):
        self.log(INTENT, APPLIED)
        self.said(0, "applied")
        self.said(74, "applied", "CXD_E_AUDIT", 3, "outcome applied is in the audit log (record 3), but another record of this update could not be written")
        self.said(74, "applied", "CXD_E_AUDIT", None, 'its audit record could not be written; keep it: {\\"k\\":\\"outcome\\"}')
        self.said(74, "not_applied", "CXD_E_AUDIT", None, applied=False)

    def test_everything_else(self):
        self.log(INTENT, APPLIED)
        for bad in (dict(code=0, outcome="not_applied"), dict(code=0, outcome="applied", seq=2), dict(code=0, outcome="applied", audit="CXD_E_AUDIT"),
                    dict(code=74, outcome="applied", audit="CXD_E_AUDIT"), dict(code=0, outcome="applied", applied=False), dict(code=-11, outcome="applied"),
                    dict(code=139, outcome="applied"), dict(code=74, outcome="", out=""), dict(code=0, outcome="applied", err="==1==ERROR: AddressSanitizer: x")):
            with self.subTest(bad), self.assertRaises(Wrong):
                self.said(**bad)


if __name__ == "__main__":
    unittest.main()
