# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Prism judges by docs/openapi.json: every request the library made in the test suites, and a live run with its answers.

CXDIALER_RECORD names what the simulators of the suites have written (see --record in cxdialer-sim(1)). Requests that
the tests make by hand, to provoke the simulator, are not ours to judge: the User-Agent tells them apart.
"""
import base64
import collections
import copy
import http.client
import json
import os
import pathlib
import re
import tempfile
import unittest

import judgelib
from judgelib import Prism

import clilib
import simlib

OURS = "libcxdialer/"
# What stands in for the credentials that no record has; nobody checks them.
CREDENTIALS = {"Bearer": "Bearer token", "Basic": "Basic " + base64.b64encode(b"id:secret").decode()}

# Requests that break the rules on purpose: method, target, place of the violation, and why.
ODD_ID = ("request", "path", "campaignid")
ON_PURPOSE = [
    ("GET", r"/a%20b%3Fc%23d%26%C3%A9$", ODD_ID, "an id that the caller chose is escaped, not refused"),
    ("GET", r"/a%20b%3Fx%3D1$", ODD_ID, "the same through the command"),
    ("GET", r"/retry\.deadline_ms$", ODD_ID, "an id that looks like a key of the configuration"),
]

Verdict = collections.namedtuple("Verdict", "status violations")


def field(request, name):
    return next((value for key, value in request["headers"] if key.lower() == name), None)


def read_record(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def body_of(request):
    return request["body"].encode() if "body" in request else base64.b64decode(request["body_base64"])


def outgoing_fields(request, body):
    """As recorded, but for the credentials, and for the length of a form whose secret was masked."""
    for name, value in request["headers"]:
        if name.lower() == "authorization":
            value = CREDENTIALS.get(value.split()[0], value)
        elif name.lower() == "content-length":
            value = str(len(body))
        yield name, value


def is_excused(request, violation):
    return any(request["method"] == method and re.search(target, request["target"]) and tuple(violation["location"]) == place
               for method, target, place, _ in ON_PURPOSE)


class Court:
    """One connection to prism mock."""

    def __init__(self, url):
        self.connection = http.client.HTTPConnection(url.split("//")[1], timeout=judgelib.TIMEOUT_S)

    def judge(self, request):
        body = body_of(request)
        self.connection.putrequest(request["method"], request["target"], skip_host=True, skip_accept_encoding=True)
        for name, value in outgoing_fields(request, body):
            self.connection.putheader(name, value)
        self.connection.endheaders(body or None)
        reply = self.connection.getresponse()
        text = reply.read()
        listed = reply.headers.get("sl-violations") or "[]"
        found = json.loads(listed) if listed.startswith("[") else [{"location": ["request"], "message": listed}]  # cut off: too many
        if not found and reply.status >= 400:  # no such path or method: Prism has only a problem document to say so
            found = [{"location": ["request"], "message": text.decode("utf-8", "replace")}]
        return Verdict(reply.status, [v for v in found if v["location"][0] == "request"])


class Replay(judgelib.Case):
    @classmethod
    def setUpClass(cls):
        cls.prism = cls.enterClassContext(Prism("mock"))
        cls.ours = [r for r in read_record(os.environ["CXDIALER_RECORD"]) if (field(r, "user-agent") or "").startswith(OURS)]

    def setUp(self):
        self.court = Court(self.prism.said)
        self.addCleanup(self.court.connection.close)

    def distinct(self):
        """The same request again tells nothing new; the port of its simulator is no difference."""
        seen = {}
        for request in self.ours:
            if request["complete"]:
                key = [request["method"], request["target"], [h for h in request["headers"] if h[0] != "Host"], request.get("body"), request.get("body_base64")]
                seen.setdefault(json.dumps(key), request)
        return list(seen.values())

    def one(self, method, ending):
        return copy.deepcopy(next(r for r in self.ours if r["method"] == method and r["target"].endswith(ending) and r["complete"]))

    def test_the_record_has_every_kind_of_request_the_library_makes(self):
        kinds = {(r["method"], re.sub(r"(/campaigns)/.*", r"\1/ID", r["target"].split("?")[0])) for r in self.ours}
        item = simlib.COLLECTION + "/ID"
        self.assertEqual(kinds, {("POST", simlib.TOKEN), ("GET", simlib.COLLECTION), ("GET", item), ("PUT", item)})
        self.assertTrue(any("?cursor=" in r["target"] for r in self.ours), "no second page of a list")
        self.assertTrue(any(field(r, "if-match") for r in self.ours), "no conditional PUT")
        print(f"record: {len(self.ours)} requests of the library, {len(self.distinct())} different ones", flush=True)

    def test_every_body_has_the_length_that_was_announced(self):
        for request in self.ours:
            if request["complete"] and request["method"] != "GET":
                self.assertEqual(field(request, "content-length"), str(request["body_length"]), request["target"])
                self.assertIsNone(field(request, "transfer-encoding"))

    def test_no_request_of_the_suites_violates_the_description(self):
        wrong = []
        for request in self.distinct():
            verdict = self.court.judge(request)
            bad = [v for v in verdict.violations if not is_excused(request, v)]
            wrong += [f"{request['method']} {request['target']} {request.get('body', '')[:300]}: {v['location']} {v['message']}" for v in bad]
            self.assertTrue(verdict.status < 300 or verdict.violations, f"{request['target']}: {verdict}")
        self.assertEqual(wrong, [], "\n".join(["", *wrong, "A request that is wrong on purpose gets a row in ON_PURPOSE, with the reason."]))

    def ck_violation(self, request, *location):
        places = [tuple(v["location"]) for v in self.court.judge(request).violations]
        self.assertIn(("request", *location), places)

    def test_a_broken_body_is_seen(self):
        for member, value, *location in (("maxConcurrentCalls", "many", "body", "maxConcurrentCalls"), ("pacing", {"interval": 60}, "body", "pacing"),
                                         ("name", "", "body", "name"), ("id", "a b", "body", "id")):
            with self.subTest(member):
                request = self.one("PUT", simlib.SAMPLE_ID)
                request["body"] = json.dumps({**json.loads(request["body"]), member: value})
                self.ck_violation(request, *location)

    def test_a_missing_member_is_seen(self):
        request = self.one("PUT", simlib.SAMPLE_ID)
        document = json.loads(request["body"])
        del document["status"]
        request["body"] = json.dumps(document)
        self.ck_violation(request, "body")

    def test_a_missing_body_is_seen(self):
        request = self.one("PUT", simlib.SAMPLE_ID)
        request["body"] = ""
        self.ck_violation(request)

    def test_a_missing_or_a_wrong_header_is_seen(self):
        for method, name, value, *location in (("GET", "Authorization", None), ("PUT", "Authorization", None), ("PUT", "Content-Type", "text/plain"),
                                               ("PUT", "If-Match", "abc", "header", "if-match")):
            with self.subTest(method=method, name=name):
                request = self.one(method, simlib.SAMPLE_ID)
                request["headers"] = [h for h in request["headers"] if h[0] != name] + ([[name, value]] if value else [])
                self.ck_violation(request, *location)

    def test_a_wrong_form_is_seen(self):
        for form, *location in (("grant_type=client_credentials", "body"), ("grant_type=password&scope=a", "body", "grant_type"), ("",)):
            with self.subTest(form):
                request = self.one("POST", simlib.TOKEN)
                request["body"] = form
                self.ck_violation(request, *location)

    def test_a_wrong_path_method_or_query_is_seen(self):
        for method, target, *location in (("GET", simlib.CAMPAIGN + "/more"), ("DELETE", simlib.CAMPAIGN),
                                          ("GET", simlib.COLLECTION + "?limit=0", "query", "limit"),
                                          ("GET", simlib.COLLECTION + "/a.b", "path", "campaignid")):
            with self.subTest(target, method=method):
                request = self.one("GET", simlib.SAMPLE_ID)
                request.update(method=method, target=target)
                self.ck_violation(request, *location)


class Live(clilib.Case):
    """The command talks to a simulator through prism proxy, which lets nothing pass that the description does not know.
    Prism takes seconds to start, so the tests share one, and each has its campaign."""
    OPTIONS = ["--licensed-agents", "200"]
    CAMPAIGNS = ["reading", "updating", "refused", "answers", "odd", "x" * 128]

    @classmethod
    def setUpClass(cls):
        place = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="cxdialer-test-"))
        campaigns = pathlib.Path(place) / "campaigns.json"
        campaigns.write_text(json.dumps([clilib.paused(campaign_id) for campaign_id in cls.CAMPAIGNS]), encoding="utf-8")
        cls.backend = cls.enterClassContext(simlib.Sim("--campaigns", str(campaigns), *cls.OPTIONS))
        cls.prism = cls.enterClassContext(Prism("proxy", cls.backend.url))

    def setUp(self):
        super().setUp()
        self.seen_before = len(self.prism.violations())

    def violations(self):
        return self.prism.violations()[self.seen_before:]

    def ask(self, code, *args, **env):
        done = clilib.run("--output", "json", *args, env=self.env(self.prism.said, CXDIALER_RETRY_MAX_ATTEMPTS="2", **env))
        self.assert_code(done, code)
        return json.loads(done.stdout or done.stderr)

    def change(self, code, campaign_id, verb="apply", env=None, **members):
        return self.ask(code, verb, self.file("change.json", {"id": campaign_id, **members}), **(env or {}))

    def applied(self, campaign_id, **members):
        self.assertIn(self.change(0, campaign_id, **members)["outcome"], ("applied", "applied_readback"))

    def fault(self, *specs):
        self.backend.request("POST", "/_sim/faults", {"clear": True})
        self.backend.add_faults(*specs)


class Usual(Live):
    def test_reading(self):
        self.assertEqual(self.ask(0, "get", "reading")["maxConcurrentCalls"], 150)
        self.assertEqual(len(self.ask(0, "list")), len(self.CAMPAIGNS))
        self.assertEqual(self.violations(), [])

    def test_updating(self):
        self.assertEqual(self.change(2, "updating", "plan", maxConcurrentCalls=140)["outcome"], "planned")
        self.assertEqual(self.change(0, "updating", maxConcurrentCalls=140)["outcome"], "applied")
        self.assertEqual(self.change(0, "updating", maxConcurrentCalls=140)["outcome"], "unchanged")
        self.applied("updating", rules=[{"name": "r", "enabled": True}],
                     pacing={"type": "fixed", "interval": 30, "maxCallsPerInterval": 5, "throttlePercent": 0.5})
        self.assertEqual(self.backend.campaign("updating")["document"]["pacing"]["interval"], 30)
        self.assertEqual(self.violations(), [])

    def test_refusals(self):
        self.assertEqual(self.change(65, "refused", maxConcurrentCalls=201)["http_status"], 422)
        self.assertEqual(self.change(77, "refused", maxConcurrentCalls=1, env={"CXDIALER_AUTH_SCOPE": "campaign:read"})["http_status"], 403)
        self.assertEqual(self.ask(66, "get", "nobody")["error"]["http_status"], 404)
        self.assertEqual(self.ask(77, "get", "refused", CXDIALER_AUTH_CLIENT_SECRET="wrong")["error"]["server_code"], "invalid_client")
        self.assertEqual(self.ask(77, "get", "refused", CXDIALER_AUTH_TOKEN="foreign")["error"]["http_status"], 401)
        self.assertEqual(self.violations(), [])

    def test_other_answers_that_the_description_knows(self):
        for n, fault in enumerate(("PUT:1:status=412", "GET:1:status=500", "PUT:1:status=503", "PUT:1:status=202", "PUT:1:status=204")):
            with self.subTest(fault):
                self.fault(fault)
                self.applied("answers", maxConcurrentCalls=100 + n)
        self.fault("PUT:*:status=409")
        self.assertEqual(self.change(79, "answers", maxConcurrentCalls=99)["outcome"], "conflict")
        self.fault()
        self.assertEqual(self.violations(), [])

    def test_an_answer_outside_the_description_is_seen(self):
        def rename(name):
            self.assertEqual(self.backend.request("POST", "/_sim/campaigns/odd", {"name": name}).status, 200)
        rename(7)
        self.addCleanup(rename, "seven")
        self.assertEqual(self.ask(69, "get", "odd")["error"]["http_status"], 500)
        self.assertRegex("\n".join(self.violations()), "VIOLATIONS: Request/Response not valid")


class Versions(Live):
    OPTIONS = ["--validators", "version", "--rate", "3", "--window", "3600"]
    CAMPAIGNS = ["one"]

    def test_versions_until_the_quota_is_used_up(self):
        self.assertEqual(self.change(0, "one", maxConcurrentCalls=140)["concurrency"], "version")
        self.ask(0, "get", "one")
        self.assertEqual(self.ask(75, "get", "one")["error"]["http_status"], 429)
        self.assertEqual(self.violations(), [])


if __name__ == "__main__":
    unittest.main()
