# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Hosts under limits and with habits: few descriptors, little memory, no new threads, signals, other places, other numbers."""
import json
import os
import pathlib
import tempfile
import unittest

from hostlib import LIBRARY, SANITIZED, campaigns, host, missing

CONNECT = "4000"


def intents_of(log):
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return sum(json.loads(line)["k"] == "intent" for line in lines)


class Odd(unittest.TestCase):
    def run_mode(self, mode, env=None):
        with tempfile.TemporaryDirectory() as folder, campaigns() as sim:
            said = host("host_odd", LIBRARY, sim.url, folder, mode, env=env)
            self.puts = sum(request["method"] == "PUT" for request in sim.requests())
            self.intents = intents_of(pathlib.Path(folder) / "audit.jsonl")
        if "skipped" in said:
            missing(self, said["skipped"], required=said["skipped"] != "chroot")
        self.assertEqual(said["over"], mode)
        return said

    def test_few_descriptors(self):
        said = self.run_mode("few_descriptors")
        self.assertGreater(int(said["worked"]), 5)
        self.assertGreater(int(said["refused"]), 3)
        self.assertGreaterEqual(self.intents, self.puts)
        self.assertGreaterEqual(self.puts, int(said["worked"]))

    def test_nothing_of_the_library_takes_the_place_of_a_closed_standard_descriptor(self):
        said = self.run_mode("no_standard_descriptors")
        self.assertEqual(said["taken"], "0")

    def test_alarm_storm(self):
        self.assertGreaterEqual(int(self.run_mode("alarm_storm")["alarms"]), 100)

    @unittest.skipIf(SANITIZED, "a sanitizer takes all there is")
    def test_little_memory(self):
        said = self.run_mode("little_memory")
        self.assertGreater(int(said["worked"]), 5)
        self.assertGreater(int(said["refused"]), 1)

    def test_another_directory(self):
        self.assertEqual(self.run_mode("another_directory")["astray"], "0")

    def test_another_root(self):
        quiet = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"  # leaks are looked for in /proc, which is not there any more
        said = self.run_mode("another_root", {"ASAN_OPTIONS": quiet.lstrip(":")})
        self.assertNotEqual(said["zone"], "0")
        self.assertIn("America/New_York", said["zone_message"])

    def test_open_umask(self):
        self.assertEqual(self.run_mode("open_umask")["mode"], "600")

    def test_rounding(self):
        self.run_mode("rounding")

    def test_comma(self):
        self.assertEqual(self.run_mode("comma")["still"], "0,85")


@unittest.skipIf(SANITIZED, "a sanitizer has threads of its own")
class Confined(unittest.TestCase):
    def test_without_threads_an_address_works_and_a_name_is_refused(self):
        with campaigns() as sim:
            said = host("host_confined", LIBRARY, sim.url)
        self.assertEqual(said["over"], "1")
        self.assertEqual((said["name"], said["localhost"]), (CONNECT, CONNECT))
        self.assertIn("api.cxdialer.test", said["name_message"])
        self.assertIn("may not start one", said["name_message"])
        self.assertNotIn("resolve", said["localhost_message"])  # libcurl knows this name by itself


if __name__ == "__main__":
    unittest.main(verbosity=2)
