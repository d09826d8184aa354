# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Tokens of cxdialer-sim: who gets one, with which scope, and where it is accepted."""
import unittest
import urllib.parse

from simlib import CAMPAIGN, COLLECTION, TOKEN, Sim, basic, sample

GRANT = "grant_type=client_credentials"


class TokenEndpoint(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sim = Sim("--client-id", "my id:+", "--client-secret", "s%c:ret&=é+ x", "--token-ttl", "77").__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.sim.__exit__(None, None, None)

    ID, SECRET = "my id:+", "s%c:ret&=é+ x"

    def post(self, form, authorization=None, **headers):
        return self.sim.token_request(form, {"Authorization": authorization, **headers})

    def encoded(self):
        return basic(urllib.parse.quote_plus(self.ID), urllib.parse.quote_plus(self.SECRET))

    def refused(self, reply, status, error):
        self.assertEqual((reply.status, reply.json()["error"]), (status, error))
        self.assertEqual(reply.headers["Cache-Control"], "no-store")
        self.assertTrue(reply.headers["X-Request-Id"])

    def test_a_granted_token_has_the_three_members(self):
        reply = self.post(GRANT + "&scope=campaign:write", self.encoded())
        self.assertEqual(reply.status, 200)
        self.assertEqual(sorted(reply.json()), ["access_token", "expires_in", "token_type"])
        self.assertEqual((reply.json()["token_type"], reply.json()["expires_in"]), ("Bearer", 77))
        self.assertEqual(reply.headers["Cache-Control"], "no-store")
        self.assertEqual(reply.headers["Content-Type"], "application/json")

    def test_credentials_in_the_form_are_taken(self):
        form = urllib.parse.urlencode({"grant_type": "client_credentials", "scope": "campaign:write", "client_id": self.ID,
                                       "client_secret": self.SECRET})
        self.assertEqual(self.post(form).status, 200)

    def test_wrong_credentials_are_401_invalid_client(self):
        for wrong in (basic("my+id%3A%2B", "wrong"), basic("x", self.SECRET), "Basic !!!", "Basic", "Bearer x", "Basic bm9jb2xvbg==", "Basic YQ="):
            with self.subTest(wrong=wrong):
                reply = self.post(GRANT + "&scope=campaign:write", wrong)
                self.refused(reply, 401, "invalid_client")
                self.assertTrue(reply.headers["WWW-Authenticate"].startswith("Basic "))
        self.refused(self.post(GRANT + "&scope=campaign:write"), 401, "invalid_client")
        self.refused(self.post(GRANT + "&scope=campaign:write&client_id=x&client_secret=y"), 401, "invalid_client")

    def test_bad_forms_are_400(self):
        good = self.encoded()
        for form, error in (("", "invalid_request"), ("scope=campaign:write", "invalid_request"),
                            (GRANT + "&" + GRANT + "&scope=campaign:write", "invalid_request"),
                            (GRANT + "&scope=%zz", "invalid_request"), (GRANT + "&scope=%4", "invalid_request"),
                            (GRANT + "&scope=campaign:write&client_secret=x", "invalid_request"),
                            ("grant_type=password&scope=campaign:write", "unsupported_grant_type"),
                            (GRANT, "invalid_scope"), (GRANT + "&scope=", "invalid_scope"),
                            (GRANT + "&scope=campaign:write+admin", "invalid_scope")):
            with self.subTest(form=form):
                self.refused(self.post(form, good), 400, error)

    def test_both_scopes_can_be_asked_for_in_any_encoding(self):
        for scope in ("campaign:write+campaign:read", "campaign%3Aread%20campaign%3awrite", "campaign:read"):
            self.assertEqual(self.post(GRANT + "&scope=" + scope, self.encoded()).status, 200)

    def test_method_and_media_type_are_checked(self):
        reply = self.sim.request("GET", TOKEN)
        self.assertEqual((reply.status, reply.headers["Allow"]), (405, "POST"))
        self.assertEqual(self.post(GRANT, self.encoded(), **{"Content-Type": "application/json"}).status, 415)

    def test_a_chunked_form_is_411(self):
        wire = self.sim.raw(f"POST {TOKEN} HTTP/1.1\r\nHost: s\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode())
        self.assertTrue(wire.data.startswith(b"HTTP/1.1 411 "))


class RawBasic(unittest.TestCase):
    def test_a_secret_that_is_not_form_encoded_is_taken_too(self):
        with Sim("--client-secret", "a%41+b:c") as sim:
            form = GRANT + "&scope=campaign:read"
            self.assertEqual(sim.token_request(form, {"Authorization": basic("demo-client", "a%41+b:c")}).status, 200)
            self.assertEqual(sim.token_request(form, {"Authorization": basic("demo-client", "a%2541%2Bb%3Ac")}).status, 200)
            self.assertEqual(sim.token_request(form, {"Authorization": basic("demo-client", "aA b:c")}).status, 401)


class BearerTokens(unittest.TestCase):
    def test_without_or_with_a_foreign_token_401_and_a_challenge(self):
        with Sim() as sim:
            for path in (CAMPAIGN, COLLECTION):
                reply = sim.request("GET", path)
                self.assertEqual((reply.status, reply.json()["code"]), (401, "unauthorized"))
                self.assertEqual(reply.headers["WWW-Authenticate"], 'Bearer realm="cxdialer-sim"')
                for value in ("Bearer nonsense", "Bearer ", "Basic abc", "Bearer", "Bearer " + sim.token() + "x"):
                    reply = sim.request("GET", path, headers={"Authorization": value})
                    self.assertEqual(reply.status, 401)
                    self.assertEqual("invalid_token" in reply.headers["WWW-Authenticate"], value.startswith("Bearer "))
            self.assertEqual(sim.put("nonsense").status, 401)
            self.assertEqual(sim.state()["applied_total"], 0)

    def test_the_scheme_is_case_insensitive(self):
        with Sim() as sim:
            self.assertEqual(sim.request("GET", CAMPAIGN, headers={"Authorization": "bEARER " + sim.token()}).status, 200)

    def test_an_expired_token_is_401(self):
        with Sim("--token-ttl", "0") as sim:
            reply = sim.put(sim.token())
            self.assertEqual(reply.status, 401)
            self.assertIn("expired", reply.json()["message"])
            self.assertIn('error="invalid_token"', reply.headers["WWW-Authenticate"])

    def test_reading_needs_any_scope_and_writing_the_write_scope(self):
        with Sim() as sim:
            read = sim.token("campaign:read")
            self.assertEqual(sim.get(read).status, 200)
            self.assertEqual(sim.get(read, COLLECTION).status, 200)
            self.assertEqual(sim.get(sim.token("campaign:write")).status, 200)
            reply = sim.put(read, sample(name="no"))
            self.assertEqual((reply.status, reply.json()["code"]), (403, "insufficient_scope"))
            self.assertIn("campaign:write", reply.json()["message"])
            self.assertIn('scope="campaign:write"', reply.headers["WWW-Authenticate"])
            self.assertEqual(sim.state()["applied_total"], 0)
            self.assertEqual(sim.put(sim.token("campaign:write+campaign:read")).status, 200)

    def test_every_token_is_another_and_all_of_them_live(self):
        with Sim() as sim:
            tokens = [sim.token() for _ in range(5)]
            self.assertEqual(len(set(tokens)), 5)
            self.assertEqual({sim.get(t).status for t in tokens}, {200})
            self.assertEqual(sim.state()["tokens_issued"], 5)


if __name__ == "__main__":
    unittest.main()
