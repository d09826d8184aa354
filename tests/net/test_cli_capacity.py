# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""cxdialer capacity; no server."""
import json
import os
import pty
import re
import subprocess
import unittest

import clilib
import picturelib

MEMBERS = ["load", "occupancy", "p_wait", "p_abandon", "erlang_b", "erlang_c", "min_agents", "max_answered_per_min"]
# agents, load, handling time, P(wait), P(abandon) with 2 s of patience
VECTORS = [
    (14, 10, 180, 0.062608, 0.054016), (20, 19.125, 180, 0.161164, 0.131744), (25, 19.125, 180, 0.045329, 0.035219),
    (26, 19.125, 180, 0.032481, 0.024981), (30, 19.125, 180, 0.006318, 0.004665), (55, 48, 240, 0.052502, 0.035668),
    (15, 19.125, 180, 0.349622, 0.300645),
]
MOST = {5: 0.6320, 10: 1.8636, 25: 6.2288, 50: 14.1299, 100: 30.5889}


class CapacityCase(clilib.Case):
    def capacity(self, *args, **more):
        return clilib.run("capacity", *(str(a) for a in args), **more)

    def answer(self, *args, before=(), **more):
        done = clilib.run("--output", "json", *before, "capacity", *(str(a) for a in args), **more)
        self.assert_code(done, 0)
        self.assertEqual(done.stderr, "")
        self.assertEqual(done.stdout.count("\n"), 1)
        found = json.loads(done.stdout, parse_constant=lambda word: self.fail(f"{word} is no JSON"))
        self.assertEqual(list(found), MEMBERS)
        return found

    def text(self, *args, **more):
        done = self.capacity(*args, **more)
        self.assert_code(done, 0)
        self.assertEqual(done.stderr, "")
        for line in done.stdout.splitlines():
            self.assertEqual(line, line.rstrip())
        return done.stdout

    def refused(self, *args, says, **more):
        done = self.capacity(*args, **more)
        self.assert_code(done, 64)
        self.assertEqual(done.stdout, "")
        for text in says:
            self.assertIn(text, done.stderr)


class Json(CapacityCase):
    def test_the_vectors(self):
        for agents, load, aht, wait, abandoned in VECTORS:
            with self.subTest(agents=agents, load=load):
                found = self.answer("--agents", agents, "--load", load, "--aht", aht)
                self.assertEqual(found["load"], load)
                self.assertAlmostEqual(found["p_wait"], wait, 6)
                self.assertAlmostEqual(found["p_abandon"], abandoned, 6)
                self.assertAlmostEqual(found["occupancy"], load * (1 - abandoned) / agents, 6)

    def test_the_largest_pacing(self):
        for agents, rate in MOST.items():
            with self.subTest(agents=agents):
                self.assertAlmostEqual(self.answer("--agents", agents, "--aht", 180)["max_answered_per_min"], rate, 4)

    def test_the_largest_pacing_given_back_is_within_the_limit(self):
        for agents in (1, 7, 25, 333):
            with self.subTest(agents=agents):
                rate = self.answer("--agents", agents, "--aht", 173)["max_answered_per_min"]
                found = self.answer("--agents", agents, "--aht", 173, "--answered-per-min", repr(rate))
                self.assertLessEqual(found["p_abandon"], 0.03)
                self.assertEqual(found["min_agents"], agents)
                self.assertIn("Within the limit", self.text("--agents", agents, "--aht", 173, "--answered-per-min", repr(rate)))

    def test_erlang_formulas_come_along(self):
        found = self.answer("--agents", 14, "--load", 10, "--aht", 180)
        self.assertAlmostEqual(found["erlang_c"], 0.1741319335950498, 12)
        self.assertAlmostEqual(found["erlang_b"], 0.0568, 4)

    def test_no_patience_is_erlang_b(self):
        found = self.answer("--agents", 14, "--load", 10, "--aht", 180, "--patience", 0)
        self.assertAlmostEqual(found["p_abandon"], found["erlang_b"], 12)

    def test_the_ways_to_give_a_pacing_agree(self):
        by_load = self.answer("--agents", 26, "--load", 19.125, "--aht", 180)
        by_rate = self.answer("--agents", 26, "--answered-per-min", 6.375, "--aht", 180)
        by_campaign = self.answer("--agents", 26, "--calls", 25, "--interval", 60, "--throttle", 0.85, "--answer-rate", 0.3, "--aht", 180)
        for member in MEMBERS:
            self.assertAlmostEqual(by_load[member], by_rate[member], 10)
            self.assertAlmostEqual(by_load[member], by_campaign[member], 10)

    def test_the_throttle_is_1_unless_given(self):
        self.assertAlmostEqual(self.answer("--agents", 26, "--calls", 20, "--interval", 60, "--answer-rate", 0.3, "--aht", 180)["load"], 18, 10)

    def test_without_a_pacing_only_the_largest_one_is_known(self):
        found = self.answer("--agents", 25, "--aht", 180)
        self.assertEqual([m for m in MEMBERS if found[m] is not None], ["max_answered_per_min"])

    def test_what_is_infinite_is_null(self):
        self.assertIsNone(self.answer("--agents", 5, "--aht", 180, "--max-abandonment", 1)["max_answered_per_min"])
        found = self.answer("--agents", 5, "--aht", 180, "--load", 3, "--max-abandonment", 0)
        self.assertIsNone(found["min_agents"])
        self.assertEqual(found["max_answered_per_min"], 0)

    def test_the_ends_of_the_ranges(self):
        for agents, aht, load in ((1, 1, 0), (10000000, 86400, 1e9), (1, 86400, 1e9), (10000000, 1, "1e7"), (1, 1, "1e-300")):
            for patience, limit in ((0, 0), (86400, 1), (2, 0.03)):
                with self.subTest(agents=agents, aht=aht, load=load, patience=patience):
                    args = ("--agents", agents, "--aht", aht, "--load", load, "--patience", patience, "--max-abandonment", limit)
                    found = self.answer(*args)
                    for member in ("p_wait", "p_abandon", "occupancy", "erlang_b", "erlang_c"):
                        self.assertGreaterEqual(found[member], 0)
                        self.assertLessEqual(found[member], 1)
                    self.assertNotRegex(self.text(*args), r"(?i)\bnan|\binf")

    def test_many_agents_are_written_as_a_whole_number(self):
        done = clilib.run("--output", "json", "capacity", "--agents", "10000000", "--load", "1e7", "--aht", "180")
        self.assertRegex(done.stdout, r'"load":10000000,')
        self.assertRegex(done.stdout, r'"min_agents":\d{7},')


class Text(CapacityCase):
    def table(self, text):
        """{agents: [(abandonment, occupancy, safe)]}, and the heads of the columns."""
        lines = text.splitlines()
        at = next(i for i, line in enumerate(lines) if line.split()[:1] == ["agents"] and i > 3 or line.startswith("   agents "))
        rows = {}
        for line in lines[at + 1:]:
            row = re.match(r" *\[?(\d+)\]? (.*)", line)
            if not row or line.startswith("*"):
                break
            rows[int(row[1])] = [(float(a), int(o), mark == "*") for a, o, mark in re.findall(r"(\d+\.\d\d) +(\d+)(\*?)", row[2])]
        return lines[at].split()[1:], rows

    def test_above_the_limit_with_the_numbers_that_would_pass(self):
        text = self.text("--agents", 25, "--load", 19.125, "--aht", 180)
        self.assertIn("Above the limit of 3 %: 25 agents can take at most 6.228 answered calls per minute, and this pacing needs at least 26 agents.\n", text)
        for part in ("19.125 erlang", "6.375 answered calls per minute of 180 s each", "73.81 %", "4.53 %", "3.53 %", "after 2 s; the limit is 3 %", "planning bound"):
            self.assertIn(part, text)

    def test_within_the_limit(self):
        text = self.text("--agents", 26, "--load", 19.125, "--aht", 180)
        self.assertIn("Within the limit of 3 %: 26 agents can take at most 6.535 answered calls per minute, and this pacing needs at least 26 agents.\n", text)

    def test_nothing_that_would_pass(self):
        text = self.text("--agents", 3, "--load", 1, "--aht", 180, "--max-abandonment", 0)
        self.assertIn("3 agents can take no calls at all, and no number of agents up to 10,000,000 is enough for this pacing.", text)
        self.assertIn("1 agent can take any number of answered calls, and this pacing needs at least 1 agent.",
                      self.text("--agents", 1, "--load", 1, "--aht", 180, "--max-abandonment", 1))

    def test_the_table_is_around_the_plan(self):
        heads, rows = self.table(self.text("--agents", 25, "--load", 19.125, "--aht", 180))
        self.assertEqual(heads, ["5.100", "5.738", "[6.375]", "7.013", "7.650"])
        self.assertEqual(list(rows), list(range(21, 30)))
        self.assertEqual(rows[25][2], (3.53, 74, False))
        self.assertEqual(rows[26][2], (2.50, 72, True))

    def test_a_cell_is_marked_when_the_answer_as_json_is_within_the_limit(self):
        heads, rows = self.table(self.text("--agents", 10, "--answered-per-min", 2, "--aht", 200))
        for agents in (7, 10, 13):
            for head, (abandonment, occupancy, safe) in zip(heads, rows[agents]):
                found = self.answer("--agents", agents, "--answered-per-min", head.strip("[]"), "--aht", 200)
                self.assertEqual(safe, found["p_abandon"] <= 0.03)
                self.assertAlmostEqual(abandonment, found["p_abandon"] * 100 + 0.005, delta=0.0051)
                self.assertAlmostEqual(occupancy, found["occupancy"] * 100, delta=0.51)

    def test_without_a_pacing_the_table_is_around_the_largest_safe_one(self):
        text = self.text("--agents", 25, "--aht", 180)
        heads, rows = self.table(text)
        self.assertIn("Within the limit of 3 %, 25 agents can take at most 6.228 answered calls per minute.\n", text)
        self.assertEqual(heads[2], "[6.228]")
        self.assertEqual([safe for _, _, safe in rows[25]], [True, True, True, False, False])
        self.assertNotIn("Erlang", text)

    def test_the_table_fits_a_terminal(self):
        for agents, load in ((1, 0.5), (25, 19.125), (9999, 9000)):
            text = self.text("--agents", agents, "--load", load, "--aht", 180)
            self.assertLessEqual(max(len(line) for line in text.splitlines() if "limit of" not in line), 90)

    def test_rows_stop_at_one_agent_and_at_ten_million(self):
        self.assertEqual(list(self.table(self.text("--agents", 2, "--aht", 180))[1]), [1, 2, 3, 4, 5, 6])
        self.assertEqual(max(self.table(self.text("--agents", 10000000, "--aht", 180))[1]), 10000000)

    def test_rows_are_further_apart_for_many_agents(self):
        self.assertEqual(list(self.table(self.text("--agents", 200, "--aht", 180))[1]), [160, 170, 180, 190, 200, 210, 220, 230, 240])

    def test_no_pacing_at_all(self):
        self.assertEqual(self.table(self.text("--agents", 25, "--aht", 180, "--answered-per-min", 0))[0][2], "[6.228]")
        self.assertEqual(self.table(self.text("--agents", 3, "--aht", 180, "--max-abandonment", 0))[0][2], "[1.000]")

    def on_terminal(self, **env):
        ours, theirs = pty.openpty()
        process = subprocess.Popen([clilib.program(), "capacity", "--agents", "25", "--aht", "180"], stdin=subprocess.DEVNULL, stdout=theirs,
                                   env={**clilib.environment(), "TERM": "xterm", "NO_COLOR": "", **env})
        os.close(theirs)
        seen = b""
        try:
            while block := os.read(ours, 65536):
                seen += block
        except OSError:
            pass
        os.close(ours)
        self.assertEqual(process.wait(clilib.TIMEOUT_S), 0)
        return seen.decode().replace("\r\n", "\n")

    def test_colour_only_adds_to_the_marks_on_a_terminal(self):
        plain = self.text("--agents", 25, "--aht", 180)
        self.assertNotIn("\033", plain)
        coloured = self.on_terminal()
        self.assertIn("\033[32m", coloured)
        self.assertEqual(re.sub(r"\033\[\d+m", "", coloured), plain)
        self.assertEqual(coloured.count("\033[32m"), coloured.count("*") - 1)

    def test_no_colour_when_it_is_not_wanted(self):
        plain = self.text("--agents", 25, "--aht", 180)
        self.assertEqual(self.on_terminal(NO_COLOR="1"), plain)
        self.assertEqual(self.on_terminal(TERM="dumb"), plain)


class Settings(CapacityCase):
    ENV = {"CXDIALER_VALIDATE_AGENTS": "26", "CXDIALER_VALIDATE_AHT_S": "180", "CXDIALER_VALIDATE_PATIENCE_S": "2.5", "CXDIALER_VALIDATE_MAX_ABANDONMENT": "0.05"}

    def test_keys_stand_in_for_options(self):
        found = self.answer("--load", 19.125, env=self.ENV)
        wanted = self.answer("--load", 19.125, "--agents", 26, "--aht", 180, "--patience", 2.5, "--max-abandonment", 0.05)
        self.assertEqual(found, wanted)

    def test_options_are_stronger(self):
        found = self.answer("--load", 19.125, "--agents", 30, "--aht", 180, "--patience", 2, "--max-abandonment", 0.03, env=self.ENV)
        self.assertAlmostEqual(found["p_abandon"], 0.004665, 6)
        self.assertEqual(found["min_agents"], 26)

    def test_the_answer_rate_of_the_configuration(self):
        found = self.answer("--calls", 25, "--interval", 60, "--throttle", 0.85, "--agents", 26, "--aht", 180, before=("--set", "validate.answer_rate=0.3"))
        self.assertAlmostEqual(found["load"], 19.125, 10)

    def test_a_wrong_configuration(self):
        done = self.capacity("--load", 1, env={"CXDIALER_VALIDATE_AGENTS": "0"})
        self.assert_code(done, 78)
        self.assertIn("validate.agents", done.stderr)


class Refusals(CapacityCase):
    def test_what_is_missing_is_named_with_its_key(self):
        self.refused("--aht", 180, says=["--agents is missing: a whole number from 1 to 10000000 is needed, here or as the key validate.agents"])
        self.refused("--agents", 5, says=["--aht is missing", "from 1 to 86400", "validate.aht_s"])
        self.refused("--agents", 5, "--aht", 180, "--calls", 10, "--answer-rate", 0.3, says=["--interval is missing: a number of seconds from 1 to 86400 is needed\n"])
        self.refused("--agents", 5, "--aht", 180, "--calls", 10, "--interval", 60, says=["--answer-rate is missing", "validate.answer_rate"])

    def test_numbers_out_of_range_or_no_numbers(self):
        good = {"--agents": "5", "--aht": "180", "--load": "1", "--patience": "2", "--max-abandonment": "0.03"}
        wrong = {
            "--agents": ["0", "-1", "1e9", "2.5", "10000001", "1e308"],
            "--aht": ["0", "-180", "0.5", "86401"],
            "--load": ["-1", "1e10", "-1e-9"],
            "--patience": ["-2", "86401"],
            "--max-abandonment": ["-0.01", "1.01", "3"],
        }
        everywhere = ["", "abc", "nan", "NaN", "-nan", "inf", "-inf", "infinity", "1e999", "-1e999", "1,5", "1.000,5", "0x10", " 5", "5 ", "5s", "1e", "--", "1..2", "+-1", "5\n", "９"]
        ranges = {"--agents": "a whole number from 1 to 10000000", "--aht": "from 1 to 86400", "--load": "from 0 to 1000000000", "--patience": "from 0 to 86400", "--max-abandonment": "from 0 to 1,"}
        for option, values in wrong.items():
            for value in values + everywhere:
                with self.subTest(option=option, value=value):
                    args = [f"{name}={text}" for name, text in {**good, option: value}.items()]
                    shown = value.replace("\n", "\\u000a")
                    self.refused(*args, says=[f"cxdialer: {option} '{shown}': ", ranges[option]])

    def test_pacing_as_in_a_campaign(self):
        good = {"--agents": "5", "--aht": "180", "--calls": "10", "--interval": "60", "--throttle": "0.9", "--answer-rate": "0.3"}
        for option, value in (("--calls", "-1"), ("--calls", "1e7"), ("--interval", "0"), ("--interval", "1e6"), ("--throttle", "0"), ("--throttle", "1.1"), ("--answer-rate", "0"), ("--answer-rate", "30")):
            with self.subTest(option=option, value=value):
                self.refused(*(f"{name}={text}" for name, text in {**good, option: value}.items()), says=[f"{option} '{value}': ", " from "])

    def test_a_comma_is_told_about_the_point(self):
        self.refused("--agents", 5, "--aht", "180,5", says=["with a point for the decimals"])

    def test_the_locale_changes_nothing(self):
        env = {"LC_ALL": "de_DE.UTF-8", "LC_NUMERIC": "de_DE.UTF-8"}
        self.refused("--agents", 5, "--aht", "180,5", says=["--aht '180,5'"], env=env)
        self.assertEqual(self.answer("--agents", 5, "--aht", 180.5, "--load", 2.5, env=env)["load"], 2.5)

    def test_one_way_to_give_the_pacing(self):
        for two in (("--load", 1, "--answered-per-min", 1), ("--load", 1, "--calls", 1), ("--calls", 1, "--answered-per-min", 1)):
            self.refused("--agents", 5, "--aht", 180, *two, says=["--load, --answered-per-min and --calls are three ways", "give one of them"])
        for option in ("--interval", "--throttle", "--answer-rate"):
            self.refused("--agents", 5, "--aht", 180, option, "0.5", says=[f"{option} '0.5' belongs to --calls, which is missing"])

    def test_a_value_is_needed_and_words_are_not(self):
        self.refused("--agents", says=["requires an argument"])
        self.refused("--agents", 5, "x", says=["'x' is one word too many"])
        self.refused("--agent-s", 5, says=["unrecognized option"])

    def test_an_error_as_json(self):
        done = clilib.run("--output", "json", "capacity", "--agents", "1e9", "--aht", "180")
        self.assert_code(done, 64)
        self.assertEqual(done.stdout, "")
        self.assertIn("--agents '1e9': a whole number", self.assert_error(done, "CXD_E_ARGUMENT")["message"])

    def test_help_says_that_it_is_a_planning_bound(self):
        done = self.capacity("--help")
        self.assert_code(done, 0)
        self.assertIn("planning bound", " ".join(done.stdout.split()))
        for option in ("--agents", "--load", "--answered-per-min", "--calls", "--aht", "--patience", "--max-abandonment"):
            self.assertIn(option, done.stdout)


class Picture(CapacityCase):
    ARGS = ["--agents", 25, "--load", 19.125, "--aht", 180]

    def test_the_curve_beside_the_table(self):
        file = self.dir / "curve.svg"
        done = self.capacity(*self.ARGS, "--svg", file)
        self.assert_code(done, 0)
        self.assertEqual(done.stdout, self.text(*self.ARGS))
        self.assertEqual(done.stderr, f"cxdialer: picture written to {file}\n")
        picture = picturelib.Picture(file.read_bytes())
        picture.assert_plain(self)
        picture.assert_boxes_apart(self)
        for text in ("Abandoned calls of 25 agents", "limit 3 %", "25 agents: within the limit up to 6.228 a minute", "6.375 a minute: 3.53 % abandoned, agents 74 % busy"):
            self.assertIn(text, picture.texts())
        self.assertEqual([path.name for path in self.dir.iterdir()], ["curve.svg"])

    def test_on_standard_output_there_is_nothing_else(self):
        done = self.capacity("--agents", 25, "--aht", 180, "--svg", "-")
        self.assert_code(done, 0)
        picture = picturelib.Picture(done.stdout.encode())
        self.assertFalse([text for text in picture.texts() if "abandoned, agents" in text])

    def test_a_file_that_cannot_be_written(self):
        done = self.capacity(*self.ARGS, "--svg", self.dir)
        self.assert_code(done, 1)
        self.assertEqual(done.stdout, "")
        self.assertIn("is a directory", done.stderr)


if __name__ == "__main__":
    unittest.main()
