# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""cxdialer apply --journal: what is in the journal, and what is refused as one."""
import fcntl
import json
import os
import pathlib
import resource
import stat
import subprocess
import unittest

import clilib
import journallib

IDS = ["c0", "c1", "c2"]
CHANGES = [{"id": i, "maxConcurrentCalls": 100} for i in IDS]


class JournalCase(clilib.SimCase):
    def setUp(self):
        super().setUp()
        self.journal = self.dir / "plan.journal"

    def env(self, url, **more):
        return super().env(url, CXDIALER_HTTP_ATTEMPT_TIMEOUT_MS="1000", **more)

    def many(self, *args, ids=IDS):
        return self.sim(*args, campaigns=[clilib.paused(i) for i in ids])

    def apply(self, sim, changes=CHANGES, *more, **env):
        return self.cli(sim, *more, "apply", "--journal", str(self.journal), self.file("c.json", changes), **env)

    def status(self, path=None):
        done = clilib.run("--output", "json", "resume", "--status", str(path or self.journal))
        self.assert_code(done, 0)
        return json.loads(done.stdout)

    def kinds(self):
        return [line["k"] for line in journallib.read(self.journal)]

    def refused(self, done, code, *parts):
        self.assert_code(done, code)
        for part in parts:
            self.assertIn(part, done.stderr)


class Content(JournalCase):
    def test_it_has_the_plan_the_items_and_what_became_of_them(self):
        sim = self.many()
        self.assert_code(self.apply(sim), 0)
        lines = journallib.read(self.journal)
        plan = lines[0]
        self.assertEqual((plan["v"], plan["k"], plan["items"], plan["base_url"], plan["mode"], plan["coalesce"]), (1, "plan", 3, sim.url, "merge", "off"))
        self.assertRegex(plan["created"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertRegex(plan["writer"], r"^cxdialer \d")
        self.assertEqual([json.loads(journallib.text_of(item)) for item in lines[1:4]], CHANGES)
        self.assertTrue(lines[2]["where"].endswith("c.json[1]"))
        self.assertEqual((lines[-1]["k"], lines[-1]["why"]), ("end", "done"))
        self.assertEqual(journallib.last(lines), ["applied"] * 3)
        records = {r["seq"]: r for r in map(json.loads, self.audit.read_text().splitlines())}
        for line in lines:
            if line["k"] == "sent":
                intent = json.loads(line["text"])
                self.assertEqual((intent["k"], intent["campaign"]), ("intent", IDS[line["item"]]))
                self.assertEqual(records[intent["seq"]], intent)
            if line["k"] == "outcome":
                self.assertEqual((records[line["seq"]]["campaign"], line["status"], line["retry_after_ms"]), (IDS[line["item"]], "CXD_OK", None))
        self.assertEqual(stat.S_IMODE(self.journal.stat().st_mode), 0o600)

    def test_each_update_is_announced_before_its_outcome(self):
        self.assert_code(self.apply(self.many()), 0)
        for item in range(3):
            self.assertEqual([line["k"] for line in journallib.read(self.journal) if line.get("item") == item], ["item", "sent", "outcome"])

    def test_one_object_has_a_journal_too(self):
        done = self.cli(self.many(), "--output", "json", "apply", "--journal", str(self.journal), self.file("c.json", CHANGES[0]))
        self.assert_code(done, 0)
        self.assertEqual(json.loads(done.stdout)["outcome"], "applied")
        self.assertEqual(journallib.last(journallib.read(self.journal)), ["applied"])

    def test_standard_input_is_in_it(self):
        sim = self.many()
        self.assert_code(self.cli(sim, "apply", "--journal", str(self.journal), "-", stdin=json.dumps(CHANGES)), 0)
        self.assertEqual(journallib.read(self.journal)[3]["where"], "standard input[2]")

    def test_texts_of_any_bytes_are_kept_as_they_are(self):
        texts = [b'{"id":"a","name":"\xff\xfe"}', b'{"id":"b",\n\t"name":"x\\u0000\\"\xe2\x80\xae\xf3\xa0\x81\x81\x7f"}', b'"\x00"', b'{"id":"c"}']
        self.assert_code(self.cli(self.many(), "apply", "--journal", str(self.journal), self.file("c.json", b"[" + b",".join(texts) + b"]")), 80)
        lines = journallib.read(self.journal)
        self.assertEqual([journallib.text_of(item) for item in lines[1:5]], texts)
        self.assertEqual(self.status()["items"], 4)

    def test_without_an_audit_log_the_intent_is_kept_all_the_same(self):
        self.assert_code(self.apply(self.many(), CXDIALER_AUDIT_MODE="off", CXDIALER_AUDIT_PATH=""), 0)
        lines = journallib.read(self.journal)
        sent = [line for line in lines if line["k"] == "sent"]
        self.assertEqual(len(sent), 3)
        self.assertEqual({json.loads(line["text"])["campaign"] for line in sent}, set(IDS))
        self.assertEqual({line["seq"] for line in lines if line["k"] == "outcome"}, {None})

    def test_nothing_to_do_makes_no_journal(self):
        done = self.apply(self.many(), [])
        self.assert_code(done, 0)
        self.assertFalse(self.journal.exists())

    def test_a_wrong_configuration_makes_no_journal(self):
        self.assert_code(self.apply(self.many(), CXDIALER_AUDIT_PATH=str(self.dir / "no" / "audit.log")), 74)
        self.assertFalse(self.journal.exists())


class Status(JournalCase):
    def test_it_counts(self):
        sim = self.many()
        self.assert_code(self.apply(sim, [CHANGES[0], {"id": "c1", "maxConcurrentCalls": 9999}, {"id": "c2", "maxConcurrentCalls": 150}]), 80)
        status = self.status()
        self.assertEqual({k: status[k] for k in ("items", "over", "in_doubt", "again", "not_begun", "refused", "ended", "torn")},
                         {"items": 3, "over": 2, "in_doubt": 0, "again": 0, "not_begun": 0, "refused": 1, "ended": True, "torn": False})
        done = clilib.run("resume", "--status", str(self.journal))
        self.assertIn("2 over", done.stdout)
        self.assertIn("1 refused", done.stdout)
        self.assertRegex(done.stdout, r"c\.json\[1\] +c1 +rejected +CXD_E_INVALID")

    def test_it_neither_changes_nor_needs_the_lock(self):
        self.assert_code(self.apply(self.many()), 0)
        before = self.journal.read_bytes()
        self.journal.write_bytes(before + b'{"k":"sent"')
        with open(self.journal, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self.assertTrue(self.status()["torn"])
        self.assertEqual(self.journal.read_bytes(), before + b'{"k":"sent"')


class Existing(JournalCase):
    def setUp(self):
        super().setUp()
        self.sim1 = self.many()

    def again(self, changes=CHANGES):
        before, puts = self.journal.read_bytes(), len(self.puts(self.sim1))
        done = self.apply(self.sim1, changes)
        self.assertEqual(self.journal.read_bytes(), before)
        self.assertEqual(len(self.puts(self.sim1)), puts)
        return done

    def test_the_same_plan(self):
        self.assert_code(self.apply(self.sim1), 0)
        self.refused(self.again(), 65, "this plan already", f"cxdialer resume {self.journal}")

    def test_another_plan(self):
        self.assert_code(self.apply(self.sim1), 0)
        self.refused(self.again(CHANGES[:2]), 65, "another plan")

    def test_something_else(self):
        for content in (b"", b"[1]\n", b"\x00" * 100, b'{"v":1}\n', b'{"v":1,"k":"other","h":"0000000000000000"}\n', b'{"v":"1","k":"plan"}\n'):
            with self.subTest(content):
                self.journal.write_bytes(content)
                self.refused(self.again(), 65, "not a journal")

    def test_a_newer_version(self):
        self.journal.write_bytes(b'{"v":2,"k":"plan","writer":"cxdialer 9.9","h":"x"}\n')
        self.refused(self.again(), 65, "version 2", "cxdialer 9.9", "version 1")
        self.refused(self.cli(self.sim1, "resume", str(self.journal)), 65, "version 2", "cxdialer 9.9")

    def test_a_directory_a_pipe_and_a_place_that_is_not_there(self):
        self.journal.mkdir()
        self.refused(self.apply(self.sim1), 65, "not a journal")
        self.journal.rmdir()
        os.mkfifo(self.journal)
        self.refused(self.apply(self.sim1), 65, "not a journal")
        self.journal.unlink()
        self.journal = self.dir / "no" / "plan.journal"
        self.refused(self.apply(self.sim1), 74, "cannot be made")
        self.assertEqual(self.puts(self.sim1), [])

    def test_a_link_to_nowhere_is_not_followed(self):
        target = self.dir / "target"
        self.journal.symlink_to(target)
        self.refused(self.apply(self.sim1), 66, "cannot be opened")
        self.assertFalse(target.exists())
        self.assertEqual(self.puts(self.sim1), [])


class Damage(JournalCase):
    """Of a journal that was cut or changed, whatever the place, a resume says the truth and sends nothing it must not."""

    def setUp(self):
        super().setUp()
        self.server = self.many()
        self.assert_code(self.apply(self.server), 0)
        self.good = self.journal.read_bytes()
        self.lines = self.good.splitlines(keepends=True)

    def run_status(self):
        return clilib.run("--output", "json", "resume", "--status", str(self.journal))

    def test_cut_at_each_byte(self):
        done = subprocess.run([os.environ["CXDIALER_JOURNAL_CUTS"], str(self.journal), str(self.dir / "cut")], capture_output=True, text=True, timeout=clilib.TIMEOUT_S)
        self.assertEqual(done.returncode, 0)
        answers = [[int(word) for word in line.split()] for line in done.stdout.splitlines()]
        self.assertEqual(len(answers), len(self.good) + 1)
        plan_end, errors = len(b"".join(self.lines[:4])), done.stderr.splitlines()
        self.assertEqual([answer for answer in answers[:plan_end] if answer != [65]], [])
        self.assertEqual(len(errors), plan_end)
        self.assertIn("not a journal", errors[0])
        self.assertEqual([error for error in errors[1:] if "not written to its end" not in error], [])
        for length in range(plan_end, len(self.good) + 1):
            whole = [json.loads(line) for line in self.good[:length].splitlines(keepends=True) if line.endswith(b"\n")]
            last = journallib.last(whole)
            self.assertEqual(answers[length], [0, last.count("applied"), last.count("sent"), last.count("item"), int(not self.good[:length].endswith(b"\n"))], length)

    def test_cut_anywhere_a_resume_sends_no_put(self):
        for length in range(len(b"".join(self.lines[:4])), len(self.good), 397):
            with self.subTest(length):
                self.journal.write_bytes(self.good[:length])
                done = self.cli(self.server, "resume", str(self.journal))
                self.assert_code(done, 0)
                self.assertEqual(len(self.puts(self.server)), 3)
                self.assertEqual(self.status()["over"], 3)

    def test_a_changed_byte_in_any_line(self):
        for number, line in enumerate(self.lines, 1):
            for at in (0, len(line) // 2, len(line) - 4)[:3 if number in (1, 3, 6) else 1]:
                changed = line[:at] + bytes([line[at] ^ 1]) + line[at + 1:]
                self.journal.write_bytes(b"".join(self.lines[:number - 1]) + changed + b"".join(self.lines[number:]))
                done = self.run_status()
                with self.subTest(number=number, at=at):
                    self.assertEqual(done.returncode, 65, done.stdout)
                    if number > 1:
                        self.assertIn(f"line {number} ", done.stderr)

    def test_a_line_taken_out_put_twice_or_moved(self):
        for number in range(1, len(self.lines)):
            for name, lines in (("out", self.lines[:number] + self.lines[number + 1:]), ("twice", self.lines[:number + 1] + self.lines[number:]),
                                ("moved", self.lines[:number] + self.lines[number + 1:] + self.lines[number:number + 1])):
                if lines in (self.lines, self.lines[:-1]):
                    continue
                with self.subTest(name, number=number):
                    self.journal.write_bytes(b"".join(lines))
                    self.assertEqual(self.run_status().returncode, 65)

    def test_lines_of_another_journal(self):
        first = self.good
        self.journal.unlink()
        self.assert_code(self.apply(self.server, CHANGES[:2] + [{"id": "c2", "maxConcurrentCalls": 90}]), 0)
        other = self.journal.read_bytes().splitlines(keepends=True)
        self.journal.write_bytes(first + other[-1])
        done = self.run_status()
        self.refused(done, 65, f"line {len(self.lines) + 1} ")

    def test_well_sealed_nonsense(self):
        lines = journallib.read(self.journal)
        cases = {
            "an item beyond the last": lines + [{"k": "sent", "item": 3, "text": "x"}],
            "no item": lines + [{"k": "outcome", "outcome": "applied", "status": "CXD_OK"}],
            "an unknown kind": lines + [{"k": "other", "item": 0}],
            "a missing text": lines[:1] + [{k: v for k, v in lines[1].items() if k != "text"}] + lines[2:],
            "another text": lines[:1] + [{**lines[1], "text": "{}"}] + lines[2:],
            "too many items": [{**lines[0], "items": 99999999999}] + lines[1:],
            "base64 that is none": lines[:1] + [{"k": "item", "item": 0, "where": "x", "base64": "%%%="}] + lines[2:],
        }
        for name, changed in cases.items():
            with self.subTest(name):
                journallib.write(self.journal, changed)
                before = self.journal.read_bytes()
                self.assertEqual(self.run_status().returncode, 65)
                self.assert_code(self.cli(self.server, "resume", str(self.journal)), 65)
                self.assertEqual(self.journal.read_bytes(), before)
        self.assertEqual(len(self.puts(self.server)), 3)

    def test_a_missing_file(self):
        self.refused(clilib.run("resume", "--status", str(self.dir / "none")), 66, "cannot be opened")


class NoRoom(JournalCase):
    """RLIMIT_FSIZE stands in for a full disk."""

    def env(self, url, **more):
        return super().env(url, CXDIALER_AUDIT_MODE="off", CXDIALER_AUDIT_PATH="", **more)  # which has limits of its own

    def limited(self, sim, size, changes, *words):
        command = words or ("apply", "--journal", str(self.journal), self.file("c.json", changes))
        return clilib.run(*command, env=self.env(sim.url), preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))

    def padded(self):
        """Changes whose plan is far larger than their intents."""
        return b"[" + b",".join(json.dumps(change).encode().replace(b"{", b"{" + b" " * 20000) for change in CHANGES) + b"]"

    def test_for_the_plan_nothing_is_sent_and_no_file_left(self):
        sim = self.many()
        for size in (0, 100, 30000):
            done = self.limited(sim, size, self.padded())
            self.assert_code(done, 74)
            self.assertIn("nothing was sent", done.stderr)
            self.assertFalse(self.journal.exists())
        self.assertEqual(self.puts(sim), [])

    def test_for_a_sent_that_update_is_not_sent(self):
        sim = self.many()
        self.assert_code(self.cli(sim, "apply", "--journal", str(self.journal), self.file("c.json", self.padded())), 0)
        plan = len(b"".join(self.journal.read_bytes().splitlines(keepends=True)[:4]))
        self.journal.unlink()
        fresh = self.many()
        # the first line has the URL of the simulator, whose port may have another number of digits
        done = self.limited(fresh, plan + 40, self.padded())
        self.assert_code(done, 74)
        self.assertIn("journal cannot be written", done.stderr)
        self.assertIn("not_applied", done.stdout)
        self.assertEqual(self.puts(fresh), [])
        self.assertEqual(journallib.last(journallib.read(self.journal)), ["item"] * 3)
        done = self.cli(fresh, "resume", str(self.journal))
        self.assert_code(done, 0)
        self.assertEqual([c["applied"] for c in fresh.state()["campaigns"]], [1, 1, 1])

    def test_for_an_outcome_it_is_said_and_a_resume_finds_it_out(self):
        sim = self.many()
        self.assert_code(self.cli(sim, "--set", "update.concurrency=1", "apply", "--journal", str(self.journal), self.file("c.json", self.padded())), 0)
        lines = self.journal.read_bytes().splitlines(keepends=True)
        self.assertIn(b'"k":"sent"', lines[4])
        self.journal.unlink()
        fresh = self.many()
        done = self.limited(fresh, len(b"".join(lines[:5])) + 40, self.padded(), "--set", "update.concurrency=1", "apply", "--journal", str(self.journal), self.file("c.json", self.padded()))
        self.assert_code(done, 74)
        self.assertIn("journal cannot be written", done.stderr)
        self.assertEqual(journallib.last(journallib.read(self.journal)), ["sent", "item", "item"])
        self.assertEqual(len(self.puts(fresh)), 1)
        done = self.cli(fresh, "resume", str(self.journal))
        self.assert_code(done, 0)
        self.assertEqual([c["applied"] for c in fresh.state()["campaigns"]], [1, 1, 1])

    @unittest.skipUnless(os.access("/dev/full", os.W_OK), "there is no /dev/full")
    def test_a_device_is_no_journal(self):
        self.journal = pathlib.Path("/dev/full")
        sim = self.many()
        self.refused(self.apply(sim), 65, "not a journal")
        self.assertEqual(self.puts(sim), [])


class Locks(JournalCase):
    def test_two_processes_never_work_on_one_journal(self):
        sim = self.many()
        self.assert_code(self.apply(sim), 0)
        before = self.journal.read_bytes()
        with open(self.journal, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            done = self.cli(sim, "resume", str(self.journal))
        self.refused(done, 75, "another process")
        self.assertEqual(self.journal.read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
