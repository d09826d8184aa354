# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The record of cxdialer-sim: every request a line of JSON, without secrets, in a file that simulators may share."""
import base64
import json
import os
import pathlib
import stat
import tempfile
import threading
import unittest
from unittest import mock

from simlib import CAMPAIGN, COLLECTION, TIMEOUT_S, TOKEN, Sim, hang_up, run, sample, until

VARIABLE = "CXDIALER_SIM_RECORD"
MEMBERS = ["method", "target", "headers", "complete", "body_length", "body", "fault", "status"]


class Case(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="cxdialer-test-")
        self.addCleanup(place.cleanup)
        self.path = pathlib.Path(place.name) / "record.jsonl"
        self.enterContext(mock.patch.dict(os.environ))
        os.environ.pop(VARIABLE, None)

    def sim(self, *args):
        return Sim("--record", str(self.path), *args)

    def lines(self, path=None):
        text = (path or self.path).read_text(encoding="utf-8")
        self.assertTrue(text == "" or text.endswith("\n"))
        return [json.loads(line) for line in text.splitlines()]


class Lines(Case):
    def test_each_request_is_a_line_in_order_with_what_came_and_what_was_answered(self):
        with self.sim() as sim:
            token = sim.token()
            sim.get(token, COLLECTION + "?limit=1&x=%20")
            sim.put(token, sample(name="é\n"), headers={"If-Match": '"a"', "X-Own": "v"})
            lines = self.lines()
        self.assertEqual([(r["method"], r["target"], r["status"]) for r in lines],
                         [("POST", TOKEN, 200), ("GET", COLLECTION + "?limit=1&x=%20", 200), ("PUT", CAMPAIGN, 412)])
        body = json.dumps(sample(name="é\n"))
        self.assertEqual([list(r) for r in lines], [MEMBERS] * 3)
        self.assertEqual((lines[2]["body"], lines[2]["body_length"], lines[2]["complete"]), (body, len(body), True))
        self.assertEqual((lines[1]["body"], lines[1]["body_length"], lines[1]["fault"]), ("", 0, None))

    def test_header_fields_keep_their_order_spelling_and_repeats(self):
        with self.sim() as sim:
            sim.raw(sim.get_bytes("x", extra="x-b: 2\r\nX-A: 1\r\nx-B: 3\r\nConnection: close\r\n"))
            headers = self.lines()[0]["headers"]
        self.assertEqual(headers, [["Host", "sim"], ["Authorization", "Bearer ***"], ["x-b", "2"], ["X-A", "1"], ["x-B", "3"], ["Connection", "close"]])

    def test_a_fault_is_named_and_a_request_without_reply_has_no_status(self):
        with self.sim("--fault", "GET:1:close-before-reply", "--fault", "GET:2:apply-then-close", "--fault", "GET:3:status=503") as sim:
            token = sim.token()
            for _ in range(3):
                sim.raw(sim.get_bytes(token, extra="Connection: close\r\n"))
            lines = self.lines()[1:]
        self.assertEqual([(r["status"], r["fault"], r["complete"]) for r in lines],
                         [(None, "GET:1:close-before-reply", True), (None, "GET:2:apply-then-close", True), (503, "GET:3:status=503", True)])

    def test_a_request_that_broke_off_is_there_as_incomplete(self):
        with self.sim() as sim:
            s = sim.connect()
            s.sendall(sim.put_bytes("x")[:-7])
            until(lambda: len(sim.requests()) == 1)
            hang_up(s)
            until(lambda: self.lines())
            line = self.lines()[0]
        self.assertEqual((line["complete"], line["status"]), (False, None))

    def test_a_body_over_the_limit_is_incomplete(self):
        with self.sim() as sim:
            sim.put(sim.token(), "x" * (1024 * 1024 + 1))
            line = self.lines()[1]
        self.assertEqual((line["status"], line["complete"], line["body_length"]), (413, False, 1024 * 1024 + 1))

    def test_a_body_that_is_not_text_is_kept_byte_for_byte(self):
        bodies = [b"\xff", b"\xc3\xa9\xed\xa0\x80", b"abc\x80\x01", bytes(range(256)), b"\x00 \x1f\x7f \xf0\x9f\x98\x80"]
        with self.sim() as sim:
            token = sim.token()
            for body in bodies:
                sim.put(token, body)
            lines = self.lines()[1:]
        for line, body in zip(lines, bodies, strict=True):
            if "body" in line:
                self.assertEqual(line["body"].encode(), body)
            else:
                self.assertEqual(base64.b64decode(line["body_base64"], validate=True), body)
        self.assertEqual(["body" in line for line in lines], [False] * 4 + [True])

    def test_what_the_own_endpoints_are_asked_is_not_recorded(self):
        with self.sim() as sim:
            sim.state()
            sim.add_faults("GET:1:status=500")
        self.assertEqual(self.lines(), [])


class Secrets(Case):
    def test_no_credential_is_written(self):
        forms = ["grant_type=client_credentials&scope=campaign:write&client_id=me&client_secret=canary-1",
                 "client_secret=canary-2", "clientsecret=canary-3&scope=a", '{"client_secret":"canary-4","x":"=&canary-5"}', "&canary-6",
                 "scope=campaign%3Awrite&"]
        with self.sim("--client-secret", "canary-0") as sim:
            for form in forms:
                sim.token_request(form, {"Authorization": None})
            for value in ("Bearer canary-7", "canary-8", "Basic canary-9"):
                sim.request("GET", CAMPAIGN, headers={"Authorization": value, "Cookie": "canary-a", "Proxy-Authorization": "Basic canary-b"})
        self.assertNotIn("canary", self.path.read_text())
        lines = self.lines()
        self.assertEqual([r["body"] for r in lines[:6]],
                         ["grant_type=client_credentials&scope=campaign:write&client_id=me&client_secret=***", "client_secret=***", "***&scope=a",
                          "***&***", "***&***", "scope=campaign%3Awrite&"])
        self.assertEqual([dict(r["headers"])["Authorization"] for r in lines[6:]], ["Bearer ***", "***", "Basic ***"])
        self.assertEqual([r["body_length"] for r in lines[:6]], [len(form) for form in forms])

    def test_the_file_is_for_its_owner_only(self):
        with self.sim():
            pass
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o600)


class Sharing(Case):
    def test_the_variable_does_what_the_option_does(self):
        os.environ[VARIABLE] = str(self.path)
        with Sim() as sim:
            sim.token()
        self.assertEqual(len(self.lines()), 1)

    def test_the_option_goes_before_the_variable_and_an_empty_one_is_none(self):
        other = self.path.with_name("other")
        os.environ[VARIABLE] = str(other)
        with self.sim() as sim:
            sim.token()
        self.assertEqual((len(self.lines()), other.exists()), (1, False))
        os.environ[VARIABLE] = ""
        with Sim() as sim:
            sim.token()

    def test_a_file_that_is_there_grows(self):
        for _ in range(2):
            with self.sim() as sim:
                sim.token()
        self.assertEqual(len(self.lines()), 2)

    def test_lines_of_simulators_that_share_a_file_do_not_mix(self):
        lines_each, marks = 300, "abcd"

        def talk(mark):
            with self.sim("--rate", "0") as sim:
                token, connection = sim.token(), sim.connection()
                for _ in range(lines_each):
                    sim.put(token, sample(padding=mark * 2000), on=connection)
                connection.close()
        threads = [threading.Thread(target=talk, args=(mark,)) for mark in marks]
        for t in threads:
            t.start()
        for t in threads:
            t.join(TIMEOUT_S)
        lines = self.lines()
        self.assertEqual(len(lines), len(marks) * (lines_each + 1))
        self.assertEqual(sorted(json.loads(r["body"])["padding"][0] for r in lines if r["method"] == "PUT"), sorted(marks * lines_each))


class Trouble(Case):
    def test_a_file_that_cannot_be_made_is_refused_at_the_start(self):
        path = str(self.path / "below" / "nothing")
        done = run("--record", path)
        self.assertEqual((done.returncode, done.stdout), (73, ""))
        self.assertIn(path, done.stderr)
        self.assertEqual(run("--record=").returncode, 64)

    def test_a_full_disk_is_told_once_and_in_the_exit_status_and_the_requests_are_answered(self):
        sim = Sim("--record", "/dev/full").__enter__()
        token = sim.token()
        self.assertEqual(sim.get(token).status, 200)
        code, _, err = sim.stop()
        self.assertEqual((code, err), (74, "cxdialer-sim: /dev/full: No space left on device: nothing more is recorded\n"))


if __name__ == "__main__":
    unittest.main()
