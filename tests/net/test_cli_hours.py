# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Updates in and out of calling hours, from outside, over real sockets: whenever the tests run, and over 21:00 in New York."""
import datetime
import glob
import json
import os
import subprocess
import unittest

import clilib
import simlib
from clilib import SAMPLE_ID

DAY = "mon-sun"


def clock(moment, hours):
    return f"{(moment + datetime.timedelta(hours=hours)).hour:02d}:00"


def policy(open_now):
    """A row that is open, or closed, for hours around this moment; in UTC."""
    now = datetime.datetime.now(datetime.timezone.utc)
    first, last = (-2, 4) if open_now else (3, 9)
    row = {"title": "test", "hours": {DAY: [f"{clock(now, first)}-{clock(now, last)}"]}, "source": "house rule", "checked": "2026-11-01"}
    return {"version": 1, "jurisdictions": {"TEST": row}, "jurisdiction": "TEST"}


def campaign(**changes):
    return simlib.sample(**{"status": "running", "timeZone": "UTC", **changes})


class Hours(clilib.SimCase):
    def place(self, open_now, **changes):
        self.settings = {"CXDIALER_VALIDATE_POLICY_FILE": self.file("policy.json", policy(open_now)), "CXDIALER_VALIDATE_TIME_ZONES": "*"}
        return self.sim(campaigns=[campaign(**changes)])

    def apply(self, sim, command="apply", **change):
        done = self.cli(sim, "--output", "json", command, self.file("change.json", {"id": SAMPLE_ID, **change}), **self.settings)
        return done, json.loads(done.stdout)

    def outcomes(self):
        return [json.loads(line) for line in self.audit.read_text(encoding="utf-8").splitlines() if '"k":"outcome"' in line]

    def assert_refused(self, sim, done, result):
        self.assert_code(done, 65)
        self.assertEqual((result["outcome"], result["status"], result["sends"]), ("rejected", "CXD_E_WINDOW_CLOSED", 0))
        self.assertEqual([(f["severity"], f["code"]) for f in result["findings"]], [("error", "window.closed")])
        self.assertGreater(result["retry_after_ms"], 2 * 3600 * 1000 - 1)
        self.assertLess(result["retry_after_ms"], 4 * 3600 * 1000)
        self.assertIn("house rule", result["findings"][0]["message"])
        self.assertEqual(self.puts(sim), [])

    def test_raising_is_refused_audited_and_says_how_long_to_wait(self):
        sim = self.place(open_now=False)
        self.assert_refused(sim, *self.apply(sim, maxConcurrentCalls=160))
        self.assertEqual([(o["outcome"], o["sends"]) for o in self.outcomes()], [("rejected", 0)])

    def test_starting_is_refused(self):
        sim = self.place(open_now=False, status="paused")
        self.assert_refused(sim, *self.apply(sim, status="running"))

    def test_leaving_it_running_is_refused(self):
        sim = self.place(open_now=False)
        self.assert_refused(sim, *self.apply(sim, name="Another name"))

    def test_a_faster_pacing_is_refused_and_one_of_the_same_rate_is_no_faster(self):
        sim = self.place(open_now=False)
        self.assert_refused(sim, *self.apply(sim, pacing={"maxCallsPerInterval": 26}))
        done, result = self.apply(sim, pacing={"interval": 120, "maxCallsPerInterval": 49})
        self.assert_code(done, 0)
        self.assertEqual(result["outcome"], "applied")

    def test_pausing_stopping_and_lowering_are_never_blocked(self):
        for change in ({"status": "paused"}, {"status": "stopped"}, {"maxConcurrentCalls": 100}, {"pacing": {"throttlePercent": 0.5}}):
            with self.subTest(change):
                sim = self.place(open_now=False)
                done, result = self.apply(sim, **change)
                self.assert_code(done, 0)
                self.assertEqual(result["outcome"], "applied")
                self.assertEqual([f["severity"] for f in result["findings"]], [] if "status" in change else ["warning"])

    def test_lowering_carries_nothing_else_through(self):
        for other in ({"rules": [{"name": "dnc", "enabled": False}]}, {"acceleration": 99}, {"advancedDialerSettings": {"queuePriority": 9}}):
            with self.subTest(other):
                sim = self.place(open_now=False)
                self.assert_refused(sim, *self.apply(sim, maxConcurrentCalls=149, **other))

    def test_another_word_for_running_does_not_switch_the_hours_off(self):
        sim = self.place(open_now=False, status="paused")
        done, result = self.apply(sim, status="RUNNING")
        self.assert_code(done, 65)
        self.assertEqual(result["status"], "CXD_E_WINDOW_CLOSED")
        self.assertEqual(self.puts(sim), [])

    def test_a_rebalancing_is_an_action(self):
        sim = self.place(open_now=False)
        self.settings["CXDIALER_UPDATE_AUTO_REBALANCE"] = "on"
        self.assert_refused(sim, *self.apply(sim, maxConcurrentCalls=150))

    def test_what_is_so_already_is_unchanged_with_a_warning(self):
        sim = self.place(open_now=False)
        done, result = self.apply(sim, maxConcurrentCalls=150)
        self.assert_code(done, 0)
        self.assertEqual((result["outcome"], [f["severity"] for f in result["findings"]]), ("unchanged", ["warning"]))

    def test_a_campaign_that_does_not_run_may_be_prepared_at_any_time(self):
        sim = self.place(open_now=False, status="paused")
        done, result = self.apply(sim, maxConcurrentCalls=400)
        self.assert_code(done, 0)
        self.assertEqual((result["outcome"], result["findings"]), ("applied", []))

    def test_in_its_hours_everything_goes(self):
        sim = self.place(open_now=True)
        done, result = self.apply(sim, maxConcurrentCalls=160)
        self.assert_code(done, 0)
        self.assertEqual((result["outcome"], result["findings"]), ("applied", []))

    def test_a_plan_is_refused_like_the_update(self):
        sim = self.place(open_now=False)
        done, result = self.apply(sim, "plan", maxConcurrentCalls=160)
        self.assert_code(done, 65)
        self.assertEqual(result["status"], "CXD_E_WINDOW_CLOSED")

    def test_a_whole_document_in_replace_mode_is_a_start(self):
        sim = self.place(open_now=False)
        self.settings["CXDIALER_UPDATE_MODE"] = "replace"
        document = campaign(maxConcurrentCalls=1)
        del document["id"]
        done, result = self.apply(sim, **document)
        self.assert_code(done, 65)
        self.assertEqual(result["status"], "CXD_E_WINDOW_CLOSED")
        self.assertEqual(self.puts(sim), [])

    def test_text_output_names_the_next_opening(self):
        sim = self.place(open_now=False)
        done = self.cli(sim, "apply", self.file("change.json", {"id": SAMPLE_ID, "maxConcurrentCalls": 160}), **self.settings)
        self.assert_code(done, 65)
        self.assertIn("window.closed", done.stdout + done.stderr)
        self.assertIn("the next opening is 20", done.stdout + done.stderr)


def preload():
    found = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    return found[0] if found else None


@clilib.at_the_real_time
class NineInTheEvening(clilib.SimCase):
    """The command alone lives at 20:59:58 in New York; the simulator keeps the real time."""

    def setUp(self):
        super().setUp()
        if not preload():
            if os.environ.get("CI"):
                self.fail("libfaketime is not installed")
            self.skipTest("libfaketime is not installed")
        if "libasan" in subprocess.run(["ldd", clilib.program()], capture_output=True, text=True, check=True).stdout:
            self.skipTest("faketime and the address sanitizer do not mix")

    def apply(self, sim, at, **settings):
        env = {"LD_PRELOAD": preload(), "FAKETIME": f"@2026-11-28 {at}", "TZ": "America/New_York", "NO_FAKE_STAT": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
               "CXDIALER_VALIDATE_POLICY_FILE": self.file("policy.json", {"version": 1, "severities": {"window.interval": "note"}})}
        done = self.cli(sim, "--output", "json", "apply", self.file("change.json", {"id": SAMPLE_ID, "maxConcurrentCalls": 160}), **{**env, **settings})
        return done, json.loads(done.stdout)

    def running(self, *faults):
        return self.sim(*faults, campaigns=[simlib.sample(status="running", timeZone="America/New_York")])

    def test_an_update_queued_before_nine_does_not_go_out_after_it(self):
        sim = self.running()
        # One request in six seconds: the GET takes the slot, and the PUT has to wait until after 21:00.
        done, result = self.apply(sim, "20:59:55", CXDIALER_RATE_LIMIT="1", CXDIALER_RATE_WINDOW_MS="6000")
        self.assert_code(done, 65)
        self.assertEqual((result["outcome"], result["status"], result["sends"]), ("rejected", "CXD_E_WINDOW_CLOSED", 0))
        self.assertEqual(self.puts(sim), [])
        self.assertEqual(len([r for r in sim.requests() if r["method"] == "GET"]), 1)

    def test_the_same_update_a_minute_earlier_goes_out(self):
        sim = self.running()
        done, result = self.apply(sim, "20:58:00")
        self.assert_code(done, 0)
        self.assertEqual(result["outcome"], "applied")
        self.assertEqual(len(self.puts(sim)), 1)

    def test_a_resend_after_nine_does_not_go_out(self):
        sim = self.running("--fault", "PUT:1:status=429;retry-after=6")
        done, result = self.apply(sim, "20:59:55")
        self.assert_code(done, 65)
        self.assertEqual((result["outcome"], result["status"], result["sends"]), ("rejected", "CXD_E_WINDOW_CLOSED", 1))
        self.assertEqual(len(self.puts(sim)), 1)


if __name__ == "__main__":
    unittest.main()
