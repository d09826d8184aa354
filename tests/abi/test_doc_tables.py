# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The pages of errors, threads and ownership say what the header and the command say, of every status and every function."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(os.environ.get("CXDIALER_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
sys.path.insert(0, str(ROOT / "tools/abi"))
import header  # noqa: E402

HEADER = header.load(ROOT / "include/cxdialer/cxdialer.h")
ERRORS = (ROOT / "docs/errors.md").read_text()
PAGE = ROOT / "docs/threads-and-ownership.md"
# The command registers no plug-ins, so nothing it does ends with these.
NEVER_A_CODE = {"CXD_E_CALLBACK", "CXD_E_RULE"}


def rows(text, columns):
    """Cells of the rows of all tables with so many columns."""
    cells = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in cells if len(row) == columns]


class Errors(unittest.TestCase):
    def setUp(self):
        self.rows = {row[0].strip("`"): row[1:] for row in rows(ERRORS.replace("| |", "|  |"), 5) if row[0].startswith("`CXD_")}
        self.codes = dict(re.findall(r"^  (EXIT_\w+) = (\d+)", (ROOT / "tools/cli/exit_code.h").read_text(), re.M))

    def test_every_status_of_the_header_has_its_row(self):
        statuses = {c.name: str(c.value) for c in HEADER.constants if c.name == "CXD_OK" or c.name.startswith("CXD_E_")}
        self.assertEqual({name: row[0] for name, row in self.rows.items()}, statuses)

    def test_the_exit_codes_are_those_of_the_command(self):
        table = dict(re.findall(r"\{(CXD_\w+), (EXIT_\w+)\}", (ROOT / "tools/cli/exit_code.c").read_text()))
        self.assertGreater(len(table), 20)
        for name, row in self.rows.items():
            with self.subTest(name):
                expected = "-" if name in NEVER_A_CODE else self.codes[table.get(name, "EXIT_OTHER")]
                self.assertEqual(row[1].split(" ")[0], expected)

    def test_every_exit_code_is_explained(self):
        self.assertEqual([row[0] for row in rows(ERRORS, 2) if row[0].isdigit()], list(self.codes.values()))

    def test_every_error_has_a_reason_and_a_next_step(self):
        for name, row in self.rows.items():
            with self.subTest(name):
                self.assertTrue(name == "CXD_OK" or all(row))


    def test_the_manual_page_has_the_same_exit_codes(self):
        manual = (ROOT / "docs/man/cxdialer.1").read_text().partition(".Sh EXIT STATUS")[2].partition(".Sh ")[0]
        self.assertEqual(re.findall(r"^\.It (\d+)$", manual, re.M), list(self.codes.values()))


class Security(unittest.TestCase):
    def test_the_tests_that_it_names_are_there(self):
        page = (ROOT / "docs/security.md").read_text()
        named = {name for row in rows(page, 3) for name in re.findall(r"`([a-z_]+)`", row[2])}
        known = {path.stem.removeprefix("test_").removeprefix("fuzz_") for path in (ROOT / "tests").rglob("*") if path.suffix in (".c", ".py")}
        self.assertGreater(len(named), 30)
        self.assertEqual(sorted(name for name in named if name.removeprefix("fuzz_") not in known), [])


class ThreadsAndOwnership(unittest.TestCase):
    def generate(self, *args):
        return subprocess.run([sys.executable, ROOT / "tests/abi/gen_threads_doc.py", *args], capture_output=True, text=True)

    def test_the_page_is_what_the_header_says(self):
        run = self.generate("--check", PAGE)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_a_page_that_was_changed_by_hand_is_seen(self):
        with tempfile.TemporaryDirectory() as folder:
            changed = pathlib.Path(folder) / "page.md"
            changed.write_text(PAGE.read_text().replace("`cxd_client_get`, ", ""))
            run = self.generate("--check", changed)
            self.assertEqual(run.returncode, 1)
            self.assertIn("+| any thread, at any time | `cxd_client_get`, ", run.stdout)

    def test_each_function_has_its_row_in_the_threading_table(self):
        threads = PAGE.read_text().partition("## Ownership")[0]
        listed = [name for row in rows(threads, 2) for name in re.findall(r"`(cxd_\w+)`", row[1])]
        self.assertEqual(sorted(listed), sorted(function.name for function in HEADER.functions))

    def test_what_is_freed_is_handed_out_and_what_is_handed_out_can_be_freed(self):
        text = PAGE.read_text()
        owned = {row[0].strip("`").removesuffix("()") for row in rows(text.partition("### What you own")[2].partition("###")[0], 2) if row[0].startswith("`")}
        freed = {name.removesuffix("()") for name in re.findall(r"`(cxd_\w+_free)\(\w+\)`", text.partition("### What the library takes")[2])}
        self.assertEqual(owned | {"cxd_error_free"}, freed)

    def test_every_function_that_returns_a_pointer_is_in_an_ownership_table(self):
        ownership = PAGE.read_text().partition("## Ownership")[2]
        for function in HEADER.functions:
            if function.returns.endswith("*"):
                with self.subTest(function.name):
                    self.assertIn(f"`{function.name}`", ownership)


if __name__ == "__main__":
    unittest.main()
