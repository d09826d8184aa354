# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""cxdialer-sim under requests that no client should send: it answers or closes, and goes on."""
import json
import random
import threading
import unittest

from simlib import CAMPAIGN, COLLECTION, Sim, hang_up, sample, split_reply, until


class Garbage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sim = Sim("--rate", "0").__enter__()
        cls.token = cls.sim.token()

    @classmethod
    def tearDownClass(cls):
        cls.sim.__exit__(None, None, None)

    def tearDown(self):
        self.assertEqual(self.sim.get(self.token).status, 200)

    def refused(self, data, **more):
        wire = self.sim.raw(data, half_close=True, **more)
        if wire.data:
            self.assertIn(split_reply(wire.data)[0], (400, 404, 405, 411, 413, 414, 431, 501, 505), wire.data[:80])

    def test_what_is_not_http_is_refused(self):
        for data in (b"\r\n\r\n", b"\0" * 100, b"nonsense\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00",
                     b"GET / HTTP/1.1\r\n\r\n", b"GET " + CAMPAIGN.encode() + b" HTTP/1.1\r\nno colon\r\nHost: s\r\n\r\n",
                     b"GET /\0x HTTP/1.1\r\nHost: s\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"):
            with self.subTest(data=data[:30]):
                self.refused(data)

    def test_random_bytes_are_refused(self):
        source = random.Random(20261122)
        for _ in range(60):
            self.refused(source.randbytes(source.randrange(1, 400)) + b"\r\n\r\n")

    def test_mutated_documents_are_refused_or_stored_as_they_are(self):
        source, statuses = random.Random(7), set()
        good = json.dumps(sample(text='"{[\\\\]}"', deep=[{"a": [[]]}])).encode()
        with Sim("--rate", "0", "--validators", "version") as sim:
            token, connection = sim.token(), sim.connection()
            for _ in range(400):
                body = bytearray(good)
                for _ in range(source.randrange(1, 4)):
                    at = source.randrange(len(body))
                    body[at:at + source.randrange(0, 3)] = source.choice([b"", b'"', b"\\", b"{", b"]", b",", b"0", b"\xff", b" ", b"1e9"])
                reply = sim.put(token, bytes(body), on=connection)
                statuses.add(reply.status)
                if reply.status == 200:
                    expected = {**json.loads(body), "version": reply.json()["version"]}
                    self.assertEqual(reply.json(), expected)
                    self.assertEqual(sim.get(token, on=connection).body, reply.body)
            connection.close()
        self.assertLessEqual({200, 400}, statuses)
        self.assertLessEqual(statuses, {200, 400, 409, 422})

    def test_huge_headers_and_lines_are_refused(self):
        for data in (b"GET /" + b"a" * 300000 + b" HTTP/1.1\r\nHost: s\r\n\r\n", b"GET / HTTP/1.1\r\nHost: s\r\nX: " + b"a" * 300000 + b"\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: s\r\n" + b"X: y\r\n" * 60000 + b"\r\n"):
            try:
                self.refused(data)
            except ConnectionError:
                pass  # it need not read all of that

    def test_a_body_cut_short_is_not_applied_and_is_logged(self):
        whole = self.sim.put_bytes(self.token)
        self.assertEqual(self.sim.raw(whole[:-5], half_close=True).data, b"")
        until(lambda: self.sim.requests()[-1]["body_length"] is not None)
        entry = self.sim.requests()[-1]
        self.assertEqual((entry["method"], entry["status"]), ("PUT", None))
        self.assertEqual(entry["body_length"], entry["content_length"] - 5)
        self.assertEqual(self.sim.campaign()["applied"], 0)

    def test_a_connection_reset_in_the_middle_is_not_applied(self):
        whole = self.sim.put_bytes(self.token)
        for cut in (1, 20, len(whole) // 2, len(whole) - 1):
            s = self.sim.connect()
            s.sendall(whole[:cut])
            hang_up(s)
        self.assertEqual(self.sim.campaign()["applied"], 0)

    def test_lengths_that_are_none_are_refused(self):
        for value in ("-1", "x", "1x", "0x10", "99999999999999999999999", "5, 5", "+5"):
            data = (f"PUT {CAMPAIGN} HTTP/1.1\r\nHost: s\r\nConnection: close\r\nAuthorization: Bearer {self.token}\r\n"
                    f"Content-Type: application/json\r\nContent-Length: {value}\r\n\r\n")
            with self.subTest(value=value):
                self.refused(data.encode())
        self.assertEqual(self.sim.campaign()["applied"], 0)

    def test_two_lengths_are_refused(self):
        self.refused(self.sim.put_bytes(self.token, extra="Connection: close\r\nContent-Length: 5\r\n"))
        self.refused(self.sim.put_bytes(self.token, extra="Connection: close\r\nTransfer-Encoding: chunked\r\n"))
        self.assertEqual(self.sim.campaign()["applied"], 0)

    def test_requests_sent_back_to_back_are_answered_in_order(self):
        one = self.sim.get_bytes(self.token)
        last = self.sim.get_bytes(self.token, COLLECTION + "/none", "Connection: close\r\n")
        wire = self.sim.raw(one + one + last)
        self.assertEqual([int(part[:3]) for part in wire.data.split(b"HTTP/1.1 ")[1:]], [200, 200, 404])

    def test_http_1_0_is_answered(self):
        wire = self.sim.raw(f"GET {CAMPAIGN} HTTP/1.0\r\nAuthorization: Bearer {self.token}\r\n\r\n".encode())
        self.assertEqual(split_reply(wire.data)[0], 200)


class Crowd(unittest.TestCase):
    def test_many_at_once_lose_no_update_and_let_one_win_each_etag(self):
        with Sim("--rate", "0") as sim:
            token, won, lost = sim.token(), [], []

            def work(number):
                connection = sim.connection()
                for i in range(20):
                    tag = sim.get(token, on=connection).headers["ETag"]
                    reply = sim.put(token, sample(name=f"{number}-{i}"), headers={"If-Match": tag}, on=connection)
                    (won if reply.status == 200 else lost).append((tag, reply.status))
                connection.close()

            threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            self.assertEqual(len(won) + len(lost), 160)
            self.assertEqual({status for _, status in lost} - {412}, set())
            self.assertEqual(len({tag for tag, _ in won}), len(won))
            state = sim.state()
            self.assertEqual((state["applied_total"], state["requests"]), (len(won), 321))
            self.assertEqual([r["seq"] for r in sim.requests()], list(range(1, 322)))


if __name__ == "__main__":
    unittest.main()
