# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The list of components: its structure, its numbers recounted by other tools, and its dependencies as the linker wrote them."""
import json
import os
import pathlib
import re
import sys
import tempfile
import unittest

import staging

SBOM = pathlib.Path(os.environ["CXDIALER_SBOM"])
# Names of the C library's parts, and what only some builds ask for.
OF_THE_C_LIBRARY = {"libc.so.6", "libm.so.6", "libpthread.so.0", "ld-linux-x86-64.so.2", "ld-linux.so.2"}


class Sbom(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = SBOM.read_text(encoding="utf-8")
        cls.document = json.loads(cls.text)
        cls.packages = {package["SPDXID"]: package for package in cls.document["packages"]}
        cls.named = {package["name"]: package for package in cls.document["packages"]}

    def depends(self, name):
        own = self.named[name]["SPDXID"]
        return {self.packages[line["relatedSpdxElement"]]["packageFileName"] for line in self.document["relationships"]
                if line["relationshipType"] == "DEPENDS_ON" and line["spdxElementId"] == own}

    def test_it_has_the_structure_of_spdx(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        schema = json.loads((staging.ROOT / "tests/packages/spdx.schema.json").read_text())
        jsonschema.Draft7Validator.check_schema(schema)
        jsonschema.validate(self.document, schema)

    def test_every_reference_has_its_element(self):
        ids = ["SPDXRef-DOCUMENT", *self.packages, *(entry["SPDXID"] for entry in self.document["files"])]
        self.assertEqual(len(ids), len(set(ids)))
        used = {line[end] for line in self.document["relationships"] for end in ("spdxElementId", "relatedSpdxElement")}
        self.assertEqual(used - set(ids), set())
        self.assertEqual(set(ids) - used, set())

    def test_dependencies_are_those_the_linker_wrote(self):
        built = {"libcxdialer": "libcxdialer.so.1", "cxdialer": "tools/cli/cxdialer", "cxdialer-sim": "tools/sim/cxdialer-sim"}
        for name, file in built.items():
            with self.subTest(name):
                out = staging.must("objdump", "-p", pathlib.Path(staging.BUILD) / file)
                needed = {line.split()[1] for line in out.splitlines() if "NEEDED" in line}
                self.assertIn("libc.so.6", needed)
                self.assertEqual(self.depends(name) - OF_THE_C_LIBRARY, needed - OF_THE_C_LIBRARY)
                self.assertIn("libc.so.6", self.depends(name))

    def test_versions_are_those_of_pkg_config(self):
        for name, package in [("curl", "libcurl"), ("jansson", "jansson"), ("openssl", "libcrypto"), ("libmicrohttpd", "libmicrohttpd")]:
            self.assertEqual(self.named[name]["versionInfo"], staging.must("pkg-config", "--modversion", package).strip())
        version = re.search(r"^\s*version: '([^']+)'", (staging.ROOT / "meson.build").read_text(), re.M).group(1)
        self.assertEqual(self.named["libcxdialer"]["versionInfo"], version)

    def test_checksums_as_sha256sum_counts_them(self):
        files = [entry["fileName"] for entry in self.document["files"]]
        sums = dict(reversed(line.split("  ", 1)) for line in staging.must("sha256sum", *files, cwd=staging.ROOT).splitlines())
        said = {entry["fileName"]: sum["checksumValue"] for entry in self.document["files"] for sum in entry["checksums"] if sum["algorithm"] == "SHA256"}
        self.assertEqual(said, sums)
        self.assertLessEqual({"./include/cxdialer/cxdialer.h", "./lib/cxdialer.map", "./data/jurisdictions.json", "./LICENSE"}, set(files))

    def test_the_verification_code_as_the_shell_counts_it(self):
        files = " ".join(f"'{entry['fileName']}'" for entry in self.document["files"])
        code = staging.must("sh", "-c", f"sha1sum {files} | cut -c1-40 | LC_ALL=C sort | tr -d '\\n' | sha1sum | cut -c1-40", cwd=staging.ROOT).strip()
        self.assertEqual(self.named["libcxdialer"]["packageVerificationCode"]["packageVerificationCodeValue"], code)

    def test_licences_of_the_files(self):
        stated = {licence for entry in self.document["files"] for licence in entry["licenseInfoInFiles"]}
        self.assertEqual(stated, {"MIT", "NONE"})
        silent = [entry["fileName"] for entry in self.document["files"] if entry["licenseInfoInFiles"] == ["NONE"]]
        # cxdialer.cdef.h has no comments: that is what it is for.
        self.assertEqual([name for name in silent if name.endswith((".c", ".h", ".hpp"))], ["./include/cxdialer/cxdialer.cdef.h"])

    def test_the_same_facts_are_the_same_bytes(self):
        with tempfile.TemporaryDirectory() as folder:
            texts = []
            for zone, seconds in [("UTC", "86400"), ("Asia/Tokyo", "86400"), ("UTC", "0")]:
                out = pathlib.Path(folder, "sbom.json")
                staging.must(sys.executable, staging.ROOT / "tools/sbom/sbom.py", "--root", staging.ROOT, "--version", "1.2.3", "--output", out, "jansson=2.14",
                             env={"TZ": zone, "LC_ALL": "C", "SOURCE_DATE_EPOCH": seconds})
                texts.append(out.read_text())
            self.assertEqual(texts[0], texts[1])
            self.assertIn('"created": "1970-01-02T00:00:00Z"', texts[0])
            self.assertNotEqual(texts[0], texts[2])
        self.assertNotIn(str(staging.ROOT), self.text)

    def test_an_unknown_component_is_refused(self):
        done = staging.run(sys.executable, staging.ROOT / "tools/sbom/sbom.py", "--root", staging.ROOT, "--version", "1", "--output", "/dev/null", "leftpad=1.0")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no row for leftpad", done.stderr)


if __name__ == "__main__":
    unittest.main()
