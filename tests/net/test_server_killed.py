# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""kill -9 of the server between applying an update and answering it: what the operator is told is what is so."""
import json
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import unittest

import clilib

SERVER = str(pathlib.Path(__file__).with_name("mortal_server.py"))
CHANGE = {"id": clilib.SAMPLE_ID, "maxConcurrentCalls": 120}
PATIENT = {"CXDIALER_RETRY_BASE_MS": "100", "CXDIALER_RETRY_CAP_MS": "1000", "CXDIALER_RETRY_MAX_ATTEMPTS": "20", "CXDIALER_RETRY_BUDGET": "10000"}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class ServerKilled(clilib.Case):
    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.state = self.file("state.json", {"campaign": clilib.paused(maxConcurrentCalls=100), "version": 1, "lives": 0, "puts": 0})

    def start(self, moment):
        server = subprocess.Popen([sys.executable, SERVER, str(self.port), self.state, moment], stdout=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (server.kill(), server.wait(), server.stdout.close()))
        self.assertEqual(server.stdout.readline(), "ready\n")
        return server

    def truth(self):
        return json.loads(pathlib.Path(self.state).read_text(encoding="utf-8"))

    def apply(self, moment, again, **env):
        """One apply against a server that dies; another takes its place when it is dead, if asked for."""
        server = self.start(moment)

        def undertaker():
            self.assertEqual(server.wait(clilib.TIMEOUT_S), -signal.SIGKILL)
            if again:
                self.start("never")

        thread = threading.Thread(target=undertaker)
        thread.start()
        done = clilib.run("--output", "json", "apply", self.file("c.json", CHANGE), env=self.env(f"http://127.0.0.1:{self.port}", **{**PATIENT, **env}))
        thread.join()
        return done, json.loads(done.stdout)

    def records(self):
        return [json.loads(line) for line in self.audit.read_text(encoding="utf-8").splitlines()]

    def test_killed_after_applying_and_started_again_the_update_is_applied_once_and_confirmed_by_reading(self):
        done, result = self.apply("after", again=True)
        self.assert_code(done, 0)
        self.assertEqual((result["outcome"], result["sends"]), ("applied_readback", 1))
        self.assertEqual((self.truth()["campaign"]["maxConcurrentCalls"], self.truth()["puts"]), (120, 1))
        self.assertEqual([r.get("outcome") for r in self.records() if r["k"] == "outcome"], ["applied_readback"])

    def test_killed_before_applying_and_started_again_the_update_is_sent_again(self):
        done, result = self.apply("before", again=True)
        self.assert_code(done, 0)
        self.assertEqual((result["outcome"], result["sends"]), ("applied", 2))
        self.assertEqual((self.truth()["campaign"]["maxConcurrentCalls"], self.truth()["puts"]), (120, 1))

    def test_killed_for_good_the_outcome_is_unknown_whichever_it_was(self):
        for moment, calls in (("after", 120), ("before", 100)):
            with self.subTest(moment):
                self.setUp()
                done, result = self.apply(moment, again=False, CXDIALER_RETRY_MAX_ATTEMPTS="3", CXDIALER_RETRY_BASE_MS="1")
                self.assert_code(done, 70)
                self.assertEqual((result["outcome"], result["status"]), ("unknown", "CXD_E_UNKNOWN_OUTCOME"))
                self.assertIn("may or may not have been changed", result["error"]["message"])
                self.assertEqual(self.truth()["campaign"]["maxConcurrentCalls"], calls)
                self.assertEqual([r["k"] for r in self.records()], ["genesis", "token", "intent", "attempt", "outcome"])


if __name__ == "__main__":
    unittest.main()
