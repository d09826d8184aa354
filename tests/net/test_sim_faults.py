# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Each fault of cxdialer-sim: what arrives on the wire, and whether the PUT was applied."""
import json
import select
import unittest

from simlib import CAMPAIGN, COLLECTION, SAMPLE_ID, TOKEN, Sim, hang_up, read_to_end, sample, split_reply, until

NEW = json.dumps(sample(name="new"))


class Status(unittest.TestCase):
    def test_the_nth_request_gets_it_and_is_not_applied(self):
        with Sim("--fault", "PUT:2:status=503;retry-after=2") as sim:
            token = sim.token()
            replies = [sim.put(token, sample(name=str(i))) for i in range(3)]
            self.assertEqual([r.status for r in replies], [200, 503, 200])
            self.assertEqual([r.headers["Retry-After"] for r in replies], [None, "2", None])
            self.assertEqual(replies[1].json()["code"], "injected_fault")
            self.assertEqual(replies[1].json()["requestId"], replies[1].headers["X-Request-Id"])
            self.assertEqual(sim.campaign()["applied"], 2)
            self.assertEqual([r["fault"] for r in sim.requests()], [None, None, "PUT:2:status=503;retry-after=2", None])

    def test_a_date_or_junk_in_retry_after_is_sent_as_given(self):
        for value in ("Sun, 06 Nov 1994 08:49:37 GMT", "-1", "1e3", "120, 30", "99999999999999999999999", "soon; or = later"):
            with self.subTest(value=value), Sim("--fault", "*:1:status=429;retry-after=" + value) as sim:
                self.assertEqual(sim.token_request().headers["Retry-After"], value)

    def test_a_star_means_every_one(self):
        with Sim("--fault", "GET:*:status=500") as sim:
            token = sim.token()
            self.assertEqual([sim.get(token).status for _ in range(3)], [500] * 3)
            self.assertEqual(sim.put(token).status, 200)

    def test_methods_say_what_they_match(self):
        def hit(target):
            with Sim("--fault", target + ":*:status=599") as sim:
                statuses = (sim.token_request().status, sim.get("x").status, sim.get("x", COLLECTION).status, sim.put("x").status,
                            sim.request("POST", COLLECTION).status, sim.request("DELETE", "/none").status)
                return "".join(letter for letter, status in zip("tglpod", statuses) if status == 599)
        self.assertEqual({t: hit(t) for t in ("GET", "PUT", "POST", "TOKEN", "LIST", "*")},
                         {"GET": "gl", "PUT": "p", "POST": "to", "TOKEN": "t", "LIST": "l", "*": "tglpod"})

    def test_of_several_the_first_given_wins_and_all_count(self):
        with Sim("--fault", "PUT:2:status=500", "--fault", "PUT:*:status=502", "--fault", "PUT:1:status=504") as sim:
            self.assertEqual([sim.put("x").status for _ in range(3)], [502, 500, 502])
            self.assertEqual([(f["seen"], f["applied"]) for f in sim.state()["faults"]], [(3, 1), (3, 2), (3, 0)])

    def test_a_success_is_applied_and_only_its_status_changes(self):
        with Sim("--fault", "PUT:1:status=202", "--fault", "PUT:2:status=204", "--fault", "PUT:3:status=202") as sim:
            token = sim.token()
            accepted, empty, refused = sim.put(token), sim.put(token), sim.put(token, sample(timeZone="EST"))
            self.assertEqual((accepted.status, accepted.json()), (202, sample()))
            self.assertEqual((empty.status, empty.body), (204, b""))
            self.assertEqual(refused.status, 400)
            self.assertEqual(sim.campaign()["applied"], 2)

    def test_the_fields_that_belong_to_a_status_come_with_it(self):
        with Sim("--fault", "GET:1:status=401", "--fault", "GET:2:status=302", "--fault", "GET:3:status=405") as sim:
            self.assertIn("Bearer", sim.get("x").headers["WWW-Authenticate"])
            self.assertEqual(sim.get("x").headers["Location"], "/redirected")
            self.assertTrue(sim.get("x").headers["Allow"])


class Closing(unittest.TestCase):
    def test_close_before_reply_sends_nothing_and_applies_nothing(self):
        with Sim("--fault", "PUT:1:close-before-reply") as sim:
            token, before = sim.token(), sim.campaign()
            wire = sim.raw(sim.put_bytes(token, NEW))
            self.assertEqual((wire.data, wire.end), (b"", "fin"))
            self.assertEqual(sim.campaign(), before)
            self.assertEqual((sim.requests()[1]["status"], sim.requests()[1]["fault"]), (None, "PUT:1:close-before-reply"))

    def test_apply_then_close_sends_nothing_but_applies(self):
        with Sim("--fault", "PUT:1:apply-then-close") as sim:
            token, before = sim.token(), sim.campaign()
            wire = sim.raw(sim.put_bytes(token, NEW))
            self.assertEqual((wire.data, wire.end), (b"", "fin"))
            after = sim.campaign()
            self.assertEqual((after["applied"], after["raw"]), (1, NEW))
            self.assertNotEqual(after["etag"], before["etag"])
            self.assertEqual(sim.requests()[1]["status"], None)

    def test_apply_then_close_does_not_apply_what_is_refused(self):
        with Sim("--fault", "PUT:*:apply-then-close") as sim:
            token = sim.token()
            self.assertEqual(sim.raw(sim.put_bytes(token, NEW, 'If-Match: "old"\r\n')).data, b"")
            self.assertEqual(sim.raw(sim.put_bytes("foreign", NEW)).data, b"")
            self.assertEqual(sim.campaign()["applied"], 0)

    def test_it_happens_on_a_reused_connection_too(self):
        for kind, applied in (("close-before-reply", 1), ("apply-then-close", 2)):
            with self.subTest(kind=kind), Sim("--fault", "PUT:2:" + kind) as sim:
                connection = sim.connection()
                token = sim.token()
                self.assertEqual(sim.put(token, on=connection).status, 200)
                connection.sock.sendall(sim.put_bytes(token, NEW))
                self.assertEqual(read_to_end(connection.sock), (b"", "fin"))
                connection.close()
                self.assertEqual(sim.campaign()["applied"], applied)

    def test_a_token_request_can_lose_its_reply(self):
        with Sim("--fault", "TOKEN:1:apply-then-close", "--fault", "TOKEN:2:close-before-reply") as sim:
            for _ in range(2):
                with self.assertRaises(ConnectionError):
                    sim.token_request()
            self.assertEqual((sim.state()["tokens_issued"], sim.state()["token_requests"]), (1, 2))
            self.assertEqual(sim.token_request().status, 200)


class Bodies(unittest.TestCase):
    def put_wire(self, kind):
        with Sim("--fault", "PUT:1:" + kind) as sim:
            token = sim.token()
            wire = sim.raw(sim.put_bytes(token, NEW, "Connection: close\r\n"))
            status, fields, body = split_reply(wire.data)
            self.assertEqual((status, sim.campaign()["applied"], sim.campaign()["raw"]), (200, 1, NEW))
            self.assertEqual(sim.requests()[1]["status"], 200)
            self.assertEqual(sim.get(token).status, 200)
            return wire.end, fields, body

    def test_reset_mid_body_gives_half_and_a_reset(self):
        for _ in range(5):
            end, fields, body = self.put_wire("reset-mid-body")
            self.assertEqual((end, int(fields["content-length"])), ("reset", len(NEW)))
            self.assertEqual(body.decode(), NEW[:len(NEW) // 2])

    def test_truncate_gives_half_and_an_orderly_end(self):
        end, fields, body = self.put_wire("truncate")
        self.assertEqual((end, int(fields["content-length"])), ("fin", len(NEW)))
        self.assertEqual(body.decode(), NEW[:len(NEW) // 2])

    def test_bad_json_is_a_complete_reply_that_does_not_parse(self):
        end, fields, body = self.put_wire("bad-json")
        self.assertEqual((end, int(fields["content-length"]), fields["content-type"]), ("fin", len(body), "application/json"))
        with self.assertRaises(ValueError):
            json.loads(body)

    def test_slow_gives_everything_in_the_end(self):
        end, fields, body = self.put_wire("slow=5000")
        self.assertEqual((end, int(fields["content-length"]), body.decode()), ("fin", len(NEW), NEW))

    def test_a_very_slow_reply_comes_in_single_bytes_and_does_not_hold_up_the_end(self):
        with Sim("--fault", "GET:1:slow=2") as sim:
            with sim.connect() as s:
                s.sendall(sim.get_bytes(sim.token()))
                got = b""
                while b"\r\n\r\n{" not in got:
                    got += s.recv(65536) or self.fail("closed early")
                self.assertEqual(split_reply(got)[2], b"{")
                self.assertEqual(s.recv(65536), b'"')
                self.assertEqual(sim.stop(), (0, "", ""))

    def test_each_body_fault_works_for_reads_lists_and_tokens(self):
        for kind in ("truncate", "reset-mid-body", "bad-json"):
            with self.subTest(kind=kind), Sim("--fault", "*:*:" + kind) as sim:
                form = "grant_type=client_credentials&scope=campaign:write&client_id=demo-client&client_secret=demo-secret"
                wire = sim.raw((f"POST {TOKEN} HTTP/1.1\r\nHost: s\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                                f"Content-Length: {len(form)}\r\n\r\n{form}").encode())
                status, _, body = split_reply(wire.data)
                self.assertEqual((status, body[:17]), (200, b'{"access_token":"'))
                self.assertEqual(sim.state()["tokens_issued"], 1)
                sim.request("POST", "/_sim/faults", {"clear": True})
                token = sim.token()
                sim.add_faults("*:*:" + kind)
                for path, start in ((CAMPAIGN, b'{"id"'), (COLLECTION, b'{"campaigns":[{"id"')):
                    wire = sim.raw(sim.get_bytes(token, path, "Connection: close\r\n"))
                    status, _, body = split_reply(wire.data)
                    self.assertEqual((status, body[:len(start)], wire.end), (200, start, "reset" if kind == "reset-mid-body" else "fin"))

    def test_a_refused_request_keeps_its_status(self):
        with Sim("--fault", "PUT:1:bad-json") as sim:
            reply = sim.put(sim.token(), sample(timeZone="EST"))
            self.assertEqual(reply.status, 400)
            with self.assertRaises(ValueError):
                json.loads(reply.body)

    def test_huge_body_streams_64_mib_of_json_without_a_length(self):
        with Sim("--fault", "PUT:1:huge-body") as sim:
            reply = sim.put(sim.token())
            self.assertEqual((reply.status, reply.headers["Content-Length"], len(reply.body)), (200, None, 64 * 1024 * 1024))
            self.assertEqual((reply.body[:14], reply.body[-3:]), (b'{"padding":"xx', b'x"}'))
            self.assertEqual(reply.body.count(b"x"), 64 * 1024 * 1024 - 14)
            self.assertEqual(sim.campaign()["applied"], 1)


class Endless(unittest.TestCase):
    def test_header_fields_come_until_the_client_hangs_up(self):
        with Sim("--fault", "PUT:1:endless-headers") as sim:
            token = sim.token()
            with sim.connect() as s:
                s.sendall(sim.put_bytes(token, NEW))
                wire = read_to_end(s, 5 * 1024 * 1024)
                hang_up(s)
            self.assertEqual(wire.end, "open")
            self.assertTrue(wire.data.startswith(b"HTTP/1.1 200 OK\r\n"))
            self.assertNotIn(b"\r\n\r\n", wire.data)
            lines = wire.data.split(b"\r\n")[2:-1]
            self.assertEqual(len({line.split(b":")[0] for line in lines}), len(lines))
            self.assertEqual(sim.campaign()["applied"], 1)
            self.assertEqual(sim.get(token).status, 200)

    def test_they_are_bounded(self):
        with Sim("--fault", "GET:1:endless-headers") as sim:
            size, end = 0, "open"
            with sim.connect() as s:
                s.sendall(sim.get_bytes(sim.token()))
                while end == "open":
                    wire = read_to_end(s, 1024 * 1024)
                    size, end = size + len(wire.data), wire.end
            self.assertEqual(end, "fin")
            self.assertGreaterEqual(size, 64 * 1024 * 1024)
            self.assertLess(size, 65 * 1024 * 1024)

    def test_a_client_that_stops_reading_does_not_hold_up_the_end(self):
        for kind in ("endless-headers", "huge-body"):
            with self.subTest(kind=kind), Sim("--fault", "GET:1:" + kind) as sim, sim.connect() as s:
                s.sendall(sim.get_bytes(sim.token()))
                self.assertEqual(s.recv(8), b"HTTP/1.1")
                self.assertEqual(sim.stop(), (0, "", ""))


class Waiting(unittest.TestCase):
    DAY = "86400000"

    def nothing_yet(self, s):
        return select.select([s], [], [], 0)[0] == []

    def test_a_delayed_put_is_not_applied_yet_and_others_pass_it(self):
        with Sim("--fault", "PUT:1:delay=" + self.DAY) as sim:
            token = sim.token()
            with sim.connect() as s:
                s.sendall(sim.put_bytes(token, NEW))
                until(lambda: sim.state()["faults"][0]["applied"] > 0)
                self.assertEqual(sim.put(token, sample(name="second")).status, 200)
                self.assertTrue(self.nothing_yet(s))
                self.assertEqual(sim.campaign()["applied"], 1)
                self.assertEqual([r["status"] for r in sim.requests()], [200, None, 200])
                self.assertEqual(sim.stop(), (0, "", ""))

    def test_a_short_delay_ends_with_the_normal_reply(self):
        with Sim("--fault", "*:*:delay=1") as sim:
            self.assertEqual(sim.put(sim.token(), NEW).body.decode(), NEW)

    def test_a_request_that_was_abandoned_while_delayed_is_still_applied(self):
        with Sim("--fault", "PUT:1:delay=100") as sim:
            token = sim.token()
            with sim.connect() as s:
                s.sendall(sim.put_bytes(token, NEW))
                until(lambda: sim.state()["faults"][0]["applied"] > 0)
                hang_up(s)
            until(lambda: sim.campaign()["applied"] > 0)
            self.assertEqual(sim.campaign()["raw"], NEW)

    def test_latency_holds_the_reply_back_after_the_change_is_applied(self):
        with Sim("--latency-ms", "3600000") as sim:
            with sim.connect() as s:
                s.sendall(sim.get_bytes("foreign"))
                until(lambda: sim.state()["requests"] > 0)
                self.assertTrue(self.nothing_yet(s))
                self.assertEqual(sim.stop(), (0, "", ""))
        with Sim("--latency-ms", "1") as sim:
            self.assertEqual(sim.put(sim.token(), NEW).status, 200)


class Control(unittest.TestCase):
    def test_the_own_endpoints_are_never_hit(self):
        with Sim("--fault", "*:*:close-before-reply") as sim:
            self.assertEqual(sim.state()["faults"][0]["seen"], 0)
            self.assertEqual(sim.request("POST", "/_sim/campaigns/" + SAMPLE_ID, {"name": "x"}).status, 200)
            self.assertEqual(sim.state()["faults"][0]["seen"], 0)


if __name__ == "__main__":
    unittest.main()
