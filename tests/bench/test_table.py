# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The table of benchmarks: what it judges, and that all of it runs. BENCH_BUILD names the build directory."""
import contextlib
import io
import os
import pathlib
import re
import shutil
import tempfile
import unittest
import urllib.error
import urllib.request

import benchlib
import table
from benchlib import Row, exactly, within

CALLGRIND = """
events: Ir
ob=(1) /usr/lib/libcxdialer.so.1
fl=(1) a.c
fn=(1) outer
3 10
cfn=(2) inner
calls=2 7
3 500
+2 5
fn=(2)
* 7
ob=(2) /usr/lib/libcrypto.so.3
fn=(3) sha
8 400
"""


class Verdicts(unittest.TestCase):
    def test_a_number_is_held_against_its_limits(self):
        self.assertEqual(within(1.0, most=1.0), "ok")
        self.assertEqual(within(1.01, most=1.0), "MISSED")
        self.assertEqual(within(3.9, least=4), "MISSED")
        self.assertEqual(within(4.0, least=4), "ok")
        self.assertEqual(within(9.0, most=1.0, void=True), "void")
        self.assertEqual((exactly(1, 1), exactly(2, 1)), ("ok", "MISSED"))

    def test_a_missed_target_and_a_failed_program_are_the_exit_status(self):
        for verdict, status in (("ok", 0), ("void", 0), ("skipped", 0), ("reported", 0), ("MISSED", 1), ("failed", 1)):
            self.assertEqual(table.exit_status([Row("T1", "x", "1"), Row("T1", "x", "1", verdict=verdict)]), status, verdict)

    def test_a_run_beside_itself_that_is_off_by_more_than_two_percent_is_void(self):
        for aa, void in ((1.019, False), (1.021, True), (0.981, False), (0.979, True)):
            self.assertEqual(table.is_void({"aa": [aa, 0, 0]}), void, aa)

    def test_lines_of_the_other_programs_are_taken_with_their_verdict(self):
        def rows(line, void=False):
            return [(row.what, row.value, row.target, row.verdict) for row in table.read_line("T10", line, void)]
        self.assertEqual(rows("check-all-ns 4188.2 5000 ok 496.26 [482, 509] x"), [("check-all-ns", "4188.2", "5000", "ok")])
        self.assertEqual(rows("check-all-ns 6188.2 5000 MISSED"), [("check-all-ns", "6188.2", "5000", "MISSED")])
        self.assertEqual(rows("check-all-ns 6188.2 5000 MISSED", void=True)[0][3], "void")
        self.assertEqual(rows("check-aa-ratio 1.5 1.02 VOID")[0][3], "void")
        self.assertEqual(rows("check-x-ns 36.8 - reported 1"), [])
        self.assertEqual(rows("what: ever"), [])

    def test_what_a_callee_costs_is_not_counted_twice(self):
        self.assertEqual(benchlib.read_callgrind(CALLGRIND),
                         {("libcxdialer.so.1", "outer"): 15, ("libcxdialer.so.1", "inner"): 7, ("libcrypto.so.3", "sha"): 400})

    def test_a_missing_tool_is_a_row_and_no_failure(self):
        def measure(bench, server):
            benchlib.need("no-such-tool-anywhere")
            yield Row("T1", "never", "0")
        row, = table.rows_of("T1", measure, None, None)
        self.assertEqual((row.verdict, row.note), ("skipped", "no no-such-tool-anywhere here"))

    def test_a_program_that_fails_is_a_row_and_the_others_follow(self):
        def measure(bench, server):
            yield Row("T1", "first", "0", verdict="ok")
            raise RuntimeError("item 3: not_applied")
        rows = list(table.rows_of("T1", measure, None, None))
        self.assertEqual([row.verdict for row in rows], ["ok", "failed"])
        self.assertIn("item 3", rows[1].note)

    def test_the_body_has_the_length_that_performance_is_told_for(self):
        self.assertEqual(len(benchlib.body()), 414)


class Stub(unittest.TestCase):
    """The counts come from the stub: it has to see what it is asked for."""

    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="cxdialer-bench-")
        self.addCleanup(place.cleanup)
        benchlib.make_directory(pathlib.Path(place.name))
        self.token = (pathlib.Path(place.name) / "token").read_text()
        self.server = benchlib.Stub(pathlib.Path(os.environ["BENCH_BUILD"]) / "tests" / "bench", place.name)
        self.addCleanup(self.server.close)

    def ask(self, method, headers, path="/api/v2/outbound/campaigns/c-000007", data=None):
        request = urllib.request.Request(self.server.plain + path, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            error.close()
            return error.code, ""

    def test_it_counts_what_a_client_should_not_do(self):
        self.assertEqual(self.ask("PUT", {"Authorization": "Bearer wrong"}, data=b"{}")[0], 401)
        self.assertEqual(self.ask("PUT", {"Authorization": "Bearer " + self.token, "Expect": "100-continue"}, data=b"{}"), (200, "{}"))
        self.assertEqual(self.ask("GET", {"Authorization": "Bearer " + self.token}, path="/elsewhere")[0], 404)
        counts = self.server.counts()
        self.assertEqual((counts["refused"], counts["expects"], counts["unknown"], counts["puts"], counts["connections"]), (1, 1, 1, 1, 3))
        self.assertEqual(set(self.server.counts().values()), {0})

    def test_a_campaign_is_the_one_that_was_asked_for(self):
        status, text = self.ask("GET", {"Authorization": "Bearer " + self.token})
        self.assertEqual(status, 200)
        self.assertIn('"id":"c-000007"', text)
        self.assertIn('"maxConcurrentCalls":250', text)


# Of the library itself for a PUT in replace mode without audit: what was reached, so that nothing adds to it unseen. The target is 2.
ALLOCATIONS_MOST = 8.5


@unittest.skipUnless(shutil.which("openssl"), "no openssl here to make certificates")
class Smoke(unittest.TestCase):
    def test_the_whole_table_runs_and_its_counts_are_right(self):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            status = table.main([os.environ["BENCH_BUILD"], "--smoke"])
        text = said.getvalue()
        self.assertEqual(status, 0, text)
        for mark in ("T1", "T2", "T3", "T5", "T6", "T8", "T9", "T13", "T14"):
            self.assertRegex(text, rf"(?m)^{mark} .*(ok|reported)", text)
        each = re.search(r"own allocations of a PUT, warm +([\d.]+)", text)
        self.assertLessEqual(float(each[1]), ALLOCATIONS_MOST, text)
        for row in ("connections for 200 PUTs one after the other", "updates applied by them"):
            self.assertRegex(text, rf"(?m)^T\d+ +{row} .* ok$", text)


if __name__ == "__main__":
    unittest.main()
