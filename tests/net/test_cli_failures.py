# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""cxdialer: the exit code for everything that servers and networks do."""
import json
import os
import socket
import subprocess
import unittest

import clilib
from clilib import SAMPLE_ID

CHANGE = {"id": SAMPLE_ID, "maxConcurrentCalls": 120}


class Failures(clilib.SimCase):
    def both(self, sim_or_url, code, status, words, says=(), **env):
        """The same in text and JSON; returns the JSON error."""
        url = getattr(sim_or_url, "url", sim_or_url)
        for form in ("text", "json"):
            with self.subTest(form=form):
                done = clilib.run("--output", form, *words, env=self.env(url, **env))
                self.assert_code(done, code)
                for text in says if form == "text" else ():
                    self.assertIn(text, done.stderr)
                if form == "text":
                    self.assertTrue(done.stderr.startswith("cxdialer: "), done.stderr)
                    self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        return self.assert_error(done, status)

    def change(self):
        return self.file("c.json", CHANGE)

    def free_port(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            return s.getsockname()[1]

    def test_nobody_listens(self):
        url = f"http://127.0.0.1:{self.free_port()}"
        self.both(url, 69, "CXD_E_CONNECT", ["get", SAMPLE_ID], CXDIALER_RETRY_MAX_ATTEMPTS="1")
        self.both(url, 69, "CXD_E_CONNECT", ["plan", self.change()], CXDIALER_RETRY_MAX_ATTEMPTS="1")
        self.both(url, 69, "CXD_E_CONNECT", ["apply", self.change()], CXDIALER_RETRY_MAX_ATTEMPTS="1")

    def test_a_host_that_does_not_exist(self):
        self.both("https://nobody.invalid", 69, "CXD_E_CONNECT", ["get", SAMPLE_ID], CXDIALER_RETRY_MAX_ATTEMPTS="1")

    def test_urls_that_are_none(self):
        for url in ("127.0.0.1:8080", "api.nicecxone.com", "ftp://127.0.0.1", "http://", "https://u:c4nary@127.0.0.1"):
            with self.subTest(url):
                done = clilib.run("get", SAMPLE_ID, env=self.env(url))
                self.assert_code(done, 78)
                self.assertNotIn("c4nary", done.stderr)

    def test_plain_http_to_another_host_is_refused(self):
        self.both("http://192.0.2.1", 78, "CXD_E_CONFIG", ["get", SAMPLE_ID], says=["http"])

    def test_no_credentials(self):
        sim = self.sim()
        env = {k: v for k, v in self.env(sim.url).items() if "AUTH" not in k}
        self.assert_code(clilib.run("get", SAMPLE_ID, env=env), 78)
        self.assertEqual(sim.requests(), [])

    def test_a_certificate_nobody_vouches_for(self):
        cert, key = str(self.dir / "cert.pem"), str(self.dir / "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=sim",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert], check=True, capture_output=True)
        sim = self.sim("--tls-cert", cert, "--tls-key", key, ca_file=cert)
        self.both(sim, 69, "CXD_E_TLS", ["get", SAMPLE_ID], says=["http.ca_file"])
        self.assertEqual(sim.requests(), [])
        self.assert_code(clilib.run("get", SAMPLE_ID, env=self.env(sim.url, CXDIALER_HTTP_CA_FILE=cert)), 0)

    def test_wrong_credentials(self):
        sim = self.sim()
        self.both(sim, 77, "CXD_E_UNAUTHORIZED", ["get", SAMPLE_ID], CXDIALER_AUTH_CLIENT_SECRET="wr0ng")

    def test_a_scope_that_does_not_reach(self):
        sim = self.sim("--fault", "PUT:*:status=403")
        error = self.both(sim, 77, "CXD_E_FORBIDDEN", ["apply", self.change()])
        self.assertEqual(error["http_status"], 403)

    def test_a_static_token_that_is_refused(self):
        sim = self.sim()
        env = {k: v for k, v in self.env(sim.url).items() if "CLIENT" not in k}
        done = clilib.run("get", SAMPLE_ID, env={**env, "CXDIALER_AUTH_TOKEN": "0ld"})
        self.assert_code(done, 77)
        self.assertNotIn("0ld", done.stderr)

    def test_a_campaign_that_is_not_there(self):
        sim = self.sim()
        file = self.file("n.json", {"id": "nobody", "maxConcurrentCalls": 5})
        self.both(sim, 66, "CXD_E_NOT_FOUND", ["plan", file])
        self.both(sim, 66, "CXD_E_NOT_FOUND", ["apply", file])

    def test_the_servers_own_refusals(self):
        sim = self.sim("--licensed-agents", "100")
        error = self.both(sim, 65, "CXD_E_REJECTED", ["apply", self.change()])
        self.assertEqual(error["http_status"], 422)
        self.assertTrue(error["server_code"])
        self.assertEqual(error["field"], "/maxConcurrentCalls")
        self.assertTrue(error["request_id"])
        sim.add_faults("PUT:*:status=400")
        self.assertEqual(self.both(sim, 65, "CXD_E_REJECTED", ["apply", self.change()])["http_status"], 400)
        self.assertEqual(sim.campaign()["applied"], 0)

    def test_messages_say_what_happened_and_once_what_to_do_next(self):
        sim = self.sim("--fault", "GET:*:status=500")
        done = clilib.run("get", SAMPLE_ID, env=self.env(sim.url))
        self.assertEqual(done.stderr.count("500"), 2, done.stderr)  # the status, and the name of the fault
        self.assertEqual(done.stderr.count("request id"), 1)
        self.assertIn("try again", done.stderr)

    def test_a_server_that_fails(self):
        sim = self.sim("--fault", "GET:*:status=500")
        error = self.both(sim, 69, "CXD_E_SERVER", ["get", SAMPLE_ID])
        self.assertEqual(error["http_status"], 500)
        self.both(sim, 69, "CXD_E_SERVER", ["apply", self.change()])
        self.assertEqual(self.puts(sim), [])

    def test_an_answer_that_does_not_come(self):
        sim = self.sim("--fault", "GET:*:delay=3000")
        self.both(sim, 69, "CXD_E_TIMEOUT", ["get", SAMPLE_ID], CXDIALER_HTTP_ATTEMPT_TIMEOUT_MS="200", CXDIALER_RETRY_MAX_ATTEMPTS="1")

    def test_answers_that_are_not_the_apis(self):
        pages = {
            "html": (200, "text/html", b"<html><body>Please log in</body></html>"), "html as json": (200, "application/json", b"<html>"),
            "array": (200, "application/json", b"[]"), "empty": (200, "application/json", b""),
            "redirect": (302, "text/html", b"moved"), "huge": (200, "application/json", b'{"id":"' + b"x" * (2 * 1024 * 1024) + b'"}'),
        }
        for name, page in pages.items():
            with self.subTest(name), clilib.Server(clilib.with_token(lambda method, path: page)) as server:
                for words in (["get", "a1"], ["list"], ["apply", self.file("c.json", {"id": "a1", "maxConcurrentCalls": 5})]):
                    if (name, words) == ("array", ["list"]):
                        continue  # a collection may come without an envelope
                    done = clilib.run(*words, env=self.env(server.url, CXDIALER_RETRY_MAX_ATTEMPTS="1"))
                    self.assert_code(done, 69)
                self.assertEqual([s for s in server.seen if s[0] == "PUT"], [])

    def test_a_token_that_is_none(self):
        for body in (b"<html>", b"{}", b'{"access_token":""}', b'{"access_token":"a\\r\\nX: y"}'):
            with self.subTest(body), clilib.Server(lambda method, path: (200, "application/json", body)) as server:
                done = clilib.run("get", "a1", env=self.env(server.url, CXDIALER_RETRY_MAX_ATTEMPTS="1"))
                self.assert_code(done, 69)
                self.assertIn("auth.token_url", done.stderr)
                self.assertEqual({s[0] for s in server.seen}, {"POST"})

    def test_an_update_that_runs_out_of_time(self):
        sim = self.sim("--fault", "GET:*:delay=5000")
        file = self.change()
        for words in (["get", SAMPLE_ID], ["plan", file], ["apply", file]):
            with self.subTest(words):
                error = self.both(sim, 75, "CXD_E_TIMEOUT", words, CXDIALER_RETRY_DEADLINE_MS="300")
                self.assertEqual(error["field"], "retry.deadline_ms")
        self.assertEqual(self.puts(sim), [])

    def test_a_message_that_only_mentions_the_deadline_decides_nothing(self):
        sim = self.sim("--fault", "GET:*:delay=3000")
        error = self.both(sim, 69, "CXD_E_TIMEOUT", ["get", "retry.deadline_ms"], CXDIALER_HTTP_ATTEMPT_TIMEOUT_MS="200", CXDIALER_RETRY_MAX_ATTEMPTS="1")
        self.assertIn("retry.deadline_ms", error["message"])

    def test_a_quota_that_is_used_up(self):
        sim = self.sim("--fault", "GET:*:status=429;retry-after=3600")
        error = self.both(sim, 75, "CXD_E_RATE_LIMITED", ["get", SAMPLE_ID])
        self.assertGreaterEqual(error["retry_after_ms"], 3_000_000)
        self.both(sim, 75, "CXD_E_RATE_LIMITED", ["apply", self.change()])
        self.assertEqual(self.puts(sim), [])

    def test_a_long_wait_is_in_hours_and_minutes(self):
        for seconds, says in ((69571, "19 h 20 min"), (3630, "1 h 1 min"), (150, "3 min"), (100, r"\d\d\d?\.\d s")):
            with self.subTest(seconds):
                sim = self.sim("--fault", f"GET:*:status=429;retry-after={seconds}")
                done = clilib.run("get", SAMPLE_ID, env=self.env(sim.url, CXDIALER_RETRY_DEADLINE_MS="2000"))
                self.assert_code(done, 75)
                self.assertRegex(done.stderr, rf"; try again in {says}(;|\.|\n)")

    def test_the_own_limit_leaves_no_time(self):
        sim = self.sim()
        self.both(sim, 75, "CXD_E_RATE_LIMITED", ["apply", self.change()], CXDIALER_RATE_LIMIT="1", CXDIALER_RETRY_DEADLINE_MS="2000")
        self.assertEqual(self.puts(sim), [])

    def test_an_outcome_that_stays_unknown(self):
        faults = ["--fault", "PUT:*:apply-then-close"] + [w for n in range(2, 12) for w in ("--fault", f"GET:{n}:status=500")]
        sim = self.sim(*faults)
        done = clilib.run("--output", "json", "apply", self.change(), env=self.env(sim.url, CXDIALER_RETRY_MAX_ATTEMPTS="2"))
        self.assert_code(done, 70)
        self.assert_error(done, "CXD_E_UNKNOWN_OUTCOME")
        self.assertEqual(json.loads(done.stdout)["outcome"], "unknown")

    def test_a_lost_answer_that_reading_back_confirms(self):
        sim = self.sim("--fault", "PUT:1:apply-then-close")
        done = clilib.run("--output", "json", "apply", self.change(), env=self.env(sim.url))
        self.assert_code(done, 0)
        self.assertEqual(json.loads(done.stdout)["outcome"], "applied_readback")
        self.assertEqual(sim.campaign()["applied"], 1)

    def test_an_audit_log_that_has_no_room(self):
        sim = self.sim()
        for form in ("text", "json"):
            done = subprocess.run(["bash", "-c", 'ulimit -f 0; "$@" | cat; exit ${PIPESTATUS[0]}', "bash", clilib.program(), "--output", form, "apply", self.change()],
                                  capture_output=True, text=True, timeout=clilib.TIMEOUT_S, env=clilib.environment(**self.env(sim.url)))
            self.assert_code(done, 74)
            self.assertIn("audit", done.stderr)
        self.assertEqual(self.puts(sim), [])

    def test_an_update_that_is_too_much_for_a_record(self):
        sim = self.sim()
        for mode in ("required", "best_effort"):
            done = clilib.run("--output", "json", "apply", self.file("c.json", {"id": SAMPLE_ID, "note": "x" * 20000}), env=self.env(sim.url, CXDIALER_AUDIT_MODE=mode))
            self.assert_code(done, 65)
            self.assertIn("larger than 16384 bytes", self.assert_error(done, "CXD_E_TOO_LARGE")["message"])
            result = json.loads(done.stdout)
            self.assertEqual((result["outcome"], result["audit"]["status"]), ("not_applied", "CXD_E_TOO_LARGE"))
            self.assertIsInstance(result["audit"]["seq"], int)
        self.assertEqual(self.puts(sim), [])

    def test_an_intent_that_has_no_room_where_the_outcome_has(self):
        sim = self.sim()
        # Room for an intent is taken together with room for its outcome; an outcome alone needs less.
        done = subprocess.run(["bash", "-c", 'ulimit -f 8; "$@" | cat; exit ${PIPESTATUS[0]}', "bash", clilib.program(), "--output", "json", "apply", self.change()],
                              capture_output=True, text=True, timeout=clilib.TIMEOUT_S, env=clilib.environment(**self.env(sim.url, CXDIALER_AUDIT_MODE="best_effort")))
        self.assert_code(done, 74)
        result, records = json.loads(done.stdout), [json.loads(line) for line in self.audit.read_text().splitlines()]
        self.assertEqual((result["outcome"], result["audit"]["status"]), ("applied", "CXD_E_AUDIT"))
        self.assertEqual([r["intent"] for r in records if r["seq"] == result["audit"]["seq"]], [False])
        message = self.assert_error(done, "CXD_E_AUDIT")["message"]
        self.assertIn(f"outcome applied is in the audit log (record {result['audit']['seq']}), but another record of this update could not be written: its intent", message)

    @unittest.skipIf(os.geteuid() == 0, "the super-user writes everywhere")
    def test_an_audit_log_that_may_not_be_written(self):
        sim = self.sim()
        self.audit.write_bytes(b"")
        self.audit.chmod(0o400)
        self.assert_code(clilib.run("apply", self.change(), env=self.env(sim.url)), 74)
        self.assertEqual(self.puts(sim), [])

    def test_an_audit_log_with_a_changed_end_is_told_and_stays_as_it_is(self):
        sim = self.sim()
        self.assert_code(clilib.run("apply", self.change(), env=self.env(sim.url)), 0)
        self.audit.write_bytes(self.audit.read_bytes().replace(b'"applied"', b'"Applied"'))
        before, file = self.audit.read_bytes(), self.file("d.json", {"id": SAMPLE_ID, "maxConcurrentCalls": 90})
        done = clilib.run("apply", file, env=self.env(sim.url))
        self.assert_code(done, 0)
        self.assertRegex(done.stdout, r"warning +audit\.broken .*tampered with")
        self.assertIn(before, [path.read_bytes() for path in self.dir.iterdir()])
        self.assertEqual([json.loads(line)["k"] for line in self.audit.read_text().splitlines()], ["genesis", "fork", "outcome", "intent", "outcome"])  # the first outcome is the recovered one of the update whose own does not count
        verified = clilib.run("audit", "verify", str(self.audit), env=self.env(sim.url))
        self.assert_code(verified, 74)
        self.assertRegex(verified.stdout, r"error +audit\.broken ")

    def test_hostile_texts_of_the_server_do_not_reach_the_terminal(self):
        body = json.dumps({"code": "evil\x1b[2J", "message": "\x1b]0;x\x07\u202e\u009b boom\r\n", "field": "/a\x1b", "requestId": "r\x1b"}).encode()
        with clilib.Server(clilib.with_token(lambda method, path: (422, "application/json", body))) as server:
            done = clilib.run("get", "a1", env=self.env(server.url))
            self.assert_code(done, 65)
            for hostile in ("\x1b", "\x07", "\u202e", "\u009b", "\r"):
                self.assertNotIn(hostile, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1)


if __name__ == "__main__":
    unittest.main()
