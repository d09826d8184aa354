# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""cxdialer demo: the whole tour, and what it does when something is missing."""
import os
import pathlib
import shutil
import signal
import subprocess
import time
import unittest

import clilib
import simlib


class Demo(clilib.Case):
    def demo(self, *args, **env):
        return clilib.run("demo", *args, env={"TMPDIR": str(self.dir), **env})

    def test_the_tour(self):
        done = self.demo("--sim", simlib.program())
        self.assert_code(done, 0)
        self.assertEqual(done.stderr, "")
        for number in range(1, 8):
            self.assertIn(f"\n{number}. ", done.stdout)
        text = " ".join(done.stdout.split())
        for part in ("/maxConcurrentCalls 150 -> 120", "/pacing/throttlePercent 0.85 -> 0.9", "callback: campaign", "concurrent calls 150 -> 120", "latency",
                     '"k":"intent"', '"k":"outcome"', "error capacity.concurrency /maxConcurrentCalls", "/timeZone", "rejected: CXD_E_INVALID, requests 0", "error window.closed /status", "it is Sat 2026-11-28 03:00 EST in America/New_York",
                     "POST /api/v2/oauth/token 200", "All as expected."):
            self.assertIn(part, text)
        self.assertEqual(text.count("PUT /api/v2/outbound/campaigns/"), 1)
        self.assertNotIn("demo-secret", done.stdout)

    def test_it_leaves_nothing_behind(self):
        self.assert_code(self.demo("--sim", simlib.program()), 0)
        self.assertEqual(list(self.dir.iterdir()), [])

    def test_it_needs_no_configuration(self):
        self.assert_code(self.demo("--sim", simlib.program(), CXDIALER_CONFIG="/does/not/exist", CXDIALER_NONSENSE="1", CXDIALER_RATE_LIMIT="1"), 0)

    @clilib.at_the_real_time
    def test_any_hour_will_do(self):
        if not shutil.which("faketime"):
            self.skipTest("faketime is not here")
        if "libasan" in subprocess.run(["ldd", clilib.program()], capture_output=True, text=True, check=True).stdout:
            self.skipTest("faketime and the address sanitizer do not mix")
        for hour in ("2026-11-22 03:00:00", "2026-11-22 09:00:00"):
            done = subprocess.run(["faketime", hour, clilib.program(), "demo", "--sim", simlib.program()], capture_output=True, timeout=clilib.TIMEOUT_S,
                                  env=clilib.environment())
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_simulator_is_found_in_the_path(self):
        place = self.dir / "bin"
        place.mkdir()
        shutil.copy(clilib.program(), place / "cxdialer")
        (self.dir / "elsewhere").mkdir()
        (self.dir / "elsewhere" / "cxdialer-sim").symlink_to(simlib.program())
        library = subprocess.run(["ldd", clilib.program()], capture_output=True, text=True, check=True).stdout
        folder = next((line.split()[2] for line in library.splitlines() if "libcxdialer" in line), "")
        env = clilib.environment(PATH=f"{self.dir}/elsewhere:{os.environ['PATH']}", TMPDIR=str(self.dir), LD_LIBRARY_PATH=str(pathlib.Path(folder).parent))
        done = subprocess.run([str(place / "cxdialer"), "demo"], capture_output=True, text=True, timeout=clilib.TIMEOUT_S, env=env)
        self.assertEqual(done.returncode, 0, done.stderr)
        (place / "cxdialer-sim").symlink_to(simlib.program())
        env["PATH"] = os.environ["PATH"]
        done = subprocess.run([str(place / "cxdialer"), "demo"], capture_output=True, text=True, timeout=clilib.TIMEOUT_S, env=env)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_simulators_that_are_none(self):
        liar = self.dir / "liar"
        liar.write_text("#!/bin/sh\necho hello\n", encoding="ascii")
        liar.chmod(0o700)
        mute = self.dir / "mute"
        mute.write_text("#!/bin/sh\nexit 3\n", encoding="ascii")
        mute.chmod(0o700)
        for path in ("/does/not/exist", str(liar), str(mute), str(self.dir)):
            with self.subTest(path):
                done = self.demo("--sim", path)
                self.assert_code(done, 1)
                self.assertIn(path, done.stderr)
                self.assertEqual(sorted(p.name for p in self.dir.iterdir()), ["liar", "mute"])

    def test_a_simulator_that_answers_otherwise_is_a_difference(self):
        other = self.dir / "other"
        other.write_text(f'#!/bin/sh\nexec "{simlib.program()}" --port 0 --fault "PUT:*:status=400"\n', encoding="ascii")
        other.chmod(0o700)
        done = self.demo("--sim", str(other))
        self.assert_code(done, 1)
        self.assertIn("400", done.stderr)
        self.assertNotIn("All as expected", done.stdout)

    def test_an_interrupt_cleans_up(self):
        slow = self.dir / "slow"
        slow.write_text(f'#!/bin/sh\necho $$ > "{self.dir}/pid"\nexec "{simlib.program()}" --port 0 --latency-ms 700\n', encoding="ascii")
        slow.chmod(0o700)
        process = subprocess.Popen([clilib.program(), "demo", "--sim", str(slow)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env=clilib.environment(TMPDIR=str(self.dir)))
        deadline = time.monotonic() + clilib.TIMEOUT_S
        while not list(self.dir.glob("cxdialer-demo-*")) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(clilib.TIMEOUT_S), 130)
        self.assertEqual(list(self.dir.glob("cxdialer-demo-*")), [])
        with self.assertRaises(ProcessLookupError):
            os.kill(int((self.dir / "pid").read_text()), 0)


if __name__ == "__main__":
    unittest.main()
