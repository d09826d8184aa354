# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Every code block of README and guide is built, run or parsed, or stands in a table here with the reason why not.

c      built into a library of its own with all symbols found; with main(): is one of docs/examples, which tests/install runs, or runs here and ends with 0
sh     run, all of a page in one shell, with the built programs against a simulator; an exit code other than 0 (plan: 2) fails
text   the output of the sh block right before it, or commands behind $ with theirs; ... stands for anything
json   parsed; of docs/policy.md: taken as a policy
ini    parsed
cpp    tests/abi/test_docs.py
"""
import collections
import configparser
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import doclib

ROOT = doclib.ROOT
sys.path.insert(0, str(ROOT / "tests/net"))
import clilib  # noqa: E402
import simlib  # noqa: E402

BLOCKS = [block for name, text in doclib.pages().items() for block in doclib.blocks(name, text)]

# (page or * for any, language or the beginning of the block): why it is not run here.
NOT_RUN = {
    ("README.md", "sh tools/demo.sh"): "they build everything; cli_demo and the suite itself are what they run",
    ("CONTRIBUTING.md", "sh tools/test.sh"): "the suite that this test is part of",
    ("CONTRIBUTING.md", "meson setup"): "the same, in parts",
    ("*", "apt-get install"): "installs into the system; tests/install installs elsewhere",
    ("docs/bindings.md", "python3 tests/ffi/run.py"): "needs an install; the suite ffi is what it runs",
    ("docs/architecture.md", "text"): "diagrams",
    ("docs/audit.md", "text"): "the form of a record, with gaps",
    ("docs/policy.md", "policy.json: line"): "messages of a file that is not shown",
}
# (page or folder, language or ""): the test that judges these blocks, and names the page.
ELSEWHERE = {
    ("docs/bindings/", ""): "tests/ffi/test_pages.py",
    ("docs/troubleshooting.md", "text"): "tests/net/test_troubleshooting.py",
}

FIXTURES = """
set -e
cxdialer() {
  command cxdialer "$@" || {
    code=$?
    case " $* " in *' plan '* | *' --plan '*) [ $code = 2 ] ;; *) return $code ;; esac
  }
}
"""


def judged_elsewhere(block):
    return any(block.page.startswith(page) and language in ("", block.language) for page, language in ELSEWHERE)


def has_reason(block, key):
    return key[0] in ("*", block.page) and (block.language == key[1] or block.text.startswith(key[1]))


def left(language):
    """The blocks of a language that are to be judged here."""
    return [block for block in BLOCKS if block.language == language and not judged_elsewhere(block) and not any(has_reason(block, key) for key in NOT_RUN)]


def pattern(text):
    """Lines or parts of lines that are only ... stand for anything."""
    lines = [line.rstrip() for line in text.rstrip("\n").splitlines()]
    return "\n".join(re.escape(line) for line in lines).replace(re.escape("..."), r"[\s\S]*?")


def plain(output):
    return "\n".join(line.rstrip() for line in output.splitlines())


class Tables(unittest.TestCase):
    def test_every_block_has_a_judge(self):
        for block in BLOCKS:
            with self.subTest(page=block.page, line=block.line):
                known = block.language in ("c", "cpp", "sh", "text", "json", "ini") or judged_elsewhere(block)
                self.assertTrue(known or any(has_reason(block, key) for key in NOT_RUN), f"no judge for ```{block.language}: add one, or a row with its reason")

    def test_no_row_is_dead(self):
        for key in NOT_RUN:
            with self.subTest(key):
                self.assertTrue(any(has_reason(block, key) for block in BLOCKS))
        for (page, language), test in ELSEWHERE.items():
            with self.subTest(page=page):
                self.assertTrue(any(block.page.startswith(page) and language in ("", block.language) for block in BLOCKS))
                self.assertIn(pathlib.PurePath(page).name, (ROOT / test).read_text())


@unittest.skipIf(os.environ.get("CXDIALER_SANITIZED"), "programs without the sanitizer's runtime cannot load this build")
class Programs(unittest.TestCase):
    def test_programs_are_examples(self):
        examples = {path.read_text() for path in (ROOT / "docs/examples").glob("*.c")}
        programs = [block for block in left("c") if "int main(" in block.text]
        self.assertGreater(len(programs), 0)
        for block in programs:
            if block.text not in examples:
                with self.subTest(page=block.page, line=block.line), tempfile.TemporaryDirectory() as folder:
                    self.build_and_run(pathlib.Path(folder), block.text)

    def build_and_run(self, folder, program):
        library = pathlib.Path(os.environ["CXDIALER_LIBRARY"])
        (folder / "program.c").write_text(program)
        built = subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-I", ROOT / "include", folder / "program.c", library, "-o", folder / "program"], capture_output=True, text=True)
        self.assertEqual(built.returncode, 0, built.stderr)
        ran = subprocess.run([folder / "program"], cwd=folder, env={"PATH": os.environ["PATH"], "LD_LIBRARY_PATH": str(library.parent)}, capture_output=True, text=True, timeout=clilib.TIMEOUT_S)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)

    def test_pieces_are_built(self):
        for block in left("c"):
            with self.subTest(page=block.page, line=block.line), tempfile.TemporaryDirectory() as folder:
                unit = pathlib.Path(folder) / "unit.c"
                unit.write_text("#include <cxdialer/cxdialer.h>\n#include <string.h>\n" + block.text)
                built = subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Wno-unused-function", "-Werror", "-fPIC", "-shared", "-Wl,-z,defs", "-I", ROOT / "include", unit,
                                        os.environ["CXDIALER_LIBRARY"], "-o", unit.with_suffix(".so")], capture_output=True, text=True)
                self.assertEqual(built.returncode, 0, built.stderr)


class Json(clilib.Case):
    def test_it_is_json(self):
        for block in left("json"):
            with self.subTest(page=block.page, line=block.line):
                json.loads(block.text)

    def test_ini_has_sections(self):
        for block in left("ini"):
            with self.subTest(page=block.page, line=block.line):
                parser = configparser.ConfigParser(delimiters="=")
                parser.read_string(block.text)
                self.assertTrue(parser.sections())

    def test_policies_are_taken(self):
        change = self.file("change.json", {"id": "a", "maxConcurrentCalls": 10})
        policies = [block for block in left("json") if block.page == "docs/policy.md"]
        self.assertGreater(len(policies), 1)
        for block in policies:
            with self.subTest(line=block.line):
                policy = self.file("policy.json", block.text)
                self.assert_code(clilib.run("--set", f"validate.policy_file={policy}", "validate", change), 0)


@unittest.skipIf(os.environ.get("CXDIALER_SANITIZED"), "programs without the sanitizer's runtime cannot load this build")
class Shell(clilib.SimCase):
    IDS = [f"c-{i}" for i in range(1, 9)]

    def sandbox(self):
        """A folder as the pages take it for granted, and the environment in which they are typed."""
        for example in (ROOT / "docs/examples").glob("*.*"):
            (self.dir / example.name).write_text(example.read_text())
        stub = self.dir / "bin/cxdialer-sim"
        stub.parent.mkdir()
        stub.write_text('#!/bin/sh\n[ "$*" = "--port 8080" ] # it runs already\n')
        stub.chmod(0o755)
        self.file("change.json", {"id": simlib.SAMPLE_ID, "maxConcurrentCalls": 110})
        for name, calls in (("changes.json", 90), ("updates.json", 80)):
            self.file(name, [{"id": campaign, "maxConcurrentCalls": calls} for campaign in self.IDS])
        sim = self.sim("--rate", "0", campaigns=[simlib.sample(), *(clilib.paused(campaign) for campaign in self.IDS)])
        tools = {pathlib.Path(program).resolve().parent for program in (clilib.program(), simlib.program())}
        library = pathlib.Path(os.environ["CXDIALER_LIBRARY"])
        return sim, clilib.environment(**{
            **self.env(sim.url), "PATH": ":".join([str(stub.parent), *map(str, tools), os.environ["PATH"]]), "LD_LIBRARY_PATH": str(library.parent),
            "PKG_CONFIG_PATH": str(library.parent / "meson-uninstalled"), "LIBCXDIALER": str(library), "LC_ALL": "C.UTF-8",
        })

    def save_program(self, block):
        """A program right before the commands is in the file that they compile."""
        before = BLOCKS[BLOCKS.index(block) - 1]
        name = re.search(rf"\b\w+\.{before.language}\b", block.text)
        if block.follows and before.language in ("c", "cpp") and name:
            self.file(name[0], before.text)

    def run_page(self, blocks):
        """What each block printed; all in one shell, as somebody would type them."""
        sim, env = self.sandbox()
        for block in blocks:
            self.save_program(block)
        parts = [f"{{\n:\n{block.text.replace('http://127.0.0.1:8080', sim.url)}\n}} >out.{i} 2>&1 </dev/null\n" for i, block in enumerate(blocks)]
        done = subprocess.run(["sh", "-c", FIXTURES + "".join(parts)], cwd=self.dir, env=env, capture_output=True, text=True, timeout=clilib.TIMEOUT_S)
        files = [self.dir / f"out.{i}" for i in range(len(blocks))]
        outputs = [file.read_text() for file in files if file.exists()]
        self.assertEqual(done.returncode, 0, f"the block that printed\n{outputs[-1] if outputs else ''}\n{done.stderr}")
        return outputs

    def test_commands_and_what_they_print(self):
        pages = collections.OrderedDict()
        for block in left("sh"):
            pages.setdefault(block.page, []).append(block)
        self.assertGreater(len(pages), 4)
        shown = {block.page + str(previous.line): block for previous, block in zip(BLOCKS, BLOCKS[1:]) if block.follows and (previous.language, block.language) == ("sh", "text")}
        for page, blocks in pages.items():
            with self.subTest(page):
                try:
                    outputs = self.run_page(blocks)
                finally:
                    self.doCleanups()
                    self.setUp()
                for block, output in zip(blocks, outputs):
                    after = shown.get(page + str(block.line))
                    if after:
                        self.assertRegex(plain(output), pattern(after.text))

    def test_every_text_is_the_output_of_something(self):
        for i, block in enumerate(BLOCKS):
            if block in left("text") and not block.text.startswith("$ "):
                with self.subTest(page=block.page, line=block.line):
                    self.assertTrue(block.follows and BLOCKS[i - 1].language == "sh" and BLOCKS[i - 1] in left("sh"), "no command right before it, and no row with its reason")

    def test_commands_behind_a_dollar(self):
        transcripts = [block for block in left("text") if block.text.startswith("$ ")]
        self.assertGreater(len(transcripts), 1)
        _, env = self.sandbox()
        for block in transcripts:
            for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n?)*)", block.text, re.M):
                with self.subTest(page=block.page, command=command):
                    done = subprocess.run(["sh", "-c", FIXTURES + command.replace("cxdialer ", "cxdialer --output text ", 1) if "--output" not in command else FIXTURES + command],
                                          cwd=self.dir, env=env, capture_output=True, text=True, timeout=clilib.TIMEOUT_S)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertRegex(plain(done.stdout), pattern(expected))


if __name__ == "__main__":
    unittest.main()
