# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""cxdialer rollback against the simulator: one update and ranges of them, planned, refused, in conflict, asked about."""
import hashlib
import json
import os
import pty
import signal
import subprocess
import threading
import unittest

import auditlib
import clilib
import simlib

IDS = ["c0", "c1", "c2"]
OLD = [{"op": "replace", "path": "/maxConcurrentCalls", "old": 180, "value": 150}]  # as the sample has it


class RollbackCase(clilib.SimCase):
    def many(self, *args):
        return self.sim(*args, campaigns=[clilib.paused(i) for i in IDS])

    def apply(self, sim, campaign_id, **members):
        """The number of the outcome record."""
        done = self.cli(sim, "--output", "json", "apply", self.file("c.json", {"id": campaign_id, **members}))
        self.assert_code(done, 0)
        return json.loads(done.stdout)["audit"]["seq"]

    def calls(self, sim, campaign_id="c0"):
        return sim.campaign(campaign_id)["document"]["maxConcurrentCalls"]

    def back(self, sim, *args, code=0, log=None, **env):
        """The result, or the array of a range."""
        done = self.cli(sim, "--output", "json", "rollback", *args, str(log or self.audit), **env)
        self.assert_code(done, code)
        self.assertEqual(done.stdout.count("\n"), 1, done.stdout)
        document = json.loads(done.stdout)
        for result in document if isinstance(document, list) else [document]:
            self.assertEqual(set(result), clilib.RESULT_MEMBERS)
        return document

    def outcomes(self, results):
        return [(r["campaign_id"], r["outcome"]) for r in results]

    def refused(self, sim, code, *args, says=(), **env):
        before = len(sim.requests())
        done = self.cli(sim, "rollback", *args, **env)
        self.assert_code(done, code)
        self.assertEqual(done.stdout, "")
        for text in says:
            self.assertIn(text, done.stderr)
        self.assertEqual(len(sim.requests()), before)
        return done


class One(RollbackCase):
    def test_planned_then_put_back(self):
        sim = self.many()
        seq = str(self.apply(sim, "c0", maxConcurrentCalls=120, pacing={"interval": 30}))
        log = self.audit.read_bytes()
        done = self.cli(sim, "rollback", "--seq", seq, "--plan", str(self.audit))
        self.assert_code(done, 2)
        self.assertEqual(done.stdout.splitlines(), ["c0: planned", "  ~  /maxConcurrentCalls  120  ->  150", "  ~  /pacing/interval     30   ->  60"])
        self.assertEqual((done.stderr, self.audit.read_bytes()), ("", log))
        done = self.cli(sim, "rollback", "--seq", seq, str(self.audit))
        self.assert_code(done, 0)
        self.assertEqual(done.stdout.splitlines()[0], "c0: applied")
        self.assertIn("audit seq", done.stdout)
        self.assertEqual(self.calls(sim), 150)
        intents = [r for r in map(json.loads, self.audit.read_text().splitlines()) if r["k"] == "intent"]
        self.assertEqual([r.get("rollback_of") for r in intents], [None, int(seq)])

    def test_as_json_and_back_again(self):
        sim = self.many()
        seq = self.apply(sim, "c0", maxConcurrentCalls=120)
        result = self.back(sim, "--seq", str(seq))
        self.assertEqual((result["campaign_id"], result["outcome"], result["diff"]), ("c0", "applied", [{"op": "replace", "path": "/maxConcurrentCalls", "old": 120, "value": 150}]))
        self.back(sim, "--seq", str(result["audit"]["seq"]))
        self.assertEqual(self.calls(sim), 120)
        self.assertEqual(self.back(sim, "--plan", "--seq", str(result["audit"]["seq"]))["outcome"], "unchanged")

    def test_a_conflict_is_shown(self):
        sim = self.many()
        seq = str(self.apply(sim, "c0", maxConcurrentCalls=120))
        sim.request("POST", "/_sim/campaigns/c0", {"maxConcurrentCalls": 77})
        for words in (["--plan"], []):
            done = self.cli(sim, "rollback", "--seq", seq, *words, str(self.audit))
            self.assert_code(done, 79)
            lines = [line.split() for line in done.stdout.splitlines()]
            self.assertIn(["CONFLICT", "BASE", "MINE", "THEIRS"], lines)
            self.assertIn(["/maxConcurrentCalls", "120", "150", "77"], lines)
            self.assertIn("changed by somebody else since", done.stderr)
        self.assertEqual(self.back(sim, "--seq", seq, code=79)["conflict"]["theirs"], {"/maxConcurrentCalls": 77})
        self.assertEqual(self.calls(sim), 77)

    def test_what_cannot_be_put_back(self):
        sim = self.many()
        seq = self.apply(sim, "c0", maxConcurrentCalls=120)
        self.assert_code(self.cli(sim, "apply", self.file("c.json", {"id": "c0", "maxConcurrentCalls": 9999})), 65)
        log = str(self.audit)
        self.refused(sim, 65, "--seq", "1", log, says=[f"{log}, record 1", "of no update"])
        self.refused(sim, 65, "--seq", str(seq + 1), log, says=["its outcome is rejected"])
        self.refused(sim, 65, "--seq", str(seq + 2), log, says=[f"no record {seq + 2}", "audit show"])
        result = self.back(sim, "--seq", "1", code=65)
        self.assertEqual((result["outcome"], result["status"], result["campaign_id"]), ("rejected", "CXD_E_INVALID", None))

    def test_usage(self):
        sim = self.many()
        log = self.file("any.log", auditlib.Log().text())
        self.refused(sim, 64, log, says=["--seq N is missing"])
        self.refused(sim, 64, "--seq", "3", "--seq", "4", log, says=["--seq is given twice"])
        for seq in ("", "x", "0", "-1", "3..2", "3..", "..3", "1..2..3", "99999999999999999999"):
            with self.subTest(seq):
                self.refused(sim, 64, f"--seq={seq}", log, says=["12..40"])
        missing = str(self.dir / "missing.log")
        for seq in ("3", "3..5"):
            self.refused(sim, 66, "--seq", seq, missing, says=[missing], CXDIALER_AUDIT_PATH=missing)
            self.assertFalse(os.path.exists(missing), "looking for a log must not make one")

    def test_a_damaged_log_sends_nothing(self):
        sim = self.many()
        self.apply(sim, "c0", maxConcurrentCalls=120)
        seq = self.apply(sim, "c1", maxConcurrentCalls=120)
        copy = self.file("copy.log", auditlib.damaged(self.audit.read_bytes(), seq, b'"outcome":"applied"', b'"outcome":"unknown"'))
        for words in (["3"], ["1..99"]):
            done = self.refused(sim, 74, "--seq", *words, copy, says=["audit.hash"])
            self.assertIn("not as it was written", done.stderr)
        self.assertEqual(self.calls(sim), 120)

    def test_a_damaged_log_that_it_would_write_to_stays_as_it_is(self):
        sim = self.many()
        seq = self.apply(sim, "c0", maxConcurrentCalls=120)
        self.audit.write_bytes(auditlib.damaged(self.audit.read_bytes(), seq - 1, b'"old":150', b'"old":999'))
        before = {path.name: path.read_bytes() for path in self.dir.iterdir()}
        self.refused(sim, 74, "--seq", str(seq), str(self.audit), says=["audit.hash", "nothing was sent"])
        self.assertEqual({path.name: path.read_bytes() for path in self.dir.iterdir()}, before)

    def test_a_segment_that_is_missing_has_to_be_put_back(self):
        sim = self.many()
        log = auditlib.Log()
        log.add({"k": "rotate", "next": 3, "as": "cut.log.000000000001", "why": "size"})
        first = log.text()
        log.add({"k": "genesis", "why": "size", "prev_name": "cut.log.000000000001", "prev_seq": 2, "prev_h": log.prev, "prev_sha256": hashlib.sha256(first).hexdigest(), "open": []})
        seq = log.update("op-1", 180, 150)
        path = self.file("cut.log", log.text()[len(first):])
        for words in (str(seq), f"1..{seq}"):
            done = self.refused(sim, 74, "--plan", "--seq", words, path, says=["audit.segment", "put those that are kept elsewhere back beside the log"])
            self.assertNotIn("--expect", done.stderr)
        self.file("cut.log.000000000001", first)
        self.assertEqual(self.back(sim, "--plan", "--seq", str(seq), code=2, log=path)["outcome"], "planned")

    def test_a_keyed_log_needs_its_key(self):
        sim = self.many()
        log = auditlib.Log(b"a key of some length")
        log.update("op-1", 180, 150)
        path, key, other = self.file("keyed.log", log.text()), self.file("key", b"a key of some length\n"), self.file("other", b"another key of this length")
        self.refused(sim, 74, "--plan", "--seq", "3", path, says=["audit.key"])
        self.refused(sim, 74, "--plan", "--seq", "3", path, says=["audit.key"], CXDIALER_AUDIT_KEY_FILE=other)
        self.assertEqual(self.back(sim, "--plan", "--seq", "3", code=2, log=path, CXDIALER_AUDIT_KEY_FILE=key)["diff"][0]["value"], 180)

    def test_an_update_that_was_recovered(self):
        sim = self.many()
        log = auditlib.Log()
        intent = log.intent("op-1", OLD)
        log.update("op-2", 1, 2, campaign="elsewhere")
        log.outcome("op-1", "applied_readback", recovered=True, intent_seq=intent, intent_w="host/1/00000001")
        path = self.file("recovered.log", log.text())
        self.assertEqual(self.back(sim, "--seq", "5", log=path)["outcome"], "applied")
        self.assertEqual(self.calls(sim), 180)

    def test_an_update_whose_process_died_is_recovered_and_put_back(self):
        sim = self.many("--fault", "PUT:1:apply-then-close", "--fault", "GET:2:delay=5000")
        process = subprocess.Popen([clilib.program(), "apply", self.file("c.json", {"id": "c0", "maxConcurrentCalls": 120})], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env=clilib.environment(**self.env(sim.url)))
        simlib.until(lambda: sum(r["method"] == "GET" for r in sim.requests()) == 2)  # it reads back what became of the PUT
        process.kill()
        process.wait()
        intent = next(r for r in map(json.loads, self.audit.read_text().splitlines()) if r["k"] == "intent")
        self.refused(sim, 65, "--plan", "--seq", str(intent["seq"]), str(self.audit), says=["no outcome yet", "audit recover"])
        listed, = json.loads(self.cli(sim, "--output", "json", "audit", "recover", "--list").stdout)
        self.assertEqual((listed["seq"], listed["op"], listed["campaign_id"], listed["writer"]), (intent["seq"], intent["op"], "c0", intent["w"]))
        self.assertIn(intent["w"], self.cli(sim, "audit", "recover", "--list").stdout)
        done = self.cli(sim, "audit", "recover")
        self.assert_code(done, 0)
        self.assertEqual(done.stdout, "1 resolved, 0 left in doubt\n")
        self.assertEqual(self.back(sim, "--seq", str(intent["seq"]))["outcome"], "applied")
        self.assertEqual(self.calls(sim), 150)

    def test_hostile_and_huge_records(self):
        sim = self.many()
        log = auditlib.Log()
        hostile = "\x1b]0;owned\x07\u202e\u009b"
        log.update("op-1", 180, 150, campaign="c0\u202e")                                       # 2, 3
        log.intent("op-2", [{"op": "add", "path": "/id", "value": "c1"}])                       # 4
        log.outcome("op-2")
        log.intent("op-3", "no diff")                                                           # 6
        log.outcome("op-3")
        log.outcome("op-4")                                                                     # 8
        log.intent("op-5", OLD, campaign="c0")                                                  # 9
        log.outcome("op-5", campaign="c1")
        log.intent("op-6", OLD)                                                                 # 11
        log.outcome("op-6", round=2)
        log.intent("op-7", [{"op": "remove", "path": "/x" + hostile, "old": "y" * 9000 + hostile}])  # 13
        log.outcome("op-7")
        log.update("op-8", 180, 150, campaign="../../oauth/token")                              # 15
        path = self.file("hostile.log", log.text())
        for seq, says in ((4, "/id or /version"), (6, "no diff"), (8, "no intent"), (9, "no intent"), (11, "no intent")):
            with self.subTest(seq):
                self.refused(sim, 65, "--seq", str(seq), path, says=[says])
        for seq in (2, 15):
            done = self.cli(sim, "rollback", "--plan", "--seq", str(seq), path)
            self.assertIn(done.returncode, (65, 66), done.stderr)
            self.assertNotIn("\u202e", done.stdout + done.stderr)
        done = self.cli(sim, "rollback", "--plan", "--seq", "13", path)
        self.assert_code(done, 2)
        for text in ("\x1b", "\x07", "\u202e", "\u009b"):
            self.assertNotIn(text, done.stdout + done.stderr)
        self.assertEqual(self.puts(sim), [])


class Range(RollbackCase):
    def updates(self, sim):
        """Two of c0, one of c1, one refused in between; from the first record to the last."""
        self.apply(sim, "c0", maxConcurrentCalls=120)
        self.apply(sim, "c1", pacing={"interval": 30})
        self.assert_code(self.cli(sim, "apply", self.file("c.json", {"id": "c2", "maxConcurrentCalls": 9999})), 65)
        return f"1..{self.apply(sim, 'c0', maxConcurrentCalls=90, name='late')}"

    def test_newest_first_only_the_applied_ones(self):
        sim = self.many()
        everything = self.updates(sim)
        results = self.back(sim, "--seq", everything)
        self.assertEqual(self.outcomes(results), [("c0", "applied"), ("c1", "applied"), ("c0", "applied")])
        self.assertEqual([r["new_concurrent"] for r in results], [120, 150, 150])
        for campaign_id in IDS:
            document = sim.campaign(campaign_id)["document"]
            self.assertEqual((document["maxConcurrentCalls"], document["pacing"]["interval"], document["name"]), (150, 60, "Q3 Enterprise Outbound"))
        again = self.back(sim, "--seq", everything, code=80)
        self.assertEqual(self.outcomes(again), [("c0", "conflict"), ("c1", "unchanged"), ("c0", "not_applied")])

    def test_part_of_it(self):
        sim = self.many()
        first = self.apply(sim, "c0", maxConcurrentCalls=120)
        second = self.apply(sim, "c0", maxConcurrentCalls=90)
        self.assertEqual(self.outcomes(self.back(sim, "--seq", f"{first + 1}..{second}")), [("c0", "applied")])
        self.assertEqual(self.calls(sim), 120)
        self.assertEqual(self.back(sim, "--seq", f"{first}..{first}")[0]["outcome"], "applied")
        self.assertEqual(self.calls(sim), 150)

    def test_a_range_of_one_update_has_its_code(self):
        sim = self.many()
        seq = self.apply(sim, "c0", maxConcurrentCalls=120)
        sim.request("POST", "/_sim/campaigns/c0", {"maxConcurrentCalls": 77})
        self.assertEqual(self.outcomes(self.back(sim, "--seq", f"1..{seq}", code=79)), [("c0", "conflict")])
        log = auditlib.Log()
        log.update("op-1", 1, 2, mode="replace")
        self.assertEqual(self.outcomes(self.back(sim, "--seq", "1..9", code=65, log=self.file("replaced.log", log.text()))), [("c0", "rejected")])

    def test_planned(self):
        sim = self.many()
        everything = self.updates(sim)
        results = self.back(sim, "--plan", "--seq", everything, code=2)
        self.assertEqual(self.outcomes(results), [("c0", "planned"), ("c1", "planned"), ("c0", "not_applied")])
        self.assertEqual(results[2]["status"], "CXD_E_STATE")
        self.assertIn("to be put back first", results[2]["error"]["message"])
        self.assertEqual(len(self.puts(sim)), 3)

    def test_after_a_conflict_the_older_ones_of_that_campaign_are_not_tried(self):
        sim = self.many()
        everything = self.updates(sim)
        sim.request("POST", "/_sim/campaigns/c0", {"name": "theirs"})
        results = self.back(sim, "--seq", everything, code=80)
        self.assertEqual(self.outcomes(results), [("c0", "conflict"), ("c1", "applied"), ("c0", "not_applied")])
        self.assertIn("was not put back", results[2]["error"]["message"])
        self.assertEqual(self.calls(sim), 90)

    def test_rollbacks_in_it_are_rolled_back_too(self):
        sim = self.many()
        first = self.apply(sim, "c0", maxConcurrentCalls=120)
        own = self.back(sim, "--seq", str(first))["audit"]["seq"]
        results = self.back(sim, "--seq", f"{first}..{own}")
        self.assertEqual([r["new_concurrent"] for r in results], [120, 150])

    def test_nothing_in_it(self):
        sim = self.many()
        log = self.file("empty.log", auditlib.Log().text())
        done = self.cli(sim, "rollback", "--seq", "1..9", log)
        self.assert_code(done, 0)
        self.assertIn("nothing to do", done.stderr)
        self.assertEqual(self.back(sim, "--seq", "1..9", log=log), [])

    def test_a_replaced_campaign_blocks_its_older_ones(self):
        sim = self.many()
        log = auditlib.Log()
        log.update("op-1", 180, 150)
        log.update("op-2", 1, 2, mode="replace")
        log.update("op-3", 180, 150, campaign="c1")
        results = self.back(sim, "--seq", "1..9", code=80, log=self.file("replaced.log", log.text()))
        self.assertEqual(self.outcomes(results), [("c1", "applied"), ("c0", "rejected"), ("c0", "not_applied")])

    def test_across_the_segments_of_a_keyed_log(self):
        sim = self.many("--rate", "0")
        (self.dir / "logs").mkdir()
        self.audit = self.dir / "logs" / "audit.log"
        env = {"CXDIALER_AUDIT_KEY_FILE": self.file("key", b"a key of some length\n"), "CXDIALER_AUDIT_MAX_BYTES": "65536", "CXDIALER_RATE_LIMIT": "0", "CXDIALER_UPDATE_CONCURRENCY": "1"}
        changes = [{"id": IDS[i % 2], "maxConcurrentCalls": 100 + i} for i in range(90)]
        done = self.cli(sim, "--output", "json", "apply", self.file("c.json", changes), **env)
        self.assert_code(done, 0)
        last = json.loads(done.stdout)[-1]["audit"]["seq"]
        verified = json.loads(self.cli(sim, "--output", "json", "audit", "verify", str(self.audit), **env).stdout)
        self.assertEqual((verified["ok"], verified["segments"] > 1), (True, True))
        results = self.back(sim, "--seq", f"1..{last}", log=self.audit.parent, **env)
        self.assertEqual(self.outcomes(results), [(change["id"], "applied") for change in reversed(changes)])
        self.assertEqual((self.calls(sim), self.calls(sim, "c1")), (150, 150))
        self.assert_code(self.cli(sim, "audit", "verify", str(self.audit.parent), **env), 0)

    def test_the_text(self):
        sim = self.many()
        done = self.cli(sim, "rollback", "--seq", self.updates(sim), str(self.audit))
        self.assert_code(done, 0)
        self.assertEqual([line for line in done.stdout.splitlines() if not line.startswith(" ")], ["c0: applied", "c1: applied", "c0: applied"])


class Terminal(RollbackCase):
    def talk(self, sim, answer, *args):
        ours, theirs = pty.openpty()
        process = subprocess.Popen([clilib.program(), *args], stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, start_new_session=True, env=clilib.environment(**self.env(sim.url)))
        os.close(theirs)
        watchdog = threading.Timer(clilib.TIMEOUT_S, process.kill)
        watchdog.start()
        self.addCleanup(watchdog.cancel)
        seen = b""
        if answer is not None:
            while b"[y/N]" not in seen:
                seen += os.read(ours, 1024)
            os.write(ours, answer)
        out = process.stdout.read().decode()
        process.stdout.close()
        process.wait(clilib.TIMEOUT_S)
        try:
            while block := os.read(ours, 65536):
                seen += block
        except OSError:
            pass
        os.close(ours)
        return process.returncode, out, seen.decode()

    def setUp(self):
        super().setUp()
        self.two = self.many()
        self.first = self.apply(self.two, "c0", maxConcurrentCalls=120)
        self.last = self.apply(self.two, "c1", maxConcurrentCalls=120)
        self.everything = f"{self.first}..{self.last}"

    def test_more_than_one_campaign_is_asked_about(self):
        code, out, screen = self.talk(self.two, b"n\n", "rollback", "--seq", self.everything, str(self.audit))
        self.assertEqual((code, out), (1, ""), screen)
        self.assertIn("put back 2 updates of 2 campaigns? [y/N]", screen)
        self.assertIn("nothing was sent", screen)
        self.assertEqual(self.calls(self.two), 120)
        code, _, screen = self.talk(self.two, b"y\n", "rollback", "--seq", self.everything, str(self.audit))
        self.assertEqual(code, 0, screen)
        self.assertIn(f"[1/2] record {self.last}, c1", screen)
        self.assertEqual((self.calls(self.two), self.calls(self.two, "c1")), (150, 150))

    def test_no_question_when_none_is_needed(self):
        for words, code in ((["--plan", "--seq", self.everything], 2), (["--seq", str(self.last)], 0), (["--seq", f"{self.first}..{self.first}"], 0), (["--yes", "--seq", self.everything], 0)):
            with self.subTest(words):
                done, _, screen = self.talk(self.two, None, "rollback", *words, str(self.audit))
                self.assertEqual(done, code, screen)
                self.assertNotIn("[y/N]", screen)

    def test_an_interrupt_ends_it_in_good_order(self):
        self.two.request("POST", "/_sim/faults", ["PUT:*:delay=5000"])
        process = subprocess.Popen([clilib.program(), "--output", "json", "rollback", "--yes", "--seq", self.everything, str(self.audit)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, env=clilib.environment(**self.env(self.two.url)))
        simlib.until(lambda: len(self.puts(self.two)) == 3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=clilib.TIMEOUT_S)
        self.assertEqual(process.returncode, 130, out + err)
        results = json.loads(out)
        self.assertEqual([(r["outcome"], r["status"]) for r in results], [("unknown", "CXD_E_CANCELLED")])
        self.assertIn("1 of 2 not started", err)
        self.assertEqual(self.calls(self.two), 120)


if __name__ == "__main__":
    unittest.main()
