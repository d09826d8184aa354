# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""cxdialer apply with many campaigns: order, limits, summary, progress, signals."""
import json
import os
import pathlib
import pty
import re
import signal
import struct
import subprocess
import termios
import fcntl
import threading
import unittest

import clilib
import simlib

FULL = os.environ.get("CXDIALER_FULL") == "1"


def ids(count):
    return [f"c{i}" for i in range(count)]


def changes(count, **more):
    return [{"id": i, "maxConcurrentCalls": 100, **more} for i in ids(count)]


class BatchCase(clilib.SimCase):
    def many(self, count, *args):
        return self.sim("--rate", "0", *args, campaigns=[clilib.paused(i) for i in ids(count)])

    def env(self, url, **more):
        return super().env(url, **{"CXDIALER_RATE_LIMIT": "0", **more})

    def put_ids(self, sim):
        return [r["path"].rsplit("/", 1)[1] for r in self.puts(sim)]

    def apply(self, sim, items, *words, form="json", **env):
        return self.cli(sim, "--output", form, "apply", *words, self.file("batch.json", items), **env)

    def summary(self, done):
        return json.loads(done.stderr.splitlines()[-1])["summary"]

    def errors(self, done):
        return [line["error"] for line in map(json.loads, done.stderr.splitlines()) if "error" in line]


class Report(BatchCase):
    """--report with the command itself; the page is judged in test_cli_report.py."""

    def test_a_run_writes_a_page_with_all_of_its_campaigns(self):
        sim = self.many(40)
        page = pathlib.Path(self.dir) / "run.html"
        done = self.apply(sim, changes(40), "--report", str(page), "--journal", str(page) + ".journal")
        self.assert_code(done, 0)
        text = page.read_text()
        self.assertIn("All 40 campaigns are as asked.", text)
        self.assertTrue(all(f">{i}<" in text for i in ids(40)))
        self.assertIn("run.html.journal", text)

    def test_what_failed_and_what_was_not_begun_is_in_it(self):
        sim = self.many(4)
        page = pathlib.Path(self.dir) / "run.html"
        items = [{"id": "gone", "maxConcurrentCalls": 1}, 5] + changes(4)
        done = self.apply(sim, items, "--report", str(page), "--max-errors", "2", "--concurrency", "1")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("gone", page.read_text())
        self.assertIn("not begun", page.read_text())

    def test_one_campaign_and_a_plan_have_one_too(self):
        sim = self.many(1)
        for command in ("plan", "apply"):
            page = pathlib.Path(self.dir) / f"{command}.html"
            self.cli(sim, command, "--report", str(page), self.file("one.json", changes(1)[0]))
            self.assertIn("c0", page.read_text(), command)

    def test_a_page_that_cannot_be_written_is_told_before_anything_is_sent(self):
        sim = self.many(2)
        done = self.apply(sim, changes(2), "--report", str(pathlib.Path(self.dir) / "none" / "run.html"))
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(self.puts(sim), [])
        self.assert_code(self.apply(sim, changes(2), "--report", "-"), 64)
        self.assertEqual(self.puts(sim), [])


class Order(BatchCase):
    def test_results_are_in_the_order_of_the_input_whatever_ends_first(self):
        sim = self.many(6, "--fault", "PUT:1:delay=700")
        done = self.apply(sim, changes(6))
        self.assert_code(done, 0)
        self.assertEqual([r["campaign_id"] for r in json.loads(done.stdout)], ids(6))
        self.assertEqual(sorted(self.put_ids(sim)), ids(6))

    def test_many_are_in_flight_at_a_time_and_with_concurrency_1_one(self):
        sim = self.many(4, "--latency-ms", "150")
        self.assert_code(self.apply(sim, changes(4)), 0)
        kinds = [r["method"] for r in sim.requests() if "campaigns" in r["path"]]
        self.assertEqual(kinds[:4], ["GET"] * 4)
        sim = self.many(4)
        self.assert_code(self.apply(sim, changes(4), "--concurrency", "1"), 0)
        self.assertEqual([r["method"] for r in sim.requests() if "campaigns" in r["path"]], ["GET", "PUT"] * 4)

    def test_the_text_is_that_of_one_after_the_other(self):
        def plain(done):
            text = re.sub(r"latency .*|at  .*|audit seq .*|request id .*|requests .*", "", done.stdout)
            return text
        items = changes(3) + [{"id": "nobody", "maxConcurrentCalls": 5}, {"id": "c0", "maxConcurrentCalls": 9999}, "rubbish"]
        done = self.apply(self.many(3), items, form="text")
        self.assert_code(done, 80)
        one_by_one = [self.apply(sim, item, form="text") for sim in [self.many(3)] for item in items]
        self.assertEqual(plain(done), "".join(plain(one) for one in one_by_one))

    def test_each_file_has_its_line(self):
        sim = self.many(4)
        a, b, c = self.file("a.json", changes(4)[:2]), self.file("b.json", changes(4)[2]), self.file("c.json", [changes(4)[3]])
        done = self.cli(sim, "--output", "json", "apply", a, self.file("none.json", "[]"), str(self.dir / "missing"), b, c)
        self.assert_code(done, 80)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([[r["campaign_id"] for r in lines[0]], lines[1], lines[2]["status"], lines[3]["campaign_id"], [r["campaign_id"] for r in lines[4]]],
                         [["c0", "c1"], [], "CXD_E_IO", "c2", ["c3"]])

    def test_the_same_campaign_twice_is_changed_in_order(self):
        sim = self.many(1)
        items = [{"id": "c0", "maxConcurrentCalls": n} for n in (10, 20, 30)]
        done = self.apply(sim, items)
        self.assert_code(done, 0)
        self.assertEqual([(r["previous_concurrent"], r["new_concurrent"]) for r in json.loads(done.stdout)], [(150, 10), (10, 20), (20, 30)])
        self.assertEqual(sim.campaign("c0")["applied"], 3)

    def test_coalesced_they_are_one_update(self):
        sim = self.many(1)
        items = [{"id": "c0", "maxConcurrentCalls": n} for n in (10, 20, 30)]
        done = self.apply(sim, items, "--coalesce")
        self.assert_code(done, 0)
        self.assertEqual(len(json.loads(done.stdout)), 3)
        self.assertEqual((sim.campaign("c0")["applied"], sim.campaign("c0")["document"]["maxConcurrentCalls"]), (1, 30))


class Limits(BatchCase):
    def test_after_so_many_failures_no_more_are_begun(self):
        sim = self.many(30)
        items = [{"id": "c0", "maxConcurrentCalls": 9999}, {"id": "c1", "maxConcurrentCalls": 9999}] + changes(30)[2:]
        done = self.apply(sim, items, "--max-errors", "2", "--concurrency", "1")
        self.assert_code(done, 80)
        self.assertEqual([r["outcome"] for r in json.loads(done.stdout)], ["rejected"] * 2)
        self.assertEqual(self.puts(sim), [])
        self.assertIn("28 of 30 not started", self.errors(done)[-1]["message"])
        self.assertEqual(self.summary(done)["not_started"], 28)

    def test_the_canary_goes_ahead_and_its_failure_keeps_the_others_back(self):
        sim = self.many(5, "--fault", "PUT:1:status=422")
        done = self.apply(sim, changes(5), "--canary", "1")
        self.assert_code(done, 80)
        self.assertEqual(self.put_ids(sim), ["c0"])
        self.assertEqual(self.summary(done)["not_started"], 4)
        sim = self.many(5)
        self.assert_code(self.apply(sim, changes(5), "--canary", "1"), 0)
        requests = [(r["method"], r["path"].rsplit("/", 1)[1]) for r in sim.requests() if "campaigns" in r["path"]]
        self.assertEqual(requests[:2], [("GET", "c0"), ("PUT", "c0")])

    def test_above_the_error_rate_no_more_are_begun(self):
        items = [{"id": i, "maxConcurrentCalls": 9999} for i in ids(200)]
        done = self.apply(self.many(1), items, "--max-error-rate", "0.5", "--concurrency", "1")
        self.assert_code(done, 80)
        self.assertEqual(self.summary(done)["outcomes"]["rejected"], 20)

    def test_values_that_are_none(self):
        sim = self.many(2)
        for option, value in (("--max-errors", "x"), ("--max-errors", "-1"), ("--max-error-rate", "2"), ("--canary", "99999"), ("--concurrency", "0"), ("--concurrency", "")):
            with self.subTest(option=option, value=value):
                done = self.apply(sim, changes(2), option, value)
                self.assert_code(done, 64)
                self.assertIn(option, done.stderr)
        self.assert_code(self.apply(sim, changes(2), "--canary", "1", "--canary", "2"), 64)
        self.assertEqual(sim.requests(), [])


class Bad(BatchCase):
    BROKEN = ['{"id":"x",}', '"text"', "5", '{"id":"x","id":"y"}', '{"id":"x","maxConcurrentCalls":9999}', "{}", '{"id":"../x","maxConcurrentCalls":1}', '{"maxConcurrentCalls":7}',
              '{"id":"nobody","maxConcurrentCalls":7}', '[[]]', '{"id":5}', '{"id":"x","n":' + "[" * 40 + "]" * 40 + "}"]

    def every_tenth_broken(self, count, good):
        return ",\n".join(self.BROKEN[i // 10 % len(self.BROKEN)] if i % 10 == 0 else good(i) for i in range(count))

    def test_every_tenth_item_broken_in_another_way(self):
        count = 400
        sim = self.many(count)
        done = self.apply(sim, "[" + self.every_tenth_broken(count, lambda i: json.dumps({"id": f"c{i}", "maxConcurrentCalls": 100})) + "]")
        self.assert_code(done, 80)
        results = json.loads(done.stdout)
        self.assertEqual(len(results), count)
        for i, result in enumerate(results):
            self.assertEqual(set(result), clilib.RESULT_MEMBERS)
            self.assertEqual(result["outcome"] == "applied", i % 10 != 0, (i, result))
        self.assertEqual(sorted(self.put_ids(sim)), sorted(f"c{i}" for i in range(count) if i % 10))
        errors = self.errors(done)
        self.assertEqual(len(errors), count // 10)
        self.assertIn("batch.json[0]: ", errors[0]["message"])
        self.assertIn("begins at line 1, column 2", errors[0]["message"])
        self.assertIn("begins at line 11, column 1", errors[1]["message"])

    @unittest.skipUnless(FULL, "only with CXDIALER_FULL=1")
    def test_a_hundred_thousand_of_them(self):
        count = 100000
        done = self.apply(self.many(1), "[" + self.every_tenth_broken(count, lambda i: '{"id":"c0","maxConcurrentCalls":%d}' % (600 + i)) + "]", timeout=600)
        self.assert_code(done, 80)
        results = json.loads(done.stdout)
        self.assertEqual(len(results), count)
        self.assertEqual({r["outcome"] for i, r in enumerate(results) if i % 10}, {"rejected"})

    def test_one_huge_item(self):
        for size in (2 << 20, 17 << 20):
            with self.subTest(size):
                sim = self.many(3)
                huge = '{"id":"c1","name":"' + "x" * size + '"}'
                done = self.apply(sim, "[" + json.dumps(changes(3)[0]) + "," + huge + "," + json.dumps(changes(3)[2]) + "]")
                self.assert_code(done, 80)
                self.assertEqual([r["status"] for r in json.loads(done.stdout)], ["CXD_OK", "CXD_E_TOO_LARGE", "CXD_OK"])
                self.assertEqual(sorted(self.put_ids(sim)), ["c0", "c2"])

    def test_without_credentials_each_item_says_so_and_nothing_is_sent(self):
        sim = self.many(3)
        done = self.apply(sim, changes(3), CXDIALER_AUTH_CLIENT_ID="", CXDIALER_AUTH_CLIENT_SECRET="")
        self.assertNotIn(done.returncode, (0, 130))
        self.assertIn("auth.", done.stderr)
        self.assertEqual(sim.requests(), [])


class Summary(BatchCase):
    def test_as_text(self):
        done = self.apply(self.many(3), changes(3) + [{"id": "c0", "maxConcurrentCalls": 9999}, "x"], form="text")
        lines = done.stderr.splitlines()
        self.assertRegex(lines[-2], r"^cxdialer: 5 in \S+ m?s: 3 applied, 1 rejected, 1 no campaigns$")
        self.assertRegex(lines[-1], r"^cxdialer: \d+ requests, 0 x 429; latency min \S+, median \S+, p90 \S+, p99 \S+, max \S+ ms$")

    def test_as_json(self):
        done = self.apply(self.many(3), changes(3))
        summary = self.summary(done)
        self.assertEqual(list(summary), ["total", "outcomes", "no_campaigns", "not_started", "latency_ms", "requests", "rate_limited", "duration_ms"])
        self.assertEqual((summary["total"], summary["outcomes"]["applied"], summary["requests"]), (3, 3, 7))
        latency = summary["latency_ms"]
        self.assertEqual(list(latency), ["min", "median", "p90", "p99", "max"])
        self.assertEqual(sorted(latency.values()), list(latency.values()))
        results = sorted(r["latency_ms"] for r in json.loads(done.stdout))
        for name, rank in (("min", 0), ("median", 1), ("max", 2)):
            self.assertAlmostEqual(latency[name], results[rank], delta=0.01)

    def test_none_for_one_object(self):
        done = self.apply(self.many(1), changes(1)[0])
        self.assertEqual(done.stderr, "")


class Signals(BatchCase):
    def start(self, sim, *words, **more):
        process = subprocess.Popen([clilib.program(), *words], env=clilib.environment(**self.env(sim.url, **more)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process

    def apply_until_put(self, sim, *words):
        process = self.start(sim, "--output", "json", "apply", *words, self.file("batch.json", changes(6)))
        simlib.until(lambda: self.puts(sim))
        return process

    def test_once_finishes_what_is_in_flight(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            sim = self.many(6, "--fault", "PUT:1:delay=1000")
            process = self.apply_until_put(sim, "--concurrency", "1")
            process.send_signal(number)
            out, err = process.communicate(timeout=clilib.TIMEOUT_S)
            self.assertEqual(process.returncode, 130, err)
            self.assertEqual([r["outcome"] for r in json.loads(out)], ["applied"])
            self.assertIn("5 of 6 not started", err)
            self.assertNotIn("resume", err)
            self.assertEqual(self.put_ids(sim), ["c0"])

    def test_with_a_journal_it_says_how_to_go_on(self):
        sim = self.many(6, "--fault", "PUT:1:delay=1000")
        journal = str(self.dir / "j")
        process = self.apply_until_put(sim, "--concurrency", "1", "--journal", journal)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=clilib.TIMEOUT_S)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn(f"cxdialer resume {journal}", err)
        self.assert_code(self.cli(sim, "resume", journal), 0)
        self.assertEqual({c["applied"] for c in sim.state()["campaigns"]}, {1})

    def test_twice_cancels_and_the_outcome_is_unknown(self):
        sim = self.many(6, "--fault", "PUT:1:delay=20000")
        process = self.apply_until_put(sim, "--concurrency", "1")
        process.send_signal(signal.SIGINT)
        threading.Event().wait(0.3)  # one signal, not one of two that are the same one
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=clilib.TIMEOUT_S)
        self.assertEqual(process.returncode, 130, err)
        self.assertEqual([r["outcome"] for r in json.loads(out)], ["unknown"])
        self.assertEqual([json.loads(line)["k"] for line in self.audit.read_text().splitlines()].count("outcome"), 1)

    def test_usr1_tells_how_far_it_is(self):
        for form in ("text", "json"):
            sim = self.many(6, "--fault", "PUT:1:delay=1000")
            process = self.start(sim, "--output", form, "apply", "--concurrency", "1", self.file("batch.json", changes(6)))
            simlib.until(lambda: self.puts(sim))
            process.send_signal(signal.SIGUSR1)
            _, err = process.communicate(timeout=clilib.TIMEOUT_S)
            self.assertEqual(process.returncode, 0, err)
            if form == "text":
                self.assertRegex(err.splitlines()[0], r"^cxdialer: 0/6 done, (about .* left, )?1 in flight$")
            else:
                progress = json.loads(err.splitlines()[0])["progress"]
                self.assertEqual(list(progress), ["done", "total", "failed", "in_flight", "quota_used", "quota_limit", "rate_limited", "eta_ms"])
                self.assertEqual((progress["done"], progress["total"], progress["in_flight"]), (0, 6, 1))

    def test_usr1_does_nothing_to_other_commands(self):
        sim = self.many(1, "--fault", "GET:1:delay=500")
        process = self.start(sim, "get", "c0")
        simlib.until(sim.requests)
        process.send_signal(signal.SIGUSR1)
        process.communicate(timeout=clilib.TIMEOUT_S)
        self.assertEqual(process.returncode, 0)


class Progress(BatchCase):
    def watch(self, sim, columns, *words, count=6, **env):
        """Runs with standard error on a terminal of so many columns; what it got, and standard output."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        process = subprocess.Popen([clilib.program(), "apply", *words, self.file("batch.json", changes(count))], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs,
                                   env=clilib.environment(**self.env(sim.url, TERM="xterm", **env)))
        os.close(theirs)
        watchdog = threading.Timer(clilib.TIMEOUT_S, process.kill)
        watchdog.start()
        self.addCleanup(watchdog.cancel)
        seen = b""
        try:
            while block := os.read(ours, 65536):
                seen += block
        except OSError:
            pass
        out = process.stdout.read().decode()
        process.stdout.close()
        os.close(ours)
        self.assertEqual(process.wait(clilib.TIMEOUT_S), 0, seen)
        return seen.decode(), out

    def test_one_line_that_is_drawn_anew_and_cleared(self):
        sim = self.many(6, "--fault", "PUT:3:delay=800")
        screen, out = self.watch(sim, 100, "--concurrency", "1")
        draws = re.findall(r"\r([^\r\n]*)\x1b\[K", screen)
        self.assertTrue(any(draw.startswith("2/6 done, ") and "1 in flight" in draw for draw in draws), screen)
        self.assertTrue(all(draw == "" or re.match(r"\d/6 done", draw) for draw in draws), draws)
        self.assertEqual(draws[-1], "")
        last = screen.rpartition("\x1b[K")[2]
        self.assertRegex(last, r"^cxdialer: 6 in .*\r\ncxdialer: \d+ requests.*\r\n$")
        self.assertNotIn("done", out)

    def test_it_fits_the_terminal(self):
        for columns in (20, 5):
            sim = self.many(6, "--fault", "PUT:3:delay=500")
            screen, _ = self.watch(sim, columns, "--concurrency", "1")
            draws = [draw for draw in re.findall(r"\r([^\r\n]*)\x1b\[K", screen) if draw]
            self.assertTrue(draws)
            self.assertLess(max(map(len, draws)), columns)

    def test_the_quota_and_refusals_are_in_it(self):
        sim = self.many(6, "--fault", "PUT:2:status=429;retry-after=1")
        screen, _ = self.watch(sim, 100, "--concurrency", "1", CXDIALER_RATE_LIMIT="50")
        self.assertRegex(screen, r"quota \d+/\d+")
        self.assertIn("1 x 429", screen)

    def test_not_on_a_dumb_terminal(self):
        sim = self.many(6, "--fault", "PUT:3:delay=500")
        ours, theirs = pty.openpty()
        done = subprocess.run([clilib.program(), "apply", self.file("batch.json", changes(6))], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs,
                              env=clilib.environment(**self.env(sim.url, TERM="dumb")), timeout=clilib.TIMEOUT_S)
        os.close(theirs)
        self.assertEqual(done.returncode, 0)
        self.assertNotIn(b"\x1b", os.read(ours, 65536))
        os.close(ours)

    @unittest.skipUnless(FULL, "takes eleven seconds: only with CXDIALER_FULL=1")
    def test_without_a_terminal_a_line_every_ten_seconds(self):
        sim = self.many(3, "--fault", "PUT:2:delay=11000")
        done = self.apply(sim, changes(3), "--concurrency", "1", form="text", CXDIALER_HTTP_ATTEMPT_TIMEOUT_MS="30000", CXDIALER_RETRY_DEADLINE_MS="60000")
        self.assert_code(done, 0)
        self.assertEqual(len(re.findall(r"^cxdialer: 1/3 done", done.stderr, re.M)), 1)


if __name__ == "__main__":
    unittest.main()
