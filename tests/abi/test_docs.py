# SPDX-License-Identifier: MIT
"""The pages say what is so: the examples are short, tables match the header, the key page its table."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(os.environ.get("CXDIALER_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
HEADER = (ROOT / "include/cxdialer/cxdialer.h").read_text()
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.M | re.S)


class Pages(unittest.TestCase):
    def test_the_program_of_the_readme_is_the_example(self):
        self.assertEqual(blocks(ROOT / "README.md", "c"), [(ROOT / "docs/examples/slow_down.c").read_text()])

    def test_the_program_of_the_readme_is_short(self):
        self.assertLessEqual(len((ROOT / "docs/examples/slow_down.c").read_text().splitlines()), 25)

    def test_the_python_example_is_short(self):
        self.assertLessEqual(len((ROOT / "docs/examples/update.py").read_text().splitlines()), 40)

    def test_c_blocks_compile(self):
        for page in PAGES:
            for block in blocks(page, "c"):
                with self.subTest(page=page.name), tempfile.TemporaryDirectory() as folder:
                    unit = pathlib.Path(folder) / "unit.c"
                    unit.write_text("#include <cxdialer/cxdialer.h>\n#include <string.h>\n" + block)
                    run = subprocess.run(["gcc", "-std=c11", "-Wall", "-Wextra", "-Wno-unused-function", "-Werror", "-fsyntax-only", "-I", ROOT / "include", unit], capture_output=True, text=True)
                    self.assertEqual(run.returncode, 0, run.stderr)

    def test_cpp_blocks_compile(self):
        for page in PAGES:
            for block in blocks(page, "cpp"):
                with self.subTest(page=page.name, block=block[:60]):
                    run = subprocess.run(["g++", "-x", "c++", "-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror", "-fsyntax-only", "-I", ROOT / "include", "-"], input=block, capture_output=True, text=True)
                    self.assertEqual(run.returncode, 0, run.stderr)

    def test_cpp_blocks_are_there(self):
        self.assertGreater(len(blocks(ROOT / "docs/cpp.md", "cpp")), 5)

    def test_no_page_names_a_machine_path(self):
        for page in PAGES:
            for place in ("/work/", "/root/", "/home/"):
                with self.subTest(page=page.name, place=place):
                    self.assertNotIn(place, page.read_text())


class Tables(unittest.TestCase):
    def test_every_outcome_of_the_header_is_explained(self):
        outcomes = {name.lower() for name in re.findall(r"^  CXD_OUTCOME_(\w+) = ", HEADER, re.M)}
        rows = set(re.findall(r"^\| `(\w+)` \| ", (ROOT / "docs/updating.md").read_text(), re.M))
        self.assertEqual(rows, outcomes)

    def generate(self, generator, *args):
        if os.environ.get("CXDIALER_SANITIZED"):
            self.skipTest("an interpreter without the sanitizer's runtime cannot load this build")
        return subprocess.run([sys.executable, ROOT / "tests/abi" / generator, *args], capture_output=True, text=True)

    def test_the_page_of_the_keys_is_the_table_of_the_keys(self):
        run = self.generate("gen_config_doc.py", "--check", ROOT / "docs/configuration.md")
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_the_page_of_the_rules_is_the_table_of_the_codes(self):
        run = self.generate("gen_rules_doc.py", "--check", ROOT / "docs/rules.md")
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_a_page_that_was_changed_by_hand_is_seen(self):
        for generator, page, word in (("gen_config_doc.py", "configuration.md", "`rate.limit`"), ("gen_rules_doc.py", "rules.md", "20:59")):
            with self.subTest(page), tempfile.TemporaryDirectory() as folder:
                changed = pathlib.Path(folder) / page
                text = (ROOT / "docs" / page).read_text()
                self.assertIn(word, text)
                changed.write_text(text.replace(word, "something else"))
                run = self.generate(generator, "--check", changed)
                self.assertEqual(run.returncode, 1, run.stderr)
                self.assertIn("something else", run.stdout)

    def test_every_link_of_the_table_of_rules_has_its_section(self):
        rules = (ROOT / "docs/rules.md").read_text()
        linked = re.findall(r"^\| \[`([a-z._]+)`\]\(#([a-z_]+)\) \| ", rules, re.M)
        self.assertEqual([name for name, _ in linked], re.findall(r"^### ([a-z._]+)$", rules, re.M))
        self.assertEqual([anchor for _, anchor in linked], [name.replace(".", "") for name, _ in linked])
        self.assertGreater(len(linked), 20)

    def test_codes_that_a_page_names_are_explained(self):
        known = set(re.findall(r"^### ([a-z._]+)$", (ROOT / "docs/rules.md").read_text(), re.M))
        for page in PAGES:
            for name in re.findall(r"`((?:schema|zone|window)\.[a-z_]+)`", page.read_text()):
                with self.subTest(page=page.name, code=name):
                    self.assertIn(name, known)


class ManPages(unittest.TestCase):
    def test_mandoc_finds_no_fault(self):
        for page in sorted((ROOT / "docs/man").glob("*.1")):
            run = subprocess.run(["mandoc", "-Tlint", "-W", "warning", page], capture_output=True, text=True)
            with self.subTest(page=page.name):
                self.assertEqual(run.stdout + run.stderr, "")


if __name__ == "__main__":
    unittest.main()
