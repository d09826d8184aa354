# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The statistics of a client: documented, in two forms that agree, and the numbers of a server that counts itself."""
import json
import pathlib
import socket
import unittest

import clilib
import metricslib
import simlib
from clilib import SAMPLE_ID

CHANGE = {"id": SAMPLE_ID, "maxConcurrentCalls": 151}

# What a command cannot show at its end, or not at all: tests/api/test_stats.c and tests/unit/test_core_trace.c.
ELSEWHERE = {"in_flight", "updates_in_flight", "quota.waiting", "callbacks.called", "callbacks.declined", "audit.failed", "updates.cancelled", "updates_by_status.cancelled", "updates_by_status.local", "token.age_ms"}


class Statistics(clilib.SimCase):
    def stats(self, server, code, *words, **env):
        path = self.dir / "stats.json"
        done = clilib.run("--stats", str(path), *words, env=self.env(server.url, **env))
        self.assert_code(done, code)
        return metricslib.load(path)

    def change(self, **members):
        return self.file("c.json", {**CHANGE, **members})

    # ------------------------------------------------------------------ documentation and forms

    def test_exactly_the_documented_members_are_there(self):
        stats = self.stats(self.sim(), 0, "get", SAMPLE_ID)
        self.assertEqual(list(stats), list(metricslib.documented()))

    def test_both_forms_have_the_same_numbers(self):
        sim = self.sim("--fault", "GET:1:status=503")
        path = self.dir / "stats.prom"
        done = clilib.run("--stats", str(path), "apply", self.change(), env=self.env(sim.url))
        self.assert_code(done, 0)
        found = metricslib.samples(path.read_text())
        wanted = {sample for sample, kind in metricslib.documented().values() if sample and kind != "H"}
        self.assertEqual(set(found), wanted)
        self.assertEqual(found['cxdialer_requests_total{kind="get"}'], 2)
        self.assertEqual(found['cxdialer_retries_total{reason="server_error"}'], 1)
        self.assertEqual(found['cxdialer_updates_total{outcome="applied"}'], 1)
        self.assertGreater(found["cxdialer_server_latency_seconds"], 0)
        self.assertLess(found["cxdialer_token_age_seconds"], clilib.TIMEOUT_S)

    def test_types_are_the_documented_ones(self):
        path = self.dir / "stats.prom"
        self.assert_code(clilib.run("--stats", str(path), "get", SAMPLE_ID, env=self.env(self.sim().url)), 0)
        types = {f.name: f.kind[0].upper() for f in metricslib.parse(path.read_text())}
        for member, (sample, kind) in metricslib.documented().items():
            if sample:
                name = sample.split("{")[0]
                self.assertEqual(types[name.removesuffix("_total") if kind == "C" else name], kind, member)

    def test_without_a_token_there_is_no_age(self):
        path = self.dir / "stats.prom"
        sim = self.sim()
        env = {"CXDIALER_AUTH_TOKEN": sim.token()}
        self.assertIsNone(self.stats(sim, 0, "get", SAMPLE_ID, **env)["token.age_ms"])
        self.assert_code(clilib.run("--stats", str(path), "get", SAMPLE_ID, env=self.env(sim.url, **env)), 0)
        self.assertNotIn("token_age_seconds ", "".join(line for line in path.read_text().splitlines(True) if line[0] != "#"))

    def test_the_parser_of_these_tests_refuses_what_is_wrong(self):
        good = '# TYPE a counter\n# HELP a What.\na_total{k="x"} 1\n# EOF\n'
        metricslib.parse(good)
        wrong = [good.replace("# EOF\n", ""), good + "\n", good.replace("a_total", "a"), good.replace(" 1", " 01"), good.replace(" 1", " 1,5"), good.replace("# HELP a What.\n", ""),
                 good.replace('a_total{k="x"} 1\n', 'a_total{k="x"} 1\na_total{k="x"} 2\n'), good.replace(" 1\n", " -1\n"), good.replace("counter", "number"), "\n" + good,
                 '# TYPE h histogram\n# HELP h What.\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n# EOF\n']
        for text in wrong:
            with self.subTest(text), self.assertRaises(metricslib.Malformed):
                metricslib.parse(text)

    # ------------------------------------------------------------------------------ the file

    def test_a_file_that_cannot_be_written_is_said_and_is_no_success(self):
        sim = self.sim()
        done = clilib.run("--stats", str(self.dir / "no" / "stats.json"), "get", SAMPLE_ID, env=self.env(sim.url))
        self.assert_code(done, 1)
        self.assertIn("--stats", done.stderr)
        done = clilib.run("--stats", str(self.dir), "get", SAMPLE_ID, env=self.env(sim.url))
        self.assert_code(done, 1)

    def test_an_old_file_is_replaced_and_nothing_left_beside_it(self):
        sim = self.sim()
        self.file("stats.json", "old")
        self.stats(sim, 0, "get", SAMPLE_ID)
        self.assertEqual([p.name for p in self.dir.iterdir() if "stats" in p.name], ["stats.json"])

    def test_usage(self):
        self.assert_code(clilib.run("--stats", "", "version"), 64)
        done = clilib.run("get", "--stats", "x", SAMPLE_ID)
        self.assert_code(done, 64)
        self.assertIn("before the command", done.stderr)

    # ------------------------------------------------------------------------------ values

    def test_each_number_is_what_the_server_has_counted(self):
        shown = set()
        for scenario in (self.plain, self.listed, self.same, self.planned, self.failing_reads, self.read_back, self.sent_again, self.limited, self.misdirected, self.nobody, self.slow,
                         self.broken, self.refused, self.overtaken, self.doubtful, self.closed, self.strangers, self.down, self.redirected, self.odd, self.short_of_quota):
            with self.subTest(scenario.__name__):
                wanted, stats = scenario()
                for member, value in wanted.items():
                    self.assertEqual(stats[member], value, f"{scenario.__name__}: {member}")
                shown |= {member for member, value in wanted.items() if value}
        self.assertEqual(set(metricslib.documented()) - shown, ELSEWHERE)

    def by_method(self, sim, method, path=None):
        return [r for r in sim.requests() if r["method"] == method and (path is None or r["path"].endswith(path))]

    def plain(self):
        sim = self.sim()
        stats = self.stats(sim, 0, "apply", self.change())
        seen = sim.requests()
        self.assertEqual(stats["token.age_ms"] // 1000 <= clilib.TIMEOUT_S, True)
        self.assertGreater(stats["server_latency_us"], 0)
        self.assertEqual([b["le_us"] for b in stats["request_latency"]["buckets"]][-1], None)
        self.assertGreater(stats["update_latency"]["sum_us"], stats["request_latency"]["sum_us"])
        records = [json.loads(line) for line in self.audit.read_text().splitlines()]
        wanted = {
            "requests.token": len(self.by_method(sim, "POST")), "requests.get": len(self.by_method(sim, "GET")), "requests.put": len(self.by_method(sim, "PUT")),
            "answers.2xx": len(seen), "answers.4xx": 0, "retries": 0, "connections.opened": 1, "connections.reused": len(seen) - 1,
            "body_bytes.sent": sum(r["body_length"] for r in seen), "updates.applied": 1, "updates_by_status.ok": 1, "plans": 0,
            "audit.records": sum(r["k"] in ("intent", "outcome", "token") for r in records), "audit.syncs": 2, "token.fetched": sim.state()["tokens_issued"], "token.generation": 1,
            "quota.configured": 100, "quota.limit": 100, "quota.used": 2, "retry_budget": 140, "retry_budget_max": 140,
            "server_latency_us": stats["server_latency_us"], "request_latency": stats["request_latency"], "update_latency": stats["update_latency"], "in_flight": 0, "updates_in_flight": 0,
        }
        self.assertEqual((stats["request_latency"]["count"], stats["update_latency"]["count"]), (2, 1))
        return wanted, stats

    def listed(self):
        body = json.dumps({"campaigns": []}).encode()
        answer = clilib.with_token(lambda method, path: (200, "application/json", body))
        with clilib.Server(answer) as server:
            stats = self.stats(server, 0, "list")
        self.assertEqual(len(server.seen), 2)
        return {"requests.list": 1, "requests.get": 0, "body_bytes.received": len(body) + len(clilib.TOKEN_REPLY)}, stats

    def same(self):
        campaign = clilib.paused()
        stats = self.stats(self.sim(), 0, "apply", self.change(maxConcurrentCalls=campaign["maxConcurrentCalls"]))
        return {"updates.unchanged": 1, "updates.applied": 0, "requests.put": 0}, stats

    def planned(self):
        return {"plans": 1, "updates_by_status.ok": 0}, self.stats(self.sim(), 2, "plan", self.change())

    def failing_reads(self):
        sim = self.sim("--fault", "GET:1:status=503", "--fault", "GET:2:status=500")
        stats = self.stats(sim, 0, "get", SAMPLE_ID)
        return {"retries": 2, "retries_by_reason.server_error": 2, "answers.5xx": 2, "requests.get": len(self.by_method(sim, "GET")), "doubtful": 0}, stats

    def read_back(self):
        stats = self.stats(self.sim("--fault", "PUT:1:apply-then-close"), 0, "apply", self.change())
        return {"doubtful": 1, "answers.none": 1, "updates.applied_readback": 1, "retries": 0}, stats

    def sent_again(self):
        sim = self.sim("--fault", "PUT:1:close-before-reply")
        stats = self.stats(sim, 0, "apply", self.change())
        return {"doubtful": 1, "retries_by_reason.looked": 1, "retries": 1, "requests.put": len(self.by_method(sim, "PUT")), "updates.applied": 1}, stats

    def limited(self):
        sim = self.sim("--fault", "GET:1:status=429;retry-after=0")
        stats = self.stats(sim, 0, "get", SAMPLE_ID, CXDIALER_RETRY_DEADLINE_MS="30000")
        return {"rate_limited": 1, "retries_by_reason.rate_limited": 1, "answers.4xx": 1}, stats

    def misdirected(self):
        return {"retries_by_reason.answer": 1, "answers.4xx": 1}, self.stats(self.sim("--fault", "GET:1:status=408"), 0, "get", SAMPLE_ID)

    def nobody(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{s.getsockname()[1]}"
        path = self.dir / "stats.json"
        done = clilib.run("--stats", str(path), "apply", self.change(), env=self.env(url, CXDIALER_AUTH_TOKEN="t"))
        self.assert_code(done, 69)
        return {"retries_by_reason.connect": 3, "requests.get": 0, "updates.not_applied": 1, "updates_by_status.network": 1, "connections.opened": 0}, metricslib.load(path)

    def slow(self):
        sim = self.sim("--fault", "GET:1:delay=20000")
        return {"retries_by_reason.timeout": 1, "answers.none": 1}, self.stats(sim, 0, "get", SAMPLE_ID, CXDIALER_HTTP_ATTEMPT_TIMEOUT_MS="500")

    def broken(self):
        return {"retries_by_reason.lost": 1, "answers.none": 1}, self.stats(self.sim("--fault", "GET:1:close-before-reply"), 0, "get", SAMPLE_ID)

    def refused(self):
        return {"updates.rejected": 1, "updates_by_status.refused": 1, "requests.get": 0}, self.stats(self.sim(), 65, "apply", self.change(maxConcurrentCalls=100000))

    def overtaken(self):
        stats = self.stats(self.sim("--fault", "PUT:*:status=412"), 79, "apply", self.change())
        return {"updates.conflict": 1, "updates_by_status.conflict": 1, "retries": 0, "requests.put": 3}, stats

    def doubtful(self):
        sim = self.sim("--fault", "PUT:1:apply-then-close", *(word for n in range(2, 12) for word in ("--fault", f"GET:{n}:status=503")))
        stats = self.stats(sim, 70, "apply", self.change())
        return {"updates.unknown": 1, "updates_by_status.doubt": 1, "doubtful": 1}, stats

    def closed(self):
        stats = self.stats(self.sim("--fault", "GET:*:status=429;retry-after=600"), 75, "apply", self.change())
        self.assertGreater(stats["quota.closed_ms"], 500000)
        return {"updates_by_status.quota": 1, "quota.limit": 70, "quota.closed_ms": stats["quota.closed_ms"]}, stats

    def strangers(self):
        stats = self.stats(self.sim(), 77, "apply", self.change(), CXDIALER_AUTH_CLIENT_ID="nobody")
        return {"token.failed": 1, "token.failures": 1, "token.fetched": 0, "updates_by_status.auth": 1, "answers.4xx": 1}, stats

    def down(self):
        stats = self.stats(self.sim("--fault", "GET:*:status=500"), 69, "apply", self.change())
        return {"updates_by_status.server": 1, "retries": 3, "retry_budget": 140 - 3 * 14}, stats

    def redirected(self):
        return {"answers.3xx": 1}, self.stats(self.sim("--fault", "GET:*:status=302"), 69, "get", SAMPLE_ID)

    def odd(self):
        with clilib.Server(clilib.with_token(lambda method, path: (700, "text/plain", b"?"))) as server:
            return {"answers.other": 1}, self.stats(server, 69, "get", SAMPLE_ID)

    def short_of_quota(self):
        return {"quota.configured": 5, "quota.used": 2}, self.stats(self.sim(), 0, "apply", self.change(), CXDIALER_RATE_LIMIT="5")


class Traces(clilib.SimCase):
    def traceparents(self, *faults, **env):
        record = self.dir / "record"
        sim = self.sim("--record", str(record), *faults)
        done = clilib.run("--output", "json", "apply", self.file("c.json", CHANGE), env=self.env(sim.url, **env))
        self.assert_code(done, 0)
        lines = [json.loads(line) for line in record.read_text().splitlines()]
        headers = [[value for name, value in line["headers"] if name.lower() == "traceparent"] for line in lines if not line["target"].startswith("/_sim/")]
        return headers, json.loads(done.stdout)

    def test_each_attempt_is_a_span_of_one_trace_token_included(self):
        headers, result = self.traceparents("--fault", "GET:1:status=503", "--fault", "PUT:1:apply-then-close")
        self.assertEqual([len(h) for h in headers], [1] * 5)
        parts = [h[0].split("-") for h in headers]
        self.assertEqual({p[1] for p in parts}, {result["trace_id"]})
        self.assertEqual(len({p[2] for p in parts}), len(parts))
        for header in headers:
            self.assertRegex(header[0], r"^00-[0-9a-f]{32}-[0-9a-f]{16}-01$")
        self.assertNotIn("0" * 16, [p[2] for p in parts])
        intent = next(r for r in map(json.loads, self.audit.read_text().splitlines()) if r["k"] == "intent")
        self.assertEqual(intent["trace_id"], result["trace_id"])

    def test_switched_off_there_is_none(self):
        headers, result = self.traceparents(CXDIALER_HTTP_TRACEPARENT="off")
        self.assertEqual(headers, [[]] * 3)
        self.assertIsNone(result["trace_id"])


if __name__ == "__main__":
    unittest.main()
