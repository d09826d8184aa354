# SPDX-License-Identifier: MIT
"""The public header stands alone, and what it declares is what the library exports, no more and no less."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(os.environ.get("CXDIALER_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
HEADER = ROOT / "include/cxdialer/cxdialer.h"
LIBRARY = os.environ["CXDIALER_LIBRARY"]
STRICT = ["-pedantic", "-Wall", "-Wextra", "-Werror", "-Wpadded", "-Wundef", "-fsyntax-only"]


def declared():
    return set(re.findall(r"^CXD_API [^;(]*?\b(cxd_\w+)\(", HEADER.read_text(), re.M))


def mapped():
    return set(re.findall(r"^\s+(cxd_\w+);", (ROOT / "lib/cxdialer.map").read_text(), re.M))


def exported():
    lines = subprocess.run(["nm", "-D", "--defined-only", LIBRARY], check=True, capture_output=True, text=True).stdout.splitlines()
    return {line.split()[2].split("@")[0] for line in lines if line.split()[1] != "A"}


class StandsAlone(unittest.TestCase):
    def compile(self, compiler, standard, language):
        with tempfile.TemporaryDirectory() as folder:
            unit = pathlib.Path(folder) / f"unit.{language}"
            unit.write_text("#include <cxdialer/cxdialer.h>\n")
            run = subprocess.run([compiler, f"-std={standard}", *STRICT, "-I", ROOT / "include", unit], capture_output=True, text=True)
            self.assertEqual(run.returncode, 0, run.stderr)

    def test_as_c(self):
        for compiler in ("gcc", "clang"):
            for standard in ("c11", "c17"):
                with self.subTest(compiler=compiler, standard=standard):
                    self.compile(compiler, standard, "c")

    def test_as_cpp(self):
        for compiler in ("g++", "clang++"):
            for standard in ("c++17", "c++20"):
                with self.subTest(compiler=compiler, standard=standard):
                    self.compile(compiler, standard, "cpp")


class Symbols(unittest.TestCase):
    def test_map_is_header(self):
        self.assertEqual(mapped(), declared())

    def test_exports_are_the_header(self):
        self.assertEqual(exported(), declared())

    def test_there_are_many(self):
        self.assertGreater(len(declared()), 90)

    def test_symbols_carry_a_version_node(self):
        lines = subprocess.run(["nm", "-D", "--defined-only", "--with-symbol-versions", LIBRARY], check=True, capture_output=True, text=True).stdout
        self.assertIn("cxd_updater_apply@@CXDIALER_0.1", lines)

    def test_soname(self):
        dynamic = subprocess.run(["readelf", "-d", LIBRARY], check=True, capture_output=True, text=True).stdout
        self.assertIn("soname: [libcxdialer.so.1]", dynamic)

    def test_hardened(self):
        dynamic = subprocess.run(["readelf", "-d", "-l", "-W", LIBRARY], check=True, capture_output=True, text=True).stdout
        self.assertIn("NODELETE", dynamic)
        self.assertIn("BIND_NOW", dynamic)
        self.assertNotIn("NOOPEN", dynamic)
        self.assertRegex(dynamic, r"GNU_RELRO")
        self.assertRegex(dynamic, r"GNU_STACK\s+\S+ \S+ \S+ \S+ \S+ RW ")

    def test_nothing_process_wide_is_touched(self):
        undefined = subprocess.run(["nm", "-D", "--undefined-only", LIBRARY], check=True, capture_output=True, text=True).stdout
        names = {line.split()[-1].split("@")[0] for line in undefined.splitlines()}
        forbidden = {"curl_global_cleanup", "curl_global_init_mem", "json_set_alloc_funcs", "setlocale", "tzset", "localtime", "gmtime", "strtok", "exit", "abort", "_exit",
                     "printf", "puts", "perror", "signal", "sigaction", "setenv", "putenv", "pthread_create", "chdir", "umask", "rand", "srand"}
        self.assertEqual(names & forbidden, set())


class Stripped(unittest.TestCase):
    """cffi, LuaJIT and PHP read the header after dropping the # lines and CXD_API."""

    def test_each_declaration_ends_where_a_dumb_reader_expects(self):
        text = "\n".join(line for line in HEADER.read_text().splitlines() if not line.lstrip().startswith("#")).replace("CXD_API ", "")
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.S).replace('extern "C" {', "", 1)
        text = text[: text.rstrip().rfind("}")]
        with tempfile.TemporaryDirectory() as folder:
            unit = pathlib.Path(folder) / "unit.c"
            unit.write_text("#include <stddef.h>\n#include <stdint.h>\n" + text)
            run = subprocess.run(["gcc", "-std=c11", "-pedantic", "-Wall", "-Werror", "-fsyntax-only", unit], capture_output=True, text=True)
            self.assertEqual(run.returncode, 0, run.stderr)


if __name__ == "__main__":
    unittest.main()
