# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The token exchange against two OAuth servers that were not written here.

oidc-provider is strict: it decodes the form encoding of HTTP Basic as RFC 6749 says and checks each secret and scope.
oauth2-mock-server takes every client, but signs its tokens, and an independent reader tells what it was sent.
"""
import json
import unittest
from urllib.parse import unquote_plus

import judgelib
from judgelib import Client, Judge

import clilib

PLAIN = {"client_id": "plain-client", "client_secret": "plain-secret"}
READER = {"client_id": "reader", "client_secret": "reader-secret", "scope": "campaign:read"}
SHORT = {"client_id": "short", "client_secret": "short-secret"}  # its tokens live for 8 s
# Id and secret, and what the provider answers when they come as they are: it decodes them to something else, or not at all.
AWKWARD = [
    ("space and plus", "my id", "a b+c", 401, "invalid_client"),
    ("percent", "percent", "100%25 sure", 401, "invalid_client"),
    ("broken escape", "escape", "50% off", 400, "invalid_request"),
    ("plus in the id", "a+b", "c", 401, "invalid_client"),
]
COLON = ("colon in the id", "a:b", "c")  # RFC 7617: Basic cannot carry it as it is
# These read the same both ways.
EVEN = [("colon and slash", "even", "a:b/c:/"), ("every mark", "marks", "!\"#$&'()*,-./:;<=>?@[\\]^_`{|}~")]


def named(client_id, secret):
    return {"client_id": client_id, "client_secret": secret}


class Exchange(judgelib.Case):
    def client(self, who=PLAIN, **settings):
        """Sends everything at once: no quota, no pauses between tries."""
        judge = self.judge.urls
        return self.enterContext(Client(**{
            "api__base_url": judge["api"], "auth__token_url": judge["token_url"],
            "auth__client_id": who["client_id"], "auth__client_secret": who["client_secret"],
            "rate__limit": "0", "retry__base_ms": "1", "retry__cap_ms": "2", **settings}))

    def setUp(self):
        self.before = self.judge.state()

    def counts(self):
        """What this test has added."""
        now = self.judge.state()
        return {name: now[name] - self.before[name] for name in ("issued", "token_requests", "served", "refused")}

    def accepted(self, client, *, gets=1):
        for _ in range(gets):
            self.assertIsNone(client.get())
        self.assertEqual(self.counts(), {"issued": 1, "token_requests": 1, "served": gets, "refused": 0})

    def refused(self, client, status, http_status, server_code, *words):
        refusal = client.get()
        self.assertIsNotNone(refusal, "it was accepted")
        self.assertEqual(refusal[:3], (status, http_status, server_code), refusal)
        for word in (self.judge.urls["token_url"], *words):
            self.assertIn(word, refusal.message)
        self.assertEqual(self.counts(), {"issued": 0, "token_requests": 1, "served": 0, "refused": 0})

    def renews_before_the_end(self, client):
        """Only the life that the token reply gives can make it ask again: the API refuses nothing."""
        def asked_again():
            self.assertIsNone(client.get())
            return self.counts()["issued"] == 2
        self.until(asked_again)
        self.assertEqual((self.counts()["token_requests"], self.counts()["refused"]), (2, 0))

    def gets_a_new_token_after_a_401(self):
        client = self.client()
        self.assertIsNone(client.get())
        self.judge.revoke()
        self.assertIsNone(client.get())
        self.assertIsNone(client.get())
        self.assertEqual(self.counts(), {"issued": 2, "token_requests": 2, "served": 3, "refused": 1})


class OidcProvider(Exchange):
    @classmethod
    def setUpClass(cls):
        clients = [PLAIN, READER, SHORT, *(named(row[1], row[2]) for row in AWKWARD + EVEN + [COLON])]
        cls.judge = cls.enterClassContext(Judge("oidc_provider.mjs", json.dumps(clients)))

    def test_plain_credentials_by_basic_as_they_are(self):
        self.accepted(self.client())

    def test_plain_credentials_by_basic_form_encoded(self):
        self.accepted(self.client(auth__basic_form_encode="on"))

    def test_plain_credentials_in_the_form(self):
        self.accepted(self.client(auth__method="post"))

    def test_awkward_credentials_by_basic_form_encoded(self):
        for name, client_id, secret, *_ in AWKWARD + EVEN + [COLON]:
            with self.subTest(name):
                self.before = self.judge.state()
                self.accepted(self.client(named(client_id, secret), auth__basic_form_encode="on"))

    def test_awkward_credentials_in_the_form(self):
        for name, client_id, secret, *_ in AWKWARD + EVEN + [COLON]:
            with self.subTest(name):
                self.before = self.judge.state()
                self.accepted(self.client(named(client_id, secret), auth__method="post"))

    def test_awkward_credentials_by_basic_as_they_are_are_refused(self):
        for name, client_id, secret, http_status, code in AWKWARD:
            with self.subTest(name):
                self.before = self.judge.state()
                self.refused(self.client(named(client_id, secret)), "CXD_E_UNAUTHORIZED", http_status, code, "auth.client_id", "client secret")

    def test_a_colon_in_the_id_is_refused_before_anything_is_sent(self):
        refusal = self.client(named(COLON[1], COLON[2])).get()
        self.assertEqual(refusal.status, "CXD_E_CONFIG", refusal)
        self.assertIn("auth.basic_form_encode", refusal.message)
        self.assertEqual(set(self.counts().values()), {0})

    def test_marks_that_no_decoder_touches_pass_as_they_are(self):
        for name, client_id, secret in EVEN:
            with self.subTest(name):
                self.before = self.judge.state()
                self.accepted(self.client(named(client_id, secret)))

    def test_a_wrong_secret_is_told_in_the_words_of_the_provider(self):
        for method in ("basic", "post"):
            with self.subTest(method):
                self.before = self.judge.state()
                client = self.client(named("plain-client", "wrong"), auth__method=method)
                self.refused(client, "CXD_E_UNAUTHORIZED", 401, "invalid_client", "invalid_client", "client authentication failed")

    def test_a_client_that_is_not_known_is_refused(self):
        self.refused(self.client(named("nobody", "x")), "CXD_E_UNAUTHORIZED", 401, "invalid_client", "invalid_client")

    def test_a_scope_that_is_not_granted_is_forbidden(self):
        self.refused(self.client(READER), "CXD_E_FORBIDDEN", 400, "invalid_scope", "campaign:write", "administrator")

    def test_a_token_without_the_scope_is_not_asked_for_again(self):
        refusal = self.client(READER, auth__scope="campaign:read").get()
        self.assertEqual(refusal[:3], ("CXD_E_FORBIDDEN", 403, "insufficient_scope"))
        self.assertEqual(self.counts(), {"issued": 1, "token_requests": 1, "served": 0, "refused": 1})

    def test_one_token_serves_many_requests(self):
        self.accepted(self.client(), gets=20)

    def test_a_short_life_is_honoured(self):
        self.renews_before_the_end(self.client(SHORT))

    def test_after_a_401_a_new_token_is_fetched_once(self):
        self.gets_a_new_token_after_a_401()

    def test_the_command_says_it_with_its_exit_status(self):
        def run(secret):
            return clilib.run("--output", "json", "get", "c1", env={
                "CXDIALER_API_BASE_URL": self.judge.urls["api"], "CXDIALER_AUTH_TOKEN_URL": self.judge.urls["token_url"],
                "CXDIALER_AUTH_CLIENT_ID": "plain-client", "CXDIALER_AUTH_CLIENT_SECRET": secret})
        good, bad = run("plain-secret"), run("canary-secret")
        self.assertEqual((good.returncode, json.loads(good.stdout)["id"]), (0, "c1"), good.stderr)
        self.assertEqual((bad.returncode, bad.stdout), (77, ""))
        self.assertEqual(json.loads(bad.stderr)["error"]["server_code"], "invalid_client")
        self.assertNotIn("canary", bad.stderr)


class MockServer(Exchange):
    @classmethod
    def setUpClass(cls):
        cls.judge = cls.enterClassContext(Judge("mock_server.mjs"))

    def seen(self):
        return self.judge.state()["seen"][-1]

    def test_a_signed_token_comes_through_whole(self):
        self.accepted(self.client())

    def test_one_token_serves_many_requests(self):
        self.accepted(self.client(), gets=20)

    def test_the_form_has_the_grant_and_the_scope_and_nothing_else(self):
        self.accepted(self.client(auth__scope="campaign:write x:y+z"))
        self.assertEqual(self.seen(), {"basic": ["plain-client", "plain-secret"],
                                       "form": {"grant_type": "client_credentials", "scope": "campaign:write x:y+z"}})

    def test_basic_as_it_is_arrives_byte_for_byte(self):
        for secret in ("a:b:", " + % : / ", "grün€𝄞", "%41"):
            with self.subTest(secret):
                self.assertIsNone(self.client(named("me", secret)).get())
                self.assertEqual(self.seen()["basic"], ["me", secret])

    def test_basic_form_encoded_decodes_to_what_it_was(self):
        for client_id, secret in (("a:b", "c:d"), ("m e+%", " + % : / "), ("me", "grün€𝄞"), ("me", "%41")):
            with self.subTest(secret):
                self.assertIsNone(self.client(named(client_id, secret), auth__basic_form_encode="on").get())
                sent = self.seen()["basic"]
                self.assertEqual([unquote_plus(part) for part in sent], [client_id, secret])
                self.assertRegex("".join(sent), r"^[A-Za-z0-9%+*._-]+$")

    def test_post_puts_both_into_the_form_and_sends_no_header(self):
        for secret in (" + % : / &=", "grün€𝄞", "%41"):
            with self.subTest(secret):
                self.assertIsNone(self.client(named("m e&=+", secret), auth__method="post").get())
                self.assertEqual(self.seen(), {"basic": None, "form": {
                    "grant_type": "client_credentials", "scope": "campaign:write", "client_id": "m e&=+", "client_secret": secret}})

    def test_refusals_by_their_code(self):
        for answer, status in (("400:invalid_scope", "CXD_E_FORBIDDEN"), ("400:unauthorized_client", "CXD_E_FORBIDDEN"),
                               ("403:access_denied", "CXD_E_FORBIDDEN"), ("401:invalid_client", "CXD_E_UNAUTHORIZED"),
                               ("400:invalid_request", "CXD_E_UNAUTHORIZED")):
            with self.subTest(answer):
                self.before = self.judge.state()
                http_status, code = answer.split(":")
                self.refused(self.client(auth__scope="answer:" + answer), status, int(http_status), code, code, "as ordered")

    def test_expires_in_counts_and_not_what_the_token_says_of_itself(self):
        self.renews_before_the_end(self.client(auth__scope="answer:life:4 campaign:write"))

    def test_after_a_401_a_new_token_is_fetched_once(self):
        self.gets_a_new_token_after_a_401()


if __name__ == "__main__":
    unittest.main()
