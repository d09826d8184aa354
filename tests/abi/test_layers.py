# SPDX-License-Identifier: MIT
"""Layers include downwards only: the picture of lib/ as a table, checked against every #include."""
import os
import pathlib
import re
import unittest

ROOT = pathlib.Path(os.environ.get("CXDIALER_SOURCE") or pathlib.Path(__file__).resolve().parents[2])

# What each layer may include besides itself.
BELOW = {
    "base": set(),
    "json": {"base"},
    "validate": {"base", "json"},
    "audit": {"base", "json"},
    "http": {"base"},
    "core": {"base", "json"},
    "engine": {"base", "json", "core", "http", "audit", "validate"},
    "api": {"base", "json", "core", "http", "audit", "validate", "engine"},
}
# Foreign headers with one home.
HOMES = {"curl/": "http", "jansson.h": "json", "openssl/": "base"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def includes(path):
    return INCLUDE.findall(path.read_text(encoding="utf-8"))


def violations(layer, found):
    for kind, name in found:
        first = name.split("/")[0]
        if kind == '"' and "/" in name and first in BELOW and first != layer and first not in BELOW[layer]:
            yield name
        for prefix, homes in HOMES.items():
            if name.startswith(prefix) and layer not in (homes if isinstance(homes, tuple) else (homes,)):
                yield name


class Layers(unittest.TestCase):
    def test_every_folder_of_lib_is_a_layer(self):
        self.assertEqual({p.name for p in (ROOT / "lib").iterdir() if p.is_dir()}, set(BELOW))

    def test_includes_go_downwards(self):
        bad = [f"{path.relative_to(ROOT)} includes {name}" for layer in BELOW for path in sorted((ROOT / "lib" / layer).glob("*.[ch]")) for name in violations(layer, includes(path))]
        self.assertEqual(bad, [])

    def test_quoted_includes_inside_lib_name_their_layer(self):
        bad = [f"{path.relative_to(ROOT)}: {name}" for layer in BELOW for path in sorted((ROOT / "lib" / layer).glob("*.[ch]")) for kind, name in includes(path) if kind == '"' and "/" not in name]
        self.assertEqual(bad, [])

    def test_the_command_sees_the_public_header_only(self):
        bad = [f"{path.relative_to(ROOT)}: {name}" for path in sorted((ROOT / "tools" / "cli").glob("*.[ch]")) for kind, name in includes(path) if kind == '"' and "/" in name]
        self.assertEqual(bad, [])

    def test_the_simulator_shares_nothing_with_the_library(self):
        bad = [f"{path.relative_to(ROOT)}: {name}" for path in sorted((ROOT / "tools" / "sim").glob("*.[ch]")) for kind, name in includes(path) if name.startswith("cxdialer/") or (kind == '"' and "/" in name)]
        self.assertEqual(bad, [])

    def test_the_public_header_needs_stddef_and_stdint_only(self):
        names = {name for _, name in includes(ROOT / "include/cxdialer/cxdialer.h")}
        self.assertEqual(names, {"stddef.h", "stdint.h"})

    def test_an_upward_include_would_be_seen(self):
        self.assertEqual(list(violations("core", [('"', "http/http.h")])), ["http/http.h"])
        self.assertEqual(list(violations("core", [("<", "curl/curl.h")])), ["curl/curl.h"])
        self.assertEqual(list(violations("engine", [('"', "core/core.h"), ("<", "string.h")])), [])


if __name__ == "__main__":
    unittest.main()
