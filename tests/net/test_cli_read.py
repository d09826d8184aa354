# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""cxdialer get and list against the simulator and against servers that mean no good."""
import json
import unittest
import urllib.parse

import clilib
from clilib import SAMPLE_ID


class Get(clilib.SimCase):
    RAW = '{ "id":"a1",\n  "name":"Ünïcode", "maxConcurrentCalls":1.50e2, "big":18446744073709551615,\t"x":[0.10,null] }'

    def test_the_document_is_byte_for_byte_the_servers(self):
        sim = self.sim(campaigns="[" + self.RAW + "]")
        for form in ("text", "json"):
            with self.subTest(form):
                done = self.cli(sim, "--output", form, "get", "a1")
                self.assert_code(done, 0)
                self.assertEqual(done.stdout, self.RAW + "\n")
                self.assertEqual(done.stderr, "")

    def test_a_campaign_that_is_not_there(self):
        sim = self.sim()
        done = self.cli(sim, "get", "nobody")
        self.assert_code(done, 66)
        self.assertEqual(done.stdout, "")
        self.assertTrue(done.stderr.startswith("cxdialer: "), done.stderr)
        self.assertIn("nobody", done.stderr)
        done = self.cli(sim, "--output", "json", "get", "nobody")
        self.assert_code(done, 66)
        error = self.assert_error(done, "CXD_E_NOT_FOUND")
        self.assertEqual(error["http_status"], 404)
        self.assertTrue(error["request_id"])

    def test_ids_that_would_leave_their_path_are_never_sent(self):
        sim = self.sim()
        for campaign_id in ("a/b", "..", ".", "", "a\r\nX-Evil: 1", "%2f", "a%2fb", "a\\b", "../../oauth/token", "x" * 129, "a\x7f"):
            with self.subTest(campaign_id):
                done = self.cli(sim, "get", campaign_id)
                self.assert_code(done, 64)
                self.assertEqual(done.stdout, "")
        self.assertEqual(sim.requests(), [])

    def test_an_id_that_looks_like_an_option(self):
        sim = self.sim(campaigns=[clilib.paused("-x")])
        self.assert_code(self.cli(sim, "get", "--", "-x"), 0)

    def test_control_characters_do_not_reach_a_terminal(self):
        body = '{"id":"a1","name":"del\x7f csi\u009b bidi\u202e"\r}'.encode()
        with clilib.Server(clilib.with_token(lambda method, path: (200, "application/json", body))) as server:
            done = clilib.run("get", "a1", env=self.env(server.url))
            self.assert_code(done, 0)
            for hostile in ("\x7f", "\u009b", "\u202e", "\r"):
                self.assertNotIn(hostile, done.stdout)
            self.assertEqual(json.loads(done.stdout), json.loads(body))
            done = clilib.run("--output", "json", "get", "a1", env=self.env(server.url))
            self.assertEqual(done.stdout.encode("utf-8", "surrogateescape"), body + b"\n")


class List(clilib.SimCase):
    def campaigns(self, count):
        return [clilib.paused(f"c{i}", name=f"Campaign {i}") for i in range(count)]

    def test_all_pages_are_read(self):
        sim = self.sim(campaigns=self.campaigns(250))
        done = self.cli(sim, "--output", "json", "list")
        self.assert_code(done, 0)
        self.assertEqual(done.stdout.count("\n"), 1)
        self.assertEqual([c["id"] for c in json.loads(done.stdout)], [f"c{i}" for i in range(250)])
        self.assertGreater(len([r for r in sim.requests() if r["method"] == "GET"]), 1)

    def test_documents_stand_in_the_array_as_the_server_has_them(self):
        sim = self.sim(campaigns='[{ "id":"a1",\n "maxConcurrentCalls":1.50e2,"big":18446744073709551615}]')
        self.assertEqual(self.cli(sim, "--output", "json", "list").stdout, '[{ "id":"a1",  "maxConcurrentCalls":1.50e2,"big":18446744073709551615}]\n')

    def test_no_campaigns(self):
        sim = self.sim(campaigns=[])
        self.assertEqual(self.cli(sim, "--output", "json", "list").stdout, "[]\n")
        done = self.cli(sim, "list")
        self.assert_code(done, 0)
        self.assertEqual(done.stdout.split(), ["ID", "NAME", "STATUS", "TYPE", "CONCURRENT", "ZONE"])

    def test_the_table_is_aligned_by_display_columns(self):
        names = ["plain", "Ünïcode", "日本語", "e\u0301", "x" * 100]
        sim = self.sim(campaigns=[clilib.paused(f"c{i}", name=name) for i, name in enumerate(names)])
        done = self.cli(sim, "list")
        self.assert_code(done, 0)
        columns = set()
        for line in done.stdout.splitlines()[1:]:
            before = line[: line.index("paused")]
            wide = sum(1 for c in before if c in "日本語")
            columns.add(len(before) + wide - before.count("\u0301"))
        self.assertEqual(len(columns), 1, done.stdout)
        self.assertIn("x" * 57 + "...", done.stdout)

    def test_members_that_are_missing_or_of_another_type(self):
        body = json.dumps({"campaigns": [{"id": "a1"}, {"id": "a2", "name": None, "status": 5, "maxConcurrentCalls": "many"}], "nextCursor": None}).encode()
        with clilib.Server(clilib.with_token(lambda method, path: (200, "application/json", body))) as server:
            done = clilib.run("list", env=self.env(server.url))
            self.assert_code(done, 0)
            self.assertEqual([line.split() for line in done.stdout.splitlines()[1:]], [["a1"], ["a2", "null", "5", "many"]])

    def test_control_characters_do_not_reach_a_terminal(self):
        sim = self.sim(campaigns=[clilib.paused("a1", name="\x1b]0;title\x07 \u009b2J \u202e\n\r\t\x7f")])
        done = self.cli(sim, "list")
        self.assert_code(done, 0)
        self.assertEqual(len(done.stdout.splitlines()), 2)
        for hostile in ("\x1b", "\x07", "\u009b", "\u202e", "\r", "\t", "\x7f"):
            self.assertNotIn(hostile, done.stdout)
        self.assertIn("\\u001b]0;title\\u0007", done.stdout)

    def test_a_server_that_never_ends_its_pages(self):
        body = json.dumps({"campaigns": [{"id": "a1"}], "nextCursor": "again"}).encode()
        with clilib.Server(clilib.with_token(lambda method, path: (200, "application/json", body))) as server:
            done = clilib.run("list", env=self.env(server.url))
            self.assert_code(done, 69)
            self.assertEqual(done.stdout, "")
            self.assertLess(len(server.seen), 6)

    def pages(self, contents, endless=False):
        """A server whose n-th page, from 0, has contents[n] campaigns; each page names another next one."""
        def answer(method, path):
            n = int(urllib.parse.parse_qs(urllib.parse.urlsplit(path).query).get("cursor", ["0"])[0])
            count = contents[n] if n < len(contents) else 0
            last = not endless and n + 1 >= len(contents)
            page = {"campaigns": [{"id": f"c{n}-{i}"} for i in range(count)], "nextCursor": None if last else str(n + 1)}
            return 200, "application/json", json.dumps(page).encode()
        return self.enterContext(clilib.Server(clilib.with_token(answer)))

    def list(self, server):
        return clilib.run("--output", "json", "list", env=self.env(server.url, CXDIALER_RATE_LIMIT="0"))

    def test_a_server_that_invents_empty_pages_for_ever(self):
        server = self.pages([1, 0, 1], endless=True)
        done = self.list(server)
        self.assert_code(done, 69)
        self.assertEqual(done.stdout, "")
        self.assertIn("100 pages in a row without a campaign", self.assert_error(done, "CXD_E_PROTOCOL")["message"])
        self.assertEqual(len([s for s in server.seen if s[0] == "GET"]), 103)

    def test_some_empty_pages_are_no_fault(self):
        done = self.list(self.pages([1] + [0] * 99 + [1] + [0] * 99 + [2]))
        self.assert_code(done, 0)
        self.assertEqual(len(json.loads(done.stdout)), 4)
        done = self.list(self.pages([0] * 100))
        self.assert_code(done, 0)
        self.assertEqual(done.stdout, "[]\n")

    def test_a_page_that_fails_leaves_no_half_list(self):
        sim = self.sim("--fault", "LIST:2:status=403", campaigns=self.campaigns(250))
        done = self.cli(sim, "--output", "json", "list")
        self.assert_code(done, 77)
        self.assertEqual(done.stdout, "")
        self.assert_error(done, "CXD_E_FORBIDDEN")

    def test_secrets_stay_out_of_every_output(self):
        sim = self.sim("--fault", "*:1:status=401", "--client-secret", "c4nary")
        for words in (["list"], ["get", SAMPLE_ID]):
            done = self.cli(sim, *words, CXDIALER_AUTH_CLIENT_SECRET="c4nary")
            self.assertNotIn("c4nary", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
