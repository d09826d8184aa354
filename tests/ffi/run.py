#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Drives the library from another language and checks that what the suite says is what the simulator saw.

    run.py LANG...          ends with 0 (passed), 1 (failed) or 77 (skipped, with the reason)
    run.py --all            a table of all languages; 1 when one failed
    --tree DIR              the source tree to take suites, programs and pages from; as a rule the one this file is in

The library is the installed one (pkg-config, cxdialer-sim in PATH), unless CXDIALER_SIM, LIBCXDIALER, CXDIALER_LIB_DIR,
CXDIALER_INCLUDE and CXDIALER_CDEF name another. With CXDIALER_FFI_REQUIRED set a suite that would be skipped fails; with CI
set those of the usual run do.

A language is a row of ffitable.py, tests/ffi/LANG/run.sh (TAP on standard output; 77: skipped), docs/bindings/LANG.md and
docs/examples/bindings/LANG.SUFFIX, the program of that page. The program takes a campaign's id as its first argument and changes that
campaign; for one that does not exist it prints the error with its status name and fails.
"""
import argparse
import os
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "net")]
import ffilib  # noqa: E402
import ffitable  # noqa: E402
import simlib  # noqa: E402


class Job:
    """One language: where its files are, the library's facts, and a private directory."""

    def __init__(self, language, tree, facts, folder):
        self.language = language
        self.row = ffitable.LANGUAGES[language]
        self.suite = tree / "tests/ffi" / language / "run.sh"
        self.page = tree / "docs/bindings" / f"{language}.md"
        self.program = tree / "docs/examples/bindings" / ffitable.program_of(language)
        self.facts = facts
        self.folder = folder
        self.version = ""

    def environment(self, sim, name):
        return ffilib.environment(self.facts, sim, self.folder, self.folder / f"{name}.jsonl")


def run_suite(job):
    with ffilib.simulator(job.folder) as sim:
        done = ffilib.run(["sh", str(job.suite)], job.environment(sim, "suite"), job.suite.parent)
        if done.returncode == 77:
            raise ffilib.Skipped(ffilib.reason(done.stdout))
        problems = ffilib.tap_problems(done.stdout)
        if done.returncode != 0 or problems:
            raise ffilib.Failed(problems + [f"run.sh ended with {done.returncode}", done.stdout, done.stderr])
        problems = ffilib.effect_problems(sim.state(), sim.requests())
        if problems:
            raise ffilib.Failed(problems)
    return done.stdout


def run_program(job):
    with ffilib.simulator(job.folder) as sim:
        env = {**job.environment(sim, "program"), "PROGRAM": str(job.program)}
        done = ffilib.run(["sh", "-c", job.row.program, "sh", "c6"], env, job.folder)
        problems = ffilib.program_problems(done, sim.state())
        lost = ffilib.run(["sh", "-c", job.row.program, "sh", "nobody"], env, job.folder)
        problems += ffilib.refusal_problems(lost)
    if problems:
        raise ffilib.Failed(problems)


def follow_page(job):
    """What the page says is done by somebody who has the installed library and nothing else."""
    name, program, commands, printed = ffilib.instructions(job.page.read_text(), job.row.command)
    folder = job.folder / "page"
    folder.mkdir()
    (folder / name).write_text(program)
    with simlib.Sim() as sim:
        done = ffilib.run(["sh", "-e", "-c", commands.replace(ffilib.PAGE_SERVER, sim.url)], ffilib.newcomer(job.facts), folder)
        problems = ffilib.follow_problems(done, printed, sim.campaign()["document"])
    if problems:
        raise ffilib.Failed(problems)


def check(job):
    """Everything about one language; returns the TAP of its suite."""
    missing = [str(path) for path in (job.suite, job.page, job.program) if not path.is_file()]
    if missing:
        raise ffilib.Failed([f"there is no {path}" for path in missing])
    job.version = ffilib.first_line(job.row.version)
    tap = run_suite(job)
    problems = ffilib.page_problems(job.page.read_text(), job.program.read_text())
    if problems:
        raise ffilib.Failed(problems)
    run_program(job)
    follow_page(job)
    return tap


def required(row):
    return bool(os.environ.get("CXDIALER_FFI_REQUIRED") or (os.environ.get("CI") and row.usual))


def judge(language, tree, facts):
    """(exit code, version, TAP, what went wrong)"""
    with tempfile.TemporaryDirectory(prefix="cxdialer-ffi-") as folder:
        job = Job(language, tree, facts, pathlib.Path(folder))
        try:
            return 0, job, check(job), []
        except ffilib.Skipped as skipped:
            return (1 if required(job.row) else 77), job, "", [f"skipped: {skipped}"]
        except ffilib.Failed as failed:
            return 1, job, "", failed.problems


def table_row(language, code, job, tap, problems):
    if code == 0:
        return ffilib.row(language, job.version, ffilib.cells(tap))
    return f"{language:<8} " + (problems[0] if code == 77 else "FAILED: " + problems[0])


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("language", nargs="*", choices=[[], *ffitable.LANGUAGES], metavar="LANG", help=", ".join(ffitable.LANGUAGES))
    parser.add_argument("--all", action="store_true", help="all languages, as a table")
    parser.add_argument("--tree", type=pathlib.Path, default=HERE.parent.parent, help="the source tree")
    given = parser.parse_args()
    if given.all == bool(given.language):
        parser.error("name languages, or --all")
    return given


def main():
    given = arguments()
    facts = ffilib.facts()
    codes = []
    if given.all:
        print(ffilib.heading(), flush=True)
    for language in ffitable.LANGUAGES if given.all else given.language:
        code, job, tap, problems = judge(language, given.tree.resolve(), facts)
        codes.append(code)
        if given.all:
            print(table_row(language, code, job, tap, problems), flush=True)
        else:
            print(tap or "\n".join(problems), flush=True)
    if 1 in codes:
        return 1
    return 77 if all(code == 77 for code in codes) else 0


if __name__ == "__main__":
    sys.exit(main())
