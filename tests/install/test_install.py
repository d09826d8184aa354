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

    def compile(self, *flags, example="slow_down"):
        program = self.top / example
        built = run("cc", "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", ROOT / f"docs/examples/{example}.c", "-o", program, *flags)
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

    def test_the_hours_from_c(self):
        program = self.compile(*self.flags("--cflags", "--libs"), example="hours")
        out = run(program, "America/New_York", "US-FL", "1772938800000", "2026-03-08", env=self.env)
        self.assertEqual(out.returncode, 0, out.stderr)
        lines = out.stdout.splitlines()
        self.assertEqual(lines[:4], ["2026-03-08T01:00:00Z to 2026-03-08T07:00:00Z EST closed: hours", "2026-03-08T07:00:00Z to 2026-03-08T12:00:00Z EDT closed: hours",
                                     "2026-03-08T12:00:00Z to 2026-03-09T00:00:00Z EDT open", "2026-03-09T00:00:00Z to 2026-03-09T12:00:00Z EDT closed: hours"])
        self.assertEqual(lines[4], "2026-03-08: 720 minutes")
        self.assertRegex(lines[5], r"^by Fla\. Stat\. 501\.616\(6\), read 20\d\d-\d\d-\d\d; time zones 20\d\d[a-z]$")
        wrong = run(program, "EST", env=self.env)
        self.assertEqual((wrong.returncode, wrong.stdout), (1, ""))
        self.assertIn("perhaps America/New_York", wrong.stderr)

    def test_the_hours_from_python(self):
        if os.environ.get("CXDIALER_SANITIZED"):
            self.skipTest("an interpreter without the sanitizer's runtime cannot load this build")
        example = ROOT / "docs/examples/hours.py"
        self.assertEqual(run(sys.executable, example, "UTC", "UNRESTRICTED", env=self.env).stdout, "open until for ever\n")
        self.assertRegex(run(sys.executable, example, "America/New_York", env=self.env).stdout, r"^(open|closed) until 20\d\d-\d\d-\d\dT\d\d:00:00\+00:00\n$")
        self.assertIn("closed, as nothing is known", run(sys.executable, example, "Mars/Olympus", env=self.env).stderr)

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
