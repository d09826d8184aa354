# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Threads with stacks of 64 KiB: every call has room, and it is measured how much it takes."""
import os
import tempfile
import unittest

from hostlib import LIBRARY, SANITIZED, campaigns, certificate, host

SMALL_KIB, LARGE_KIB = 64, 512
LICENCES = ("--licensed-agents", "350")


@unittest.skipIf(SANITIZED, "a sanitizer's frames are larger")
class Stacks(unittest.TestCase):
    def run_on(self, kib):
        with tempfile.TemporaryDirectory() as folder:
            cert, key = certificate(folder)
            with campaigns(*LICENCES) as plain, campaigns(*LICENCES, "--tls-cert", cert, "--tls-key", key) as tls:
                said = host("host_stacks", LIBRARY, plain.url, tls.url, cert, os.path.join(folder, "audit.jsonl"), kib)
        return {key: int(value) for key, value in said.items()}

    def test_every_call_has_room(self):
        self.assertIn("verify", self.run_on(SMALL_KIB))

    def test_how_much_is_used(self):
        used = self.run_on(LARGE_KIB)
        for key, value in used.items():
            print(f"stack: {key} {value}")
        self.assertGreater(used["nothing"], 0)
        self.assertLess(max(used.values()), SMALL_KIB * 1024 * 3 // 4, used)


if __name__ == "__main__":
    unittest.main(verbosity=2)
