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
        program = self.top / f"example-{example}"
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

    CAMPAIGNS = [f"c-{i}" for i in range(1, 8)]

    def campaigns(self):
        """Seven campaigns like the sample, for a simulator."""
        file = self.top / "campaigns.json"
        with simlib.Sim("--rate", "0") as sim:
            sample = sim.request("GET", simlib.CAMPAIGN, token=sim.token()).json()
        file.write_text(json.dumps([{**sample, "id": name} for name in self.CAMPAIGNS]))
        return file

    def check_batch(self, *command):
        """Applied all; then with one among them that does not exist; then without credentials."""
        with simlib.Sim("--campaigns", self.campaigns(), "--rate", "0") as sim:
            env = self.connection(sim)
            all_ok = run(*command, "120", *self.CAMPAIGNS, env=env)
            self.assertEqual(all_ok.returncode, 0, all_ok.stderr)
            self.assertEqual(sorted(all_ok.stdout.splitlines()), [f"{name}: applied" for name in self.CAMPAIGNS])
            self.assertEqual(sim.state()["applied_total"], len(self.CAMPAIGNS))
            one_bad = run(*command, "121", "c-1", "nobody", "c-2", env=env)
            self.assertEqual(one_bad.returncode, 1, one_bad.stderr)
            self.assertEqual(sorted(one_bad.stdout.splitlines()), ["c-1: applied", "c-2: applied", "nobody: not_applied"])
            return all_ok, env

    def check_batch_in_c(self, name, *more):
        program = self.compile(*self.flags("--cflags", "--libs"), *more, example=name)
        done, env = self.check_batch(program)
        refused = run(program, "122", "c-1", env={**env, "CXDIALER_AUTH_CLIENT_ID": ""})
        self.assertEqual(refused.returncode, 1)
        self.assertIn("CXD_E_CONFIG: ", refused.stderr)
        return done

    def flags_or_skip(self, name):
        flags = run("pkg-config", "--cflags", "--libs", name)
        if flags.returncode != 0:
            self.skipTest(f"{name} is not installed")
        return flags.stdout.split()

    def test_a_batch_that_blocks(self):
        done = self.check_batch_in_c("batch")
        self.assertEqual(done.stderr.splitlines()[-1], "7 of 7")

    def test_a_batch_in_a_poll_loop(self):
        self.check_batch_in_c("batch_poll")

    def test_batches_in_an_epoll_loop(self):
        self.check_batch_in_c("batch_epoll")

    def test_a_batch_in_a_libuv_loop(self):
        self.check_batch_in_c("batch_libuv", *self.flags_or_skip("libuv"))

    def test_a_batch_in_a_glib_loop(self):
        self.check_batch_in_c("batch_glib", *self.flags_or_skip("glib-2.0"))

    def test_a_batch_from_python_without_callbacks(self):
        if os.environ.get("CXDIALER_SANITIZED"):
            self.skipTest("an interpreter without the sanitizer's runtime cannot load this build")
        self.check_batch(sys.executable, ROOT / "docs/examples/batch_events.py")

    def test_the_installed_command(self):
        change = self.top / "change.json"
        change.write_text(json.dumps({"id": ID, "maxConcurrentCalls": 120}))
        out = self.check_update(self.command, "--output", "json", "apply", change)
        self.assertEqual(json.loads(out)["new_concurrent"], 120)

    def test_man_pages_are_installed(self):
        names = {path.name for path in self.top.rglob("*.1")}
        self.assertLessEqual({"cxdialer.1", "cxdialer-sim.1"}, names)

    def test_completions_are_where_the_shells_look(self):
        share = self.command.parents[1] / "share"
        for name in ("bash-completion/completions/cxdialer", "zsh/site-functions/_cxdialer", "fish/vendor_completions.d/cxdialer.fish",
                     "bash-completion/completions/cxdialer-sim", "zsh/site-functions/_cxdialer-sim", "fish/vendor_completions.d/cxdialer-sim.fish"):
            with self.subTest(name):
                self.assertIn("cxdialer", (share / name).read_text())

    def test_no_private_header_is_installed(self):
        self.assertEqual(sorted(path.name for path in self.top.rglob("*.h")), ["cxdialer.cdef.h", "cxdialer.h"])

    def test_the_interface_for_programs_is_found_by_pkg_config(self):
        for variable, source in (("abi_json", "data/cxdialer-abi.json"), ("cdef", "include/cxdialer/cxdialer.cdef.h")):
            found = run("pkg-config", f"--variable={variable}", "cxdialer", env=self.env).stdout.strip()
            path = pathlib.Path(found) if found.startswith(str(self.top)) else self.top / found.lstrip("/")
            self.assertEqual(path.read_text(), (ROOT / source).read_text())
        self.assertTrue((next(self.top.rglob("cxdialer-abi.json")).parent / "cxdialer-abi.schema.json").is_file())


if __name__ == "__main__":
    unittest.main()
