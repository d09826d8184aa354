# SPDX-License-Identifier: MIT
"""Installed somewhere else, and used by programs that know nothing but pkg-config, the library's name or Python."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(os.environ["CXDIALER_SOURCE"])
BUILD = os.environ["CXDIALER_BUILD"]
sys.path.insert(0, str(ROOT / "tests/net"))
import simlib  # noqa: E402

ID = "a1b2c3d4-e5f6-7890-abcd-ef1234567890"


def run(*command, env=None, **options):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, env={**os.environ, **(env or {})}, timeout=120, **options)


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.top = pathlib.Path(cls.folder.name)
        done = run("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", cls.top)
        assert done.returncode == 0, done.stderr
        cls.pc = next(cls.top.rglob("cxdialer.pc"))
        cls.library = next(cls.top.rglob("libcxdialer.so.1"))
        cls.command = next(cls.top.rglob("bin/cxdialer"))
        cls.env = {"PKG_CONFIG_PATH": str(cls.pc.parent), "PKG_CONFIG_SYSROOT_DIR": str(cls.top), "LD_LIBRARY_PATH": str(cls.library.parent)}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def connection(self, sim):
        return {**self.env, "CXDIALER_API_BASE_URL": sim.url, "CXDIALER_AUTH_CLIENT_ID": "demo-client", "CXDIALER_AUTH_CLIENT_SECRET": "demo-secret", "CXDIALER_AUDIT_PATH": str(self.top / "audit.jsonl")}

    def flags(self, *options, name="cxdialer"):
        flags = run("pkg-config", *options, name, env=self.env)
        self.assertEqual(flags.returncode, 0, flags.stderr)
        return flags.stdout.split()

    def compile(self, *flags):
        program = self.top / "slow_down"
        built = run("cc", "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", ROOT / "docs/examples/slow_down.c", "-o", program, *flags)
        self.assertEqual(built.returncode, 0, built.stderr)
        return program

    def check_update(self, *command):
        with simlib.Sim() as sim:
            first = run(*command, env=self.connection(sim))
            self.assertEqual(first.returncode, 0, first.stderr)
            state = sim.state()
            self.assertEqual(state["applied_total"], 1)
            return first.stdout

    def test_a_program_built_with_pkg_config_changes_a_campaign(self):
        out = self.check_update(self.compile(*self.flags("--cflags", "--libs")))
        self.assertEqual(out, f"{ID}: applied, 150 -> 120 concurrent calls\n")

    def test_the_other_package_name_works_too(self):
        self.check_update(self.compile(*self.flags("--cflags", "--libs", name="libcxdialer")))

    def test_a_statically_linked_program(self):
        flags = self.flags("--cflags")
        private = run("pkg-config", "--libs", "libcurl", "jansson", "libcrypto").stdout.split()
        self.check_update(self.compile(*flags, next(self.top.rglob("libcxdialer.a")), *private, "-pthread", "-lm"))

    def test_python_with_ctypes(self):
        if os.environ.get("CXDIALER_SANITIZED"):
            self.skipTest("an interpreter without the sanitizer's runtime cannot load this build")
        out = self.check_update(sys.executable, ROOT / "docs/examples/update.py", ID)
        self.assertEqual(json.loads(out)["outcome"], "applied")

    def test_the_installed_command(self):
        change = self.top / "change.json"
        change.write_text(json.dumps({"id": ID, "maxConcurrentCalls": 120}))
        out = self.check_update(self.command, "--output", "json", "apply", change)
        self.assertEqual(json.loads(out)["new_concurrent"], 120)

    def test_man_pages_are_installed(self):
        names = {path.name for path in self.top.rglob("*.1")}
        self.assertLessEqual({"cxdialer.1", "cxdialer-sim.1"}, names)

    def test_no_private_header_is_installed(self):
        self.assertEqual([path.name for path in self.top.rglob("*.h")], ["cxdialer.h"])


if __name__ == "__main__":
    unittest.main()
