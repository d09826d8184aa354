# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""cxdialer on a terminal and under signals."""
import json
import os
import pathlib
import pty
import signal
import subprocess
import threading
import time
import unittest

import clilib

IDS = ["c0", "c1", "c2"]
CHANGES = [{"id": i, "maxConcurrentCalls": 100} for i in IDS]


class TerminalCase(clilib.SimCase):
    def start(self, sim, *args, **more):
        process = subprocess.Popen([clilib.program(), *args], env=clilib.environment(**self.env(sim.url)), **more)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process

    def many(self, *args):
        return self.sim(*args, campaigns=[clilib.paused(i) for i in IDS])

    def wait_for(self, what):
        deadline = time.monotonic() + clilib.TIMEOUT_S
        while not what():
            self.assertLess(time.monotonic(), deadline, "it never came")
            time.sleep(0.01)


class Question(TerminalCase):
    def talk(self, sim, answer, *args, stdin_is_terminal=True):
        """Runs on a terminal; returns the exit code and what standard output and the terminal got."""
        ours, theirs = pty.openpty()
        process = self.start(sim, *args, stdin=theirs if stdin_is_terminal else subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs, start_new_session=True)
        os.close(theirs)
        seen = b""
        watchdog = threading.Timer(clilib.TIMEOUT_S, process.kill)
        watchdog.start()
        self.addCleanup(watchdog.cancel)
        if answer is not None:
            while b"[y/N]" not in seen:
                seen += os.read(ours, 1024)
            if isinstance(answer, signal.Signals):
                process.send_signal(answer)
            else:
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

    def test_yes(self):
        for answer in (b"y\n", b"yes\n"):
            sim = self.many()
            code, _, screen = self.talk(sim, answer, "apply", self.file("c.json", CHANGES))
            self.assertEqual(code, 0, screen)
            self.assertIn("change 3 campaigns?", screen)
            self.assertEqual(len(self.puts(sim)), 3)

    def test_anything_else_sends_nothing(self):
        for answer in (b"\n", b"n\n", b"yesterday\n", b"\x04", b"y" * 40 + b"\n"):
            with self.subTest(answer):
                sim = self.many()
                code, out, screen = self.talk(sim, answer, "apply", self.file("c.json", CHANGES))
                self.assertEqual((code, out), (1, ""), screen)
                self.assertIn("nothing was sent", screen)
                self.assertEqual(sim.requests(), [])

    def test_no_question_with_yes_or_one_campaign_or_without_a_terminal_to_answer(self):
        one, three = self.file("1.json", CHANGES[0]), self.file("3.json", CHANGES)
        for words, terminal in ((["apply", "--yes", three], True), (["apply", one], True), (["apply", three], False), (["plan", three], True)):
            with self.subTest(words):
                code, _, screen = self.talk(self.many(), None, *words, stdin_is_terminal=terminal)
                self.assertEqual(code, 2 if words[0] == "plan" else 0, screen)
                self.assertNotIn("[y/N]", screen)

    def test_a_file_that_breaks_off_has_no_campaigns_to_ask_about(self):
        code, _, screen = self.talk(self.many(), None, "apply", self.file("broken.json", '[{"id":"c1"},{"id":"c2"}'), self.file("1.json", CHANGES[0]))
        self.assertEqual(code, 80)
        self.assertNotIn("[y/N]", screen)

    def test_progress(self):
        code, _, screen = self.talk(self.many(), None, "plan", self.file("c.json", CHANGES))
        self.assertEqual(code, 2)
        self.assertEqual([line.strip() for line in screen.splitlines()], ["[1/3] c0", "[2/3] c1", "[3/3] c2"])

    def test_interrupt_at_the_question(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            sim = self.many()
            code, _, screen = self.talk(sim, number, "apply", self.file("c.json", CHANGES))
            self.assertEqual(code, 130, screen)
            self.assertEqual(sim.requests(), [])


class Interrupt(TerminalCase):
    def interrupt(self, number, fault, method, *words):
        sim = self.many("--fault", fault)
        process = self.start(sim, "--output", "json", *words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.wait_for(lambda: [r for r in sim.requests() if r["method"] == method])
        begun = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=clilib.TIMEOUT_S)
        self.assertLess(time.monotonic() - begun, 3, "cancel must not wait for the server")
        self.assertEqual(process.returncode, 130, out + err)
        return sim, out, err

    def test_a_read(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            _, out, err = self.interrupt(number, "GET:*:delay=5000", "GET", "get", "c0")
            self.assertEqual(out, "")
            self.assertEqual(json.loads(err)["error"]["status"], "CXD_E_CANCELLED")

    def test_an_update_before_its_put(self):
        sim, out, _ = self.interrupt(signal.SIGINT, "GET:*:delay=5000", "GET", "apply", self.file("c.json", CHANGES[0]))
        self.assertEqual(json.loads(out)["outcome"], "cancelled")
        self.assertEqual(self.puts(sim), [])

    def test_an_update_whose_put_is_under_way_is_reported_and_audited(self):
        _, out, _ = self.interrupt(signal.SIGTERM, "PUT:*:delay=5000", "PUT", "apply", self.file("c.json", CHANGES[0]))
        result = json.loads(out)
        self.assertEqual((result["outcome"], result["status"]), ("unknown", "CXD_E_CANCELLED"))
        kinds = [json.loads(line)["k"] for line in self.audit.read_text().splitlines()]
        self.assertEqual((kinds.count("intent"), kinds.count("outcome")), (1, 1))

    def test_the_updates_behind_it_are_not_started(self):
        sim, out, err = self.interrupt(signal.SIGINT, "PUT:1:delay=1500", "PUT", "apply", "--concurrency", "1", self.file("c.json", CHANGES))
        self.assertEqual([result["outcome"] for result in json.loads(out)], ["applied"])
        self.assertIn("2 of 3 not started", err)
        self.assertNotIn("c1", [r["path"].rsplit("/", 1)[1] for r in sim.requests()])

    def test_waiting_for_standard_input(self):
        self.wait_and_interrupt("-")

    def test_waiting_for_the_writer_of_a_named_pipe(self):
        os.mkfifo(self.dir / "fifo")
        self.wait_and_interrupt(str(self.dir / "fifo"))

    def test_waiting_for_what_the_writer_of_a_named_pipe_writes(self):
        fifo = str(self.dir / "fifo")
        os.mkfifo(fifo)
        keep = os.open(fifo, os.O_RDWR)
        self.addCleanup(os.close, keep)
        os.write(keep, b"[")
        self.wait_and_interrupt(fifo)

    def wait_and_interrupt(self, file):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = subprocess.Popen([clilib.program(), "validate", file], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                       env=clilib.environment())
            status = pathlib.Path(f"/proc/{process.pid}/status")
            self.wait_for(lambda: "\nSigBlk:\t0000000000004202\n" in status.read_text(encoding="ascii"))
            process.send_signal(number)
            self.assertEqual(process.wait(clilib.TIMEOUT_S), 130)
            process.stdin.close()
            process.stderr.close()


if __name__ == "__main__":
    unittest.main()
