# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""cxdialer.hpp compiles without a warning in each way it is for, refuses what would be wrong, and leaves nothing of cxdialer.h out."""
import itertools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(os.environ.get("CXDIALER_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
INCLUDE = ROOT / "include"
PARTS = sorted((INCLUDE / "cxdialer/cpp").glob("*.hpp"))
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wsign-conversion", "-Wshadow", "-Wold-style-cast", "-Wnon-virtual-dtor", "-Weffc++", "-Werror"]
USE = ROOT / "tests/cxx/everything.cpp"


# Each compiler, standard and kind at least once; with CXDIALER_FULL=1 all of them together.
KINDS = ([], ["-fno-exceptions", "-fno-rtti"], ["-DCXD_NO_EXCEPTIONS"])
FEW = [("g++", "c++17", KINDS[0]), ("g++", "c++20", KINDS[1]), ("clang++", "c++17", KINDS[2]), ("clang++", "c++20", KINDS[0])]
ALL = list(itertools.product(("g++", "clang++"), ("c++17", "c++20"), KINDS))


def compiled(compiler, *flags, source=None):
    command = [compiler, "-x", "c++", *flags, "-fsyntax-only", "-I", str(INCLUDE), "-"]
    return subprocess.run(command, input=source or f'#include "{USE}"\n', capture_output=True, text=True)


class Header(unittest.TestCase):
    def test_every_way_of_compiling_is_free_of_warnings(self):
        for compiler, standard, more in ALL if os.environ.get("CXDIALER_FULL") else FEW:
            with self.subTest(compiler=compiler, standard=standard, more=more):
                if not shutil.which(compiler) and not os.environ.get("CI"):
                    self.skipTest(f"{compiler} is not installed")
                run = compiled(compiler, "-std=" + standard, *WARNINGS, *(["-Wuseless-cast"] if compiler == "g++" else []), *more)
                self.assertEqual(run.stdout + run.stderr, "")

    def test_an_older_standard_is_told_what_is_needed(self):
        for source in ["cxdialer.hpp", "cpp/call.hpp"]:
            for standard in ["c++11", "c++14"]:
                with self.subTest(source=source, standard=standard):
                    run = compiled("g++", "-std=" + standard, "-fmax-errors=1", source=f"#include <cxdialer/{source}>\n")
                    self.assertNotEqual(run.returncode, 0)
                    self.assertIn("cxdialer.hpp needs C++17 or later", run.stderr)

    def test_msvc_says_its_standard_in_a_macro_of_its_own(self):
        for value, needs in [("201402L", True), ("201703L", False), ("202002L", False)]:
            with self.subTest(value):
                run = compiled("g++", "-std=c++17", "-U__cplusplus", "-D__cplusplus=199711L", f"-D_MSVC_LANG={value}", "-Wno-builtin-macro-redefined", "-fmax-errors=1", source="#include <cxdialer/cpp/base.hpp>\n")
                self.assertEqual("needs C++17" in run.stderr, needs, run.stderr[:200])

    def test_each_part_can_be_included_alone(self):
        for part in PARTS if os.environ.get("CXDIALER_FULL") else PARTS[:1] + PARTS[-1:]:
            with self.subTest(part=part.name):
                run = compiled("g++", "-std=c++17", "-Wall", "-Werror", source=f"#include <cxdialer/cpp/{part.name}>\n")
                self.assertEqual(run.stderr, "")

    def test_each_part_is_in_the_header_and_installed(self):
        header = (INCLUDE / "cxdialer/cxdialer.hpp").read_text()
        rows = re.search(r"foreach part : \[(.*?)\]", (ROOT / "meson.build").read_text()).group(1)
        self.assertEqual(sorted(re.findall(r"<cxdialer/cpp/(\w+)\.hpp>", header)), [part.stem for part in PARTS])
        self.assertEqual(sorted(re.findall(r"'(\w+)'", rows)), [part.stem for part in PARTS])

    def test_misuse_does_not_compile(self):
        with tempfile.TemporaryDirectory() as folder:
            once = pathlib.Path(folder) / "once.hpp"
            once.write_text("#include <cxdialer/cxdialer.hpp>\n")
            subprocess.run(["g++", "-std=c++17", "-Wall", "-Werror", "-I", INCLUDE, "-x", "c++-header", once, "-o", f"{once}.gch"], check=True)
            for name, line in {"nothing wrong": "", **MISUSE}.items():
                with self.subTest(name):
                    run = compiled("g++", "-std=c++17", "-Wall", "-Werror", "-include", str(once), source=f"void f(cxd::client &a, cxd::updater &b, cxd::campaign &c) {{ (void)a, (void)b, (void)c; {line} }}\n")
                    self.assertEqual(run.returncode != 0, name in MISUSE, run.stderr)

    def test_every_function_of_c_is_reachable(self):
        functions = set(re.findall(r"^CXD_API [^;(]*?\b(cxd_\w+)\(", (INCLUDE / "cxdialer/cxdialer.h").read_text(), re.M))
        text = "".join(part.read_text() for part in PARTS)
        used = set(re.findall(r"\bcxd_\w+", text))
        self.assertGreater(len(functions), 150)
        self.assertEqual(functions - used, set())

    def test_every_constant_of_the_enums_has_its_name(self):
        header = (INCLUDE / "cxdialer/cxdialer.h").read_text()
        constants = set(re.findall(r"\b(CXD_(?:SEVERITY|OUTCOME|LATENCY|LOG|EVENT)_\w+) = ", header))
        text = "".join(part.read_text() for part in PARTS)
        self.assertGreater(len(constants), 25)
        self.assertEqual({name for name in constants if not re.search(rf"\b{name}\b", text)}, set())

    def test_nothing_can_be_thrown_into_c(self):
        methods = re.findall(r"^ +made\.(\w+) = \[\]\([^{]*\{", (INCLUDE / "cxdialer/cpp/plugins.hpp").read_text(), re.M)
        safe = re.findall(r"^ +made\.(\w+) = \[\]\([^{]*\) noexcept(?: -> std::int32_t)? \{\s*(?:\(void\)|return )guarded\(", (INCLUDE / "cxdialer/cpp/plugins.hpp").read_text(), re.M)
        slots = re.findall(r"\(\*(?!destroy)(\w+)\)\(void \*user_data", (INCLUDE / "cxdialer/cxdialer.h").read_text())
        self.assertEqual(sorted(methods), sorted(slots))
        self.assertEqual(safe, methods)

    def test_files_are_short(self):
        for path in [*PARTS, *(ROOT / "tests/cxx").glob("*.*pp")]:
            with self.subTest(path=path.name):
                self.assertLessEqual(len(path.read_text().splitlines()), 600)


MISUSE = {
    "a copy of a handle": "cxd::campaign d = c;",
    "a handle out of a pointer by accident": "cxd::campaign d = static_cast<cxd_campaign *>(nullptr);",
    "a failure that nobody looks at": "a.try_get(\"c-1\");",
    "findings of a result that is gone": "for (auto finding : b.plan(c).findings()) (void)finding;",
    "a provider of the wrong shape": "a.set_token_provider([](int) { return std::string(); });",
    "a callback of the wrong shape": "b.on_result([](int) {});",
    "a result dropped of a batch that is read only": "cxd::batch d(b); const cxd::batch &r = d; r[0].drop_result();",
    "a copy of a sink": "cxd::token_sink s, t(s);",
}


if __name__ == "__main__":
    if not shutil.which("g++"):
        print("no C++ compiler")
        sys.exit(1 if os.environ.get("CI") else 77)
    unittest.main()
