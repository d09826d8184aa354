# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""cxdialer: arguments, help, configuration; no server."""
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

import clilib

COMMANDS = ["demo", "get", "list", "validate", "plan", "apply", "resume", "rollback", "audit", "windows", "capacity", "config", "completion", "version"]
VALID = {"id": "a1", "maxConcurrentCalls": 10}


class Usage(clilib.Case):
    def refused(self, *args, says=(), **more):
        done = clilib.run(*args, **more)
        self.assert_code(done, 64)
        self.assertEqual(done.stdout, "")
        for text in says:
            self.assertIn(text, done.stderr)
        return done

    def test_no_arguments_prints_the_usage(self):
        self.refused(says=["Usage: cxdialer"])

    def test_an_empty_program_name(self):
        script = ("import os,sys\n"
                  "try: os.execve(sys.argv[1], [''], {})\n"
                  "except ValueError: sys.exit(64)")
        done = subprocess.run([sys.executable, "-c", script, clilib.program()], capture_output=True, timeout=clilib.TIMEOUT_S)
        self.assertEqual(done.returncode, 64)

    def test_unknown_command_names_the_nearest(self):
        self.refused("aply", "x", says=["cxdialer: unknown command 'aply'", "'apply'"])
        self.refused("validat", says=["'validate'"])

    def test_a_word_that_is_near_no_command_gets_them_all(self):
        for word in ("foo", "x", "", "ls", "frobnicate", "l" * 5000):
            with self.subTest(word[:10]):
                done = self.refused(word, says=["unknown command '", "; the commands are " + ", ".join(COMMANDS)])
                self.assertNotIn("nearest", done.stderr)
        for word, nearest in (("gte", "get"), ("validte", "validate"), ("versions", "version"), ("windws", "windows"), ("conf", "config")):
            with self.subTest(word):
                self.assertNotIn("the commands are", self.refused(word, says=[f"the nearest is '{nearest}'"]).stderr)

    def test_commands_of_later_releases_are_not_there(self):
        for name in ("batch",):
            with self.subTest(name):
                self.refused(name, "x", says=[f"unknown command '{name}'"])

    def test_unknown_options(self):
        self.refused("--nope", says=["cxdialer: unrecognized option '--nope'"])
        self.refused("get", "--nope", "a1", says=["unrecognized option '--nope'"])

    def test_missing_and_superfluous_words(self):
        self.refused("get", says=["ID is missing: cxdialer get ID"])
        self.refused("get", "a", "b", says=["'b' is one word too many"])
        self.refused("list", "b", says=["'b' is one word too many"])
        self.refused("version", "b", says=["'b' is one word too many"])
        for command in ("validate", "plan", "apply"):
            self.refused(command, says=[f"FILE... is missing: cxdialer {command} FILE..."])
        self.refused("config", says=["list|show is missing"])
        self.refused("config", "lst", says=["list or show"])
        self.refused("completion", says=["SHELL is missing: cxdialer completion SHELL"])
        self.refused("rollback", says=["LOG is missing: cxdialer rollback LOG"])
        self.refused("audit", says=["PART [LOG] is missing"])

    def test_global_options_behind_the_command_say_where_they_belong(self):
        for option, value in (("--output", "json"), ("--set", "rate.limit=1"), ("--config", "x")):
            with self.subTest(option):
                self.refused("get", "a1", option, value, says=[option, "stands before the command"])

    def test_output_form(self):
        self.refused("--output", "yaml", "version", says=["'yaml'", "text or json"])

    def test_options_of_other_commands(self):
        self.refused("plan", "--yes", "x", says=["--yes"])
        self.refused("list", "--at", "2026-01-01T00:00:00Z", says=["--at"])

    def test_wrong_usage_as_json(self):
        done = self.refused("--output", "json", "aply")
        self.assertIn("'apply'", self.assert_error(done, "CXD_E_ARGUMENT")["message"])
        self.assert_error(self.refused("--output", "json"), "CXD_E_ARGUMENT")
        self.assert_error(self.refused("--output", "json", "get"), "CXD_E_ARGUMENT")

    def test_hostile_words_do_not_reach_the_terminal(self):
        done = self.refused("\x1b[2Jlist")
        self.assertNotIn("\x1b", done.stderr)
        self.assertIn("\\u001b[2Jlist", done.stderr)

    def test_help_lists_the_commands_that_are_there(self):
        done = clilib.run("--help")
        self.assert_code(done, 0)
        self.assertEqual(done.stderr, "")
        listed = [line.split()[0] for line in done.stdout.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()]
        self.assertEqual(listed, COMMANDS)

    def test_help_of_each_command(self):
        for command in COMMANDS:
            with self.subTest(command):
                done = clilib.run(command, "--help")
                self.assert_code(done, 0)
                self.assertTrue(done.stdout.startswith(f"Usage: cxdialer {command} "), done.stdout)
                self.assertEqual(done.stderr, "")

    def test_usage_lines_end_without_a_blank(self):
        for words in ([], *([command] for command in COMMANDS)):
            for option in ("--help", "--usage"):
                with self.subTest(words=words, option=option):
                    usage = [line for line in clilib.run(*words, option).stdout.splitlines() if line.startswith(("Usage:", " "))]
                    self.assertTrue(usage)
                    self.assertEqual([line for line in usage if line != line.rstrip()], [])

    def test_usage_and_version_options(self):
        self.assertTrue(clilib.run("--usage").stdout.startswith("Usage: cxdialer "))
        done = clilib.run("--version")
        self.assert_code(done, 0)
        self.assertRegex(done.stdout, r"^cxdialer \d+\.\d+\.\d+ \(libcxdialer \d+\.\d+\.\d+\)\n$")


class Version(clilib.Case):
    def test_text(self):
        done = clilib.run("version")
        self.assert_code(done, 0)
        self.assertRegex(done.stdout, r"^cxdialer \d+\.\d+\.\d+\nlibcxdialer \d+\.\d+\.\d+\nfeatures:( [a-z0-9-]+)+\n$")

    def test_json(self):
        version = json.loads(clilib.run("--output", "json", "version").stdout)
        self.assertEqual(list(version), ["command", "library", "features"])
        self.assertIs(version["features"]["merge"], True)
        self.assertIs(version["features"]["tls"], True)

    def test_works_with_a_broken_configuration(self):
        self.assert_code(clilib.run("--config", "/does/not/exist", "version", env={"CXDIALER_NONSENSE": "1"}), 0)


class Config(clilib.Case):
    def show(self, *args, **env):
        done = clilib.run("--output", "json", *args, "config", "show", env=env)
        self.assert_code(done, 0)
        return json.loads(done.stdout)

    def test_each_source_is_stronger_than_the_one_before(self):
        file = self.file("c.json", {"rate": {"limit": 11}})
        self.assertEqual(self.show()["rate.limit"], "100")
        self.assertEqual(self.show("--config", file)["rate.limit"], "11")
        self.assertEqual(self.show(CXDIALER_CONFIG=file)["rate.limit"], "11")
        self.assertEqual(self.show("--config", file, CXDIALER_RATE_LIMIT="12")["rate.limit"], "12")
        self.assertEqual(self.show("--config", file, "--set", "rate.limit=13", CXDIALER_RATE_LIMIT="12")["rate.limit"], "13")
        self.assertEqual(self.show("--set", "rate.limit=13", "--set", "rate.limit=14")["rate.limit"], "14")

    def test_the_option_wins_over_the_variable_for_the_file(self):
        first, second = self.file("1.json", {"rate.limit": 1}), self.file("2.json", {"rate.limit": 2})
        self.assertEqual(self.show("--config", first, CXDIALER_CONFIG=second)["rate.limit"], "1")

    def test_an_empty_variable_names_no_file(self):
        self.assertEqual(self.show(CXDIALER_CONFIG="")["rate.limit"], "100")

    def test_a_value_may_hold_equal_signs_and_be_empty(self):
        self.assertEqual(self.show("--set", "audit.actor=a=b")["audit.actor"], "a=b")

    def test_secrets_are_not_shown(self):
        for form in ("text", "json"):
            done = clilib.run("--output", form, "config", "show", env={"CXDIALER_AUTH_CLIENT_SECRET": "c4nary", "CXDIALER_AUTH_TOKEN": "c4nary2"})
            self.assert_code(done, 0)
            self.assertNotIn("c4nary", done.stdout + done.stderr)
        shown = self.show(CXDIALER_AUTH_CLIENT_SECRET="c4nary")
        self.assertEqual((shown["auth.client_secret"], shown["auth.token"]), ("***", ""))

    def test_secrets_are_refused_on_the_command_line(self):
        for key in ("auth.client_secret", "auth.token"):
            for form in ("text", "json"):
                with self.subTest(key, form=form):
                    done = clilib.run("--output", form, "--set", f"{key}=c4nary", "config", "show")
                    self.assert_code(done, 64)
                    self.assertNotIn("c4nary", done.stdout + done.stderr)
                    self.assertIn("CXDIALER_" + key.upper().replace(".", "_"), done.stderr)
                    self.assertIn("--config FILE", done.stderr)
                    (self.assertIn if key == "auth.client_secret" else self.assertNotIn)("auth.client_secret_file", done.stderr)

    def test_the_file_of_a_secret_may_be_named(self):
        self.assertEqual(self.show("--set", "auth.client_secret_file=/run/s")["auth.client_secret_file"], "/run/s")

    def test_set_without_a_value(self):
        for word in ("rate.limit", "=5", ""):
            self.assert_code(clilib.run("--set", word, "config", "show"), 64)

    def test_wrong_keys_and_values(self):
        cases = [
            (["--set", "rate.limt=5"], {}, "rate.limit"),
            (["--set", "rate.limit=many"], {}, "rate.limit"),
            (["--set", "retry.max_attempts=21"], {}, "1 to 20"),
            ([], {"CXDIALER_RATE_LIMT": "5"}, "CXDIALER_RATE_LIMIT"),
            (["--config", "/does/not/exist"], {}, "/does/not/exist"),
            ([], {"CXDIALER_CONFIG": "/does/not/exist"}, "/does/not/exist"),
            (["--config", "."], {}, "."),
            (["--config", self.file("bad.json", "{")], {}, "line 1"),
            (["--config", self.file("key.json", '{"rate.limt":1}')], {}, "rate.limit"),
        ]
        for args, env, says in cases:
            with self.subTest(args=args, env=env):
                done = clilib.run(*args, "config", "show", env=env)
                self.assert_code(done, 78)
                self.assertEqual(done.stdout, "")
                self.assertTrue(done.stderr.startswith("cxdialer: "), done.stderr)
                self.assertIn(says, done.stderr)

    def test_wrong_configuration_as_json(self):
        done = clilib.run("--output", "json", "--set", "rate.limt=5", "config", "show")
        self.assert_code(done, 78)
        self.assert_error(done, "CXD_E_CONFIG")

    def test_every_command_that_uses_it_refuses_a_wrong_one(self):
        file = self.file("ok.json", VALID)
        for words in (["get", "a1"], ["list"], ["validate", file], ["plan", file], ["apply", file], ["config", "show"]):
            with self.subTest(words):
                self.assert_code(clilib.run("--set", "rate.limt=5", *words), 78)

    def test_list_has_every_key_that_show_has(self):
        listed = json.loads(clilib.run("--output", "json", "config", "list").stdout)
        self.assertEqual([k["key"] for k in listed], list(self.show()))
        for key in listed:
            self.assertEqual(list(key), ["key", "type", "default", "range", "doc", "secret"])
            self.assertTrue(key["doc"])
        self.assertEqual({k["key"] for k in listed if k["secret"]}, {"auth.client_secret", "auth.token"})
        limit = next(k for k in listed if k["key"] == "rate.limit")
        self.assertEqual((limit["type"], limit["default"], limit["range"]), ("int", "100", "0 to 1000000"))

    def test_list_as_text_is_a_table(self):
        lines = clilib.run("config", "list").stdout.splitlines()
        self.assertEqual(lines[0].split(), ["KEY", "TYPE", "DEFAULT", "RANGE", "MEANING"])
        column = lines[0].index("MEANING")
        for line in lines[1:]:
            self.assertEqual(line[column - 1], " ", line)
            self.assertNotEqual(line[column], " ", line)

    def test_list_needs_no_configuration(self):
        self.assert_code(clilib.run("--config", "/does/not/exist", "config", "list"), 0)


class Manual(clilib.Case):
    def page(self, name):
        source = pathlib.Path(__file__).resolve().parents[2] / "docs" / "man" / f"{name}.1"
        done = subprocess.run(["mandoc", "-Tutf8", source], capture_output=True, text=True, check=True, timeout=clilib.TIMEOUT_S)
        return re.sub(r".\x08", "", done.stdout)  # bold and underlined

    def test_it_lists_the_groups_of_variables_that_are_ours(self):
        text = self.page("cxdialer").partition("ENVIRONMENT")[2].partition("EXIT STATUS")[0]
        keys = [k["key"] for k in json.loads(clilib.run("--output", "json", "config", "list").stdout)]
        self.assertEqual(set(re.findall(r"CXDIALER_([A-Z]+)_\*", text)), {key.partition(".")[0].upper() for key in keys})
        self.assertIn("Other variables are not looked at", " ".join(text.split()))

    def test_variables_of_no_group_are_not_looked_at(self):
        for name in ("CXDIALER_FOO", "CXDIALER_", "CXDIALER_API", "CXDIALER_OTHER_LIMIT"):
            with self.subTest(name):
                self.assert_code(clilib.run("config", "show", env={name: "x"}), 0)

    def test_the_body_of_an_error_is_shown_with_its_quotes(self):
        self.assertIn('{"code":..., "message":..., "field":..., "requestId":...}', self.page("cxdialer-sim"))


class StandardOutput(clilib.Case):
    @clilib.at_the_real_time
    def test_full_or_closed_output_is_a_failure(self):
        for redirect in (">/dev/full", ">&-"):
            with self.subTest(redirect):
                done = subprocess.run(["sh", "-c", f'"$1" config list {redirect}', "sh", clilib.program()], capture_output=True,
                                      text=True, timeout=clilib.TIMEOUT_S, env=clilib.environment())
                self.assertEqual(done.returncode, 1)
                self.assertIn("cannot write to standard output", done.stderr)

    @clilib.at_the_real_time
    def test_help_that_cannot_be_written_is_a_failure(self):
        for words in ("--help", "--usage", "--version", "get --help", "list --usage", "apply --version"):
            for redirect in (">/dev/full", ">&-"):
                with self.subTest(words, redirect=redirect):
                    done = subprocess.run(["sh", "-c", f'"$1" {words} {redirect}', "sh", clilib.program()], capture_output=True, text=True,
                                          timeout=clilib.TIMEOUT_S, env=clilib.environment())
                    self.assertEqual(done.returncode, 1)
                    self.assertEqual(done.stderr.count("cannot write to standard output"), 1, done.stderr)
        done = subprocess.run(["sh", "-c", '"$1" --output json --help >/dev/full', "sh", clilib.program()], capture_output=True, text=True,
                              timeout=clilib.TIMEOUT_S, env=clilib.environment())
        self.assertEqual(done.returncode, 1)
        self.assert_error(done, "CXD_E_IO")

    def test_wrong_usage_stays_wrong_usage_with_a_full_output(self):
        done = subprocess.run(["sh", "-c", '"$1" get >/dev/full', "sh", clilib.program()], capture_output=True, text=True, timeout=clilib.TIMEOUT_S,
                              env=clilib.environment())
        self.assertEqual(done.returncode, 64)
        self.assertNotIn("cannot write", done.stderr)

    def test_a_reader_that_goes_away_is_no_crash(self):
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run([clilib.program(), "config", "list"], stdout=write, stderr=subprocess.PIPE, text=True, timeout=clilib.TIMEOUT_S,
                              env=clilib.environment())
        os.close(write)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write to standard output", done.stderr)

    @clilib.at_the_real_time
    def test_all_three_descriptors_closed(self):
        done = subprocess.run(["sh", "-c", '"$1" config list <&- >&- 2>&-', "sh", clilib.program()], timeout=clilib.TIMEOUT_S, env=clilib.environment())
        self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    unittest.main()
