# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Hosts that fork, become daemons and start other programs, over plain sockets and TLS: children are refused, parents go on."""
import os
import tempfile
import unittest

from hostlib import LIBRARY, campaigns, certificate, host


class Forks(unittest.TestCase):
    def run_both(self, mode):
        with tempfile.TemporaryDirectory() as folder:
            cert, key = certificate(folder)
            for trust, options in (("none", ()), (cert, ("--tls-cert", cert, "--tls-key", key))):
                with campaigns(*options) as sim:
                    said = host("host_forks", LIBRARY, sim.url, trust, os.path.join(folder, f"{trust == 'none'}.jsonl"), mode)
                self.assertEqual(said["over"], mode)
                yield said

    def check(self, mode, connections=None):
        for said in self.run_both(mode):
            if connections:
                self.assertEqual(int(said["connections"]), connections)

    def test_before_the_first_use(self):
        self.check("before_use")

    def test_with_a_client_at_rest_that_keeps_its_connection(self):
        self.check("idle", connections=1)

    def test_in_the_middle_of_a_batch(self):
        self.check("in_a_batch")

    def test_a_child_is_a_parent_too(self):
        self.check("of_a_child")

    def test_with_handlers_of_the_host(self):
        self.check("with_handlers")

    def test_a_daemon(self):
        self.check("becomes_daemon")

    def test_a_program_that_is_started_in_a_batch_inherits_no_descriptor(self):
        for said in self.run_both("starts_programs"):
            self.assertGreater(int(said["own_descriptors"]), 4)
            self.assertEqual(said["descriptors"], "3")


if __name__ == "__main__":
    unittest.main(verbosity=2)
