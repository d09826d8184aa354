# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Completions of cxdialer: the files that are installed are what the command prints, and each shell completes with them."""
import json
import re
import unittest

import clilib
import completionlib
import simlib

COMMANDS = {"demo", "get", "list", "validate", "plan", "apply", "resume", "rollback", "audit", "windows", "capacity", "config", "completion", "version"}
APPLY = {"--yes", "--journal", "--coalesce", "--concurrency", "--max-errors", "--max-error-rate", "--canary", "--report", "--help"}

# A line that is begun, and all that may follow; of keys and their values without the sign between.
CASES = [
    ("cxdialer ap", {"apply"}),
    ("cxdialer ", COMMANDS),
    ("cxdialer --config f.json co", {"config", "completion"}),
    ("cxdialer --config=f.json vers", {"version"}),
    ("cxdialer --output ", {"text", "json"}),
    ("cxdialer --output=j", {"json"}),
    ("cxdialer --output json config ", {"list", "show"}),
    ("cxdialer --set update.mo", {"update.mode"}),
    ("cxdialer --set update.mode=", {"merge", "replace"}),
    ("cxdialer --set update.mode=re", {"replace"}),
    ("cxdialer --set=update.mode=re", {"replace"}),
    ("cxdialer --set update.mode=merge --set http.traceparent=o", {"on", "off"}),
    ("cxdialer --set rate.limit=", set()),
    ("cxdialer --set auth.client_s", {"auth.client_secret_file"}),
    ("cxdialer --set auth.to", {"auth.token_url"}),
    ("cxdialer apply --jo", {"--journal"}),
    ("cxdialer apply --", APPLY),
    ("cxdialer apply --canary ", set()),
    ("cxdialer get ", set()),
    ("cxdialer list ", set()),
    ("cxdialer audit ", {"verify", "show", "recover"}),
    ("cxdialer audit show --outcome app", {"applied", "applied_readback"}),
    ("cxdialer audit show --kind ro", {"rotate"}),
    ("cxdialer validate --explain audit.f", {"audit.failed"}),
    ("cxdialer windows --jurisdiction US-F", {"US-FL"}),
    ("cxdialer windows --jurisdiction US-FL --jurisdiction al", {"all"}),
    ("cxdialer completion ", {"bash", "zsh", "fish"}),
    ("cxdialer frobnicate ", set()),
    ("cxdialer-sim --policy ", {"fixed", "sliding", "bucket"}),
    ("cxdialer-sim --validators=v", {"version"}),
    ("cxdialer-sim --port 1 --re", {"--record"}),
    ("cxdialer-sim --port ", set()),
]

# Those that are files; bash leaves them to readline, so they are typed.
FILE_CASES = [
    "cxdialer apply chan",
    "cxdialer apply other.json chan",
    "cxdialer --config chan",
    "cxdialer --config=chan",
    "cxdialer --set audit.path=chan",
    "cxdialer apply --report chan",
    "cxdialer audit verify chan",
    "cxdialer rollback --seq 3 chan",
    "cxdialer resume chan",
    "cxdialer-sim --campaigns chan",
]


def plain(words, line):
    """Without what stands in the line up to its last =, and without one at the end; zsh offers options where nothing else can stand."""
    last = line.split(" ")[-1]
    begun = last[:last.rfind("=") + 1]
    words = {word.removeprefix(begun).rstrip("=") for word in words}
    return {word for word in words if word and (last or not word.startswith("-"))}


class Files(clilib.Case):
    def test_the_installed_files_are_what_the_command_prints(self):
        for shell, name in completionlib.FILES.items():
            with self.subTest(shell):
                done = clilib.run("completion", shell)
                self.assert_code(done, 0)
                self.assertEqual(done.stdout, (completionlib.PLACE / name).read_text(), f"cxdialer completion {shell} >data/completions/{name}")

    def test_another_shell(self):
        done = clilib.run("completion", "tcsh")
        self.assert_code(done, 64)
        self.assertEqual(done.stderr, "cxdialer: completion 'tcsh': bash, zsh or fish\n")

    def test_those_of_the_simulator_have_its_options_and_choices(self):
        done = simlib.run("--help").stdout
        options = set(re.findall(r"^ {6}(--[a-z-]+)", done, re.M)) | {"--help", "--version"}
        choices = {word for words in re.findall(r"--[a-z]+=(\w+(?:\|\w+)+)", done) for word in words.split("|")}
        self.assertGreater(len(choices), 5)
        for name in completionlib.FILES.values():
            text = (completionlib.PLACE / name.replace("cxdialer", "cxdialer-sim")).read_text()
            found = {f"--{word}" for word in re.findall(r"-l ([a-z-]+)", text)} if name.endswith("fish") else set(re.findall(r"--[a-z][a-z-]*", text))
            with self.subTest(name):
                self.assertEqual(found, options - {"--usage"})
                self.assertLessEqual(choices, set(re.findall(r"\w+", text)))

    def test_no_secret_is_offered_as_a_setting(self):
        keys = json.loads(clilib.run("--output", "json", "config", "list").stdout)
        for name in completionlib.FILES.values():
            text = (completionlib.PLACE / name).read_text()
            for key in keys:
                with self.subTest(file=name, key=key["key"]):
                    (self.assertNotRegex if key["secret"] else self.assertRegex)(text, rf"\b{key['key']}(=|:')")

    def test_every_option_of_the_help_is_in_each_file(self):
        for command in sorted(COMMANDS):
            options = set(re.findall(r"^ {6}(--[a-z-]+)", clilib.run(command, "--help").stdout, re.M))
            for name in completionlib.FILES.values():
                text = (completionlib.PLACE / name).read_text()
                for option in options - {"--usage"}:
                    with self.subTest(file=name, option=option):
                        self.assertIn(f"-l {option[2:]} " if name.endswith(".fish") else option, text)


class Shells:
    """What all three offer; complete() gives a set for each line."""

    def check(self, cases):
        offered = list(self.complete([line for line, _ in cases], self.dir))
        self.assertEqual(len(offered), len(cases))
        for (line, expected), words in zip(cases, offered):
            with self.subTest(line):
                self.assertEqual(plain(words, line), expected)

    def test_words(self):
        self.check(CASES)

    def test_files(self):
        self.file("change.json", "{}")
        self.check([(line, {"change.json"}) for line in FILE_CASES])


class Bash(Shells, clilib.Case):
    complete = staticmethod(lambda begun, cwd: (completionlib.bash(line, cwd) for line in begun))

    def test_files(self):
        self.file("change.json", "{}")
        for line in FILE_CASES:
            with self.subTest(line):
                words = line.split()[1:]
                self.assertEqual(completionlib.bash_typed(line, self.dir), "".join(f"<{word}>" for word in [*words[:-1], words[-1] + "ge.json"]))

    def test_typed_words(self):
        for line, expected in (("cxdialer vers", "<version>"), ("cxdialer --set update.mode=re", "<--set><update.mode=replace>"), ("cxdialer --set update.mo", "<--set><update.mode=>"),
                               ("cxdialer --output=j", "<--output=json>"), ("cxdialer get chan", "<get><chan>")):
            with self.subTest(line):
                self.assertEqual(completionlib.bash_typed(line, self.dir), expected)


class Zsh(Shells, clilib.Case):
    complete = staticmethod(completionlib.zsh)


class Fish(Shells, clilib.Case):
    complete = staticmethod(lambda begun, cwd: (completionlib.fish(line, cwd) for line in begun))


if __name__ == "__main__":
    unittest.main()
