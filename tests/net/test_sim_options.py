# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The command line of cxdialer-sim: what it takes, what it refuses and how it ends."""
import json
import os
import signal
import tempfile
import unittest

from simlib import COLLECTION, SAMPLE_ID, Sim, run, sample


class Usage(unittest.TestCase):
    def refused(self, code, args, *words):
        done = run(*args)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, "")
        for word in words:
            self.assertIn(word, done.stderr)

    def test_help_names_every_option(self):
        done = run("--help")
        self.assertEqual(done.returncode, 0)
        for name in ("port campaigns rate window policy burst validators client-id client-secret token-ttl "
                     "licensed-agents latency-ms tls-cert tls-key seed record fault").split():
            self.assertIn("--" + name + "=", done.stdout)

    def test_version_names_the_program(self):
        done = run("--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^cxdialer-sim \S+\n$")

    def test_wrong_values_are_refused_with_the_option_and_the_value(self):
        for option, value in (("--port", "65536"), ("--port", "x"), ("--rate", "-1"), ("--rate", "1x"), ("--window", "0"),
                              ("--window", "nan"), ("--policy", "leaky"), ("--burst", "0"), ("--validators", "weak"),
                              ("--token-ttl", "-5"), ("--licensed-agents", ""), ("--latency-ms", " 1"), ("--seed", "-1"),
                              ("--seed", "18446744073709551616")):
            with self.subTest(option=option, value=value):
                self.refused(64, [f"{option}={value}"], option, f"'{value}'")

    def test_empty_credentials_are_refused(self):
        self.refused(64, ["--client-id="], "--client-id")
        self.refused(64, ["--client-secret="], "--client-secret")

    def test_unknown_option_and_stray_argument_are_refused(self):
        self.refused(64, ["--nonsense"], "nonsense")
        self.refused(64, ["stray"], "'stray'")

    def test_burst_needs_the_bucket(self):
        self.refused(64, ["--burst", "3"], "--policy bucket")

    def test_certificate_and_key_go_together(self):
        self.refused(64, ["--tls-cert", "a.pem"], "--tls-key")
        self.refused(64, ["--tls-key", "a.pem"], "--tls-cert")

    def test_endless_headers_over_tls_are_refused_before_the_start(self):
        self.refused(64, ["--tls-cert", "a", "--tls-key", "b", "--fault", "GET:1:endless-headers"], "GET:1:endless-headers", "TLS")


class FaultSpecs(unittest.TestCase):
    BAD = ["", "GET", "GET:1", "GET::status=503", "get:1:truncate", "HEAD:1:truncate", "GET:0:truncate", "GET:-1:truncate",
           "GET:1x:truncate", "GET:1:nonsense", "GET:1:status", "GET:1:status=", "GET:1:status=99", "GET:1:status=600",
           "GET:1:status=50x", "GET:1:status=503;retry-after=", "GET:1:status=503;after=1", "GET:1:delay", "GET:1:delay=-1",
           "GET:1:delay=1;retry-after=1", "GET:1:slow=0", "GET:1:truncate=1", "GET:1:status=503;retry-after=1\nX: 1",
           "GET:99999999999999999999:truncate", "GET:1:status=503;retry-after=" + "9" * 300]

    def test_a_bad_spec_is_named_together_with_what_is_accepted(self):
        for spec in self.BAD:
            with self.subTest(spec=spec):
                done = run("--fault", spec)
                self.assertEqual(done.returncode, 64)
                self.assertIn(f"fault '{spec}'", done.stderr)
                for kind in ("status=", "delay=", "close-before-reply", "apply-then-close", "reset-mid-body", "truncate",
                             "bad-json", "huge-body", "endless-headers", "slow="):
                    self.assertIn(kind, done.stderr)
                for method in ("GET", "PUT", "POST", "TOKEN", "LIST", "*"):
                    self.assertIn(method, done.stderr)

    def test_every_kind_is_taken(self):
        specs = ["GET:1:status=503", "PUT:*:status=429;retry-after=2", "TOKEN:7:delay=5", "*:1000:close-before-reply",
                 "PUT:1000:apply-then-close", "LIST:1000:reset-mid-body", "GET:1000:truncate", "POST:1000:bad-json",
                 "GET:1000:huge-body", "GET:1000:endless-headers", "GET:1000:slow=1",
                 "GET:1000:status=503;retry-after=Sun, 06 Nov 1994 08:49:37 GMT"]
        args = [word for spec in specs for word in ("--fault", spec)]
        with Sim(*args) as sim:
            self.assertEqual([f["spec"] for f in sim.state()["faults"]], specs)


class Campaigns(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def file(self, text):
        path = os.path.join(self.folder.name, "campaigns.json")
        with open(path, "w", encoding="utf-8", newline="") as f:
            f.write(text)
        return path

    def ids(self, text):
        with Sim("--campaigns", self.file(text)) as sim:
            return [c["id"] for c in sim.get(sim.token(), COLLECTION).json()["campaigns"]]

    def test_the_sample_is_the_default(self):
        with Sim() as sim:
            self.assertEqual(sim.get(sim.token()).json(), sample())

    def test_an_array_an_object_and_a_single_campaign_are_taken(self):
        two = [sample(id="one"), sample(id="two")]
        self.assertEqual(self.ids(json.dumps(two)), ["one", "two"])
        self.assertEqual(self.ids(json.dumps({"x": 1, "campaigns": two})), ["one", "two"])
        self.assertEqual(self.ids(json.dumps(sample(id="single"))), ["single"])
        self.assertEqual(self.ids(" [ ] "), [])

    def test_the_bytes_of_each_campaign_survive(self):
        one = '{ "id" : "one",\t"n":0.850, "big":18446744073709551615, "e":1E+2,"text":"]},{\\"\\\\" ,"deep":[[{"a":[]}],{}]}'
        two = '{"id":"two","\\u0069\\u0064x":-0.0}'
        with Sim("--campaigns", self.file("\n[ " + one + " ,\r\n" + two + "\n]\n")) as sim:
            token = sim.token()
            self.assertEqual(sim.get(token, COLLECTION + "/one").body.decode(), one)
            self.assertEqual(sim.get(token, COLLECTION + "/two").body.decode(), two)

    def test_a_missing_file_and_bad_contents_are_told_apart(self):
        self.assertEqual(run("--campaigns", os.path.join(self.folder.name, "none")).returncode, 66)
        for text in ("", "{", "[1]", '[{"id":1}]', '[{"id":"a b"}]', '[{"name":"x"}]', '[{"id":"a"},{"id":"a"}]', '{"id":"a","id":"a"}', "7"):
            with self.subTest(text=text):
                done = run("--campaigns", self.file(text))
                self.assertEqual(done.returncode, 65, done.stderr)
                self.assertIn("campaigns.json", done.stderr)

    def test_a_version_must_be_a_number_where_versions_count(self):
        path = self.file('[{"id":"a","version":"x"}]')
        self.assertEqual(run("--campaigns", path, "--validators", "version").returncode, 65)
        with Sim("--campaigns", path):
            pass


class Life(unittest.TestCase):
    def test_the_first_line_names_a_port_that_accepts(self):
        with Sim() as sim:
            self.assertRegex(sim.url, r"^http://127\.0\.0\.1:\d+$")
            self.assertEqual(sim.request("GET", "/_sim/state").status, 200)

    def test_a_given_port_is_used_and_a_taken_one_refused(self):
        with Sim() as first:
            done = run("--port", str(first.port))
            self.assertEqual(done.returncode, 69)
            self.assertEqual(done.stdout, "")
            self.assertIn(str(first.port), done.stderr)
            port = first.port
        with Sim("--port", str(port)) as second:
            self.assertEqual(second.port, port)

    def test_both_signals_end_it_cleanly(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number), Sim() as sim:
                sim.put(sim.token())
                self.assertEqual(sim.stop(number), (0, "", ""))

    def test_open_idle_connections_do_not_hold_up_the_end(self):
        with Sim() as sim:
            idle = [sim.connect() for _ in range(5)]
            idle[0].sendall(b"GET /_sim/state HTTP/1.1\r\nHo")
            self.assertEqual(sim.stop(), (0, "", ""))
            for s in idle:
                s.close()

    def test_a_seed_makes_tokens_and_request_ids_repeat(self):
        def take(*args):
            with Sim(*args) as sim:
                token = sim.token()
                reply = sim.get(token)
                return token, reply.headers["X-Request-Id"], reply.headers["ETag"]
        self.assertEqual(take("--seed", "7"), take("--seed", "7"))
        self.assertTrue(all(a != b for a, b in zip(take("--seed", "7"), take("--seed", "8"))))
        self.assertNotEqual(take(), take())


if __name__ == "__main__":
    unittest.main()
