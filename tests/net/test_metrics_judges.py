# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""OpenMetrics text judged by others' programs: promtool (Debian's prometheus) and the parser of prometheus_client. 77 without both."""
import os
import re
import shutil
import subprocess
import sys
import unittest

import clilib
from clilib import SAMPLE_ID

PROMTOOL = os.environ.get("CXDIALER_PROMTOOL") or shutil.which("promtool")
PARSER = "import sys; from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse; print(sum(len(f.samples) for f in parse(sys.stdin.read())))"


def python_with_client():
    for program in (sys.executable, "/usr/bin/python3"):
        if os.path.exists(program) and subprocess.run([program, "-c", "import prometheus_client.openmetrics.parser"], capture_output=True).returncode == 0:
            return program
    return None


PYTHON = python_with_client()


class Judges(clilib.SimCase):
    def text(self):
        path = self.dir / "stats.prom"
        sim = self.sim("--fault", "GET:1:status=503")
        self.assert_code(clilib.run("--stats", str(path), "apply", self.file("c.json", {"id": SAMPLE_ID, "maxConcurrentCalls": 151}), env=self.env(sim.url)), 0)
        return path.read_text()

    @unittest.skipUnless(PROMTOOL, "no promtool")
    def test_promtool_finds_nothing(self):
        """It reads the older text form, where the name of a counter has its _total already."""
        text = re.sub(r"^# (TYPE|HELP) (\S+) (?=counter)", r"# \1 \2_total ", self.text(), flags=re.M)
        counters = re.findall(r"^# TYPE (\S+)_total counter$", text, flags=re.M)
        for name in counters:
            text = text.replace(f"# HELP {name} ", f"# HELP {name}_total ")
        done = subprocess.run([PROMTOOL, "check", "metrics"], input=text.encode(), capture_output=True, timeout=clilib.TIMEOUT_S)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))

    @unittest.skipUnless(PROMTOOL, "no promtool")
    def test_promtool_would_find_something(self):
        done = subprocess.run([PROMTOOL, "check", "metrics"], input=b"# TYPE a counter\na 1\n", capture_output=True, timeout=clilib.TIMEOUT_S)
        self.assertNotEqual(done.returncode, 0)

    @unittest.skipUnless(PYTHON, "no prometheus_client")
    def test_the_parser_of_prometheus_client_reads_every_line(self):
        text = self.text()
        done = subprocess.run([PYTHON, "-c", PARSER], input=text.encode(), capture_output=True, timeout=clilib.TIMEOUT_S)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertEqual(int(done.stdout), sum(not line.startswith("#") for line in text.splitlines()))


if __name__ == "__main__":
    if not PROMTOOL and not PYTHON:
        sys.exit(77)
    unittest.main()
