# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The campaign endpoints of cxdialer-sim: each status with its cause, paging, and the three kinds of validators."""
import json
import os
import tempfile
import unittest

from simlib import CAMPAIGN, COLLECTION, SAMPLE_ID, Sim, sample


def pacing(**changes):
    members = {"type": "fixed", "interval": 60, "maxCallsPerInterval": 25, "throttlePercent": 0.85, **changes}
    return sample(pacing={name: value for name, value in members.items() if value is not None})


class SharedSim(unittest.TestCase):
    ARGS = ("--rate", "0")

    @classmethod
    def setUpClass(cls):
        cls.sim = Sim(*cls.ARGS).__enter__()
        cls.token = cls.sim.token()

    @classmethod
    def tearDownClass(cls):
        cls.sim.__exit__(None, None, None)

    def refused(self, reply, status, code, field=None):
        self.assertEqual((reply.status, reply.json()["code"], reply.json()["field"]), (status, code, field), reply.body)
        self.assertEqual(sorted(reply.json()), ["code", "field", "message", "requestId"])
        self.assertTrue(reply.json()["message"])
        self.assertEqual(reply.json()["requestId"], reply.headers["X-Request-Id"])

    def refused_put(self, body, status, code, field=None, **more):
        before = self.sim.campaign()
        self.refused(self.sim.put(self.token, body, **more), status, code, field)
        self.assertEqual(self.sim.campaign(), before)


class Frame(SharedSim):
    def test_unknown_paths_are_404(self):
        for path in ("/", "/api", COLLECTION + "/", COLLECTION + "x", CAMPAIGN + "/x", COLLECTION + "/a%2Fb", COLLECTION + "/a%zz",
                     COLLECTION + "/" + "a" * 129, COLLECTION + "/none", COLLECTION + "/../../oauth/token", COLLECTION + "/a%00b"):
            with self.subTest(path=path):
                self.refused(self.sim.get(self.token, path), 404, "not_found")
        self.refused(self.sim.put(self.token, sample(id="none"), COLLECTION + "/none"), 404, "not_found")

    def test_an_id_is_decoded(self):
        self.assertEqual(self.sim.get(self.token, COLLECTION + "/%61" + SAMPLE_ID[1:]).status, 200)

    def test_other_methods_are_405_with_allow(self):
        for method in ("POST", "PATCH", "DELETE", "OPTIONS"):
            with self.subTest(method=method):
                reply = self.sim.request(method, CAMPAIGN, token=self.token)
                self.refused(reply, 405, "method_not_allowed")
                self.assertEqual(reply.headers["Allow"], "GET, PUT")
        for method in ("PUT", "POST", "DELETE"):
            reply = self.sim.request(method, COLLECTION, token=self.token)
            self.refused(reply, 405, "method_not_allowed")
            self.assertEqual(reply.headers["Allow"], "GET")
        self.assertEqual(self.sim.request("HEAD", CAMPAIGN, token=self.token).status, 405)

    def test_the_content_type_must_be_json(self):
        for value in ("text/plain", "application/jsonx", "", "application/x-www-form-urlencoded"):
            self.refused_put(sample(), 415, "unsupported_media_type", headers={"Content-Type": value})
        for value in ("application/json", "Application/JSON; charset=utf-8"):
            self.assertEqual(self.sim.put(self.token, headers={"Content-Type": value}).status, 200)

    def raw_status(self, head, body=b""):
        wire = self.sim.raw((f"PUT {CAMPAIGN} HTTP/1.1\r\nHost: s\r\nConnection: close\r\nContent-Type: application/json\r\n"
                             f"Authorization: Bearer {self.token}\r\n{head}\r\n").encode() + body)
        return int(wire.data.split()[1])

    def test_a_body_needs_one_content_length(self):
        text = json.dumps(sample()).encode()
        chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(text), text)
        self.assertEqual(self.raw_status("Transfer-Encoding: chunked\r\n", chunked), 411)
        self.assertIn(self.raw_status(f"Transfer-Encoding: chunked\r\nContent-Length: {len(text)}\r\n", chunked), (400, 411))
        self.assertEqual(self.raw_status(""), 411)
        self.assertEqual(self.raw_status(f"Content-Length: {len(text)}\r\n", text), 200)

    def test_a_body_above_a_mebibyte_is_413(self):
        fits = sample(padding="")
        fits["padding"] = "x" * (1024 * 1024 - len(json.dumps(fits)))
        self.assertEqual(len(json.dumps(fits)), 1024 * 1024)
        self.assertEqual(self.sim.put(self.token, fits).status, 200)
        self.assertEqual(self.sim.put(self.token).status, 200)
        fits["padding"] += "x"
        self.refused_put(fits, 413, "payload_too_large")

    def test_a_huge_body_is_413_before_it_is_sent(self):
        self.assertEqual(self.raw_status("Content-Length: 1000000000000\r\n"), 413)
        self.assertEqual(self.raw_status("Content-Length: 2000000\r\nExpect: 100-continue\r\n"), 413)

    def test_a_connection_is_kept_alive_through_refusals(self):
        connection = self.sim.connection()
        ends = set()
        for _ in range(3):
            ends.add(connection.sock.getsockname())
            self.assertEqual(self.sim.get(self.token, on=connection).status, 200)
            self.assertEqual(self.sim.get("wrong", on=connection).status, 401)
            self.assertEqual(self.sim.put(self.token, {"id": 1}, on=connection).status, 400)
            self.assertEqual(self.sim.put(self.token, on=connection).status, 200)
        self.assertEqual(len(ends), 1)
        connection.close()


class Schema(SharedSim):
    def test_malformed_bodies_are_400(self):
        good = json.dumps(sample())
        for text in ("", "{", "nonsense", good[:-1], good + "x", "\ufeff" + good, '{"id":"a","id":"b"}', "NaN", '"\ud800"'.encode("utf-8", "replace"),
                     good.replace("0.85", "1e999"), good.replace("0.85", "NaN"), good.replace("Q3", "\\u0000"), "[" * 5000):
            with self.subTest(text=text[:40]):
                self.refused_put(text.encode() if isinstance(text, str) else text, 400, "malformed_body")
        self.refused_put(good.encode().replace(b"Q3", b"\xff\xfe"), 400, "malformed_body")
        for text in ("null", "1", "[]"):
            self.refused(self.sim.put(self.token, text), 400, "malformed_body")

    def test_each_required_member_is_missed(self):
        for name in ("id", "name", "status", "dialerType", "maxConcurrentCalls", "timeZone", "pacing"):
            self.refused_put(sample(**{name: None}), 400, "missing_member", name)
        for name in ("type", "interval", "maxCallsPerInterval", "throttlePercent"):
            self.refused_put(pacing(**{name: None}), 400, "missing_member", "pacing." + name)
        self.refused_put(sample(rules=[{"name": "a", "enabled": True}, {"name": "b"}]), 400, "missing_member", "rules[1].enabled")

    def test_each_type_is_checked(self):
        for name, value in (("id", 7), ("id", "a b"), ("id", ""), ("name", ""), ("name", "x" * 257), ("name", 1), ("status", True), ("status", ""),
                            ("dialerType", 1), ("maxConcurrentCalls", "150"), ("maxConcurrentCalls", 150.5), ("timeZone", 5), ("timeZone", ""),
                            ("pacing", []), ("rules", {}), ("advancedDialerSettings", [])):
            with self.subTest(name=name, value=value):
                self.refused_put(sample(**{name: value}), 400, "invalid_value", name)
        for name, value in (("type", 1), ("interval", "60"), ("maxCallsPerInterval", 2.5), ("throttlePercent", "1")):
            self.refused_put(pacing(**{name: value}), 400, "invalid_value", "pacing." + name)
        for rules, field in (([1], "rules[0]"), ([{"name": "", "enabled": True}], "rules[0].name"), ([{"name": "a", "enabled": 1}], "rules[0].enabled")):
            self.refused_put(sample(rules=rules), 400, "invalid_value", field)
        for name, value in (("autoRebalance", 1), ("queuePriority", 1.5)):
            self.refused_put(sample(advancedDialerSettings={name: value}), 400, "invalid_value", "advancedDialerSettings." + name)

    def test_a_null_is_not_a_value(self):
        text = json.dumps(sample()).replace('"America/New_York"', "null")
        self.refused_put(text, 400, "invalid_value", "timeZone")

    def test_names_count_characters_not_bytes(self):
        self.assertEqual(self.sim.put(self.token, sample(name="é" * 256)).status, 200)

    def test_optional_and_unknown_members_are_free(self):
        self.assertEqual(self.sim.put(self.token, sample(rules=None, advancedDialerSettings=None, extra={"x": [1]})).status, 200)
        self.assertEqual(self.sim.put(self.token, sample(rules=[{"name": "a", "enabled": False, "x": 1}])).status, 200)

    def test_only_iana_zones_are_known(self):
        for zone in ("EST", "EST5EDT", "GMT", "America/Nowhere", "America", "../../etc/passwd", "America/../America/New_York", "/etc/passwd",
                     "posix/America/New_York", "america/new_york", "America//New_York", "US/", "UTC ", "x" * 5000 + "/y"):
            with self.subTest(zone=zone[:40]):
                self.refused_put(sample(timeZone=zone), 400, "invalid_time_zone", "timeZone")
        for zone in ("America/New_York", "UTC", "Etc/UTC", "America/Argentina/Buenos_Aires"):
            self.assertEqual(self.sim.put(self.token, sample(timeZone=zone)).status, 200)

    def test_unknown_dialer_types_are_400(self):
        self.refused_put(sample(dialerType="power"), 400, "unknown_dialer_type", "dialerType")
        for kind in ("predictive", "progressive", "preview"):
            self.assertEqual(self.sim.put(self.token, sample(dialerType=kind)).status, 200)

    def test_the_id_must_be_that_of_the_path(self):
        self.refused_put(sample(id="other"), 400, "id_mismatch", "id")

    def test_engine_limits_are_422(self):
        for calls in (501, 0, -1, 10**30):
            self.refused_put(sample(maxConcurrentCalls=calls), 422, "engine_limit", "maxConcurrentCalls")
        for name, value in (("interval", 9), ("interval", 9.999), ("interval", 0), ("maxCallsPerInterval", 0), ("throttlePercent", 0),
                            ("throttlePercent", 1.0001), ("throttlePercent", -0.5), ("throttlePercent", 85)):
            with self.subTest(name=name, value=value):
                self.refused_put(pacing(**{name: value}), 422, "engine_limit", "pacing." + name)
        self.assertEqual(self.sim.put(self.token, sample(maxConcurrentCalls=500)).status, 200)
        self.assertEqual(self.sim.put(self.token, pacing(interval=10, throttlePercent=1, maxCallsPerInterval=1)).status, 200)

    def test_malformed_comes_before_the_engine(self):
        self.refused_put(sample(maxConcurrentCalls=501, timeZone="EST"), 400, "invalid_time_zone", "timeZone")


class LicensedAgents(SharedSim):
    ARGS = ("--licensed-agents", "20")

    def test_the_limit_is_the_option(self):
        self.refused_put(sample(maxConcurrentCalls=21), 422, "engine_limit", "maxConcurrentCalls")
        self.assertIn("20", self.sim.put(self.token, sample(maxConcurrentCalls=21)).json()["message"])
        self.assertEqual(self.sim.put(self.token, sample(maxConcurrentCalls=20)).status, 200)


class Replacing(unittest.TestCase):
    def test_the_body_is_stored_and_returned_byte_for_byte(self):
        text = json.dumps(sample(big=0), indent=3).replace('"big": 0', '"big"\t:18446744073709551615,"x":1.50E+0').replace("0.85", "0.850") + "\n "
        with Sim() as sim:
            token = sim.token()
            reply = sim.put(token, text)
            self.assertEqual((reply.status, reply.body.decode()), (200, text))
            self.assertEqual(sim.get(token).body.decode(), text)
            self.assertEqual(sim.campaign()["raw"], text)
            self.assertIn(text, sim.get(token, COLLECTION).body.decode())

    def test_what_a_body_leaves_out_is_gone(self):
        with Sim() as sim:
            token = sim.token()
            sim.request("POST", "/_sim/campaigns/" + SAMPLE_ID, {"serverOnly": 1})
            self.assertEqual(sim.get(token).json()["serverOnly"], 1)
            sim.put(token, sample(rules=None))
            self.assertNotIn("serverOnly", sim.get(token).json())
            self.assertNotIn("rules", sim.get(token).json())


class Paging(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as f:
            json.dump([{"id": f"c{i}"} for i in range(250)], f)
        cls.addClassCleanup(os.unlink, f.name)
        cls.sim = Sim("--campaigns", f.name, "--rate", "0").__enter__()
        cls.token = cls.sim.token()

    @classmethod
    def tearDownClass(cls):
        cls.sim.__exit__(None, None, None)

    def walk(self, limit=None):
        sizes, ids, query = [], [], f"limit={limit}" if limit else ""
        cursor = ""
        while cursor is not None:
            page = self.sim.get(self.token, f"{COLLECTION}?{query}" + (f"&cursor={cursor}" if cursor else "")).json()
            sizes.append(len(page["campaigns"]))
            ids += [c["id"] for c in page["campaigns"]]
            cursor = page["nextCursor"]
        self.assertEqual(ids, [f"c{i}" for i in range(250)])
        return sizes

    def test_pages_cover_everything_once(self):
        self.assertEqual(self.walk(), [100, 100, 50])
        self.assertEqual(self.walk(125), [125, 125])
        self.assertEqual(self.walk(249), [249, 1])
        self.assertEqual(self.walk(500), [250])

    def test_bad_limits_and_cursors_are_400(self):
        for query, field in (("limit=0", "limit"), ("limit=501", "limit"), ("limit=x", "limit"), ("limit=", "limit"), ("limit=1&limit=2", "limit"),
                             ("limit=%zz", "limit"), ("limit=99999999999999999999", "limit"), ("cursor=", "cursor"), ("cursor=x", "cursor"), ("cursor=c251", "cursor")):
            with self.subTest(query=query):
                reply = self.sim.get(self.token, COLLECTION + "?" + query)
                self.assertEqual((reply.status, reply.json()["field"]), (400, field))

    def test_other_parameters_are_ignored(self):
        self.assertEqual(self.sim.get(self.token, COLLECTION + "?x=1&limit=2&y").status, 200)


class ETags(unittest.TestCase):
    def setUp(self):
        self.sim = Sim("--rate", "0").__enter__()
        self.addCleanup(lambda: self.sim.__exit__(None, None, None))
        self.token = self.sim.token()

    def etag(self):
        return self.sim.get(self.token).headers["ETag"]

    def put_if(self, value, **more):
        return self.sim.put(self.token, headers={"If-Match": value}, **more)

    def test_it_is_strong_and_changes_with_every_put_even_of_the_same_body(self):
        seen = [self.etag()]
        for _ in range(4):
            seen.append(self.sim.put(self.token).headers["ETag"])
            self.assertEqual(self.etag(), seen[-1])
        self.assertEqual(len(set(seen)), 5)
        for tag in seen:
            self.assertRegex(tag, r'^"[^"]+"$')
        self.assertNotIn("version", self.sim.get(self.token).json())

    def test_the_current_one_is_let_through_and_an_old_one_is_412(self):
        old = self.etag()
        self.assertEqual(self.put_if(old).status, 200)
        reply = self.put_if(old, body=sample(name="late"))
        self.assertEqual((reply.status, reply.json()["code"]), (412, "precondition_failed"))
        self.assertEqual(self.sim.campaign()["applied"], 1)
        self.assertNotEqual(self.sim.get(self.token).json()["name"], "late")

    def test_lists_and_the_star_match(self):
        self.assertEqual(self.put_if('"x", ' + self.etag()).status, 200)
        self.assertEqual(self.put_if(self.etag() + ',"y"').status, 200)
        self.assertEqual(self.put_if('W/"x", ' + self.etag()).status, 200)
        self.assertEqual(self.put_if("*").status, 200)

    def test_a_weak_or_mangled_one_never_matches(self):
        current = self.etag()
        for value in ("W/" + current, current.strip('"'), current[:-1], "", '"x"', "W/" + current + ', "x"', "**"):
            with self.subTest(value=value):
                self.assertEqual(self.put_if(value).status, 412)
        self.assertEqual(self.etag(), current)

    def test_without_if_match_the_put_is_unconditional(self):
        self.assertEqual(self.sim.put(self.token).status, 200)

    def test_a_version_in_the_body_means_nothing(self):
        self.assertEqual(self.sim.put(self.token, sample(version=99)).json()["version"], 99)

    def test_a_change_behind_the_back_is_a_412(self):
        old = self.etag()
        self.sim.request("POST", "/_sim/campaigns/" + SAMPLE_ID, {"name": "someone else"})
        self.assertEqual(self.put_if(old).status, 412)

    def test_a_bad_body_is_told_before_the_condition(self):
        self.assertEqual(self.put_if('"x"', body=sample(timeZone="EST")).status, 400)
        self.assertEqual(self.put_if('"x"', body=sample(maxConcurrentCalls=501)).status, 422)


class Versions(unittest.TestCase):
    def setUp(self):
        self.sim = Sim("--rate", "0", "--validators", "version").__enter__()
        self.addCleanup(lambda: self.sim.__exit__(None, None, None))
        self.token = self.sim.token()

    def test_the_document_has_a_version_that_counts_up(self):
        reply = self.sim.get(self.token)
        self.assertEqual((reply.json()["version"], reply.headers["ETag"]), (1, None))
        for expected in (2, 3):
            reply = self.sim.put(self.token, sample(version=expected - 1))
            self.assertEqual((reply.json()["version"], reply.headers["ETag"]), (expected, None))
        self.assertEqual(self.sim.campaign()["version"], 3)

    def test_only_the_version_is_spliced(self):
        text = json.dumps(sample(a=0)).replace('"a": 0', '"version" : 1 , "n":1.0')
        self.assertEqual(self.sim.put(self.token, text).body.decode(), text.replace(": 1 ,", ": 2 ,"))

    def test_another_version_is_409(self):
        for version in (0, 2, 10**15):
            reply = self.sim.put(self.token, sample(version=version))
            self.assertEqual((reply.status, reply.json()["code"], reply.json()["field"]), (409, "version_conflict", "version"))
        self.assertEqual(self.sim.state()["applied_total"], 0)

    def test_what_is_no_version_is_400(self):
        for version in ("1", 1.5, -1, True, [1], 10**30):
            self.assertEqual(self.sim.put(self.token, sample(version=version)).status, 400)

    def test_without_a_version_the_put_is_unconditional_and_it_still_counts(self):
        self.assertEqual(self.sim.put(self.token, sample()).json()["version"], 2)

    def test_if_match_means_nothing(self):
        self.assertEqual(self.sim.put(self.token, headers={"If-Match": '"x"'}).status, 200)

    def test_a_change_behind_the_back_counts(self):
        changed = self.sim.request("POST", "/_sim/campaigns/" + SAMPLE_ID, {"name": "x", "version": 77}).json()
        self.assertEqual((changed["version"], changed["document"]["version"]), (2, 2))
        self.assertEqual(self.sim.put(self.token, sample(version=1)).status, 409)


class NoValidators(unittest.TestCase):
    def test_there_is_neither_and_every_put_is_applied(self):
        with Sim("--validators", "none") as sim:
            token = sim.token()
            reply = sim.get(token)
            self.assertEqual((reply.headers["ETag"], reply.json().get("version")), (None, None))
            self.assertEqual(sim.put(token, sample(version=5), headers={"If-Match": '"x"'}).status, 200)
            self.assertEqual((sim.campaign()["etag"], sim.campaign()["version"]), (None, None))


if __name__ == "__main__":
    unittest.main()
