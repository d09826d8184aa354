# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The world passes its seeds and repeats itself; every planted defect is seen, by the rule it breaks, and can be replayed."""
import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from mutants import MUTANTS, mutated  # noqa: E402

WORLD = os.environ["CXDIALER_WORLD"]
SEEDS = int(os.environ.get("CXDIALER_WORLD_SEEDS", "20000"))
MUTANT_SEEDS = max(SEEDS, 20000)  # most end long before, and one that is not seen is no mutant's fault but of too few seeds
HANG_S = 600
BROKEN = re.compile(r"^seed \d+ breaks rule (\d+) .*$", re.M)


def run(*arguments):
    return subprocess.run([str(a) for a in arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=HANG_S, check=False)


def hash_of(result):
    return re.search(r"hash [0-9a-f]{16}$", result.stdout, re.M).group()


class TheWorld(unittest.TestCase):
    def test_all_rules_hold_and_nothing_is_left_untried(self):
        result = run(WORLD, "--seeds", SEEDS)
        print(result.stdout)
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_the_same_seeds_give_the_same_hash_however_they_are_shared_out(self):
        first, second = run(WORLD, "--seeds", 1000, "--jobs", 2), run(WORLD, "--seeds", 1000, "--jobs", 1)
        self.assertEqual(hash_of(first), hash_of(second))

    def test_other_seeds_give_another_hash(self):
        self.assertNotEqual(hash_of(run(WORLD, "--seeds", 100)), hash_of(run(WORLD, "--seeds", 100, "--from", 100)))

    def test_bad_arguments_are_refused(self):
        for arguments in ([], ["--seeds"], ["--unknown", "1"]):
            self.assertEqual(run(WORLD, *arguments).returncode, 64)


class TheTable(unittest.TestCase):
    def test_a_mutant_whose_text_is_not_there_exactly_once_stops_the_build(self):
        root = os.environ["CXDIALER_SOURCE"]
        for text in ("nothing like this", "op"):
            with self.assertRaises(SystemExit):
                mutated(("stale", {1}, "core/put.c", text, ""), root)

    def test_every_rule_has_a_mutant(self):
        self.assertEqual(set().union(*(rules for _, rules, _, _, _ in MUTANTS)), set(range(1, 11)))


class AMutant(unittest.TestCase):
    """One test for each is added below."""


def is_seen(name, rules):
    def test(self):
        result = run(f"{WORLD}-{name}", "--seeds", MUTANT_SEEDS)
        broken = BROKEN.search(result.stdout)
        self.assertIsNotNone(broken, f"not seen in {MUTANT_SEEDS} seeds")
        self.assertEqual(result.returncode, 1)
        self.assertIn(int(broken.group(1)), rules, result.stdout)
        again = re.search(r"^replay: (.*)$", result.stdout, re.M).group(1).split(" ")
        replayed = run(*again)
        self.assertEqual(replayed.returncode, 1)
        self.assertIn(broken.group(), replayed.stdout)
        print(f"{name}: {broken.group()}")

    return test


for mutant in MUTANTS:
    setattr(AMutant, "test_" + mutant[0].replace("-", "_"), is_seen(mutant[0], mutant[1]))

if __name__ == "__main__":
    unittest.main()
