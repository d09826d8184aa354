# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""kill -9 of `cxdialer apply --journal` at any moment, and `cxdialer resume`: each update is applied exactly once."""
import json
import os
import random
import signal
import subprocess
import unittest

import clilib
import journallib
import simlib

FULL = os.environ.get("CXDIALER_FULL") == "1"
POINTS = 200 if FULL else 10
SEED = int(os.environ.get("CXDIALER_TEST_SEED", "1"))
COUNT = 12


class ResumeCase(clilib.SimCase):
    def setUp(self):
        super().setUp()
        self.journal = self.dir / "plan.journal"

    def env(self, url, **more):
        return super().env(url, **{"CXDIALER_RATE_LIMIT": "0", "CXDIALER_HTTP_ATTEMPT_TIMEOUT_MS": "1000", **more})

    def ids(self, count=COUNT):
        return [f"c{i}" for i in range(count)]

    def many(self, *args, count=COUNT):
        return self.sim("--rate", "0", *args, campaigns=[clilib.paused(i) for i in self.ids(count)])

    def changes(self, count=COUNT, calls=100):
        return [{"id": i, "maxConcurrentCalls": calls} for i in self.ids(count)]

    def start(self, sim, *words, **more):
        process = subprocess.Popen([clilib.program(), *words], env=clilib.environment(**self.env(sim.url, **more)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (process.poll() is None and process.kill(), process.wait(), process.stdout.close(), process.stderr.close()))
        return process

    def start_apply(self, sim, *words, items=None, **more):
        return self.start(sim, "apply", "--journal", str(self.journal), *words, self.file("c.json", items or self.changes()), **more)

    def kill_after(self, process, sim, seen):
        """SIGKILL once the server has seen so many requests, or the process has ended."""
        simlib.until(lambda: process.poll() is not None or len(sim.requests()) >= seen)
        process.kill()
        process.communicate(timeout=clilib.TIMEOUT_S)

    def resume(self, sim, *words, form="json", **more):
        return self.cli(sim, "--output", form, "resume", *words, str(self.journal), **more)

    def applied(self, sim):
        return {c["id"]: c["applied"] for c in sim.state()["campaigns"]}

    def killed_at_put(self, fault, items=None, *words):
        """Killed when the server has the first PUT, which is not answered in time; the fault ends with the process, which may have tried again."""
        sim = self.many("--fault", fault)
        process = self.start_apply(sim, "--concurrency", "1", *words, items=items)
        simlib.until(lambda: self.puts(sim))
        process.kill()
        process.communicate(timeout=clilib.TIMEOUT_S)
        if "*" in fault:
            sim.request("POST", "/_sim/faults", {"clear": True})
        return sim


class Killed(ResumeCase):
    def check(self, sim):
        self.assertEqual(set(self.applied(sim).values()), {1}, self.applied(sim))
        lines = journallib.read(self.journal)
        self.assertTrue(set(journallib.last(lines)) <= {"applied", "applied_readback"}, journallib.last(lines))
        done = clilib.run("audit", "verify", str(self.audit))
        self.assert_code(done, 0)
        outcomes = [json.loads(line) for line in self.audit.read_text().splitlines()]
        applied = [r["campaign"] for r in outcomes if r["k"] == "outcome" and r["outcome"] in ("applied", "applied_readback")]
        self.assertEqual(sorted(applied), sorted(self.ids()))

    def test_at_random_points(self):
        rng = random.Random(SEED)
        for point in range(POINTS):
            seed = rng.randrange(1 << 32)
            with self.subTest(point=point, seed=seed):
                self.once(random.Random(seed))

    def once(self, rng):
        for path in (self.journal, self.audit):
            path.unlink(missing_ok=True)
        for path in self.dir.glob("audit.log*"):
            path.unlink()
        validators = rng.choice(["etag", "version"])
        sim = self.many("--validators", validators, "--latency-ms", str(rng.choice([0, 1, 5, 20])))
        concurrency = str(rng.choice([1, 3, 8, 12]))
        self.kill_after(self.start_apply(sim, "--concurrency", concurrency), sim, rng.randrange(0, 2 * COUNT + 2))
        if not self.journal.exists():
            self.assertEqual(self.puts(sim), [])
            return
        for _ in range(rng.choice([0, 0, 1, 2])):
            self.kill_after(self.start(sim, "resume", str(self.journal)), sim, len(sim.requests()) + rng.randrange(0, COUNT))
        done = self.resume(sim)
        if "not written to its end" in done.stderr:
            self.assertEqual(self.puts(sim), [])
            return
        self.assert_code(done, 0)
        self.check(sim)

    def test_before_the_server_acted(self):
        sim = self.killed_at_put("PUT:*:close-before-reply")
        self.assert_code(self.resume(sim), 0)
        self.check(sim)

    def test_after_the_server_acted_it_is_found_by_reading(self):
        sim = self.killed_at_put("PUT:1:slow=1")
        done = self.resume(sim)
        self.assert_code(done, 0)
        self.check(sim)
        self.assertEqual([(r["campaign_id"], r["outcome"]) for r in json.loads(done.stdout)][0], ("c0", "applied_readback"))
        self.assertEqual(len([r for r in self.puts(sim) if r["path"].endswith("/c0")]), 1)

    def test_a_copy_that_is_still_on_its_way_is_waited_for(self):
        sim = self.killed_at_put("PUT:1:delay=600")
        self.assert_code(self.resume(sim), 0)
        self.check(sim)


class Doubts(ResumeCase):
    def test_what_is_in_doubt_is_read_before_anything_else(self):
        sim = self.killed_at_put("PUT:1:slow=1")
        before = len(sim.requests())
        self.assert_code(self.resume(sim), 0)
        after = [(r["method"], r["path"].rsplit("/", 1)[1]) for r in sim.requests()[before:] if "campaigns" in r["path"]]
        self.assertEqual(after[0], ("GET", "c0"))

    def test_somebody_else_wrote_since(self):
        sim = self.killed_at_put("PUT:*:close-before-reply")
        sim.request("POST", "/_sim/campaigns/c0", {"maxConcurrentCalls": 77})
        done = self.resume(sim)
        self.assert_code(done, 80)
        self.assertEqual(json.loads(done.stdout)[0]["outcome"], "conflict")
        self.assertEqual(sim.campaign("c0")["document"]["maxConcurrentCalls"], 77)
        again = self.resume(sim)
        self.assert_code(again, 80)
        self.assertEqual(json.loads(again.stdout), [])
        self.assertEqual(sim.campaign("c0")["applied"], 0)

    def test_of_one_object_the_conflict_is_the_exit_code(self):
        sim = self.killed_at_put("PUT:*:close-before-reply", items=self.changes()[0])
        sim.request("POST", "/_sim/campaigns/c0", {"maxConcurrentCalls": 77})
        self.assert_code(self.resume(sim), 79)

    def test_when_it_cannot_be_read_nothing_else_is_begun(self):
        sim = self.killed_at_put("PUT:1:slow=1")
        sim.add_faults("GET:*:status=500")
        puts = len(self.puts(sim))
        done = self.resume(sim, CXDIALER_RETRY_MAX_ATTEMPTS="2")
        self.assertIn(done.returncode, (69, 70), done.stderr)
        self.assertIn("still in doubt", done.stderr)
        self.assertEqual(len(self.puts(sim)), puts)
        sim.request("POST", "/_sim/faults", {"clear": True})
        self.assert_code(self.resume(sim), 0)
        self.assertEqual(set(self.applied(sim).values()), {1})

    def test_without_an_audit_log(self):
        sim = self.many("--fault", "PUT:1:slow=1")
        off = {"CXDIALER_AUDIT_MODE": "off", "CXDIALER_AUDIT_PATH": ""}
        process = self.start_apply(sim, "--concurrency", "1", **off)
        simlib.until(lambda: self.puts(sim))
        process.kill()
        process.communicate(timeout=clilib.TIMEOUT_S)
        done = self.resume(sim, **off)
        self.assert_code(done, 0)
        self.assertEqual(set(self.applied(sim).values()), {1})
        self.assertEqual(json.loads(done.stdout)[0]["outcome"], "applied_readback")


class What(ResumeCase):
    def test_what_was_refused_for_good_is_listed_and_runs_only_when_asked_for(self):
        sim = self.many("--fault", "PUT:1:status=422")
        self.assertEqual(self.cli(sim, "apply", "--journal", str(self.journal), "--concurrency", "1", self.file("c.json", self.changes(3))).returncode, 80)
        requests = len(sim.requests())
        done = self.resume(sim, form="text")
        self.assert_code(done, 80)
        self.assertIn("1 were refused for good", done.stderr)
        self.assertEqual(len(sim.requests()), requests)
        done = self.resume(sim, "--retry-failed")
        self.assert_code(done, 0)
        self.assertEqual([r["campaign_id"] for r in json.loads(done.stdout)], ["c0"])

    def test_what_failed_in_passing_runs_again(self):
        sim = self.many("--fault", "PUT:1:status=503", "--fault", "GET:3:status=500")
        self.assertEqual(self.cli(sim, "apply", "--journal", str(self.journal), "--concurrency", "1", self.file("c.json", self.changes(3)), CXDIALER_RETRY_MAX_ATTEMPTS="1").returncode, 80)
        self.assert_code(self.resume(sim), 0)
        self.assertEqual([self.applied(sim)[i] for i in self.ids(3)], [1, 1, 1])

    def test_all_over_is_said(self):
        sim = self.many()
        self.assert_code(self.cli(sim, "apply", "--journal", str(self.journal), self.file("c.json", self.changes())), 0)
        before, requests = self.journal.read_bytes(), len(sim.requests())
        done = self.resume(sim, form="text")
        self.assert_code(done, 0)
        self.assertIn("nothing to do", done.stderr)
        self.assertEqual(self.resume(sim).stdout, "[]\n")
        self.assertEqual((self.journal.read_bytes(), len(sim.requests())), (before, requests))

    def test_another_url_or_mode_is_refused(self):
        sim = self.killed_at_put("PUT:*:close-before-reply")
        before = self.journal.read_bytes()
        for env, part in (({"CXDIALER_API_BASE_URL": "http://127.0.0.1:1"}, "api.base_url"), ({"CXDIALER_UPDATE_MODE": "replace"}, "update.mode")):
            done = clilib.run("resume", str(self.journal), env={**self.env(sim.url), **env})
            self.assert_code(done, 78)
            self.assertIn(part, done.stderr)
        self.assertEqual(self.journal.read_bytes(), before)

    def test_standard_input_is_resumed_from_the_journal_alone(self):
        sim = self.many("--fault", "PUT:2:delay=600")
        process = subprocess.Popen([clilib.program(), "apply", "--concurrency", "1", "--journal", str(self.journal), "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env=clilib.environment(**self.env(sim.url)))
        process.stdin.write(json.dumps(self.changes()).encode())
        process.stdin.close()
        simlib.until(lambda: len(self.puts(sim)) >= 2)
        process.kill()
        process.wait(clilib.TIMEOUT_S)
        self.assert_code(self.resume(sim), 0)
        self.assertEqual(set(self.applied(sim).values()), {1})

    def test_a_torn_end_is_cut_off_and_the_journal_goes_on(self):
        sim = self.killed_at_put("PUT:*:close-before-reply")
        with open(self.journal, "ab") as file:
            file.write(b'{"k":"outcome","item":0,"outc')
        self.assert_code(self.resume(sim), 0)
        lines = journallib.read(self.journal)
        self.assertEqual([line["k"] for line in lines].count("resume"), 1)
        self.assertEqual(set(self.applied(sim).values()), {1})

    def test_coalesced_items_stay_so(self):
        sim = self.many("--fault", "PUT:1:slow=1", count=1)
        items = [{"id": "c0", "maxConcurrentCalls": n} for n in (10, 20, 30)]
        process = self.start_apply(sim, "--coalesce", items=items)
        simlib.until(lambda: self.puts(sim))
        process.kill()
        process.communicate(timeout=clilib.TIMEOUT_S)
        self.assert_code(self.resume(sim), 0)
        self.assertEqual((self.applied(sim), sim.campaign("c0")["document"]["maxConcurrentCalls"]), ({"c0": 1}, 30))

    def test_an_interrupt_of_a_resume_can_be_resumed(self):
        sim = self.killed_at_put("PUT:*:close-before-reply")
        sim.add_faults("PUT:1:delay=600")
        before = len(self.puts(sim))
        process = self.start(sim, "resume", "--concurrency", "1", str(self.journal))
        simlib.until(lambda: len(self.puts(sim)) > before)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=clilib.TIMEOUT_S)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("cxdialer resume", err)
        self.assert_code(self.resume(sim), 0)
        self.assertEqual(set(self.applied(sim).values()), {1})


if __name__ == "__main__":
    unittest.main()
