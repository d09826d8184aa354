# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The examples that are no batches: built from an installed prefix with what pkg-config says, and run against the simulator."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

ROOT = pathlib.Path(os.environ["CXDIALER_SOURCE"])
EXAMPLES = ROOT / "docs/examples"
FILES = [path for path in sorted(EXAMPLES.iterdir()) if path.is_file() and path.name != "README.md"]
sys.path.insert(0, str(ROOT / "tests/net"))
import simlib  # noqa: E402

STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]


def run(*command, env=None, **options):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, env={**os.environ, **(env or {})}, timeout=120, **options)


class Example(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.top = pathlib.Path(cls.folder.name)
        done = run("meson", "install", "-C", os.environ["CXDIALER_BUILD"], "--no-rebuild", "--quiet", "--destdir", cls.top)
        assert done.returncode == 0, done.stderr
        cls.library = next(cls.top.rglob("libcxdialer.so.1"))
        cls.env = {"PKG_CONFIG_PATH": str(next(cls.top.rglob("cxdialer.pc")).parent), "PKG_CONFIG_SYSROOT_DIR": str(cls.top), "LD_LIBRARY_PATH": str(cls.library.parent)}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def flags(self, *options):
        done = run("pkg-config", *options, "cxdialer", env=self.env)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.split()

    def build(self, name, *more, options=("--cflags", "--libs")):
        source = EXAMPLES / name
        program = self.top / source.stem
        compiler = ["c++", "-std=c++17"] if source.suffix == ".cpp" else ["cc", "-std=c11"]
        done = run(*compiler, *STRICT, source, "-o", program, *self.flags(*options), *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return program

    def connection(self, sim, **more):
        return {**self.env, "CXDIALER_API_BASE_URL": sim.url, "CXDIALER_AUTH_CLIENT_ID": "demo-client", "CXDIALER_AUTH_CLIENT_SECRET": "demo-secret",
                "CXDIALER_AUDIT_PATH": str(self.top / f"{self.id()}.jsonl"), "CXDIALER_VALIDATE_JURISDICTION": "UNRESTRICTED", **more}

    def campaigns(self, *rows):
        file = self.top / f"{self.id()}-campaigns.json"
        file.write_text(json.dumps([simlib.sample(**row) for row in rows]))
        return simlib.Sim("--campaigns", file, "--rate", "0")


class Hello(Example):
    def test_it_says_its_version_and_what_is_wrong(self):
        done = run(self.build("hello.c"), env=self.env)
        lines = done.stdout.splitlines()
        self.assertEqual(done.returncode, 1)
        self.assertRegex(lines[0], r"^libcxdialer \d+\.\d+\.\d+ \(compiled with 0x[0-9a-f]{6}\), TLS: yes$")
        self.assertRegex("\n".join(lines[1:]), r"(?m)^error pacing\.throttle /pacing/throttlePercent: ")
        self.assertIn("CXD_E_INVALID: ", done.stderr)
        good = run(self.top / "hello", '{"id":"c-1","maxConcurrentCalls":120}', env=self.env)
        self.assertEqual((good.returncode, good.stdout.splitlines()[-1], good.stderr), (0, "c-1: may be applied", ""))


class TokenFile(Example):
    def rotate(self, path, token):
        """As the other process does it: written beside, then renamed."""
        beside = path.with_suffix(".new")
        beside.write_text(token + "\n")
        os.replace(beside, path)

    def test_updates_go_on_while_the_file_is_rotated_and_the_server_refuses_tokens(self):
        program = self.build("token_file.c")
        ids = [f"c-{i}" for i in range(40)]
        path = self.top / "token"
        with self.campaigns(*({"id": name} for name in ids)) as sim:
            tokens = [sim.token() for _ in range(50)]
            sim.add_faults("PUT:9:status=401")
            self.rotate(path, tokens[0])
            over = threading.Event()
            turns = []

            def other_process():
                while not over.is_set():
                    turns.append(1)
                    self.rotate(path, tokens[len(turns) % len(tokens)])

            thread = threading.Thread(target=other_process)
            thread.start()
            try:
                done = run(program, path, "120", *ids, env=self.connection(sim, CXDIALER_AUTH_CLIENT_ID="", CXDIALER_AUTH_CLIENT_SECRET=""))
            finally:
                over.set()
                thread.join()
            self.assertEqual((done.returncode, done.stdout.splitlines()), (0, [f"{name}: applied" for name in ids]), done.stderr)
            self.assertEqual(done.stderr.count("refused the last one"), 1, done.stderr)
            self.assertGreater(len(turns), 1)
            self.assertEqual(sim.state()["applied_total"], len(ids))

    def test_a_token_that_was_refused_is_not_handed_over_again(self):
        program = self.build("token_file.c")
        path = self.top / "stale"
        self.rotate(path, "a-token-of-yesterday")
        with simlib.Sim() as sim:
            process = subprocess.Popen([program, path, "120", simlib.SAMPLE_ID], env={**os.environ, **self.connection(sim)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            first = process.stderr.readline()
            simlib.until(lambda: any(row["status"] == 401 for row in sim.requests()))
            self.rotate(path, sim.token())
            out, err = process.communicate(timeout=120)
            self.assertEqual(first + err, "token file read\ntoken file read, as the server refused the last one\n")
            self.assertEqual((process.returncode, out), (0, f"{simlib.SAMPLE_ID}: applied\n"), err)


class AuditSqlite(Example):
    def flags_of_sqlite(self):
        done = run("pkg-config", "--cflags", "--libs", "sqlite3")
        if done.returncode != 0:
            if os.environ.get("CI"):
                self.fail("libsqlite3-dev is not installed")
            self.skipTest("libsqlite3-dev is not installed")
        return done.stdout.split()

    def rows(self, database):
        import sqlite3
        connection = sqlite3.connect(database)
        try:
            return [row for row, in connection.execute("SELECT record FROM audit ORDER BY n")]
        finally:
            connection.close()

    def verify(self, rows):
        exported = self.top / "exported.jsonl"
        exported.write_text("".join(row + "\n" for row in rows))
        return run(sys.executable, ROOT / "tests/audit/verify_log.py", "--no-genesis", exported)

    def test_the_rows_are_a_chain_that_verifies(self):
        program = self.build("audit_sqlite.c", *self.flags_of_sqlite())
        database = self.top / "audit.db"
        with simlib.Sim() as sim:
            done = run(program, database, "120", simlib.SAMPLE_ID, env=self.connection(sim, CXDIALER_AUDIT_PATH=""))
            self.assertEqual((done.returncode, done.stdout), (0, f"{simlib.SAMPLE_ID}: applied\n"), done.stderr)
        rows = self.rows(database)
        self.assertIn("intent", [json.loads(row)["k"] for row in rows])
        self.assertEqual(json.loads(rows[-1])["k"], "outcome")
        verified = self.verify(rows)
        self.assertEqual((verified.returncode, verified.stdout), (0, f"ok {len(rows)} records\n"), verified.stderr)
        self.assertEqual(self.verify(rows[:-2] + [rows[-2].replace("120", "121")] + rows[-1:]).returncode, 1)
        self.assertEqual(self.verify(rows[:-2] + rows[-1:]).returncode, 1)

    def test_without_the_database_nothing_is_sent(self):
        program = self.build("audit_sqlite.c", *self.flags_of_sqlite())
        database = self.top / "locked.db"
        import sqlite3
        with simlib.Sim() as sim:
            env = self.connection(sim, CXDIALER_AUDIT_PATH="")
            self.assertEqual(run(program, database, "120", simlib.SAMPLE_ID, env=env).returncode, 0)
            holder = sqlite3.connect(database, isolation_level=None)
            holder.execute("BEGIN EXCLUSIVE")
            refused = run(program, database, "110", simlib.SAMPLE_ID, env=env)
            holder.close()
            self.assertEqual(refused.returncode, 1 if "CXD_E_AUDIT" in refused.stderr else 2, refused.stderr)
            self.assertEqual(sim.state()["applied_total"], 1)
        self.assertEqual(run(program, self.top / "no/such/place.db", "1", "c-1", env=self.env).returncode, 2)


class Rule(Example):
    def test_the_house_rule_looks_at_the_merged_campaign(self):
        program = self.build("rule.c")
        with self.campaigns({"id": "vip", "name": "VIP gold"}, {"id": "usual"}) as sim:
            env = self.connection(sim)
            refused = run(program, "60", "vip", env=env)
            self.assertEqual((refused.returncode, refused.stdout), (1, "acme.vip_calls /maxConcurrentCalls: 60 concurrent calls in a VIP campaign: 50 at most\n"), refused.stderr)
            self.assertIn("CXD_E_INVALID: ", refused.stderr)
            self.assertEqual(sim.state()["applied_total"], 0)
            self.assertEqual(run(program, "50", "vip", env=env).stdout, "vip: applied\n")
            self.assertEqual(run(program, "60", "usual", env=env).stdout, "usual: applied\n")


class PluginHost(Example):
    def test_it_loads_the_library_without_being_linked_with_it(self):
        if os.environ.get("CXDIALER_SANITIZED"):
            self.skipTest("a program without the sanitizer's runtime cannot load this build")
        program = self.build("plugin_host.c", options=("--cflags",))
        self.assertNotIn("cxdialer", run("ldd", program).stdout)
        with simlib.Sim() as sim:
            done = run(program, self.library, "120", simlib.SAMPLE_ID, env=self.connection(sim))
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertRegex(done.stdout, rf"^loaded \d+\.\d+\.\d+\n{simlib.SAMPLE_ID}: applied\n$")
        self.assertEqual(run(program, "libnothing.so", "1", "c-1").returncode, 2)
        self.assertIn("cxd_version", run(program, "libc.so.6", "1", "c-1").stderr)


class Cpp(Example):
    def test_an_update_from_cpp(self):
        if not shutil.which("c++"):
            if os.environ.get("CI"):
                self.fail("no C++ compiler")
            self.skipTest("no C++ compiler")
        program = self.build("update.cpp")
        with self.campaigns({"id": "c-1"}) as sim:
            env = self.connection(sim)
            done = run(program, "120", "c-1", env=env)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "c-1: applied, 150 -> 120 concurrent calls\n", "c-1 took 1 PUT\n"))
            refused = run(program, "-5", "c-1", "nobody", env=env)
            self.assertEqual((refused.returncode, refused.stdout), (1, ""))
            self.assertRegex(refused.stderr, r"(?m)^c-1: CXD_E_INVALID: .*\n  capacity\.concurrency /maxConcurrentCalls: ")
            self.assertEqual(run(program, env=env).returncode, 2)

    def test_the_parts_of_the_header_are_installed(self):
        installed = {str(path.relative_to(self.top).as_posix()).split("include/")[1] for path in self.top.rglob("*.hpp")}
        self.assertEqual(installed, {path.relative_to(ROOT / "include").as_posix() for path in (ROOT / "include").rglob("*.hpp")})


class Collection(unittest.TestCase):
    def test_each_example_is_short(self):
        for path in FILES:
            with self.subTest(path.name):
                self.assertLess(len(path.read_text().splitlines()), 80)

    def test_the_table_has_each_example_once(self):
        table = (EXAMPLES / "README.md").read_text()
        rows = re.findall(r"^\| \[`([\w.]+)`\]\(([\w.]+)\) \|", table, re.M)
        self.assertEqual([name for name, _ in rows], [target for _, target in rows])
        self.assertEqual(sorted(name for name, _ in rows), sorted(path.name for path in FILES))

    def test_each_example_is_run_by_a_test(self):
        tests = "".join(path.read_text() for path in (ROOT / "tests/install").glob("*.py"))
        for path in FILES:
            with self.subTest(path.name):
                self.assertRegex(tests, rf'"{path.stem}"|{re.escape(path.name)}|example="{path.stem}"')


if __name__ == "__main__":
    unittest.main()
