# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""cxdialer validate --explain; no server."""
import fcntl
import json
import os
import pathlib
import pty
import re
import struct
import subprocess
import termios
import unittest

import clilib

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
MEMBERS = ["code", "severity", "fixed", "meaning", "source", "advice"]
INPUT = ["input.json", "input.too_large", "input.unreadable"]
UPDATE = ["server.answer", "server.late_copy", "server.weak_etag", "server.400", "server.422", "server.4xx", "audit.broken", "audit.rotation", "audit.failed", "audit.recovered"]
OTHERS = ["report.incomplete", *UPDATE, *INPUT]


def bare(text):
    """The words of a text in Markdown or as it is printed."""
    return re.sub(r"[`'*]", "", re.sub(r"^\|-.*$|\|", " ", text, flags=re.M)).split()


class Explain(clilib.Case):
    def explain(self, word, *more):
        done = clilib.run(*more, "validate", "--explain", word)
        self.assert_code(done, 0)
        self.assertEqual(done.stderr, "")
        return done.stdout

    def explain_json(self, word):
        out = self.explain(word, "--output", "json")
        self.assertEqual(out.count("\n"), 1)
        return json.loads(out)

    def codes(self):
        return [code["code"] for code in self.explain_json("list")]

    def test_a_code_with_severity_meaning_advice_and_source(self):
        out = self.explain("window.closed")
        self.assertTrue(out.startswith("window.closed: error, unless a policy says otherwise\n\nThe campaign would call people outside"), out)
        for text in ("20:59", "\n\n- ", "\n\nThe message has", "\n\nTo satisfy it: send the change at the next opening", "\n\nSource: ", "47 CFR 64.1200(c)(1)"):
            self.assertIn(text, out)

    def test_whether_a_policy_can_lower_it(self):
        self.assertTrue(self.explain("schema.id").startswith("schema.id: error, which no policy can lower\n"))
        self.assertTrue(self.explain("schema.enum").startswith("schema.enum: warning, unless a policy says otherwise\n"))

    def test_every_text_is_within_80_columns_and_without_marks(self):
        for code in self.codes():
            with self.subTest(code):
                out = self.explain(code)
                self.assertLessEqual(max(map(len, out.splitlines())), 80)
                self.assertNotRegex(out, r"`|\*\*|\|")
                self.assertEqual([line for line in out.splitlines() if line != line.rstrip()], [])
                self.assertNotIn("\n\n\n", out)

    def test_no_word_is_lost(self):
        """Marks and quotes aside, the words are those of the JSON, in their order."""
        for code in self.explain_json("list"):
            with self.subTest(code["code"]):
                words = bare(self.explain(code["code"]))
                self.assertEqual(words[-len(bare(code["source"])) - 1:], ["Source:", *bare(code["source"] + ".")])
                meaning = bare(code["meaning"])
                self.assertIn(" ".join(meaning), " ".join(words))
                self.assertIn(" ".join(bare(code["advice"])), " ".join(words))

    def test_a_table_keeps_its_columns(self):
        lines = self.explain("schema.type").splitlines()
        self.assertIn("  boolean            /advancedDialerSettings/autoRebalance", lines)
        self.assertIn("  integer or string  /version", lines)
        self.assertIn("                     /advancedDialerSettings/queuePriority", lines)

    def test_signs_stay_apart_from_the_text(self):
        self.assertIn("'*' has every zone", " ".join(self.explain("zone.not_approved").split()))

    def test_as_json(self):
        code = self.explain_json("window.closed")
        self.assertEqual(list(code), MEMBERS)
        self.assertEqual((code["code"], code["severity"], code["fixed"]), ("window.closed", "error", False))
        self.assertIn("`/status`", code["meaning"])
        self.assertIn("\n\n- ", code["meaning"])
        self.assertIs(self.explain_json("schema.id")["fixed"], True)
        self.assertEqual(self.explain_json("schema.null")["severity"], "warning")

    def test_the_page_and_the_command_say_the_same(self):
        sections = dict(re.findall(r"^### (\S+)\n(.*?)\n\n\*To satisfy it:\* ", PAGE, re.M | re.S))
        for code in self.explain_json("list"):
            if code["code"] not in INPUT:
                with self.subTest(code["code"]):
                    self.assertEqual(code["meaning"], sections.pop(code["code"]))
                    self.assertIn("*To satisfy it:* " + code["advice"], PAGE)
            else:
                self.assertIn(f"`{code['code']}`", PAGE)
        self.assertEqual(sections, {})

    def test_a_list_of_all_has_one_line_for_each(self):
        lines = self.explain("list").splitlines()
        self.assertEqual([line.split()[0] for line in lines], self.codes())
        for line in lines:
            self.assertRegex(line, r"^[a-z0-9._]+ +(error|warning|note) +\S")
        self.assertEqual(self.codes()[-len(OTHERS):], OTHERS)
        self.assertIn("zone.tzdata", self.codes())

    def test_a_group_has_its_codes(self):
        lines = self.explain("window").splitlines()
        self.assertEqual([line.split()[0] for line in lines], ["window.closed", "window.dnc", "window.interval"])
        self.assertEqual([code["code"] for code in self.explain_json("input")], INPUT)
        self.assertEqual([code["code"] for code in self.explain_json("server")], [code for code in UPDATE if code.startswith("server.")])
        self.assertEqual([code["code"] for code in self.explain_json("rule")], ["rule.failed"])

    def test_findings_of_the_command_are_explained_too(self):
        for code in ["report.incomplete", *INPUT]:
            with self.subTest(code):
                self.assertEqual((self.explain_json(code)["severity"], self.explain_json(code)["fixed"]), ("error", True))

    def test_findings_of_the_update_are_explained_too(self):
        severities = {"server.answer": "warning", "server.late_copy": "warning", "server.weak_etag": "note", "audit.broken": "warning", "audit.rotation": "warning", "audit.failed": "warning", "audit.recovered": "note"}
        for code in UPDATE:
            with self.subTest(code):
                found = self.explain_json(code)
                self.assertEqual((found["code"], found["severity"], found["fixed"]), (code, severities.get(code, "error"), True))
                self.assertIn(f"| [`{code}`](#{code.replace('.', '')}) | {found['severity']}, fixed |", PAGE)
        self.assertTrue(self.explain("server.weak_etag").startswith("server.weak_etag: note, which no policy can change\n"))

    def test_every_code_that_the_update_adds_is_explained(self):
        sources = [*(ROOT / "lib/core").glob("*.c"), *(ROOT / "lib/api").glob("*.c")]
        added = {code for file in sources for code in re.findall(r'cxd_report_add\([^;]*"((?:server|audit)\.[a-z_]+)"', file.read_text(encoding="utf-8"))}
        alarms = re.findall(r"\*code = [^;]*;", (ROOT / "lib/audit/file.c").read_text(encoding="utf-8"))
        added.update(code for line in alarms for code in re.findall(r'"(audit\.[a-z_]+)"', line))
        self.assertEqual(added, {code for code in UPDATE if re.fullmatch(r"(server|audit)\.[a-z_]+", code)})

    def test_any_refusal_of_the_server_is_explained(self):
        self.assertEqual(self.explain_json("server.415")["code"], "server.4xx")
        self.assertEqual(self.explain_json("server.422")["code"], "server.422")
        for word in ("server.4", "server.4155", "server.500", "server.4x5", "server.41"):
            with self.subTest(word):
                self.refused("--explain", word, says=["no such code"])

    def refused(self, *args, says=()):
        done = clilib.run("validate", *args)
        self.assert_code(done, 64)
        self.assertEqual(done.stdout, "")
        for text in says:
            self.assertIn(text, done.stderr)
        return done

    def test_an_unknown_code_has_the_nearest(self):
        self.refused("--explain", "windw.closed", says=["'windw.closed'", "the nearest is 'window.closed'"])
        self.refused("--explain", "Zone.tzdata", says=["'zone.tzdata'"])
        self.refused("--explain", "inputjson", says=["'input.json'"])
        done = clilib.run("--output", "json", "validate", "--explain", "windw.closed")
        self.assert_code(done, 64)
        self.assertIn("'window.closed'", self.assert_error(done, "CXD_E_ARGUMENT")["message"])

    def test_a_code_near_none_is_sent_to_the_list(self):
        for word in ("", "x", ".", "window.", "windows", "list.", "closed", "w" * 10000):
            with self.subTest(word[:10]):
                self.assertNotIn("nearest", self.refused("--explain", word, says=["no such code", "cxdialer validate --explain list"]).stderr)

    def test_hostile_words_do_not_reach_the_terminal(self):
        done = self.refused("--explain", "\x1b[2Jwindow", says=["\\u001b[2Jwindow"])
        self.assertNotIn("\x1b", done.stderr)

    def test_files_beside_it_are_wrong_usage(self):
        file = self.file("a.json", {"id": "a1"})
        for args in (("--explain", "window.closed", file), (file, "--explain", "window.closed"), ("--explain", "window.closed", "-")):
            with self.subTest(args):
                self.refused(*args, says=["--explain window.closed stands alone"])

    def test_the_option_needs_a_code(self):
        self.refused("--explain", says=["--explain"])
        for command in ("plan", "apply", "get", "list"):
            self.assert_code(clilib.run(command, "--explain", "window.closed", "x"), 64)

    def test_no_configuration_is_read(self):
        done = clilib.run("--config", "/does/not/exist", "validate", "--explain", "schema.id", env={"CXDIALER_NONSENSE": "1"})
        self.assert_code(done, 0)

    def test_output_that_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([clilib.program(), "validate", "--explain", "list"], stdout=full, stderr=subprocess.PIPE, env=clilib.environment(), timeout=clilib.TIMEOUT_S)
        self.assertEqual(done.returncode, 1, done.stderr)


class Terminal(clilib.Case):
    def on_terminal(self, columns, word):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))
        process = subprocess.Popen([clilib.program(), "validate", "--explain", word], stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.PIPE, env=clilib.environment())
        os.close(theirs)
        seen = b""
        try:
            while block := os.read(ours, 65536):
                seen += block
        except OSError:
            pass
        os.close(ours)
        self.assertEqual(process.wait(clilib.TIMEOUT_S), 0, process.stderr.read())
        process.stderr.close()
        return seen.decode().replace("\r\n", "\n").splitlines()

    def test_text_is_as_wide_as_the_terminal(self):
        for columns, least, most in ((60, 50, 60), (100, 90, 100), (0, 70, 80), (500, 100, 120), (10, 20, 40)):
            with self.subTest(columns):
                widest = max(map(len, self.on_terminal(columns, "window.closed")))
                self.assertTrue(least < widest <= most, widest)

    def test_a_list_has_lines_that_fit(self):
        for columns in (40, 80):
            with self.subTest(columns):
                lines = self.on_terminal(columns, "list")
                self.assertLessEqual(max(map(len, lines)), columns)
                self.assertGreater(len(lines), 20)
                self.assertTrue(any(line.endswith("...") for line in lines))


if __name__ == "__main__":
    unittest.main()
