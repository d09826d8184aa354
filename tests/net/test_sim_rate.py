# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The rate limit of cxdialer-sim under each policy. Long windows make it exact; nothing here measures time."""
import unittest

from simlib import CAMPAIGN, COLLECTION, Sim, until

LONG = ("--window", "86400")


class Limit(unittest.TestCase):
    def take(self, sim, token, count, path=CAMPAIGN):
        return [sim.get(token, path).status for _ in range(count)]

    def test_each_policy_grants_its_number_and_then_refuses(self):
        for policy in ("fixed", "sliding", "bucket"):
            with self.subTest(policy=policy), Sim("--policy", policy, "--rate", "3", *LONG) as sim:
                self.assertEqual(self.take(sim, sim.token(), 5), [200, 200, 200, 429, 429])
                state = sim.state()
                self.assertEqual((state["status_429"], state["max_in_window"]), (2, 5))

    def test_a_bucket_holds_its_burst(self):
        with Sim("--policy", "bucket", "--rate", "2", "--burst", "4", *LONG) as sim:
            self.assertEqual(self.take(sim, sim.token(), 6), [200] * 4 + [429] * 2)

    def test_each_policy_grants_again_with_time(self):
        for policy in ("fixed", "sliding", "bucket"):
            with self.subTest(policy=policy), Sim("--policy", policy, "--rate", "1", "--window", "0.3") as sim:
                token, seen = sim.token(), []
                until(lambda: seen.append(sim.get(token).status) or seen[-2:] == [429, 200])
                self.assertLessEqual(set(seen), {200, 429})

    def test_a_refusal_says_when_to_come_back(self):
        for policy in ("fixed", "sliding", "bucket"):
            with self.subTest(policy=policy), Sim("--policy", policy, "--rate", "1", *LONG) as sim:
                token = sim.token()
                first, second = sim.get(token), sim.get(token)
                self.assertEqual(first.headers["Retry-After"], None)
                self.assertEqual(second.json()["code"], "rate_limited")
                self.assertRegex(second.headers["Retry-After"], r"^[1-9][0-9]*$")
                self.assertLessEqual(int(second.headers["Retry-After"]), 86400)
                for reply in (first, second):
                    self.assertEqual(reply.headers["RateLimit-Policy"], '"campaigns";q=1;w=86400')
                    self.assertRegex(reply.headers["RateLimit"], r'^"campaigns";r=0;t=[1-9][0-9]*$')

    def test_a_short_window_still_asks_for_a_whole_second(self):
        with Sim("--rate", "1", "--window", "0.9") as sim:
            token = sim.token()
            replies = []
            until(lambda: replies.append(sim.get(token)) or replies[-1].status == 429)
            self.assertEqual(replies[-1].headers["Retry-After"], "1")

    def test_everything_with_a_valid_token_counts_whatever_becomes_of_it(self):
        with Sim("--rate", "4", *LONG) as sim:
            token = sim.token()
            self.assertEqual(sim.get(token, COLLECTION).status, 200)
            self.assertEqual(sim.get(token, COLLECTION + "/none").status, 404)
            self.assertEqual(sim.put(sim.token("campaign:read")).status, 403)
            self.assertEqual(sim.put(token, "{").status, 400)
            self.assertEqual(sim.put(token).status, 429)
            self.assertEqual(sim.state()["applied_total"], 0)

    def test_tokens_of_one_client_share_the_limit(self):
        with Sim("--rate", "2", *LONG) as sim:
            self.assertEqual([sim.get(sim.token()).status for _ in range(3)], [200, 200, 429])

    def test_tokens_foreign_tokens_and_the_own_endpoints_do_not_count(self):
        with Sim("--rate", "1", *LONG) as sim:
            for _ in range(5):
                token = sim.token()
                self.assertEqual(sim.get("foreign").status, 401)
                self.assertEqual(sim.request("POST", CAMPAIGN, token=token).status, 405)
                sim.requests()
            self.assertEqual(sim.state()["max_in_window"], 0)
            self.assertEqual(sim.get(token).status, 200)

    def test_injected_failures_count(self):
        with Sim("--rate", "3", *LONG, "--fault", "GET:1:status=503", "--fault", "GET:2:close-before-reply") as sim:
            token = sim.token()
            self.assertEqual(sim.get(token).status, 503)
            self.assertEqual(sim.raw(sim.get_bytes(token)).data, b"")
            self.assertEqual(self.take(sim, token, 2), [200, 429])
            self.assertEqual(sim.state()["max_in_window"], 4)

    def test_zero_switches_it_off(self):
        with Sim("--rate", "0") as sim:
            token, connection = sim.token(), sim.connection()
            for _ in range(300):
                reply = sim.get(token, on=connection)
                self.assertEqual((reply.status, reply.headers["RateLimit"]), (200, None))
            connection.close()
            self.assertEqual(sim.state()["max_in_window"], 300)


if __name__ == "__main__":
    unittest.main()
