# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""A host loads the library and lets go of it again and again, with requests under way: nothing grows, nothing crashes."""
import unittest

from hostlib import FULL, LIBRARY, SANITIZED, campaigns, host

ROUNDS = 1000 if FULL else 200


class Life(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with campaigns() as sim:
            cls.said = {key: int(value) for key, value in host("host_life", LIBRARY, sim.url, ROUNDS).items()}
            cls.applied = sim.state()["applied_total"]

    def test_every_round_was_run_and_its_updates_arrived(self):
        self.assertGreaterEqual(self.said["rounds"], ROUNDS - 2)
        self.assertGreater(self.applied, 2 * self.said["rounds"])

    def test_the_library_stays_mapped(self):
        self.assertEqual(self.said["still_mapped"], 1)

    def test_descriptors_are_as_many_as_before(self):
        self.assertEqual(self.said["end_fds"], self.said["warm_fds"])

    @unittest.skipIf(SANITIZED, "a sanitizer keeps freed memory")
    def test_memory_does_not_grow(self):
        self.assertLess(self.said["end_heap"] - self.said["warm_heap"], 65536)  # not so many bytes for each of 150 or 750 rounds
        self.assertLess(self.said["end_rss_kib"] - self.said["warm_rss_kib"], 4096)


if __name__ == "__main__":
    unittest.main(verbosity=2)
