# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""What the tests of packages share: the build installed under a folder of its own, commands, and a copy of the source tree."""
import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile
import unittest

ROOT = pathlib.Path(os.environ.get("CXDIALER_SOURCE", pathlib.Path(__file__).parents[2]))
BUILD = os.environ.get("CXDIALER_BUILD", "")
CONSUMER = ROOT / "tests/packages/consumer"
LINE = '0.1.0 1 {"id":"packages","maxConcurrentCalls":7}\n'


def run(*command, env=None, timeout=300, **options):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, env={**os.environ, **(env or {})}, timeout=timeout, **options)


def must(*command, env=None, **options):
    done = run(*command, env=env, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def source_files():
    """The files of the tree: those git knows or would add, or all but builds where the tree comes from an archive."""
    listed = run("git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if listed.returncode == 0 and listed.stdout:
        names = [name for name in listed.stdout.split("\0") if name]
    else:
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file() and not path.relative_to(ROOT).parts[0].startswith("build") and "__pycache__" not in path.parts]
    return sorted(name for name in set(names) if (ROOT / name).is_file())


def source_archive(file, top, but=()):
    """An archive like that of a release; `but` names folders that stay out."""
    with tarfile.open(file, "w:gz", compresslevel=1) as archive:
        for name in source_files():
            if not name.startswith(tuple(but)):
                archive.add(ROOT / name, f"{top}/{name}", recursive=False)


class Staged(unittest.TestCase):
    """Each test has the installed tree in self.top, as a copy it may break."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.work = pathlib.Path(cls.folder.name)
        cls.pristine = cls.work / "pristine"
        must("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", cls.pristine)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def setUp(self):
        self.home = self.work / self.id().rsplit(".", 1)[-1]
        self.top = self.home / "root"
        shutil.copytree(self.pristine, self.top, symlinks=True)
        self.pc = next(self.top.rglob("cxdialer.pc")).parent
        self.lib = self.pc.parent

    def consumer(self):
        """The consumer's own project, outside of the source tree."""
        return pathlib.Path(shutil.copytree(CONSUMER, self.home / "consumer"))

    def check_prints(self, program, **env):
        self.assertEqual(must(program, env=env), LINE)

    def needed(self, program):
        return [line.split()[1] for line in must("objdump", "-p", program).splitlines() if "NEEDED" in line]


def main():
    unittest.main()
