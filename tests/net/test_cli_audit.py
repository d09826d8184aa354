# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""cxdialer audit verify, show and recover: logs as they should be, damaged, keyed, hostile and large."""
import fcntl
import hashlib
import json
import os
import pty
import signal
import struct
import subprocess
import termios
import unittest

import auditlib
import clilib
import simlib
from auditlib import Log

KEY = b"a key of some length\n"
DIFF = [{"op": "replace", "path": "/maxConcurrentCalls", "old": 150, "value": 120}]


def on_terminal(*args, columns=0, stderr=False, **env):
    """Runs with standard output (or standard error) on a terminal; the exit code and what the terminal got, and the other stream."""
    ours, theirs = pty.openpty()
    if columns:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    streams = {"stdout": subprocess.PIPE, "stderr": theirs} if stderr else {"stdout": theirs, "stderr": subprocess.PIPE}
    process = subprocess.Popen([clilib.program(), *args], stdin=subprocess.DEVNULL, env=clilib.environment(**env), **streams)
    os.close(theirs)
    seen = b""
    try:
        while block := os.read(ours, 65536):
            seen += block
    except OSError:
        pass
    other = (process.stdout if stderr else process.stderr).read().decode()
    (process.stdout or process.stderr).close()
    process.wait(clilib.TIMEOUT_S)
    os.close(ours)
    return process.returncode, seen.decode().replace("\r\n", "\n"), other


class AuditCase(clilib.Case):
    def log(self, log=None, name="audit.log"):
        return self.file(name, log.text() if isinstance(log, Log) else log)

    def some(self, key=None):
        log = Log(key)
        log.update("op-1", 150, 120, actor="night shift")
        log.intent("op-2", DIFF, campaign="c1")
        log.outcome("op-2", "conflict", campaign="c1", status="CXD_E_CONFLICT", http_status=412)
        return log

    def verify(self, *args, code=0, **env):
        done = clilib.run("--output", "json", "audit", "verify", *args, env=env)
        self.assert_code(done, code)
        self.assertEqual(done.stdout.count("\n"), 1)
        document = json.loads(done.stdout)
        self.assertEqual(list(document), ["ok", "records", "segments", "first_bad_seq", "findings", "last"])
        self.assertEqual(document["ok"], code == 0)
        return document

    def codes(self, *args, **more):
        return [f["code"] for f in self.verify(*args, code=74, **more)["findings"] if f["severity"] == "error"]

    def refused(self, code, *args, says=(), **env):
        done = clilib.run(*args, env=env)
        self.assert_code(done, code)
        self.assertEqual(done.stdout, "")
        for text in says:
            self.assertIn(text, done.stderr)
        return done


class Usage(AuditCase):
    def test_parts(self):
        self.refused(64, "audit", "verfy", "x", says=["audit 'verfy': the nearest is 'verify'"])
        self.refused(64, "audit", "frobnicate", says=["verify, show or recover"])
        self.refused(64, "audit", "verify", says=["LOG is missing: cxdialer audit verify LOG"])
        self.refused(64, "audit", "show", says=["LOG is missing"])
        self.refused(64, "audit", "recover", "x", says=["'x' is one word too many", "audit.path"])
        self.refused(64, "audit", "\x1b[2J", says=["\\u001b[2J"])

    def test_options_of_another_part(self):
        for words in (["verify", "--campaign", "c", "x"], ["recover", "--expect", "1:" + "0" * 64], ["recover", "--key-file", "k"], ["show", "--list", "x"]):
            with self.subTest(words):
                self.refused(64, "audit", *words, says=[f"{words[1]} is not for audit {words[0]}"])

    def test_values(self):
        log = self.log(self.some())
        for option, value, says in (("--outcome", "conflct", "the nearest is 'conflict'"), ("--kind", "intend", "the nearest is 'intent'"), ("--since", "yesterday", "RFC 3339"),
                                    ("--until", "2026-02-30T00:00:00Z", "RFC 3339"), ("--seq", "0", "12..40"), ("--seq", "5..4", "12..40"), ("--seq", "1..", "12..40"),
                                    ("--seq", "99999999999999999999", "12..40"), ("--seq", "-1", "12..40"), ("--seq", "1 ", "12..40"), ("--seq", "", "12..40"), ("--since", "", "RFC 3339"),
                                    ("--until", "", "RFC 3339"), ("--campaign", "", "a value is needed"), ("--actor", "", "a value is needed"), ("--op", "", "a value is needed"),
                                    ("--kind", "", "all are genesis, intent"), ("--outcome", "", "all are applied, applied_readback")):
            with self.subTest(option=option, value=value):
                self.refused(64, "audit", "show", f"{option}={value}", log, says=[says])

    def test_a_word_that_is_near_none_names_all(self):
        log = self.log(self.some())
        done = self.refused(64, "audit", "show", "--kind", "bogus", log, says=["all are genesis, intent, attempt, conflict, token, outcome, checkpoint, recover, rotate, clock, fork"])
        self.assertNotIn("nearest", done.stderr)
        self.refused(64, "audit", "show", "--outcome", "applied", "--outcome", "planned", log, says=["--outcome 'planned'", "unknown, cancelled"])

    def test_only_an_outcome_may_be_given_twice(self):
        log = self.log(self.some())
        for option, value in (("campaign", "c0"), ("since", "2026-01-01T00:00:00Z"), ("until", "2026-01-01T00:00:00Z"), ("actor", "a"), ("op", "o"), ("kind", "intent"), ("seq", "1"), ("key-file", "k")):
            with self.subTest(option):
                self.refused(64, "audit", "show", f"--{option}", value, f"--{option}", value, log, says=[f"--{option} is given twice"])

    def test_what_to_expect_has_a_form(self):
        log = self.log(self.some())
        for value in ("", "5", "5:", "x:" + "0" * 64, "5:" + "0" * 63, "5:" + "g" * 64):
            with self.subTest(value):
                for words in (["verify"], ["show"], ["show", "--outcome", "applied"]):
                    self.refused(64, "audit", *words, "--expect", value, log, says=["--expect"])


class Verify(AuditCase):
    def test_a_log_as_it_should_be(self):
        log = self.some()
        done = clilib.run("audit", "verify", self.log(log))
        self.assert_code(done, 0)
        self.assertEqual(done.stderr, "")
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], f"{self.dir}/audit.log: ok")
        self.assertEqual(lines[1], "  5 records in 1 segment, not keyed")
        self.assertIn(f"  last record {log.last()}", lines)
        self.assertEqual(self.verify(self.log(log)), {"ok": True, "records": 5, "segments": 1, "first_bad_seq": None, "findings": [], "last": log.last()})

    def test_a_directory(self):
        self.log(self.some())
        self.assertEqual(self.verify(str(self.dir))["records"], 5)

    def test_damage_is_named_with_what_to_do(self):
        log = self.log(auditlib.damaged(self.some().text(), 3))
        done = clilib.run("audit", "verify", log)
        self.assert_code(done, 74)
        self.assertIn("NOT as it was written", done.stdout)
        self.assertIn("first damage where record 3 should stand", done.stdout)
        self.assertRegex(done.stdout, r"error +audit\.hash ")
        self.assertIn("keep the file as it is and compare it with a copy", done.stdout)
        self.assertEqual(self.verify(log, code=74)["first_bad_seq"], 3)

    def test_records_taken_out_swapped_and_not_json(self):
        lines = self.some().text().splitlines(keepends=True)
        for content in (lines[:2] + lines[3:], lines[:2] + [lines[3], lines[2]] + lines[4:], lines[1:], lines[:3] + [b"{}\n"] + lines[3:], [b"\0" * 500 + b"\n"] + lines, lines + [b"x" * 40000 + b"\n"]):
            self.assertTrue(self.codes(self.log(b"".join(content))))

    def test_a_torn_end_is_a_warning(self):
        log = self.log(self.some().text() + b'{"v":1,"seq":6')
        document = self.verify(log)
        self.assertEqual([(f["severity"], f["code"]) for f in document["findings"]], [("warning", "audit.torn")])
        self.assertIn("has no newline", clilib.run("audit", "verify", log).stdout)

    def test_what_is_kept_elsewhere_shows_a_cut_log(self):
        log = self.some()
        whole, cut = self.log(log), self.file("cut.log", b"".join(log.lines[:3]))
        self.assertEqual(self.verify("--expect", log.last(), whole)["records"], 5)
        self.assertEqual(self.codes("--expect", log.last(), cut), ["audit.expect"])
        earlier = json.loads(log.lines[1])["h"]
        self.verify("--expect", f"2:{earlier}", "--expect", log.last(), whole)
        self.assertEqual(self.codes("--expect", f"2:{'0' * 64}", whole), ["audit.expect"])
        self.verify(cut)

    def test_a_segment_that_is_kept_elsewhere(self):
        whole = Log()
        whole.update("op-1", 1, 2)
        whole.add({"k": "rotate", "next": 5, "as": "audit.log.000000000001", "why": "size"})
        first, kept = whole.text(), whole.last()
        genesis = whole.add({"k": "genesis", "why": "size", "prev_name": "audit.log.000000000001", "prev_seq": 4, "prev_h": whole.prev, "prev_sha256": hashlib.sha256(first).hexdigest(), "open": []})
        whole.update("op-2", 2, 3)
        path = self.log(whole.text()[len(first):])
        self.assertEqual(self.codes(path), ["audit.segment"])
        self.assertTrue(self.verify("--expect", kept, path)["ok"])
        for words in ([], ["--outcome", "applied"]):
            done = clilib.run("audit", "show", *words, "--expect", kept, path)
            self.assert_code(done, 0)
            self.assertEqual(done.stderr, "")
            self.assertEqual([json.loads(line)["seq"] for line in done.stdout.splitlines()], [genesis + 1, genesis + 2] if words else [genesis, genesis + 1, genesis + 2])
            done = clilib.run("audit", "show", *words, path)
            self.assert_code(done, 74)
            self.assertIn("audit.segment", done.stderr)
        self.file("audit.log.000000000001", first)
        self.assertEqual(self.verify(path)["segments"], 2)

    def test_keys(self):
        log, key, other, short = self.log(self.some(KEY)), self.file("key", KEY), self.file("other", b"another key of some length"), self.file("short", b"short")
        done = clilib.run("audit", "verify", "--key-file", key, log)
        self.assert_code(done, 0)
        self.assertIn("5 records in 1 segment, keyed", done.stdout)
        self.assertTrue(self.verify(log, CXDIALER_AUDIT_KEY_FILE=key)["ok"])
        self.assertIn("audit.key", self.codes("--key-file", other, log))
        self.assertIn("audit.key", self.codes(log))
        self.assertIn("audit.key", self.codes("--key-file=", log, CXDIALER_AUDIT_KEY_FILE=key))
        self.assertIn("audit.unkeyed", self.codes("--key-file", key, self.file("plain.log", self.some().text())))
        self.refused(78, "audit", "verify", "--key-file", short, log, says=["16"])
        self.refused(78, "audit", "verify", "--key-file", str(self.dir / "none"), log, says=["none"])
        self.assertNotIn("a key of some", done.stdout + done.stderr)

    def test_files_that_are_not_there(self):
        missing = str(self.dir / "missing.log")
        for part in ("verify", "show"):
            self.refused(66, "audit", part, missing, says=[missing])
            done = self.refused(66, "--output", "json", "audit", part, missing)
            self.assertIn(missing, self.assert_error(done, "CXD_E_IO")["message"])
        self.assertFalse(os.path.exists(missing))

    def test_a_symbolic_link_is_not_followed(self):
        link = self.dir / "link.log"
        link.symlink_to(self.log(self.some()))
        for part in ("verify", "show"):
            self.refused(66, "audit", part, str(link), says=["symbolic link"])

    def test_what_stands_behind_the_damage_is_shown_by_the_file_itself(self):
        first = self.some()
        broken = auditlib.damaged(first.text(), 3)
        self.file("audit.log.000000000001", broken)
        log = Log()
        log.lines, log.prev = first.lines[:2], json.loads(first.lines[1])["h"]
        log.add({"k": "genesis", "why": "broken", "prev_name": "audit.log.000000000001", "prev_seq": 2, "prev_h": log.prev, "prev_sha256": hashlib.sha256(broken).hexdigest(), "open": [{"seq": 2, "op": json.loads(first.lines[1])["op"]}]})
        path = self.log(b"".join(log.lines[2:]))
        self.assertEqual(self.codes(path), ["audit.broken"])
        for file, wanted in ((path, [1, 2, 3]), (f"{path}.000000000001", [1, 2, 4, 5])):
            done = clilib.run("audit", "show", file)
            self.assert_code(done, 74)
            self.assertEqual([json.loads(line)["seq"] for line in done.stdout.splitlines()], wanted)

    def test_hostile_content_does_not_reach_the_terminal(self):
        text = self.some().text() + b"\x1b]0;owned\x07" + "\u202e\u009b".encode() + b"\n"
        for words in (["audit", "verify"], ["audit", "show"], ["--output", "text", "audit", "show"]):
            done = clilib.run(*words, self.log(text))
            self.assert_code(done, 74)
            for hostile in ("\x1b", "\x07", "\u202e", "\u009b"):
                self.assertNotIn(hostile, done.stderr + (done.stdout if words[-1] == "verify" else ""))

    def test_a_long_one_says_how_far_it_is(self):
        log = Log()
        for i in range(300):
            log.update(f"op-{i}", i, i + 1)
        code, screen, out = on_terminal("audit", "verify", self.log(log), stderr=True)
        self.assertEqual((code, screen), (0, ""), "a short one says nothing")
        self.assertIn("601 records", out)


class Show(AuditCase):
    def setUp(self):
        super().setUp()
        log = Log()
        log.update("op-1", 150, 120, actor="night shift", at="2026-11-22T16:00:00.000000Z")                                     # 2, 3
        log.add({"k": "token", "op": "op-2", "expires_in_s": 60, "forced": False}, "2026-11-22T17:00:00.000000Z")               # 4
        log.intent("op-2", DIFF, campaign="c1", actor='q"\\\n\u00e9\U0001f600', at="2026-11-22T17:00:00.500000Z")               # 5
        log.add({"k": "conflict", "op": "op-2", "campaign": "c1", "round": 1, "http_status": 412, "request_id": "r1"}, "2026-11-22T17:00:01.000000Z")  # 6
        log.outcome("op-2", "conflict", campaign="c1", status="CXD_E_CONFLICT", http_status=412, at="2026-11-22T18:00:00.000000Z")  # 7
        self.made, self.path = log, self.log(log)

    def seqs(self, *args, code=0):
        done = clilib.run("audit", "show", *args, self.path)
        self.assert_code(done, code)
        return [json.loads(line)["seq"] for line in done.stdout.splitlines()]

    def test_elsewhere_the_records_are_as_they_are(self):
        done = subprocess.run([clilib.program(), "audit", "show", self.path], capture_output=True, env=clilib.environment(), timeout=clilib.TIMEOUT_S)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, self.made.text(), b""))

    def test_filters(self):
        for args, wanted in ((["--campaign", "c1"], [5, 6, 7]), (["--campaign", "c"], []), (["--actor", "night shift"], [2, 3]), (["--actor", 'q"\\\n\u00e9\U0001f600'], [5]),
                             (["--op", "op-2"], [4, 5, 6, 7]), (["--kind", "intent"], [2, 5]), (["--kind", "genesis"], [1]), (["--seq", "3"], [3]), (["--seq", "2..4"], [2, 3, 4]),
                             (["--seq", "6..9223372036854775807"], [6, 7]), (["--since", "2026-11-22T17:00:00.5Z"], [5, 6, 7]), (["--until", "2026-11-22T17:00:00.5Z"], [1, 2, 3, 4]),
                             (["--since", "2026-11-22T12:00:00-05:00", "--until", "2026-11-22T12:00:01-05:00"], [4, 5]), (["--campaign", "c1", "--kind", "outcome"], [7])):
            with self.subTest(args):
                self.assertEqual(self.seqs(*args), wanted)

    def test_an_outcome_brings_its_intents(self):
        self.assertEqual(self.seqs("--outcome", "conflict"), [5, 7])
        self.assertEqual(self.seqs("--outcome", "applied"), [2, 3])
        self.assertEqual(self.seqs("--outcome", "applied", "--kind", "outcome"), [3])
        self.assertEqual(self.seqs("--outcome", "unknown"), [])

    def test_any_of_several_outcomes(self):
        self.assertEqual(self.seqs("--outcome", "applied", "--outcome", "conflict"), [2, 3, 5, 7])
        self.assertEqual(self.seqs("--outcome", "applied", "--outcome", "unknown"), [2, 3])
        self.assertEqual(self.seqs("--kind", "outcome", "--outcome", "applied_readback", "--outcome", "conflict"), [7])

    def test_that_nothing_matches_is_said(self):
        for form, says in (("text", True), ("json", False)):
            done = clilib.run("--output", form, "audit", "show", "--campaign", "c9", self.path)
            self.assert_code(done, 0)
            self.assertEqual(done.stdout, "")
            self.assertEqual("no record matches" in done.stderr, says, done.stderr)
        self.assertEqual(clilib.run("audit", "show", "--campaign", "c1", self.path).stderr, "")

    def test_a_table_on_a_terminal(self):
        code, screen, err = on_terminal("audit", "show", self.path, columns=200)
        self.assertEqual((code, err), (0, ""))
        lines = screen.splitlines()
        self.assertEqual(lines[0].split(), ["TIME", "(UTC)", "SEQ", "KIND", "CAMPAIGN", "RESULT", "ACTOR", "SENDS", "WHAT"])
        self.assertEqual(len(lines), 8)
        self.assertIn("/maxConcurrentCalls 150 -> 120", lines[2])
        self.assertEqual(lines[3].split()[:7], ["2026-11-22T16:00:00", "3", "outcome", "c0", "applied", "night", "shift"])
        self.assertIn("CXD_E_CONFLICT", lines[7])
        self.assertEqual({line.find("c0") for line in (lines[2], lines[3])}, {lines[0].find("CAMPAIGN")})

    def test_it_is_cut_to_the_width(self):
        for columns in (40, 80, 120):
            _, screen, _ = on_terminal("audit", "show", self.path, columns=columns)
            self.assertLessEqual(max(map(len, screen.splitlines())), columns)
            self.assertEqual(len(screen.splitlines()), 8)
        done = clilib.run("--output", "text", "audit", "show", self.path)
        self.assertIn("/maxConcurrentCalls 150 -> 120", done.stdout)
        self.assertNotIn("...", done.stdout)

    def test_hostile_texts_are_escaped(self):
        log = Log()
        log.add('"k":"intent","op":"o","campaign":"\u202e\u009b31m","actor":"\\u001b[2J","diff":[{"op":"add","path":"/\u202e","value":"\u009b"}]')
        path = self.log(log, "hostile.log")
        for words in (["audit", "show", path], ["--output", "json", "audit", "show", path]):
            code, screen, _ = on_terminal(*words, columns=200)
            self.assertEqual(code, 0)
            for hostile in ("\x1b", "\u202e", "\u009b"):
                self.assertNotIn(hostile, screen)
            self.assertIn("\\u202e", screen)
        self.assertEqual(clilib.run("audit", "show", path).stdout.encode(), log.text())

    def test_huge_and_odd_values_are_shortened(self):
        log = Log()
        log.intent("o", [{"op": "add", "path": f"/m{i}", "value": "x" * 300} for i in range(40)])
        log.add({"k": "someday", "op": None, "campaign": 7, "actor": {"a": 1}, "sends": [1]})
        log.add('"k":"outcome","outcome":[],"findings":7,"diff":"no"')
        done = clilib.run("--output", "text", "audit", "show", self.log(log))
        self.assert_code(done, 0)
        self.assertEqual(len(done.stdout.splitlines()), 5)
        self.assertLess(max(map(len, done.stdout.splitlines())), 600)

    def test_damage_is_told_and_the_rest_is_shown(self):
        self.path = self.log(auditlib.damaged(self.made.text(), 3))
        done = clilib.run("audit", "show", self.path)
        self.assert_code(done, 74)
        self.assertIn("audit.hash", done.stderr)
        shown = [json.loads(line)["seq"] for line in done.stdout.splitlines()]
        self.assertTrue({1, 2, 5, 6, 7}.issubset(shown), shown)
        done = clilib.run("--output", "json", "audit", "show", self.path)
        self.assertIn("audit.hash", self.assert_error(done, "CXD_E_AUDIT")["message"])

    def test_many_faults_are_counted(self):
        text = self.made.text() + b"".join(b"rubbish %d\n" % i for i in range(60))
        done = clilib.run("audit", "show", self.log(text))
        self.assert_code(done, 74)
        self.assertLess(len(done.stderr.splitlines()), 30)
        self.assertIn("more findings", done.stderr)

    def test_a_reader_that_goes_away(self):
        log = Log()
        for i in range(2000):
            log.update(f"op-{i}", i, i + 1)
        process = subprocess.Popen([clilib.program(), "audit", "show", self.log(log)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clilib.environment())
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read().decode()
        process.stderr.close()
        self.assertEqual(process.wait(clilib.TIMEOUT_S), 1, err)
        self.assertIn("standard output", err)


class Interrupt(AuditCase):
    """While it reads what has no end: a line of a TiB, of which the file system has nothing."""

    def interrupted(self, *words):
        path = self.log(self.some())
        os.truncate(path, 1 << 40)
        process = subprocess.Popen([clilib.program(), "audit", *words, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clilib.environment())
        descriptors = f"/proc/{process.pid}/fd"

        def is_reading():
            try:
                return path in [os.readlink(f"{descriptors}/{fd}") for fd in os.listdir(descriptors)]
            except OSError:
                return False
        simlib.until(is_reading)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=clilib.TIMEOUT_S)
        return process.returncode

    def test_verify_and_show_end_soon(self):
        for words in (["verify"], ["show"], ["show", "--outcome", "applied"]):
            with self.subTest(words):
                self.assertEqual(self.interrupted(*words), 130)


class Recover(clilib.SimCase):
    def test_a_log_that_is_not_there_is_not_made(self):
        sim = self.sim()
        for words in ([], ["--list"]):
            for path in (self.dir / "mistyped.log", self.dir / "none" / "audit.log"):
                before = sorted(self.dir.iterdir())
                done = self.cli(sim, "audit", "recover", *words, CXDIALER_AUDIT_PATH=str(path))
                self.assert_code(done, 66)
                self.assertEqual(done.stdout, "")
                self.assertIn(f"there is no audit log at {path}", done.stderr)
                self.assertEqual(sorted(self.dir.iterdir()), before)
        self.assert_error(self.cli(sim, "--output", "json", "audit", "recover"), "CXD_E_IO")

    def test_listing_cuts_a_torn_end(self):
        self.audit.write_bytes(Log().text() + b'{"v":1,"seq":2')
        self.assert_code(self.cli(self.sim(), "audit", "recover", "--list"), 0)
        self.assertEqual((self.dir / "audit.log.torn-2").read_bytes(), b'{"v":1,"seq":2')

    def test_nothing_to_do(self):
        sim = self.sim()
        self.audit.write_bytes(Log().text())
        done = self.cli(sim, "audit", "recover")
        self.assert_code(done, 0)
        self.assertEqual(done.stdout, "0 resolved, 0 left in doubt\n")
        self.assertEqual(json.loads(self.cli(sim, "--output", "json", "audit", "recover").stdout), {"resolved": 0, "left": 0})
        self.assertEqual(json.loads(self.cli(sim, "--output", "json", "audit", "recover", "--list").stdout), [])
        self.assertEqual(self.cli(sim, "audit", "recover", "--list").stdout, "")

    def test_it_needs_a_log(self):
        for env in ({"CXDIALER_AUDIT_PATH": ""}, {"CXDIALER_AUDIT_MODE": "off"}):
            done = self.cli(self.sim(), "audit", "recover", **env)
            self.assert_code(done, 78)
            self.assertIn("audit.path", done.stderr)

    def test_a_log_that_is_none(self):
        self.audit.write_text("rubbish\n")
        done = self.cli(self.sim(), "audit", "recover")
        self.assert_code(done, 74)
        self.assertEqual(self.audit.read_text(), "rubbish\n")


if __name__ == "__main__":
    unittest.main()
