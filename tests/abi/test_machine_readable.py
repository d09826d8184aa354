# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""cxdialer-abi.json and cxdialer.cdef.h: made from the header as it is, true for each compiler, and readable by those they are for."""
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile
import unittest

import needed

ROOT = pathlib.Path(os.environ.get("CXDIALER_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
LIBRARY = os.environ["CXDIALER_LIBRARY"]
sys.path.insert(0, str(ROOT / "tools/abi"))
import facts  # noqa: E402
import header as header_text  # noqa: E402

HEADER = ROOT / "include/cxdialer/cxdialer.h"
ABI = json.loads((ROOT / "data/cxdialer-abi.json").read_text())
CDEF = ROOT / "include/cxdialer/cxdialer.cdef.h"
STRICT = ["-std=c11", "-pedantic", "-Wall", "-Wextra", "-Wpadded", "-Werror", "-fsyntax-only", "-I", ROOT / "include", "-x", "c", "-"]


def run(*command, text=None):
    return subprocess.run([str(part) for part in command], input=text, capture_output=True, text=True, timeout=120)


class Regenerated(unittest.TestCase):
    def test_what_is_committed_is_what_the_header_makes(self):
        needed.program("castxml")
        with tempfile.TemporaryDirectory() as folder:
            made = run(sys.executable, ROOT / "tools/abi/gen_abi.py", folder)
            self.assertEqual(made.returncode, 0, made.stderr)
            for committed in (ROOT / "data/cxdialer-abi.json", CDEF):
                self.assertEqual((pathlib.Path(folder) / committed.name).read_text(), committed.read_text(), "run tools/abi/gen_abi.py")

    def test_it_has_every_function_of_the_library(self):
        lines = run("nm", "-D", "--defined-only", LIBRARY).stdout.splitlines()
        exported = {line.split()[2].split("@")[0] for line in lines if line.split()[1] != "A"}
        self.assertEqual({function["name"] for function in ABI["functions"]}, exported)

    def test_a_text_that_somebody_has_to_free_is_of_a_kind_of_its_own(self):
        """A binding may turn each string into a text of its language at once; of the others it needs the pointer."""
        owned = 0
        for function in ABI["functions"]:
            for place in (function["returns"], *function["params"]):
                with self.subTest(function["name"]):
                    self.assertEqual(place["type"]["kind"] == "owned_string", place["type"]["c"] == "char *")
                    self.assertEqual(place["type"]["kind"] == "string", place["type"]["c"] == "const char *")
                owned += place.get("free") == "cxd_string_free"
                self.assertTrue(place.get("free") != "cxd_string_free" or place["type"]["kind"] == "owned_string")
        self.assertGreater(owned, 5)

    def test_it_keeps_to_its_schema(self):
        jsonschema = needed.module("jsonschema")
        schema = json.loads((ROOT / "docs/cxdialer-abi.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(ABI, schema)
        for wrong in ({**ABI, "schema_version": 2}, {**ABI, "extra": 1}, {**ABI, "functions": [{}]}):
            with self.assertRaises(jsonschema.ValidationError):
                jsonschema.validate(wrong, schema)


def assertions():
    """The layout of every struct and the value of every constant, as C."""
    lines = ["#include <cxdialer/cxdialer.h>"]
    model = "sizeof(void *) == {} ? {} : {}"
    for struct in ABI["structs"]:
        both = lambda of: model.format(8, of["LP64"], of["ILP32"])  # noqa: E731
        lines.append(f'_Static_assert(sizeof(struct {struct["name"]}) == ({both(struct["bytes"])}), "{struct["name"]}");')
        for member in struct["members"]:
            at = f"{struct['name']}, {member['name']}"
            lines.append(f'_Static_assert(offsetof({at}) == ({both(member["offset"])}), "{at}");')
            lines.append(f'_Static_assert(sizeof((({struct["name"]} *)0)->{member["name"]}) == ({both(member["bytes"])}), "{at}");')
    for constant in ABI["constants"]:
        value = f'sizeof {constant["name"]} == {len(constant["value"]) + 1}' if constant["type"] == "string" else f"{constant['name']} == {constant['value']}"
        lines.append(f'_Static_assert({value}, "{constant["name"]}");')
    return "\n".join(lines) + "\n"


class Compiled(unittest.TestCase):
    def check(self, *compiler):
        done = run(*compiler, *STRICT, text=assertions())
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_by_gcc(self):
        self.check("gcc")

    def test_by_clang(self):
        self.check(needed.program("clang"))

    def test_in_32_bits(self):
        """Free-standing, with the compiler's own stdint.h: no libc of 32 bits is needed."""
        if platform.machine() != "x86_64":
            self.skipTest("compilers for this machine make no code of 32 bits")
        self.check("gcc", "-m32", "-ffreestanding")
        self.check(needed.program("clang"), "-m32", "-ffreestanding")

    def test_a_wrong_offset_would_be_seen(self):
        wrong = assertions().replace("? 32 :", "? 33 :", 1)
        self.assertNotEqual(run("gcc", *STRICT, text=wrong).returncode, 0)

    def test_a_hole_in_a_struct_would_be_seen(self):
        hole = assertions() + "struct cxd_hole { size_t size; int32_t value; };\n"
        self.assertNotEqual(run("gcc", *STRICT, text=hole).returncode, 0)

    def test_texts_of_constants(self):
        lines = [f'  if (strcmp({c["name"]}, {json.dumps(c["value"])}) != 0) return 1;' for c in ABI["constants"] if c["type"] == "string"]
        self.assertGreater(len(lines), 10)
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder) / "texts"
            source = "#include <string.h>\n#include <cxdialer/cxdialer.h>\nint main(void) {\n" + "\n".join(lines) + "\n  return 0;\n}\n"
            built = run("gcc", "-I", ROOT / "include", "-x", "c", "-", "-o", program, text=source)
            self.assertEqual(built.returncode, 0, built.stderr)
            self.assertEqual(run(program).returncode, 0)


class Stripped(unittest.TestCase):
    VERSION = json.dumps(ABI["version"])

    def test_there_is_nothing_that_a_simple_reader_stumbles_over(self):
        text = CDEF.read_text()
        for word in ("#", "/*", "//", "CXD_API", "extern", "__"):
            self.assertNotIn(word, text)
        self.assertEqual(len(re.findall(r"\bcxd_\w+\(", text)), len(ABI["functions"]))

    def test_a_compiler_takes_it(self):
        done = run("gcc", "-std=c11", "-pedantic", "-Wall", "-Werror", "-fsyntax-only", "-x", "c", "-", text="#include <stddef.h>\n#include <stdint.h>\n" + CDEF.read_text())
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_cffi_takes_it(self):
        ffi = needed.module("cffi").FFI()
        ffi.cdef(CDEF.read_text())
        library = ffi.dlopen(LIBRARY)
        self.assertEqual(ffi.string(library.cxd_version()).decode(), ABI["version"])
        self.assertEqual(library.CXD_E_CONFLICT, 5040)
        for struct in ABI["structs"]:
            self.assertEqual(ffi.sizeof("struct " + struct["name"]), struct["bytes"]["LP64"])

    def test_luajit_takes_it(self):
        script = f'''local ffi = require("ffi"); ffi.cdef(io.open("{CDEF}"):read("*a"))
local library = ffi.load("{LIBRARY}")
assert(ffi.string(library.cxd_version()) == {self.VERSION})
assert(library.CXD_E_CONFLICT == 5040 and ffi.sizeof("struct cxd_callback") == 56)
print("taken")'''
        self.check_taken(needed.program("luajit"), "-e", script)

    def test_php_takes_it(self):
        php = needed.program("php")
        if run(php, "-r", "exit(class_exists('FFI') ? 0 : 1);").returncode != 0:
            needed.missing("FFI of PHP")
        script = f'''$ffi = FFI::cdef(file_get_contents("{CDEF}"), "{LIBRARY}");
if ($ffi->cxd_version() !== {self.VERSION} || $ffi->CXD_E_CONFLICT !== 5040 || FFI::sizeof($ffi->new("struct cxd_callback")) !== 56) exit(1);
print "taken";'''
        self.check_taken(php, "-d", "ffi.enable=1", "-r", script)

    def check_taken(self, *command):
        done = run(*command)
        self.assertEqual((done.returncode, done.stdout.strip()), (0, "taken"), done.stderr)


class Facts(unittest.TestCase):
    """What a comment leaves out, or says of something that is not there, is an error and not a guess."""

    def check_refused(self, old, new, why):
        text = HEADER.read_text()
        self.assertIn(old, text)
        with self.assertRaisesRegex(facts.Malformed, why):
            header_text.Reader(text.replace(old, new, 1)).read()

    def test_a_version_is_missing(self):
        self.check_refused("/* Frees an error; NULL is legal. Since: 0.1 */", "/* Frees an error; NULL is legal. */", "cxd_error_free has no Since:")

    def test_statuses_are_missing(self):
        self.check_refused("Errors: CXD_E_ARGUMENT, CXD_E_NOMEM. Since: 0.1 */\nCXD_API cxd_status cxd_config_new", "Since: 0.1 */\nCXD_API cxd_status cxd_config_new", "does not say what it returns")

    def test_no_such_status(self):
        self.check_refused("Errors: CXD_E_ARGUMENT, CXD_E_NOMEM, CXD_E_CONFIG.", "Errors: CXD_E_ARGUMENT, CXD_E_NOMEN.", "CXD_E_NOMEN' is neither")

    def test_no_such_parameter(self):
        self.check_refused("NULL allowed: value.", "NULL allowed: valeu.", "valeu is no parameter of cxd_config_set")

    def test_whose_a_returned_pointer_is(self):
        self.check_refused("Borrowed until the campaign is freed. Since: 0.1 */", "Since: 0.1 */", "cxd_campaign_id does not say whose")

    def test_whose_an_out_pointer_is(self):
        self.check_refused("out: caller frees with cxd_campaign_free(). Errors: CXD_E_ARGUMENT, CXD_E_NOMEM. Since", "Errors: CXD_E_ARGUMENT, CXD_E_NOMEM. Since", "cxd_campaign_copy does not say whose out is")

    def test_prose_keeps_its_lines_and_loses_the_facts(self):
        self.assertEqual(facts.prose_of("One thing.\n  a list.\nNULL allowed: x. Errors: CXD_E_IO,\nCXD_E_JSON. Since: 0.1"), "One thing.\n  a list.")

    def test_a_function_of_a_group_may_have_a_status_of_its_own(self):
        by_name = {function["name"]: function for function in ABI["functions"]}
        self.assertIn("CXD_E_JSON", by_name["cxd_campaign_set_json"]["errors"])
        self.assertNotIn("CXD_E_JSON", by_name["cxd_campaign_set_int"]["errors"])
        self.assertLess(set(by_name["cxd_client_get"]["errors"]), set(by_name["cxd_updater_apply"]["errors"]))


if __name__ == "__main__":
    needed.main()
