# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""cxdialer plan and apply against the simulator: what is sent, what is printed, which code is returned."""
import json
import subprocess
import time
import unittest

import clilib
from clilib import SAMPLE_ID

CHANGE = {"id": SAMPLE_ID, "maxConcurrentCalls": 120, "pacing": {"maxCallsPerInterval": 20}}
SAME = {"id": SAMPLE_ID, "maxConcurrentCalls": 150}
BAD = {"id": SAMPLE_ID, "maxConcurrentCalls": 9999, "timeZone": "EST"}


class UpdateCase(clilib.SimCase):
    def results(self, done, is_array=False):
        self.assertEqual(done.stdout.count("\n"), 1, done.stdout)
        document = json.loads(done.stdout)
        results = document if is_array else [document]
        for result in results:
            self.assertEqual(set(result), clilib.RESULT_MEMBERS)
            self.assertEqual(result["schema_version"], 1)
        return results

    def concurrent(self, sim, campaign_id=SAMPLE_ID):
        return sim.campaign(campaign_id)["document"]["maxConcurrentCalls"]


class Plan(UpdateCase):
    def test_pending_changes_give_2_and_write_nothing(self):
        sim = self.sim()
        done = self.cli(sim, "plan", self.file("c.json", CHANGE))
        self.assert_code(done, 2)
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], f"{SAMPLE_ID}: planned")
        self.assertEqual(lines[1:], ["  ~  /maxConcurrentCalls          150  ->  120", "  ~  /pacing/maxCallsPerInterval  25   ->  20"])
        self.assertEqual(done.stderr, "")
        self.assertEqual(self.puts(sim), [])

    def test_as_json(self):
        sim = self.sim()
        done = self.cli(sim, "--output", "json", "plan", self.file("c.json", CHANGE))
        self.assert_code(done, 2)
        result, = self.results(done)
        self.assertEqual((result["outcome"], result["status"], result["sends"], result["error"]), ("planned", "CXD_OK", 0, None))
        self.assertEqual(result["diff"][0], {"op": "replace", "path": "/maxConcurrentCalls", "old": 150, "value": 120})

    def test_nothing_to_change_gives_0(self):
        sim = self.sim()
        done = self.cli(sim, "plan", self.file("c.json", SAME))
        self.assert_code(done, 0)
        self.assertEqual(done.stdout, f"{SAMPLE_ID}: unchanged\n")

    def test_it_needs_and_leaves_no_audit_log(self):
        sim = self.sim()
        file = self.file("c.json", CHANGE)
        self.assert_code(self.cli(sim, "plan", file), 2)
        self.assertFalse(self.audit.exists())
        self.assert_code(self.cli(sim, "plan", file, CXDIALER_AUDIT_PATH=""), 2)

    def test_an_invalid_change_gives_65_before_any_request(self):
        sim = self.sim()
        done = self.cli(sim, "plan", self.file("c.json", BAD))
        self.assert_code(done, 65)
        self.assertIn("error  capacity.concurrency  /maxConcurrentCalls", done.stdout)
        self.assertIn("error  zone.unknown  /timeZone", done.stdout)
        self.assertEqual(sim.requests(), [])

    def test_an_array_with_changes_gives_2_with_a_failure_80(self):
        sim = self.sim()
        done = self.cli(sim, "--output", "json", "plan", self.file("c.json", [SAME, CHANGE]))
        self.assert_code(done, 2)
        self.assertEqual([r["outcome"] for r in self.results(done, True)], ["unchanged", "planned"])
        self.assert_code(self.cli(sim, "plan", self.file("c.json", [CHANGE, BAD])), 80)

    def test_values_of_others_do_not_reach_the_terminal_raw(self):
        sim = self.sim(campaigns=[clilib.paused(name="old\x1b[31m\u202e\u009b")])
        done = self.cli(sim, "plan", self.file("c.json", {"id": SAMPLE_ID, "name": "new\u009b\x7f"}))
        self.assert_code(done, 2)
        for hostile in ("\x1b", "\u202e", "\u009b", "\x7f"):
            self.assertNotIn(hostile, done.stdout)

    def test_added_members_have_no_old_value(self):
        sim = self.sim()
        done = self.cli(sim, "plan", self.file("c.json", {"id": SAMPLE_ID, "custom": {"deep": [1, 2]}}))
        self.assert_code(done, 2)
        self.assertIn("(absent)", done.stdout)
        self.assertIn("+", done.stdout.splitlines()[1])


class Apply(UpdateCase):
    def test_a_change_is_applied_once(self):
        sim = self.sim()
        done = self.cli(sim, "apply", self.file("c.json", CHANGE))
        self.assert_code(done, 0)
        self.assertEqual(done.stderr, "")
        self.assertEqual(self.concurrent(sim), 120)
        self.assertEqual(len(self.puts(sim)), 1)
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], f"{SAMPLE_ID}: applied")
        text = " ".join(done.stdout.split())
        for part in ("/maxConcurrentCalls 150 -> 120", "latency ", "PUT 1", "accuracy rate 0.85", "concurrent 150 -> 120", "audit seq ", "audit CXD_OK", "request id "):
            self.assertIn(part, text)
        request_id = next(line.split()[-1] for line in lines if "request id" in line)
        self.assertRegex(request_id, r"^[0-9a-f-]{36}$")

    def test_as_json(self):
        sim = self.sim()
        done = self.cli(sim, "--output", "json", "apply", self.file("c.json", CHANGE))
        self.assert_code(done, 0)
        self.assertEqual(done.stderr, "")
        result, = self.results(done)
        self.assertEqual((result["outcome"], result["status"], result["sends"], result["error"]), ("applied", "CXD_OK", 1, None))
        self.assertEqual((result["previous_concurrent"], result["new_concurrent"]), (150, 120))
        self.assertEqual(result["audit"]["status"], "CXD_OK")
        self.assertIsInstance(result["audit"]["seq"], int)

    def test_unknown_members_of_the_server_survive(self):
        sim = self.sim(campaigns=[clilib.paused(future={"a": 18446744073709551615}, rules=[{"name": "r", "enabled": True}])])
        self.assert_code(self.cli(sim, "apply", self.file("c.json", CHANGE)), 0)
        document = sim.campaign()["document"]
        self.assertEqual(document["future"], {"a": 18446744073709551615})
        self.assertEqual(document["rules"], [{"name": "r", "enabled": True}])
        self.assertEqual(document["status"], "paused")

    @clilib.at_the_real_time
    def test_with_closed_descriptors_nothing_is_printed_into_the_audit_log(self):
        sim = self.sim()
        done = subprocess.run(["sh", "-c", '"$1" apply "$2" <&- >&- 2>&-', "sh", clilib.program(), self.file("c.json", CHANGE)], timeout=clilib.TIMEOUT_S,
                              env=clilib.environment(**self.env(sim.url)))
        self.assertEqual(done.returncode, 1)
        self.assertEqual(self.concurrent(sim), 120)
        self.assertEqual([json.loads(line)["k"] for line in self.audit.read_text().splitlines()], ["genesis", "token", "intent", "outcome"])

    def test_nothing_to_do_gives_0_and_sends_no_put(self):
        sim = self.sim()
        done = self.cli(sim, "apply", self.file("c.json", SAME))
        self.assert_code(done, 0)
        self.assertTrue(done.stdout.startswith(f"{SAMPLE_ID}: unchanged\n"))
        self.assertEqual(self.puts(sim), [])

    def test_standard_input(self):
        sim = self.sim()
        self.assert_code(self.cli(sim, "apply", "-", stdin=json.dumps(CHANGE)), 0)
        self.assertEqual(self.concurrent(sim), 120)

    def test_an_invalid_change_sends_nothing(self):
        sim = self.sim()
        for form in ("text", "json"):
            with self.subTest(form):
                done = self.cli(sim, "--output", form, "apply", self.file("c.json", BAD))
                self.assert_code(done, 65)
        error = self.assert_error(done, "CXD_E_INVALID")
        self.assertIn("c.json", error["message"])
        result, = self.results(done)
        self.assertEqual({f["code"] for f in result["findings"]}, {"capacity.concurrency", "zone.unknown"})
        self.assertEqual(sim.requests(), [])

    def test_ids_that_would_leave_their_path_are_never_sent(self):
        sim = self.sim()
        for campaign_id in ("a/b", "..", "a\r\nX-Evil: 1", "%2f", "../../oauth/token", "", 5, None):
            with self.subTest(campaign_id):
                self.assert_code(self.cli(sim, "apply", self.file("c.json", {"id": campaign_id, "maxConcurrentCalls": 10})), 65)
        self.assert_code(self.cli(sim, "apply", self.file("c.json", {"maxConcurrentCalls": 10})), 65)
        self.assertEqual(sim.requests(), [])

    def test_files_that_cannot_be_used_send_nothing(self):
        sim = self.sim()
        cases = [(str(self.dir / "missing.json"), 66), (str(self.dir), 66), (self.file("empty.json", ""), 65), (self.file("zeros.json", bytes(10 * 1024 * 1024)), 65),
                 (self.file("open.json", '[{"id":"a"}'), 65), (self.file("dup.json", '{"id":"a","id":"b"}'), 65)]
        for file, code in cases:
            for form in ("text", "json"):
                with self.subTest(file, form=form):
                    done = self.cli(sim, "--output", form, "apply", file)
                    self.assert_code(done, code)
                    self.assertIn(file, done.stderr)
        self.assertEqual(sim.requests(), [])

    def test_without_a_place_for_the_audit_log_nothing_is_sent(self):
        sim = self.sim()
        file = self.file("c.json", CHANGE)
        done = self.cli(sim, "apply", file, CXDIALER_AUDIT_PATH="")
        self.assert_code(done, 74)
        self.assertIn("audit.path", done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assert_code(self.cli(sim, "apply", file, CXDIALER_AUDIT_PATH=str(self.dir / "no" / "audit.log")), 74)
        self.assertEqual(self.puts(sim), [])
        self.assert_code(self.cli(sim, "apply", file, CXDIALER_AUDIT_PATH="", CXDIALER_AUDIT_MODE="off"), 0)


class Arrays(UpdateCase):
    def setUp(self):
        super().setUp()
        self.ids = [f"c{i}" for i in range(3)]
        self.many = [clilib.paused(i) for i in self.ids]
        self.changes = [{"id": i, "maxConcurrentCalls": 100} for i in self.ids]

    def errors(self, done):
        """Those of standard error, without the closing summary of a batch."""
        return [line["error"] for line in map(json.loads, done.stderr.splitlines()) if "summary" not in line]

    def test_all_of_them(self):
        sim = self.sim(campaigns=self.many)
        done = self.cli(sim, "--output", "json", "apply", self.file("c.json", self.changes))
        self.assert_code(done, 0)
        self.assertEqual([r["campaign_id"] for r in self.results(done, True)], self.ids)
        self.assertEqual(sorted(p["path"].rsplit("/", 1)[1] for p in self.puts(sim)), self.ids)

    def test_no_question_and_no_progress_without_a_terminal(self):
        sim = self.sim(campaigns=self.many)
        done = self.cli(sim, "apply", self.file("c.json", self.changes))
        self.assert_code(done, 0)
        self.assertRegex(done.stderr, r"^cxdialer: 3 in .*\ncxdialer: 7 requests, .*\n$")

    def test_a_failure_in_the_middle_gives_80_and_the_others_are_done(self):
        sim = self.sim(campaigns=self.many)
        changes = [self.changes[0], {"id": "c1", "maxConcurrentCalls": 9999}, "rubbish", {"id": "nobody", "maxConcurrentCalls": 5}, self.changes[2]]
        done = self.cli(sim, "--output", "json", "apply", self.file("c.json", changes))
        self.assert_code(done, 80)
        results = self.results(done, True)
        self.assertEqual([r["status"] for r in results], ["CXD_OK", "CXD_E_INVALID", "CXD_E_TYPE", "CXD_E_NOT_FOUND", "CXD_OK"])
        self.assertEqual([r["campaign_id"] for r in results], ["c0", "c1", None, "nobody", "c2"])
        errors = self.errors(done)
        self.assertEqual([e["status"] for e in errors], ["CXD_E_INVALID", "CXD_E_TYPE", "CXD_E_NOT_FOUND"])
        for error, index in zip(errors, (1, 2, 3)):
            self.assertIn(f"c.json[{index}]: ", error["message"])

    def test_an_array_of_one_failure_is_still_some(self):
        sim = self.sim()
        self.assert_code(self.cli(sim, "apply", self.file("c.json", [BAD])), 80)

    def test_an_empty_array(self):
        sim = self.sim()
        done = self.cli(sim, "--output", "json", "apply", self.file("c.json", "[]"))
        self.assert_code(done, 0)
        self.assertEqual(done.stdout, "[]\n")
        self.assertEqual(done.stderr, "")
        self.assertEqual(sim.requests(), [])

    def test_an_empty_array_says_that_there_is_nothing_to_do(self):
        sim = self.sim(campaigns=self.many)
        none, one = self.file("none.json", "[]"), self.file("one.json", self.changes[0])
        for command in ("plan", "apply"):
            for words in ([none], [none, none]):
                done = self.cli(sim, command, *words)
                self.assert_code(done, 0)
                self.assertEqual((done.stdout, done.stderr), ("", "cxdialer: nothing to do\n"))
        self.assertEqual(sim.requests(), [])
        done = self.cli(sim, "plan", none, one)
        self.assert_code(done, 2)
        self.assertEqual(done.stderr, "")
        self.assertNotIn("nothing to do", self.cli(sim, "plan", none, str(self.dir / "missing.json")).stderr)

    def test_each_file_has_its_line_also_when_it_cannot_be_used(self):
        sim = self.sim(campaigns=self.many)
        missing, none = str(self.dir / "missing.json"), self.file("none.json", "[]")
        broken, huge = self.file("broken.json", '[{"id":"c0"}'), self.dir / "huge.json"
        with open(huge, "wb") as f:
            f.truncate(64 * 1024 * 1024 + 1)
        first, last = self.file("1.json", self.changes[0]), self.file("2.json", self.changes[1:])
        for command in ("plan", "apply"):
            with self.subTest(command):
                done = self.cli(sim, "--output", "json", command, first, missing, broken, str(huge), none, "-", last, stdin="x")
                self.assert_code(done, 80)
                lines = [json.loads(line) for line in done.stdout.splitlines()]
                self.assertEqual(len(lines), 7)
                self.assertEqual([lines[0]["campaign_id"], lines[4], [r["campaign_id"] for r in lines[6]]], ["c0", [], ["c1", "c2"]])
                stubs = lines[1:4] + lines[5:6]
                self.assertEqual([(s["outcome"], s["status"]) for s in stubs],
                                 [("not_applied", "CXD_E_IO"), ("rejected", "CXD_E_JSON"), ("rejected", "CXD_E_TOO_LARGE"), ("rejected", "CXD_E_JSON")])
                errors = self.errors(done)
                for stub, error, name in zip(stubs, errors, (missing, broken, str(huge), "standard input"), strict=True):
                    self.assertEqual(set(stub), clilib.RESULT_MEMBERS)
                    self.assertEqual((stub["schema_version"], stub["campaign_id"], stub["sends"], stub["diff"]), (1, None, 0, []))
                    self.assertEqual(list(stub["error"]), clilib.ERROR_MEMBERS)
                    self.assertEqual(stub["error"], error)
                    self.assertIn(name, error["message"])

    def test_the_stub_of_an_element_says_what_is_wrong(self):
        sim = self.sim(campaigns=self.many)
        done = self.cli(sim, "--output", "json", "plan", self.file("c.json", '["rubbish",\n {"id":"a","id":"b"}]'))
        self.assert_code(done, 80)
        errors = self.errors(done)
        self.assertEqual([r["error"] for r in self.results(done, True)], errors)
        self.assertIn("line 2", errors[1]["message"])

    def test_several_files_are_several_items_and_a_line_each(self):
        sim = self.sim(campaigns=self.many)
        first, rest = self.file("1.json", self.changes[0]), self.file("2.json", self.changes[1:])
        done = self.cli(sim, "--output", "json", "apply", first, rest)
        self.assert_code(done, 0)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(lines[0]["campaign_id"], "c0")
        self.assertEqual([r["campaign_id"] for r in lines[1]], ["c1", "c2"])
        self.assert_code(self.cli(sim, "apply", first, str(self.dir / "missing.json")), 80)

    def test_an_unknown_outcome_is_stronger_than_an_audit_failure_or_a_refusal(self):
        faults = ["--fault", "PUT:1:close-before-reply"] + [w for n in range(2, 12) for w in ("--fault", f"GET:{n}:status=500")]
        sim = self.sim(*faults, campaigns=self.many)
        done = self.cli(sim, "--output", "json", "apply", self.file("c.json", [self.changes[0], BAD]), CXDIALER_RETRY_MAX_ATTEMPTS="2")
        self.assert_code(done, 70)
        self.assertEqual(self.results(done, True)[0]["outcome"], "unknown")


class Conflict(UpdateCase):
    def test_somebody_else_wrote_the_same_member(self):
        sim = self.sim("--validators", "version", campaigns=[clilib.paused(version=7)])
        change = self.file("c.json", {**CHANGE, "version": 3})
        done = self.cli(sim, "--output", "json", "apply", change)
        self.assert_code(done, 79)
        result, = self.results(done)
        self.assertEqual((result["outcome"], result["status"]), ("conflict", "CXD_E_CONFLICT"))
        self.assertEqual(self.concurrent(sim), 150)

    def test_the_text_shows_base_mine_and_theirs(self):
        sim = self.sim("--fault", "PUT:1:delay=1500")
        process = subprocess.Popen([clilib.program(), "apply", self.file("c.json", CHANGE)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env=clilib.environment(**self.env(sim.url)))
        deadline = time.monotonic() + clilib.TIMEOUT_S
        while not self.puts(sim) and time.monotonic() < deadline:
            time.sleep(0.01)
        sim.request("POST", "/_sim/campaigns/" + SAMPLE_ID, {"maxConcurrentCalls": 77})
        out, err = process.communicate(timeout=clilib.TIMEOUT_S)
        self.assertEqual(process.returncode, 79, out + err)
        lines = [line.split() for line in out.splitlines()]
        self.assertIn(["CONFLICT", "BASE", "MINE", "THEIRS"], lines)
        self.assertIn(["/maxConcurrentCalls", "150", "120", "77"], lines)
        self.assertEqual(self.concurrent(sim), 77)


if __name__ == "__main__":
    unittest.main()
