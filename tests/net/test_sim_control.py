# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The own endpoints of cxdialer-sim: what a test can see and change."""
import json
import unittest

from simlib import CAMPAIGN, COLLECTION, SAMPLE_ID, TOKEN, Sim, sample

CHANGE = "/_sim/campaigns/" + SAMPLE_ID


class State(unittest.TestCase):
    def test_it_counts_what_happened(self):
        with Sim() as sim:
            token = sim.token()
            sim.get(token)
            sim.put(token, sample(name="one"))
            sim.put(token, sample(timeZone="EST"))
            state = sim.state()
            self.assertEqual({k: state[k] for k in ("applied_total", "tokens_issued", "token_requests", "requests", "status_429", "max_in_window")},
                             {"applied_total": 1, "tokens_issued": 1, "token_requests": 1, "requests": 4, "status_429": 0, "max_in_window": 3})
            campaign = state["campaigns"][0]
            self.assertEqual((campaign["id"], campaign["applied"], campaign["version"]), (SAMPLE_ID, 1, None))
            self.assertEqual(campaign["etag"], sim.get(token).headers["ETag"])
            self.assertEqual(campaign["document"], sample(name="one"))
            self.assertEqual(json.loads(campaign["raw"]), sample(name="one"))


class Requests(unittest.TestCase):
    def test_each_request_is_there_in_order_with_what_came(self):
        with Sim() as sim:
            token = sim.token()
            sim.get(token, COLLECTION + "?limit=1&x=%20")
            sim.put(token, sample(name="é"), headers={"If-Match": '"a"', "X-Own": "v"})
            log = sim.requests()
            self.assertEqual([(r["seq"], r["method"], r["path"], r["status"]) for r in log],
                             [(1, "POST", TOKEN, 200), (2, "GET", COLLECTION + "?limit=1&x=%20", 200), (3, "PUT", CAMPAIGN, 412)])
            body = json.dumps(sample(name="é"))
            self.assertEqual((log[2]["body"], log[2]["body_length"], log[2]["content_length"]), (body, len(body), len(body)))
            self.assertEqual((log[2]["if_match"], log[2]["headers"]["X-Own"], log[2]["fault"]), ('"a"', "v", None))
            self.assertEqual((log[1]["if_match"], log[1]["content_length"], log[1]["body"]), (None, None, None))
            self.assertEqual(sorted(log[0]), ["body", "body_length", "content_length", "fault", "headers", "if_match", "method", "path",
                                              "seq", "status", "t_ms"])
            self.assertTrue(0 <= log[0]["t_ms"] <= log[1]["t_ms"] <= log[2]["t_ms"])

    def test_no_secret_is_shown(self):
        with Sim("--client-secret", "canary-secret") as sim:
            form = "grant_type=client_credentials&scope=campaign:write&client_id=demo-client&client_secret=canary-secret"
            token = sim.token_request(form, {"Authorization": None}).json()["access_token"]
            sim.get(token)
            sim.request("GET", CAMPAIGN, headers={"Authorization": token})
            text = sim.request("GET", "/_sim/requests").body.decode()
            self.assertNotIn("canary", text)
            log = json.loads(text)
            self.assertEqual((log[0]["body"], log[0]["body_length"]), (None, len(form)))
            self.assertEqual(log[1]["headers"]["Authorization"], "Bearer ***")
            self.assertNotIn(token, text)

    def test_a_body_that_is_not_text_leaves_the_log_readable(self):
        with Sim() as sim:
            sim.put(sim.token(), b'\xff"\\\x01\xed\xa0\x80\xf0\x9f\x98\x80\xc3')
            self.assertEqual(sim.requests()[1]["body"], '\ufffd"\\\x01\ufffd\ufffd\ufffd\U0001f600\ufffd')

    def test_the_own_endpoints_are_not_in_it(self):
        with Sim("--fault", "*:1:status=500") as sim:
            sim.state()
            self.assertEqual(sim.requests(), [])
            self.assertEqual(sim.get("x").status, 500)

    def test_it_keeps_the_newest(self):
        with Sim("--rate", "0") as sim:
            token, connection = sim.token(), sim.connection()
            body = sample(padding="x" * 1000000)
            for _ in range(70):
                self.assertEqual(sim.put(token, body, on=connection).status, 200)
            connection.close()
            log = sim.requests()
            self.assertLess(len(log), 71)
            self.assertEqual([r["seq"] for r in log], list(range(72 - len(log), 72)))
            self.assertEqual(sim.state()["requests"], 71)


class Faults(unittest.TestCase):
    def test_an_added_fault_counts_from_when_it_was_added(self):
        with Sim() as sim:
            token = sim.token()
            sim.get(token)
            self.assertEqual(sim.add_faults("GET:2:status=503", "PUT:1:status=500").json(), {"faults": 2})
            self.assertEqual([sim.get(token).status for _ in range(3)], [200, 503, 200])
            self.assertEqual(sim.put(token).status, 500)
            self.assertEqual(sim.state()["faults"], [{"spec": "GET:2:status=503", "seen": 3, "applied": 1}, {"spec": "PUT:1:status=500", "seen": 1, "applied": 1}])

    def test_clear_removes_all(self):
        with Sim("--fault", "*:*:status=503") as sim:
            self.assertEqual(sim.request("POST", "/_sim/faults", {"clear": True}).json(), {"faults": 0})
            self.assertEqual(sim.token_request().status, 200)

    def test_one_bad_spec_refuses_the_whole_list(self):
        with Sim() as sim:
            reply = sim.add_faults("GET:*:status=503", "GET:1:nonsense")
            self.assertEqual((reply.status, reply.json()["code"]), (400, "invalid_fault"))
            self.assertIn("'GET:1:nonsense'", reply.json()["message"])
            for body in ([1], {"clear": False}, "x", ""):
                self.assertEqual(sim.request("POST", "/_sim/faults", body).status, 400)
            self.assertEqual(sim.state()["faults"], [])

    def test_an_empty_list_changes_nothing(self):
        with Sim("--fault", "PUT:9:truncate") as sim:
            self.assertEqual(sim.add_faults().json(), {"faults": 1})


class Campaigns(unittest.TestCase):
    def test_members_are_set_and_the_others_keep_their_bytes(self):
        with Sim() as sim:
            before = sim.campaign()
            reply = sim.request("POST", CHANGE, '{"name":"new", "big" : 18446744073709551615, "\\u0073tatus":"paused","nil":null}')
            self.assertEqual(reply.status, 200)
            expected = before["raw"].replace('"Q3 Enterprise Outbound"', '"new"').replace('"running"', '"paused"')
            expected = expected[:-1] + ',"big":18446744073709551615,"nil":null}'
            after = sim.campaign()
            self.assertEqual(after["raw"], expected)
            self.assertNotEqual(after["etag"], before["etag"])
            self.assertEqual(after["applied"], 0)

    def test_an_empty_change_still_moves_the_validator(self):
        with Sim() as sim:
            before = sim.campaign()
            sim.request("POST", CHANGE, "{}")
            self.assertEqual(sim.campaign()["raw"], before["raw"])
            self.assertNotEqual(sim.campaign()["etag"], before["etag"])

    def test_what_cannot_be_set_is_refused(self):
        with Sim() as sim:
            for body in ("", "[]", "{", '{"id":"other"}', '{"id":1}', '{"a":1,"a":2}'):
                self.assertEqual(sim.request("POST", CHANGE, body).status, 400)
            self.assertEqual(sim.request("POST", "/_sim/campaigns/none", "{}").status, 404)
            self.assertEqual(sim.request("POST", "/_sim/campaigns/", "{}").status, 404)


class Paths(unittest.TestCase):
    def test_unknown_paths_and_methods(self):
        with Sim() as sim:
            self.assertEqual(sim.request("GET", "/_sim/").status, 404)
            self.assertEqual(sim.request("GET", "/_sim/statex").status, 404)
            for path, allow in (("/_sim/state", "GET"), ("/_sim/requests", "GET"), ("/_sim/faults", "POST"), (CHANGE, "POST")):
                reply = sim.request("DELETE", path)
                self.assertEqual((reply.status, reply.headers["Allow"]), (405, allow))
                self.assertTrue(reply.headers["X-Request-Id"])


if __name__ == "__main__":
    unittest.main()
