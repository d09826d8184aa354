# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The pages of docs/bindings: the index has them all, their links lead somewhere, and what they show beside the program is run as well."""
import json
import pathlib
import re
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
DOCS = HERE.parent.parent / "docs"
sys.path.insert(0, str(HERE))
import ffitable  # noqa: E402

# Pages whose pieces of code are taken from the suite, and their languages as Markdown names them.
SHOWN = {"python": "python", "cffi": "python", "node": "js", "go": "go", "php": "php"}


def flat(text):
    """Without indentation: the page may show the inner part of something."""
    return re.sub(r"(?m)^[ \t]+", "", text).strip()


def pieces(text):
    """What stands between blank lines."""
    return [flat(piece) for piece in re.split(r"\n\s*\n", text) if piece.strip()]


class Pages(unittest.TestCase):
    def test_the_index_has_each_language(self):
        linked = re.findall(r"^\| \[[^]]*\]\(bindings/(\w+)\.md\)", (DOCS / "bindings.md").read_text(), re.M)
        self.assertEqual(sorted(linked), sorted(ffitable.LANGUAGES))

    def test_links_lead_to_files(self):
        for page in (DOCS / "bindings").glob("*.md"):
            prose = re.sub(r"^ *```.*?^ *```$", "", page.read_text(), flags=re.M | re.S)
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", prose):
                if "://" not in target:
                    with self.subTest(page=page.name, target=target):
                        self.assertTrue((page.parent / target).exists())

    def test_code_beside_the_program_is_that_of_the_suite(self):
        for language, name in SHOWN.items():
            program = next((DOCS / "examples/bindings").glob(ffitable.program_of(language))).read_text()
            suite = flat("\n".join(path.read_text() for path in (HERE / language).iterdir() if path.is_file()))
            page = (DOCS / "bindings" / f"{language}.md").read_text()
            for block in re.findall(rf"^ *```{name}\n(.*?)^ *```$", page, re.M | re.S):
                for piece in [] if block == program else pieces(block):
                    with self.subTest(language=language, piece=piece):
                        self.assertTrue(piece in suite)


class Lock(unittest.TestCase):
    def test_packages_are_pinned_with_their_hash_and_name_no_other_registry(self):
        lock = json.loads((HERE / "node/package-lock.json").read_text())
        asked = json.loads((HERE / "node/package.json").read_text())["dependencies"]
        packages = {name: entry for name, entry in lock["packages"].items() if name}
        self.assertEqual(packages["node_modules/koffi"]["version"], asked["koffi"])
        for name, entry in packages.items():
            with self.subTest(name):
                self.assertRegex(entry["integrity"], "^sha512-")
                self.assertTrue(entry.get("resolved", "https://registry.npmjs.org/").startswith("https://registry.npmjs.org/"))


if __name__ == "__main__":
    unittest.main()
