# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""cxdialer validate, and how files are read; no server."""
import json
import os
import pathlib
import subprocess
import time
import unittest

import clilib

OK = {"id": "a1", "maxConcurrentCalls": 120, "pacing": {"interval": 60, "throttlePercent": 0.9}}
BAD = {"id": "a2", "maxConcurrentCalls": 9999, "timeZone": "EST"}


class Validate(clilib.Case):
    def validate(self, *args, **more):
        return clilib.run("validate", *args, **more)

    def validate_json(self, *args, **more):
        done = clilib.run("--output", "json", "validate", *args, **more)
        self.assertEqual(done.stdout.count("\n"), 1)
        results = json.loads(done.stdout)
        for result in results:
            self.assertEqual(list(result), ["file", "campaign_id", "ok", "findings"])
            for finding in result["findings"]:
                self.assertEqual(list(finding), ["severity", "code", "pointer", "message"])
        return done, results

    def test_a_valid_change(self):
        file = self.file("ok.json", OK)
        done = self.validate(file)
        self.assert_code(done, 0)
        self.assertEqual(done.stdout, f"{file}: ok\n")
        self.assertEqual(done.stderr, "cxdialer: 1 file, 1 campaign: 1 ok, 0 refused; errors 0, warnings 0\n")

    def test_a_valid_change_as_json(self):
        file = self.file("ok.json", OK)
        done, results = self.validate_json(file)
        self.assert_code(done, 0)
        self.assertEqual(results, [{"file": file, "campaign_id": "a1", "ok": True, "findings": []}])
        self.assertEqual(done.stderr, "")

    def test_all_findings_at_once(self):
        file = self.file("bad.json", BAD)
        done = self.validate(file)
        self.assert_code(done, 65)
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), 2)
        self.assertTrue(lines[0].startswith(f"{file}: error  capacity.concurrency  /maxConcurrentCalls  "), lines[0])
        self.assertTrue(lines[1].startswith(f"{file}: error  zone.unknown  /timeZone  "), lines[1])
        for text in ("9999", "500", "America/New_York"):
            self.assertIn(text, done.stdout)

    def test_all_findings_as_json(self):
        done, results = self.validate_json(self.file("bad.json", BAD))
        self.assert_code(done, 65)
        self.assertIs(results[0]["ok"], False)
        self.assertEqual([(f["severity"], f["code"], f["pointer"]) for f in results[0]["findings"]],
                         [("error", "capacity.concurrency", "/maxConcurrentCalls"), ("error", "zone.unknown", "/timeZone")])

    def test_a_warning_is_no_refusal(self):
        file = self.file("w.json", {"id": "a1", "dialerType": "holographic"})
        done = self.validate(file)
        self.assert_code(done, 0)
        self.assertIn(f"{file}: warning  ", done.stdout)
        self.assertIn(f"{file}: ok\n", done.stdout)
        self.assertIn("warnings 1", done.stderr)

    def test_elements_of_an_array_have_an_index(self):
        file = self.file("many.json", [OK, BAD, OK])
        done, results = self.validate_json(file)
        self.assert_code(done, 65)
        self.assertEqual([r["file"] for r in results], [f"{file}[0]", f"{file}[1]", f"{file}[2]"])
        self.assertEqual([r["ok"] for r in results], [True, False, True])

    def test_an_element_that_cannot_be_parsed_does_not_stop_the_rest(self):
        file = self.file("many.json", '[{"id":"a1"},\n {"id":"a","id":"b"}, 17, "x", [1],\n {"id":"a2"}]')
        done, results = self.validate_json(file)
        self.assert_code(done, 65)
        self.assertEqual([r["ok"] for r in results], [True, False, False, False, False, True])
        self.assertIn("line 2, column 2 of the file", results[1]["findings"][0]["message"])
        done = self.validate(file)
        self.assert_code(done, 65)
        self.assertIn(f"{file}[1]: error  input.json", done.stdout)
        self.assertIn("1 file, 6 campaigns: 2 ok, 4 refused", done.stderr)

    def test_an_empty_array(self):
        done, results = self.validate_json(self.file("none.json", "[]"))
        self.assert_code(done, 0)
        self.assertEqual(results, [])

    def test_standard_input(self):
        done = self.validate("-", stdin=json.dumps(OK))
        self.assert_code(done, 0)
        self.assertEqual(done.stdout, "standard input: ok\n")

    def test_a_pipe_with_a_name(self):
        done = subprocess.run(["bash", "-c", '"$1" validate <(cat "$2")', "bash", clilib.program(), self.file("ok.json", OK)], capture_output=True,
                              text=True, timeout=clilib.TIMEOUT_S, env=clilib.environment())
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_named_pipe_waits_for_its_writer(self):
        fifo = str(self.dir / "fifo")
        os.mkfifo(fifo)
        for content, code, says in ((json.dumps(OK).encode(), 0, "fifo: ok"), (b"", 65, "is empty")):
            with self.subTest(content):
                process = subprocess.Popen([clilib.program(), "validate", fifo], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clilib.environment())
                self.addCleanup(lambda p=process: p.poll() is None and p.kill())
                time.sleep(0.2)
                self.assertIsNone(process.poll(), "it did not wait")
                with open(fifo, "wb") as writer:
                    time.sleep(0.2)  # a writer is there, and has not written yet
                    self.assertIsNone(process.poll(), "it did not wait")
                    writer.write(content)
                out, err = process.communicate(timeout=clilib.TIMEOUT_S)
                self.assertEqual(process.returncode, code, out + err)
                self.assertIn(says, out + err)

    @clilib.at_the_real_time
    def test_standard_input_that_is_closed(self):
        for form in ("text", "json"):
            with self.subTest(form):
                done = subprocess.run(["sh", "-c", '"$1" --output "$2" validate - <&-', "sh", clilib.program(), form], capture_output=True, text=True,
                                      timeout=clilib.TIMEOUT_S, env=clilib.environment())
                self.assert_code(done, 66)
                self.assertIn("standard input is closed", done.stderr)
        self.assertEqual(self.assert_error(done, "CXD_E_IO")["message"].count("standard input"), 1)
        result, = json.loads(done.stdout)
        self.assertEqual((result["ok"], result["findings"][0]["code"]), (False, "input.unreadable"))

    def test_a_file_whose_name_begins_its_own_complaint(self):
        self.file("is", "")
        done = self.validate("is", cwd=self.dir)
        self.assert_code(done, 65)
        self.assertTrue(done.stderr.startswith("cxdialer: is: is empty: "), done.stderr)

    def test_in_replace_mode_it_finds_what_apply_would_find(self):
        file = self.file("ok.json", OK)
        self.assert_code(self.validate(file), 0)
        done = clilib.run("--output", "json", "--set", "update.mode=replace", "validate", file)
        self.assert_code(done, 65)
        found = json.loads(done.stdout)[0]["findings"]
        self.assertEqual({f["code"] for f in found}, {"schema.required"})
        # Nothing listens there: a refusal comes before the first request.
        env = self.env("http://127.0.0.1:9", CXDIALER_UPDATE_MODE="replace")
        applied = clilib.run("--output", "json", "apply", file, env=env)
        self.assert_code(applied, 65)
        self.assertEqual(json.loads(applied.stdout)["findings"], found)

    def test_a_name_almost_right_is_a_warning(self):
        done, results = self.validate_json(self.file("w.json", {"id": "a1", "maxConcurentCalls": 10, "throttlePercent": 0.5, "owner": "me"}))
        self.assert_code(done, 0)
        self.assertEqual([(f["severity"], f["code"], f["pointer"]) for f in results[0]["findings"]],
                         [("warning", "schema.similar", "/maxConcurentCalls"), ("warning", "schema.similar", "/throttlePercent")])
        self.assertIn("/maxConcurrentCalls", results[0]["findings"][0]["message"])
        self.assertIn("/pacing/throttlePercent", results[0]["findings"][1]["message"])

    def test_files_that_cannot_be_read(self):
        for file, says in ((str(self.dir / "missing.json"), "No such file"), (str(self.dir), "directory"), ("/dev/zero", "not a regular file")):
            for form in ("text", "json"):
                with self.subTest(file, form=form):
                    done = clilib.run("--output", form, "validate", file)
                    self.assert_code(done, 66)
                    self.assertIn(file, done.stderr)
                    self.assertIn(says, done.stderr)
                    if form == "json":
                        self.assert_error(done, "CXD_E_IO")
                        self.assertEqual([(r["file"], r["ok"]) for r in json.loads(done.stdout)], [(file, False)])

    @unittest.skipIf(os.geteuid() == 0, "the super-user reads everything")
    def test_a_file_without_permission(self):
        file = self.file("ok.json", OK)
        os.chmod(file, 0)
        self.assert_code(self.validate(file), 66)

    def test_one_missing_file_among_good_ones(self):
        good, missing = self.file("ok.json", OK), str(self.dir / "missing.json")
        done = self.validate(missing, good)
        self.assert_code(done, 66)
        self.assertEqual(done.stdout, f"{good}: ok\n")
        self.assert_code(self.validate(missing, good, self.file("bad.json", BAD)), 65)

    def test_many_files_end_with_one_line_that_counts_them(self):
        good, bad = self.file("ok.json", [OK, OK, {"id": "a1", "dialerType": "holographic"}]), self.file("bad.json", BAD)
        empty, missing = self.file("empty.json", ""), str(self.dir / "missing.json")
        done = self.validate(good, bad, empty, missing, good)
        self.assert_code(done, 65)
        self.assertEqual(done.stderr.splitlines()[-1],
                         "cxdialer: 5 files, 7 campaigns: 6 ok, 1 refused; errors 4, warnings 2; 2 files could not be checked")
        done = self.validate(good, missing)
        self.assert_code(done, 66)
        self.assertEqual(done.stderr.splitlines()[-1],
                         "cxdialer: 2 files, 3 campaigns: 3 ok, 0 refused; errors 1, warnings 1; 1 file could not be checked")

    def test_many_files_as_json_are_one_array_and_nothing_else(self):
        files = [self.file("ok.json", [OK, OK]), self.file("bad.json", BAD), str(self.dir / "missing.json")]
        done, results = self.validate_json(*files)
        self.assert_code(done, 65)
        self.assertEqual([(r["file"], r["ok"]) for r in results],
                         [(files[0] + "[0]", True), (files[0] + "[1]", True), (files[1], False), (files[2], False)])
        self.assert_error(done, "CXD_E_IO")

    def test_contents_that_are_no_campaign(self):
        cases = {
            "empty": (b"", "is empty"),
            "blank": (b" \n\t\r\n", "is empty"),
            "zeros": (bytes(10 * 1024 * 1024), "byte 0x00"),
            "text": (b"hello", "byte 0x68"),
            "number": (b"5", "byte 0x35"),
            "bom": (b'\xef\xbb\xbf{"id":"a"}', "begins with a byte order mark: save it as UTF-8 without one"),
            "bom of an array": (b'\xef\xbb\xbf[{"id":"a"}]', "begins with a byte order mark: "),
            "utf-16 le": ('\ufeff{"id":"a"}'.encode("utf-16-le"), "begins with a byte order mark of UTF-16"),
            "utf-16 be": ('\ufeff{"id":"a"}'.encode("utf-16-be"), "begins with a byte order mark of UTF-16"),
            "half a bom": (b"\xef\xbb", "byte 0xef"),
            "open array": (b'[{"id":"a"}', "does not end"),
            "open string": (b'[{"id":"a', "does not end"),
            "comma": (b'[{"id":"a"},]', "line 1, column 13"),
            "two commas": (b'[{"id":"a"},\n,{"id":"b"}]', "line 2, column 1"),
            "no comma": (b'[{"id":"a"}\n {"id":"b"}]', "line 2, column 2"),
            "wrong bracket": (b'[{"id":"a"}}', "line 1, column 12"),
            "more behind": (b'[{"id":"a"}] x', "line 1, column 14"),
        }
        for name, (content, says) in cases.items():
            with self.subTest(name):
                file = self.file("f.json", content)
                done = self.validate(file)
                self.assert_code(done, 65)
                self.assertEqual(done.stdout, "")
                self.assertIn(says, done.stderr)
                self.assertTrue(done.stderr.startswith(f"cxdialer: {file}: "), done.stderr)

    def test_objects_that_are_no_campaign(self):
        cases = {
            "nul in a string": b'{"id":"a\0b"}', "nul behind": b'{"id":"a"}\0', "open": b'{"id":"a"', "twice": b'{"id":"a","id":"a"}',
            "two documents": b'{"id":"a"}{"id":"b"}', "not a number": b'{"id":"a","maxConcurrentCalls":NaN}', "latin-1": b'{"id":"a","name":"\xe9"}',
            "lone surrogate": b'{"id":"a","name":"\\ud800"}', "deep": b'{"id":"a","x":' + b"[" * 5000 + b"]" * 5000 + b"}",
            "1 MiB": b'{"id":"a","x":"' + b"y" * 1024 * 1024 + b'"}', "no id": b"{}", "empty id": b'{"id":""}', "id is a number": b'{"id":5}',
        }
        for name, content in cases.items():
            for wrap in (content, b"[" + content + b"]"):
                with self.subTest(name, array=wrap is not content):
                    self.assert_code(self.validate(self.file("f.json", wrap)), 65)

    def test_mismatched_brackets_inside_elements(self):
        for content in ('[{"id":"a"]', '[{"id":"a"]}]', '[{"id":["a"}]', '[{"id":"a",]}]', "[[{]}]", "[}]", "[]]", "[{}{}]", "[:]", '["\\'):
            with self.subTest(content):
                self.assert_code(self.validate(self.file("f.json", content)), 65)

    def test_brackets_and_commas_inside_strings_split_nothing(self):
        tricky = [{"id": "a1", "name": name} for name in ("]", "},{", '"', "\\", '\\"]', "a,b", "[[[", "\\\\")]
        _, results = self.validate_json(self.file("f.json", tricky))
        self.assertEqual(len(results), len(tricky))
        self.assertEqual({r["ok"] for r in results}, {True})

    def test_ids_that_would_leave_their_path(self):
        for campaign_id in ("a/b", "..", ".", "a\r\nX: y", "%2f", "a b", "a\\b", "\u202ea", "x" * 129):
            with self.subTest(campaign_id):
                done = self.validate(self.file("f.json", {"id": campaign_id}))
                self.assert_code(done, 65)
                self.assertIn("schema.id", done.stdout)
                self.assertNotIn("\r", done.stdout)
                self.assertNotIn("\u202e", done.stdout)

    def test_a_file_over_64_mib(self):
        path = self.dir / "huge.json"
        with open(path, "wb") as f:
            f.write(b"[")
            f.truncate(64 * 1024 * 1024 + 1)
        done = self.validate(str(path))
        self.assert_code(done, 65)
        self.assertIn("64 MiB", done.stderr)

    def test_a_name_that_is_not_text(self):
        path = os.fsencode(self.dir) + b"/\xff\x1b\xc1\x9b\xed\xa0\x80.json"  # with an overlong form and a surrogate
        pathlib.Path(os.fsdecode(path)).write_text(json.dumps(OK), encoding="utf-8")
        done = self.validate(path)
        self.assert_code(done, 0)
        self.assertIn("\\xff\\u001b\\xc1\\x9b\\xed\\xa0\\x80.json: ok", done.stdout)
        done, results = self.validate_json(path)
        self.assertTrue(results[0]["file"].endswith("/\ufffd\x1b" + 5 * "\ufffd" + ".json"))

    def test_limits_of_the_configuration_and_the_policy(self):
        file = self.file("ok.json", OK)
        self.assert_code(clilib.run("--set", "validate.max_concurrent_calls=119", "validate", file), 65)
        policy = self.file("policy.json", {"version": 1, "limits": {"max_concurrent_calls": 100}})
        self.assert_code(clilib.run("--set", f"validate.policy_file={policy}", "validate", file), 65)

    def test_a_policy_that_is_wrong_is_a_wrong_configuration(self):
        file = self.file("ok.json", OK)
        for content in ("{", '{"version":1,"limts":{}}'):
            policy = self.file("policy.json", content)
            self.assert_code(clilib.run("--set", f"validate.policy_file={policy}", "validate", file), 78)
        self.assert_code(clilib.run("--set", "validate.policy_file=/does/not/exist", "validate", file), 78)


class At(clilib.Case):
    GOOD = ["2026-11-22T08:00:00Z", "2026-11-22t08:00:00z", "2026-11-22T08:00:00-05:00", "2026-11-22T08:00:00+14:00", "2026-11-22T08:00:00-00:00",
            "2026-11-22T08:00:00.5Z", "2026-11-22T08:00:00.123456789Z", "2024-02-29T00:00:00Z", "2000-02-29T00:00:00Z", "1970-01-01T00:00:00Z",
            "2016-12-31T23:59:60Z", "2017-01-01T00:59:60+01:00", "2015-06-30T19:59:60-04:00", "9999-12-31T23:59:59Z"]
    BAD = ["", "now", "2026-11-22", "2026-11-22T08:00:00", "2026-11-22 08:00:00Z", "2026-11-22T08:00Z", "2026-11-22T8:00:00Z", "26-11-22T08:00:00Z",
           "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z",
           "2026-11-22T24:00:00Z", "2026-11-22T23:60:00Z", "2026-11-22T23:59:61Z", "2026-11-22T23:59:60Z", "2016-12-31T23:59:60+01:00",
           "2026-11-22T08:00:00.Z", "2026-11-22T08:00:00,5Z", "2026-11-22T08:00:00+5:00", "2026-11-22T08:00:00+0500", "2026-11-22T08:00:00+24:00",
           "2026-11-22T08:00:00+05:60", "2026-11-22T08:00:00Zx", " 2026-11-22T08:00:00Z", "2026-11-22T08:00:00Z ", "+2026-11-22T08:00:00Z",
           "2026-11-22T08:00:00 Z", "20261122T080000Z", "2026-W47-7T08:00:00Z", "1795334400", "٢026-11-22T08:00:00Z"]

    def test_instants(self):
        file = self.file("ok.json", OK)
        for text in self.GOOD:
            with self.subTest(text):
                self.assert_code(clilib.run("validate", "--at", text, file), 0)

    def test_texts_that_are_no_instants(self):
        file = self.file("ok.json", OK)
        for text in self.BAD:
            with self.subTest(text):
                done = clilib.run("validate", "--at", text, file)
                self.assert_code(done, 64)
                self.assertIn("RFC 3339", done.stderr)

    REMARK = "calling hours were not decided: the change does not have both status and timeZone; plan or apply decides when the campaign has been read"
    OPEN = "2026-11-20T17:00:00Z"  # a Friday, noon in New York

    def remarks(self, change, *before, at=("--at", OPEN)):
        file = self.file("c.json", change)
        done = clilib.run(*before, "validate", *at, file)
        self.assertIn(done.returncode, (0, 65))
        return [line.removeprefix(f"cxdialer: {file}") for line in done.stderr.splitlines() if "not decided" in line]

    def test_an_ok_without_decided_hours_says_so(self):
        running, calls = {"id": "a1", "status": "running"}, {"id": "a2", "maxConcurrentCalls": 120}
        self.assertEqual(self.remarks(running), [f": {self.REMARK}"])
        self.assertEqual(self.remarks(calls), [f": {self.REMARK}"])
        self.assertEqual(self.remarks({"id": "a1", "timeZone": "America/New_York"}), [f": {self.REMARK}"])
        self.assertEqual(self.remarks([running, {"id": "a3", "status": "paused"}, calls]), [f"[0]: {self.REMARK}", f"[2]: {self.REMARK}"])

    def test_no_remark_where_hours_are_decided_or_nobody_asked(self):
        whole = {"id": "a1", "status": "running", "timeZone": "America/New_York"}
        self.assertEqual(self.remarks(whole), [])
        for status in ("paused", "stopped"):
            self.assertEqual(self.remarks({"id": "a1", "status": status}), [])
        self.assertEqual(self.remarks({"id": "a1", "status": "running"}, at=()), [])
        self.assertEqual(self.remarks({"id": "a1", "status": "running"}, "--output", "json"), [])
        self.assertEqual(self.remarks({"id": "a1", "status": "running"}, "--set", "update.mode=replace"), [])


if __name__ == "__main__":
    unittest.main()
