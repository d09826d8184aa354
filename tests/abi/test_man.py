# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The man pages of section 3 and the Doxygen pages, both made from the header: complete, without a warning, and true to the header's facts."""
import html
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["CXDIALER_SOURCE"])
HEADER = SOURCE / "include/cxdialer/cxdialer.h"
sys.path[:0] = [str(SOURCE / "tools/docs"), str(SOURCE / "tools/abi")]
import header as cxdheader  # noqa: E402
import gen_man  # noqa: E402
import needed  # noqa: E402
import mdoc  # noqa: E402


class Folder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory(prefix="cxdialer-man-")
        cls.addClassCleanup(place.cleanup)
        cls.folder = pathlib.Path(place.name)
        cls.header = cxdheader.load(HEADER)


class Pages(Folder):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.man3 = cls.folder / "man3"
        subprocess.run([sys.executable, "-B", SOURCE / "tools/docs/gen_man.py", HEADER, "--into", cls.man3], check=True)
        cls.texts = {path.stem: path.read_text() for path in cls.man3.iterdir()}

    def shown(self, name):
        needed.program("mandoc")
        done = subprocess.run(["mandoc", "-T", "ascii", f"man3/{name}.3"], cwd=self.folder, capture_output=True, text=True, check=True)
        return " ".join(re.sub(r".\x08", "", done.stdout).split())

    def test_every_function_and_every_table_has_one(self):
        names = {f.name for f in self.header.functions} | {s.name for s in self.header.structs} | {"libcxdialer"}
        self.assertEqual(set(self.texts), names)
        listed = subprocess.run([sys.executable, "-B", SOURCE / "tools/docs/gen_man.py", HEADER, "--list"], capture_output=True, text=True, check=True)
        self.assertEqual(set(listed.stdout.split()), {f"{name}.3" for name in names})

    def test_links_and_references_lead_somewhere(self):
        for name, text in self.texts.items():
            for target in re.findall(r"^\.so man3/(\w+)\.3$", text, re.M):
                self.assertFalse(self.texts[target].startswith(".so"), name)
            for target, section in re.findall(r"^\.Xr ([\w-]+) (\d)", text, re.M):
                place = self.texts if section == "3" else [path.stem for path in (SOURCE / "docs/man").glob("*.1")]
                self.assertIn(target, place, name)

    def test_no_warning(self):
        needed.program("mandoc")
        real = sorted(f"man3/{name}.3" for name, text in self.texts.items() if not text.startswith(".so"))
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *real], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.stdout + done.stderr, "")

    def test_a_linked_page_opens(self):
        self.assertIn("cxd_campaign_set_bool", self.shown("cxd_campaign_set_bool"))

    def test_prototypes_are_those_of_the_header(self):
        for function in self.header.functions:
            page = self.texts[function.group[0]]
            for param in function.params:
                self.assertIn(f'.Fa "{mdoc.join_type(param.type, param.name)}"', page)

    def test_every_status_a_function_may_return_is_explained(self):
        for function in self.header.functions:
            for status in function.errors:
                self.assertIn(f".It Bq Er {status}\n", self.texts[function.group[0]])

    def test_what_a_reader_looks_for(self):
        page = self.shown("cxd_config_set")
        self.assertIn("cxd_status cxd_config_set(cxd_config *config, const char *key, const char *value, cxd_error **error);", page)
        self.assertIn("value NULL allowed", page)
        self.assertIn("key not NULL", page)
        self.assertIn("[CXD_E_CONFIG] unknown key", page)
        self.assertIn("No other thread may use config at the same time.", page)
        self.assertIn("caller frees with cxd_string_free()", self.shown("cxd_config_to_json"))
        self.assertIn("May be called from any number of threads at once", self.shown("cxd_client_get"))
        self.assertIn("int32_t (*on_sending)(void *user_data,", self.shown("cxd_callback"))

    def test_hostile_text_does_not_become_a_request(self):
        self.assertEqual(mdoc.line(".Sh NAME"), r"\&.Sh NAME")
        self.assertEqual(mdoc.line("'x \\n"), r"\&'x \en")
        self.assertEqual(mdoc.line("calls free()"), r"calls \fBfree\fR()")
        self.assertEqual(mdoc.text("a\n- b\n  c\n- d"), ["a", ".Bl -bullet", ".It", "b c", ".It", "d", ".El"])

    def test_a_function_whose_header_says_too_little_is_refused(self):
        text = HEADER.read_text()
        for fact, words in ((r"NULL allowed: value\. Errors: [^.]*\. Since: 0\.1", "does not say what it returns"), (r" Since: 0\.1", "has no Since")):
            with self.subTest(words):
                at = text.index("/*\n * Sets one key.")
                end = text.index("*/", at)
                changed = text[:at] + re.sub(fact, "Since: 0.1" if "returns" in words else "", text[at:end]) + text[end:]
                self.assertNotEqual(changed, text)
                path = self.folder / "changed.h"
                path.write_text(changed)
                with self.assertRaisesRegex(cxdheader.Malformed, words):
                    gen_man.pages(cxdheader.load(path))


class Doxygen(Folder):
    def test_html_without_a_warning(self):
        needed.program("doxygen")
        out = self.folder / "doxygen"
        out.mkdir()
        done = subprocess.run(["doxygen", "docs/Doxyfile"], cwd=SOURCE, capture_output=True, text=True, env={**os.environ, "CXDIALER_DOXYGEN_OUT": str(out), "PYTHONDONTWRITEBYTECODE": "1"})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        pages = "\n".join(path.read_text() for path in (out / "html").glob("group__*.html"))
        for function in self.header.functions:
            self.assertIn(f"{function.name} (", html.unescape(re.sub(r"<[^>]*>|&#160;", "", pages)).replace("\xa0", ""))
        for constant in self.header.constants:
            self.assertIn(constant.name, pages)

    def test_a_parameter_without_a_word_is_a_warning(self):
        needed.program("doxygen")
        (self.folder / "bare.h").write_text("/** @file */\n/** @brief Adds. @param a one @return the sum */\nint add(int a, int b);\n")
        setup = (SOURCE / "docs/Doxyfile").read_text() + f"INPUT = {self.folder}/bare.h\nINPUT_FILTER =\n"
        done = subprocess.run(["doxygen", "-"], input=setup, cwd=self.folder, capture_output=True, text=True, env={**os.environ, "CXDIALER_DOXYGEN_OUT": str(self.folder)})
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("parameter 'b'", done.stderr)


if __name__ == "__main__":
    unittest.main()
