# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The judge is judged: run.py fails what leaves something out, says what is not so, or shows another program than is run."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
FILES = ["tests/ffi/tap.py", "tests/ffi/python/run.sh", "tests/ffi/python/suite.py", "docs/bindings/python.md", "docs/examples/bindings/python.py"]
SUITE, PAGE, PROGRAM = FILES[2:]


class Run(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = pathlib.Path(folder.name)
        for name in FILES:
            (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(HERE.parent.parent / name, self.tree / name)

    def change(self, name, old, new):
        text = (self.tree / name).read_text()
        self.assertIn(old, text)
        (self.tree / name).write_text(text.replace(old, new, 1))

    def pretend(self, check, body="    return\n\n\n"):
        """The check says "ok" and does nothing."""
        self.change(SUITE, f"def {check}():\n", f"def {check}():\n{body}def {check}_as_it_was():\n")

    def run_it(self, **env):
        clean = {name: value for name, value in os.environ.items() if name not in ("CI", "CXDIALER_FFI_REQUIRED")}
        return subprocess.run([sys.executable, HERE / "run.py", "--tree", self.tree, "python"], capture_output=True, text=True, env={**clean, **env})

    def fails(self, *words):
        done = self.run_it()
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        for word in words:
            self.assertIn(word, done.stdout)

    def test_as_it_is(self):
        done = self.run_it()
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)

    def test_a_missing_check(self):
        self.change(SUITE, "plan, apply, token", "plan, token")
        self.fails("check 5 should be 'apply' and is 'token'")

    def test_a_check_that_fails(self):
        self.change(SUITE, '    equal(lib.cxd_version(), b"0.1.0")', '    equal(lib.cxd_version(), b"0.0.9")')
        self.fails("not ok 1 - version", "run.sh ended with 1")

    def test_a_suite_that_dies(self):
        self.pretend("error", "    os.abort()\n\n\n")
        self.fails("check 9 should be 'error' and is 'missing'", "the last line is")

    def test_a_pretended_plan(self):
        self.pretend("plan")
        self.fails("plan: c1 was read 1 times before it was written")

    def test_a_pretended_apply(self):
        self.pretend("apply")
        self.fails("apply: c1 has 150 concurrent calls and not 120")

    def test_a_pretended_token(self):
        self.pretend("token")
        self.fails("token: c2 is as it was", "token: no token was fetched by the language itself")

    def test_a_pretended_batch(self):
        self.pretend("batch")
        self.fails("batch: c3 is as it was", "batch: c5 is as it was")

    def test_too_few_updates(self):
        for check in ("batch", "callback", "asyncio_loop", "lifetime"):
            self.pretend(check)
        self.fails("the ten checks make 8 at least")

    def test_another_check_in_place_of_one_of_the_ten(self):
        self.change(SUITE, '["c6", "c7"]', '["c3", "c7"]')
        self.fails("['c3'] were changed too often")

    def test_a_pretended_error(self):
        self.pretend("error")
        self.fails("error: no campaign was asked for that does not exist")

    def test_another_program_on_the_page(self):
        self.change(PAGE, "import json\n", "import json  # not needed\n")
        self.fails("the page does not show the program as it is", "'import json'")

    def test_another_output_on_the_page(self):
        self.change(PAGE, "ef1234567890: 150 -> 120\n", "ef1234567890: 150 -> 110\n")
        self.fails("the page shows the output", "150 -> 110")

    def test_another_command_on_the_page(self):
        self.change(PAGE, "python3 python.py a1b2", "python3 python.py a2b2")
        self.fails("who follows the page gets the exit code 1", "150 concurrent calls at the server and not 120")

    def test_no_command_on_the_page(self):
        self.change(PAGE, "```sh", "```text")
        self.fails("the page does not say how to run its program")

    def test_a_program_that_does_nothing(self):
        for name in (PROGRAM, PAGE):
            self.change(name, '    call("updater_apply"', '    call("updater_plan"')
            self.change(name, '("updater_apply", I32', '("updater_plan", I32')
        self.fails("the program was to change c6; changed are []")

    def test_a_program_that_hides_its_error(self):
        for name in (PROGRAM, PAGE):
            self.change(name, "    sys.exit(str(problem))", "    pass")
        self.fails("ended with 0 for a campaign that does not exist", "does not name CXD_E_NOT_FOUND")

    def test_a_missing_tool(self):
        (self.tree / "tests/ffi/python/run.sh").write_text('echo "skipped: python3 is not installed (apt-get install python3)"\nexit 77\n')
        for env, code in (({}, 77), ({"CI": "1"}, 1), ({"CXDIALER_FFI_REQUIRED": "1"}, 1)):
            done = self.run_it(**env)
            self.assertEqual((done.returncode, done.stdout), (code, "skipped: python3 is not installed (apt-get install python3)\n"), env)

    def test_a_missing_page(self):
        (self.tree / PAGE).unlink()
        self.fails("there is no", PAGE)


if __name__ == "__main__":
    unittest.main()
