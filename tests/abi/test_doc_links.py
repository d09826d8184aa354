# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Every link of README and guide: files, headings, man pages, other pages in backticks; and every page can be found from README."""
import os
import pathlib
import re
import unittest
import urllib.parse

import doclib

PAGES = doclib.pages()
ROOT = doclib.ROOT
HEADER = (ROOT / "include/cxdialer/cxdialer.h").read_text()


def resolve(page, place):
    """The path from the root of what a link of this page names."""
    return os.path.normpath(os.path.join(os.path.dirname(page), place)) if place else page


def of_a_language(page):
    """The page of one language: tests/ffi/test_pages.py looks at its links."""
    return page.startswith("docs/bindings/")


class Links(unittest.TestCase):
    def check(self, judge):
        """judge(page, place, anchor) of every link to something of ours."""
        count = 0
        for page, text in PAGES.items():
            for target, place, anchor in doclib.links(text):
                if not re.match(r"\w+:", target) and not of_a_language(page):
                    with self.subTest(page=page, target=target):
                        judge(page, place, anchor)
                        count += 1
        self.assertGreater(count, 100)

    def test_files_and_folders(self):
        self.check(lambda page, place, _: self.assertTrue((ROOT / resolve(page, place)).exists()))

    def test_headings(self):
        self.check(lambda page, place, anchor: anchor and self.assertIn(anchor, set(doclib.anchors(PAGES[resolve(page, place)]))))

    def test_no_link_leaves_the_tree(self):
        self.check(lambda page, place, _: self.assertFalse(resolve(page, place).startswith(("..", "/"))))

    def test_links_to_other_sites_are_well_formed(self):
        for page, text in PAGES.items():
            for url in re.findall(r"\bhttps?://[^\s)>\"'`]+", doclib.prose(text)):
                with self.subTest(page=page, url=url):
                    parts = urllib.parse.urlsplit(url.rstrip(".,;:"))
                    self.assertEqual(parts.scheme, "https")
                    self.assertRegex(parts.hostname, r"^([a-z0-9-]+\.)+[a-z]{2,}$")

    def test_pages_in_backticks_are_there(self):
        for page, text in PAGES.items():
            for name in re.findall(r"`([\w/.-]+\.md)`", text):
                with self.subTest(page=page, name=name):
                    self.assertTrue((ROOT / resolve(page, name)).exists() or (ROOT / name).exists())

    def test_manual_pages_are_there(self):
        ours = {path.name for path in (ROOT / "docs/man").iterdir()}
        functions = set(re.findall(r"\b(cxd_\w+)\(", HEADER))
        for page, text in PAGES.items():
            named = re.findall(r"\bman ((?:lib)?cxdialer[\w-]*|cxd_\w+)", text) + re.findall(r"\b((?:lib)?cxdialer[\w-]*|cxd_\w+)\([1-8]\)", text)
            for name in named:
                with self.subTest(page=page, name=name):
                    self.assertTrue({f"{name}.1", f"{name}.3"} & ours or name in functions or name == "libcxdialer")

    def test_functions_that_are_named_are_there(self):
        """A pattern such as cxd_code_*() names at least one."""
        functions = set(re.findall(r"\b(cxd_\w+)\(", HEADER))
        for page, text in PAGES.items():
            if page != "CHANGELOG.md":
                for name in re.findall(r"`(cxd_(?!_)[\w*]+)\(", text):
                    with self.subTest(page=page, name=name):
                        self.assertTrue(any(re.fullmatch(name.replace("*", r"\w+"), function) for function in functions))

    def test_every_page_can_be_found_from_the_readme(self):
        reached, waiting = set(), ["README.md"]
        while waiting:
            page = waiting.pop()
            if page in PAGES and page not in reached:
                reached.add(page)
                waiting += [resolve(page, place) for target, place, _ in doclib.links(PAGES[page]) if place and "://" not in target]
        lost = set(PAGES) - reached
        if "docs/bindings.md" not in PAGES:  # the map of the languages
            lost = {page for page in lost if not of_a_language(page)}
        self.assertEqual(sorted(lost), [])

    def test_every_page_of_docs_is_on_the_map(self):
        for path in (ROOT / "docs").glob("*.md"):
            with self.subTest(path.name):
                self.assertTrue(f"](docs/{path.name})" in PAGES["README.md"], "README has no link to it")


class Anchors(unittest.TestCase):
    def test_names(self):
        self.assertEqual(list(doclib.anchors("# A\n## 429, Retry-After, RateLimit\n## `cxd_x()` and\n```\n# not\n```\n## A\n")), ["a", "429-retry-after-ratelimit", "cxd_x-and", "a-1"])


if __name__ == "__main__":
    unittest.main()
