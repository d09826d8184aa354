# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The interface of the last release is kept: nothing is taken away or changed, and what is added has to be accepted (tools/abi/bless.py)."""
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import unittest

import needed

ROOT = pathlib.Path(os.environ.get("CXDIALER_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
LIBRARY = os.environ["CXDIALER_LIBRARY"]
sys.path.insert(0, str(ROOT / "tools/abi"))
import bless  # noqa: E402
import stub  # noqa: E402

HEADER = (ROOT / "include/cxdialer/cxdialer.h").read_text()
RECORD = ROOT / "tests/abi"
DUMP, CONSTANTS = RECORD / bless.DUMP, RECORD / bless.CONSTANTS

WRITE = "  void (*write)(void *user_data, int32_t level, const char *text, size_t len);\n};"
FLUSH = "  int32_t (*flush)(void *user_data);\n"
COUNT = "/* How many campaigns the page has. Since: 0.1 */\nCXD_API size_t cxd_campaign_list_count(const cxd_campaign_list *list);\n"
SECRET = "CXD_API int32_t cxd_config_key_secret(size_t i);"

# What it is, what of the header, and what it becomes.
BREAKING = [
    ("a function is gone", COUNT, ""),
    ("a parameter has another size", SECRET, SECRET.replace("size_t i", "int32_t i")),
    ("a parameter more", SECRET, SECRET.replace("size_t i", "size_t i, int32_t of")),
    ("another return type", SECRET, SECRET.replace("int32_t cxd", "int64_t cxd")),
    ("a tidied const", "cxd_config_get(const cxd_config *config,", "cxd_config_get(cxd_config *config,"),
    ("a pointer to another type", "cxd_campaign_id(const cxd_campaign *campaign);", "cxd_campaign_id(const cxd_config *campaign);"),
    ("a method has another parameter", WRITE, WRITE.replace("int32_t level, ", "")),
    ("a method returns something else", WRITE, WRITE.replace("void (*write)", "int32_t (*write)")),
    ("a member in the middle", WRITE, FLUSH + WRITE),
    ("a member is gone", "  int32_t (*sync)(void *user_data);\n", ""),
    ("a member and a function together", WRITE, WRITE.replace("int32_t level, ", "").replace("};", FLUSH + "};\n\n/* Since: 0.2 */\nCXD_API uint32_t cxd_log_count(void);")),
]
LOST_CONSTANTS = [
    ("another value", "CXD_E_STATE = 1010,", "CXD_E_STATE = 1011,"),
    ("another name", "CXD_LATENCY_AUDIT = 5", "CXD_LATENCY_LOG = 5"),
    ("another text", '#define CXD_FIELD_RULES "/rules"', '#define CXD_FIELD_RULES "/rule"'),
]
ADDITIONS = [
    ("cxd_version_date", "CXD_API uint32_t cxd_version_number(void);", "CXD_API uint32_t cxd_version_number(void);\nCXD_API uint32_t cxd_version_date(void);"),
    ("flush", WRITE, WRITE.replace("};", FLUSH + "};")),
    ("CXD_E_FULL 1080", "  CXD_E_IO = 1070,", "  CXD_E_FULL = 1080,\n  CXD_E_IO = 1070,"),
]


def altered(old, new):
    assert HEADER.count(old) == 1, f"{HEADER.count(old)} times {old}"
    return HEADER.replace(old, new)


def setUpModule():
    for tool in ("abidw", "abidiff", "gcc"):
        needed.program(tool)
    if platform.machine() != "x86_64":
        raise unittest.SkipTest("the record of the interface is one of x86-64")


class Kept(unittest.TestCase):
    def test_nothing_that_was_there_is_gone_or_changed(self):
        self.assertEqual(bless.refused(HEADER, DUMP, CONSTANTS), "")

    def test_everything_new_was_accepted(self):
        self.assertEqual(bless.added(HEADER, DUMP, CONSTANTS), "", "run tools/abi/bless.py")

    def test_the_library_is_what_the_header_says(self):
        self.needs_debug_information()
        self.assertEqual(stub.library_differs(HEADER, LIBRARY, ROOT / "include/cxdialer"), "")

    def test_a_library_with_another_parameter_would_be_seen(self):
        with tempfile.TemporaryDirectory() as folder:
            library = stub.build(altered(SECRET, SECRET.replace("size_t i", "int32_t i")), folder)
            self.assertIn("cxd_config_key_secret", stub.library_differs(HEADER, library, pathlib.Path(folder) / "include/cxdialer"))

    def needs_debug_information(self):
        sections = subprocess.run(["readelf", "-S", "-W", LIBRARY], check=True, capture_output=True, text=True).stdout
        if ".debug_info" not in sections:
            self.skipTest("the library was built without debug information")

    def test_the_record_names_no_file_of_this_machine(self):
        self.assertEqual([line for line in DUMP.read_text().splitlines() if "/" in line.replace("/>", "").replace("</", "")], [])


class Seen(unittest.TestCase):
    def test_what_breaks_programs(self):
        for what, old, new in BREAKING:
            with self.subTest(what):
                self.assertNotEqual(stub.breaks(altered(old, new), DUMP), "")

    def test_constants(self):
        for what, old, new in LOST_CONSTANTS:
            with self.subTest(what):
                self.assertEqual(len(stub.constants_lost(altered(old, new), CONSTANTS)), 1)

    def test_what_is_added_breaks_nothing_and_is_told(self):
        for name, old, new in ADDITIONS:
            with self.subTest(name):
                self.assertEqual(bless.refused(altered(old, new), DUMP, CONSTANTS), "")
                self.assertIn(name, bless.added(altered(old, new), DUMP, CONSTANTS))


class Blessed(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.record = pathlib.Path(folder.name)
        for file in (DUMP, CONSTANTS):
            shutil.copy(file, self.record)

    def bless(self, text, *options):
        header = self.record / "altered.h"
        header.write_text(text)
        command = [sys.executable, ROOT / "tools/abi/bless.py", "--header", header, "--record", self.record, *options]
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def test_additions_once_and_for_ever(self):
        text = HEADER
        for _, old, new in ADDITIONS:
            text = text.replace(old, new)
        self.assertEqual(self.bless(text, "--check")[0], 1)
        code, told = self.bless(text)
        self.assertEqual(code, 0)
        for name, _, _ in ADDITIONS:
            self.assertIn(name, told)
        self.assertEqual(self.bless(text, "--check"), (0, "Nothing is new.\n"))
        code, told = self.bless(HEADER)  # from now on taking them away again breaks programs
        self.assertEqual(code, 2)
        self.assertIn("cxd_version_date", told)
        self.assertIn("CXD_E_FULL", told)

    def test_a_break_is_refused_and_nothing_is_written(self):
        before = (self.record / bless.DUMP).read_bytes()
        code, told = self.bless(altered(*BREAKING[0][1:]))
        self.assertEqual(code, 2)
        self.assertIn("cxd_campaign_list_count", told)
        self.assertEqual((self.record / bless.DUMP).read_bytes(), before)


if __name__ == "__main__":
    needed.main()
