# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The pages of docs/bindings: the index has them all, their links lead somewhere, what they show beside the program
is run as well, and who follows them gets where they lead."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest

HERE = pathlib.Path(__file__).resolve().parent
DOCS = HERE.parent.parent / "docs"
sys.path[:0] = [str(HERE), str(HERE.parent / "net")]
import ffilib  # noqa: E402
import ffitable  # noqa: E402
import simlib  # noqa: E402

# Pages whose pieces of code are taken from the suite, and their languages as Markdown names them.
SHOWN = {"python": "python", "cffi": "python", "node": "js", "go": "go"}


def pieces(text):
    """What stands between blank lines, without indentation."""
    return [textwrap.dedent(piece).strip() for piece in re.split(r"\n\s*\n", text) if piece.strip()]


class Pages(unittest.TestCase):
    def test_the_index_has_each_language(self):
        linked = re.findall(r"^\| \[[^]]*\]\(bindings/(\w+)\.md\)", (DOCS / "bindings.md").read_text(), re.M)
        self.assertEqual(sorted(linked), sorted(ffitable.LANGUAGES))

    def test_links_lead_to_files(self):
        for page in (DOCS / "bindings").glob("*.md"):
            prose = re.sub(r"^ *```.*?^ *```$", "", page.read_text(), flags=re.M | re.S)
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", prose):
                if "://" not in target:
                    with self.subTest(page=page.name, target=target):
                        self.assertTrue((page.parent / target).exists())

    def test_code_beside_the_program_is_that_of_the_suite(self):
        for language, name in SHOWN.items():
            program = next((DOCS / "examples/bindings").glob(ffitable.program_of(language))).read_text()
            suite = "\n".join(path.read_text() for path in (HERE / language).iterdir() if path.is_file())
            page = (DOCS / "bindings" / f"{language}.md").read_text()
            for block in re.findall(rf"^ *```{name}\n(.*?)^ *```$", page, re.M | re.S):
                for piece in [] if block == program else pieces(block):
                    with self.subTest(language=language, piece=piece):
                        self.assertIn(piece, suite)


class Newcomer(unittest.TestCase):
    """What a page says is done, in an empty directory, by somebody who has the installed library and nothing else."""

    def follow(self, language):
        page = (DOCS / "bindings" / f"{language}.md").read_text()
        name = ffitable.program_of(language)
        program, = (block for block in re.findall(r"^```\w+\n(.*?)^```$", page, re.M | re.S) if block.count("\n") > 40)
        commands, printed = re.search(rf"^```sh\n([^`]*{re.escape(name)} [^`]*)```\n\n```\n(.*?)```$", page, re.M | re.S).groups()
        with tempfile.TemporaryDirectory() as folder, simlib.Sim() as sim:
            (pathlib.Path(folder) / name).write_text(program)
            prepare(language, folder)
            self.assertIn("http://127.0.0.1:8080", commands)
            done = subprocess.run(["sh", "-e", "-c", commands.replace("http://127.0.0.1:8080", sim.url)], cwd=folder, env=newcomer(), capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (0, printed), done.stderr)
            self.assertEqual(sim.campaign()["document"]["maxConcurrentCalls"], 120)

    def test_python(self):
        self.follow("python")

    @unittest.skipIf(subprocess.run(["python3", "-c", "import cffi"], capture_output=True).returncode, "python3 has no cffi")
    def test_cffi(self):
        self.follow("cffi")

    @unittest.skipUnless(shutil.which("npm"), "there is no npm")
    def test_node(self):
        self.follow("node")

    @unittest.skipUnless(shutil.which("go"), "there is no go")
    def test_go(self):
        self.follow("go")


FACTS = ffilib.facts()


def newcomer():
    """The library is where the loader looks, and pkg-config knows it; a build directory has no installed header for pkg-config to name."""
    env = {name: value for name, value in os.environ.items() if "CXDIALER" not in name}
    env["LD_LIBRARY_PATH"] = FACTS["CXDIALER_LIB_DIR"]
    if os.environ.get("CXDIALER_CDEF"):
        env["CXDIALER_CDEF"] = os.environ["CXDIALER_CDEF"]
    return env


def prepare(language, folder):
    """npm installs what package.json pins, not what is the newest of today."""
    if language == "node":
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / "node" / name, folder)
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "--loglevel=error"], cwd=folder, check=True)


if __name__ == "__main__":
    unittest.main()
