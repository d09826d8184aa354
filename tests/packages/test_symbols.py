# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""What the library offers, as Debian's symbols file says it; and what it asks of the oldest libcurl and jansson it names.

    test_symbols.py --write     writes debian/libcxdialer1.symbols anew: rows that are there keep their version"""
import gzip
import pathlib
import re
import sys
import unittest

import staging

MAP = staging.ROOT / "lib/cxdialer.map"
SYMBOLS = staging.ROOT / "debian/libcxdialer1.symbols"
CURL_SYMBOLS = pathlib.Path("/usr/share/man/man3/libcurl-symbols.3.gz")


def version():
    return re.search(r"^\s*version: '([^']+)'", (staging.ROOT / "meson.build").read_text(), re.M).group(1)


def of_the_map():
    """symbol@NODE, the nodes themselves among them."""
    found = []
    for node, body in re.findall(r"^(CXDIALER_[0-9.]+) \{(.*?)^\}", MAP.read_text(), re.M | re.S):
        found += [f"{node}@{node}"] + [f"{name}@{node}" for name in re.findall(r"\b(cxd_\w+);", body)]
    return found


def of_the_symbols_file():
    return dict(line.split() for line in SYMBOLS.read_text().splitlines() if line.startswith(" ")) if SYMBOLS.exists() else {}


def write():
    known = of_the_symbols_file()
    rows = sorted(f" {symbol} {known.get(symbol, version())}" for symbol in of_the_map())
    SYMBOLS.write_text("libcxdialer.so.1 libcxdialer1 #MINVER#\n" + "\n".join(rows) + "\n")


class Symbols(unittest.TestCase):
    def test_the_symbols_file_has_what_the_map_has(self):
        self.assertEqual(sorted(of_the_symbols_file()), sorted(of_the_map()), "write it anew: python3 tests/packages/test_symbols.py --write")

    def test_the_library_has_what_the_symbols_file_has(self):
        out = staging.must("nm", "-D", "--defined-only", "--with-symbol-versions", pathlib.Path(staging.BUILD) / "libcxdialer.so.1")
        defined = [line.split()[2].replace("@@", "@") for line in out.splitlines()]
        self.assertEqual(sorted(f"{name}@{name}" if "@" not in name else name for name in defined), sorted(of_the_symbols_file()))

    def test_no_row_is_newer_than_the_library(self):
        mine = tuple(map(int, version().split(".")))
        self.assertEqual([row for row in of_the_symbols_file().items() if tuple(map(int, row[1].split("."))) > mine], [])


def used(pattern):
    text = "\n".join(path.read_text(encoding="utf-8") for folder in ["lib", "tools"] for path in (staging.ROOT / folder).rglob("*.[ch]"))
    return set(re.findall(pattern, text))


class Oldest(unittest.TestCase):
    """An old libcurl is not at hand here: libcurl's own list says since when each of its names is there."""

    def introduced(self):
        if not CURL_SYMBOLS.exists():
            self.skipTest("libcurl4-doc is not installed")
        text = gzip.decompress(CURL_SYMBOLS.read_bytes()).decode()
        return dict(re.findall(r"^\.IP (CURL\w+)\nIntroduced in ([0-9.]+)", text, re.M))

    def floor(self, name):
        return tuple(map(int, re.search(rf"dependency\('{name}', version: '>= ([0-9.]+)'", (staging.ROOT / "meson.build").read_text()).group(1).split(".")))

    def test_no_name_of_libcurl_is_newer_than_the_oldest(self):
        since = self.introduced()
        self.assertGreater(len(since), 800)
        names = used(r"\bCURL(?:E|M|OPT|MOPT|INFO|U|UE|UPART|VERSION|PROTO|MSG|HEADER|_HTTP_VERSION|_SSLVERSION|_SOCKET|_CSELECT|_POLL|_GLOBAL|_VERSION)_[A-Z0-9_]+\b")
        self.assertIn("CURLOPT_QUICK_EXIT", names)
        unknown = names - set(since)
        self.assertEqual(unknown, set())
        newest = {name: since[name] for name in names if tuple(map(int, since[name].split("."))) > self.floor("libcurl") + (0,)}
        self.assertEqual(newest, {})

    def test_the_oldest_is_needed(self):
        """The floor is not higher than what is used."""
        since = self.introduced()
        self.assertEqual(max(tuple(map(int, since[name].split("."))) for name in used(r"\bCURLOPT_[A-Z0-9_]+\b"))[:2], self.floor("libcurl"))

    # Functions stand in no list of libcurl's: these are what is used, all of them from before 7.87.
    FUNCTIONS = {
        "curl_easy_cleanup", "curl_easy_getinfo", "curl_easy_init", "curl_easy_setopt", "curl_easy_strerror", "curl_global_init", "curl_multi_add_handle",
        "curl_multi_cleanup", "curl_multi_info_read", "curl_multi_init", "curl_multi_poll", "curl_multi_remove_handle", "curl_multi_setopt", "curl_multi_socket_action", "curl_multi_wakeup",
        "curl_url", "curl_url_cleanup", "curl_url_set", "curl_version_info",
    }

    def test_functions_of_libcurl(self):
        out = staging.must("nm", "-D", "--undefined-only", pathlib.Path(staging.BUILD) / "libcxdialer.so.1")
        functions = {line.split()[-1].split("@")[0] for line in out.splitlines() if " curl_" in line}
        self.assertEqual(functions - self.FUNCTIONS, set(), "look up when it came to libcurl, and add it")

    def test_jansson_is_the_oldest_itself_or_newer(self):
        found = tuple(map(int, staging.must("pkg-config", "--modversion", "jansson").split(".")))[:2]
        self.assertGreaterEqual(found, self.floor("jansson"))


if __name__ == "__main__":
    if "--write" in sys.argv:
        write()
    else:
        unittest.main()
