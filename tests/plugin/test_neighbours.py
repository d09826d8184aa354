# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Hosts that use libcurl, jansson or json-c themselves, in the same process."""
import os
import subprocess
import unittest

from hostlib import HOSTS, LIBRARY, SANITIZED, campaigns, host, missing

LICENCES = ("--licensed-agents", "350")
REJECTED = "5030"


class Curl(unittest.TestCase):
    def check(self, order):
        with campaigns() as sim:
            self.assertGreaterEqual(int(host("host_curl_user", LIBRARY, sim.url, order)["fetched"]), 25)

    def test_the_host_initialises_it_first(self):
        self.check("host")

    def test_the_library_initialises_it_first(self):
        self.check("library")

    def test_the_host_cleans_up_what_it_never_initialised(self):
        self.check("never")


class Jansson(unittest.TestCase):
    def test_each_block_goes_back_to_the_allocator_that_gave_it(self):
        with campaigns(*LICENCES) as sim:
            said = host("host_jansson_user", LIBRARY, sim.url)
        self.assertGreater(int(said["of_the_first"]), 5)
        self.assertGreater(int(said["taken"]), int(said["of_the_first"]))
        self.assertEqual(said["taken"], said["given"])


class JsonC(unittest.TestCase):
    def setUp(self):
        if not (HOSTS / "host_jsonc_user").exists():
            missing(self, "json-c")

    def check(self, mode):
        with campaigns(*LICENCES) as sim:
            said = host("host_jsonc_user", LIBRARY, sim.url, mode)
        self.assertEqual(said["status"], REJECTED)
        self.assertEqual(said["server_code"], "engine_limit")

    def test_local(self):
        self.check("local")

    def test_global(self):
        self.check("global")

    @unittest.skipIf(SANITIZED, "a sanitizer does not allow it")
    def test_deep(self):
        self.check("deep")

    def test_calls_of_jansson_are_bound_to_jansson(self):
        with campaigns(*LICENCES) as sim:
            run = subprocess.run([HOSTS / "host_jsonc_user", LIBRARY, sim.url, "global"], capture_output=True, text=True,
                                 env={**os.environ, "LD_DEBUG": "bindings"})
        bound = [line for line in run.stderr.splitlines() if f"binding file {LIBRARY} " in line and "symbol `json_" in line]
        self.assertTrue(bound)
        self.assertEqual([line for line in bound if "libjansson.so" not in line.split(" to ", 1)[1]], [])


class Exports(unittest.TestCase):
    """A definition without a version takes the place of any version: the names that json-c has are not used at all."""

    def check(self, name, mode):
        with campaigns(*LICENCES) as sim:
            self.assertEqual(host(name, LIBRARY, sim.url, mode)["status"], REJECTED)

    def test_names_of_json_c(self):
        self.check("host_json_exports", "local")

    @unittest.skipIf(SANITIZED, "a sanitizer does not allow RTLD_DEEPBIND")
    def test_any_names_with_deepbind(self):
        self.check("host_json_exports_all", "deep")


if __name__ == "__main__":
    unittest.main(verbosity=2)
