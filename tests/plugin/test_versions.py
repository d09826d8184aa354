# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Two versions of the library in one process: each is itself, and neither takes a call of the other's."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from hostlib import COLLECTION, HOSTS, LIBRARY, SANITIZED, campaigns, host

OURS, OTHER = (0, 1, 0), (9, 8, 7)
MARKS = re.compile(r"#define CXD__MAGIC_\w+ \((0x[0-9a-f]{8})u \^ CXD__EDITION\)")
ARGUMENT = "1000"


def text_of(version):
    return b"\0" + ".".join(map(str, version)).encode() + b"\0"


def edition_of(version):
    major, minor, patch = version
    return ((major << 16 | minor << 8 | patch) + major * 0x55) << 16 & 0xffffffff


def marks():
    """The words that handles begin with, before the version is put into them."""
    header = pathlib.Path(os.environ["CXDIALER_SOURCE"]) / "lib/base/handle.h"
    return [int(mark, 16) for mark in MARKS.findall(header.read_text(encoding="utf-8"))]


def replaced(data, old, new):
    assert old in data, f"{old} is not there"
    return data.replace(old, new)


def another_version(folder):
    """The same library from another file, with the version and the marks of its handles changed; it even has the same SONAME."""
    data = replaced(pathlib.Path(LIBRARY).read_bytes(), text_of(OURS), text_of(OTHER))
    for mark in marks():
        data = replaced(data, *((mark ^ edition_of(version)).to_bytes(4, "little") for version in (OURS, OTHER)))
    copy = pathlib.Path(folder) / "libother.so"
    copy.write_bytes(data)
    return copy


class Versions(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.copy = another_version(folder.name)

    def check(self, mode):
        with campaigns() as sim:
            said = host("host_versions", LIBRARY, self.copy, sim.url, mode)
            token = sim.token()
            calls = [sim.get(token, f"{COLLECTION}/c-{i}").json()["maxConcurrentCalls"] for i in (0, 1)]
        self.assertEqual((said["version_a"], said["version_b"]), ("0.1.0", "9.8.7"))
        self.assertEqual((said["home_a"], said["home_b"]), (LIBRARY, str(self.copy)))
        self.assertEqual(said["error_a"], said["error_b"])
        self.assertIn("no.such.key", said["error_b"])
        self.assertEqual(calls, [300, 301])
        self.assertEqual({said[key] for key in said if key.startswith("foreign_")}, {ARGUMENT})

    def test_both_local(self):
        self.check("local")

    def test_the_first_in_the_global_scope(self):
        self.check("global")

    @unittest.skipIf(SANITIZED, "a sanitizer puts calls of its own in between")
    def test_no_call_of_the_second_is_bound_to_the_first(self):
        with campaigns() as sim:
            run = subprocess.run([HOSTS / "host_versions", LIBRARY, self.copy, sim.url, "global"], capture_output=True, text=True,
                                 env={**os.environ, "LD_DEBUG": "bindings"})
        self.assertEqual(run.returncode, 0)
        bound = [line for line in run.stderr.splitlines() if f"binding file {self.copy} " in line]
        self.assertTrue(bound)
        self.assertEqual([line for line in bound if f"to {LIBRARY} " in line], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
