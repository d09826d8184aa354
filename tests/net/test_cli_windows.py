# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""cxdialer windows: table, JSON, days and files of pictures; no server. Every instant is given, so that no day is a wrong one for these tests."""
import datetime
import json
import os
import pty
import resource
import stat
import subprocess
import unittest

import clilib
import picturelib

NEW_YORK, SANTIAGO, CHATHAM = "America/New_York", "America/Santiago", "Pacific/Chatham"
SUNDAY = "2026-11-22T13:00:00Z"  # 08:00 in New York
MEMBERS = ["zone", "jurisdiction", "at", "local_time", "open", "next_change", "source", "tzdata", "since", "reason", "name", "utc_offset", "checked", "next_opening", "note"]
DAY_MEMBERS = ["date", "open_minutes", "windows", "holiday", "utc_offset_changes", "blackouts"]


class Case(clilib.Case):
    def rows(self, *args, zone=NEW_YORK, jurisdiction="US", at=SUNDAY, before=(), **more):
        done = clilib.run(*before, "windows", "--zone", zone, "--jurisdiction", jurisdiction, "--at", at, *args, **more)
        self.assert_code(done, 0)
        self.assertEqual(done.stdout.count("\n"), 1)
        rows = json.loads(done.stdout)
        for row in rows:
            self.assertEqual([name for name in row if name != "days"], MEMBERS)
            self.assertEqual(list(row)[-1], "note")
            for day in row.get("days", []):
                self.assertEqual(list(day), DAY_MEMBERS)
        return rows

    def row(self, *args, **more):
        rows = self.rows(*args, **more)
        self.assertEqual(len(rows), 1)
        return rows[0]

    def days(self, count, **more):
        days = self.row("--days", str(count), **more)["days"]
        self.assertEqual(len(days), count)
        return days

    def text(self, *args):
        done = clilib.run("--output", "text", "windows", *args)
        self.assert_code(done, 0)
        self.assertEqual(done.stderr, "")
        return done.stdout

    def refused(self, code, *args, says=()):
        done = clilib.run("windows", *args)
        self.assert_code(done, code)
        self.assertEqual(done.stdout, "")
        for text in says:
            self.assertIn(text, done.stderr)


class Now(Case):
    def test_open(self):
        row = self.row()
        expected = {"zone": NEW_YORK, "jurisdiction": "US", "at": SUNDAY, "local_time": "2026-11-22T08:00:00-05:00", "open": True, "since": SUNDAY,
                    "next_change": "2026-11-23T02:00:00Z", "next_opening": "2026-11-23T13:00:00Z", "reason": None, "name": None, "utc_offset": "-05:00"}
        self.assertEqual({name: row[name] for name in expected}, expected)
        self.assertIn("47 CFR 64.1200", row["source"])
        self.assertRegex(row["checked"], r"^\d{4}-\d\d-\d\d$")
        self.assertRegex(row["tzdata"] or "2026f", r"^\d{4}[a-z]+$")

    def test_a_second_before_it_opens(self):
        row = self.row(at="2026-11-22T12:59:59Z")
        self.assertEqual((row["open"], row["reason"], row["since"], row["next_change"], row["next_opening"]), (False, "hours", "2026-11-22T02:00:00Z", SUNDAY, SUNDAY))

    def test_the_second_at_which_it_closes(self):
        self.assertIs(self.row(at="2026-11-23T01:59:59Z")["open"], True)
        row = self.row(at="2026-11-23T02:00:00Z")
        self.assertEqual((row["open"], row["since"], row["next_opening"]), (False, "2026-11-23T02:00:00Z", "2026-11-23T13:00:00Z"))

    def test_an_instant_with_an_offset_and_a_fraction(self):
        self.assertEqual(self.row(at="2026-11-22T08:00:00.999-05:00")["at"], SUNDAY)

    def test_a_state_without_beginning_and_end(self):
        row = self.row(jurisdiction="UNRESTRICTED")
        self.assertEqual((row["open"], row["since"], row["next_change"], row["next_opening"]), (True, None, None, None))

    def test_a_holiday_has_a_name_and_the_closing_one_beginning(self):
        row = self.row(jurisdiction="US-LA", zone="America/Chicago", at="2026-12-25T18:00:00Z")
        self.assertEqual((row["open"], row["reason"]), (False, "holiday"))
        self.assertIn("Christmas", row["name"])
        self.assertEqual((row["since"], row["next_change"]), ("2026-12-25T02:00:00Z", "2026-12-26T14:00:00Z"))

    def test_what_the_rows_say_beside_their_sources(self):
        self.assertIsNone(self.row()["note"])
        self.assertIn("to be confirmed", self.row(jurisdiction="US-LA")["note"])
        row = self.row("--days", "1", jurisdiction="US-LA")
        text = self.text("--zone", NEW_YORK, "--jurisdiction", "US,US-LA", "--at", SUNDAY)
        self.assertIn(f"\nUS-LA: {row['source']}, read {row['checked']}. Note: {row['note']}\n", text)
        self.assertRegex(text, r"\nUS: [^\n]*, read \d{4}-\d\d-\d\d\n")

    def test_the_reason_is_of_the_instant_and_the_times_are_of_the_closed_period(self):
        policy = self.file("policy.json", {"version": 1, "blackouts": [{"name": "Dinner", "from_date": "2026-11-22", "to_date": "2026-11-22", "from_time": "22:00", "to_time": "23:00"}]})
        for at, reason, name in (("2026-11-23T02:30:00Z", "hours", None), ("2026-11-23T03:30:00Z", "blackout", "Dinner"), ("2026-11-23T04:30:00Z", "hours", None)):
            with self.subTest(at):
                row = self.row(at=at, env={"CXDIALER_VALIDATE_POLICY_FILE": policy})
                self.assertEqual((row["reason"], row["name"], row["since"], row["next_change"]), (reason, name, "2026-11-23T02:00:00Z", "2026-11-23T13:00:00Z"))

    def test_utc_has_an_offset_too(self):
        row = self.row(zone="Etc/UTC")
        self.assertEqual((row["local_time"], row["utc_offset"]), ("2026-11-22T13:00:00+00:00", "+00:00"))


class ClockChanges(Case):
    def test_new_york_goes_back(self):
        day, after = self.days(2, at="2026-11-01T12:00:00Z")
        self.assertEqual(day["date"], "2026-11-01")
        self.assertEqual(day["utc_offset_changes"], [{"at": "2026-11-01T06:00:00Z", "from": "-04:00", "to": "-05:00"}])
        self.assertEqual(day["windows"], [{"from": "2026-11-01T13:00:00Z", "until": "2026-11-02T02:00:00Z"}])
        self.assertEqual((day["open_minutes"], after["open_minutes"], after["utc_offset_changes"]), (780, 780, []))

    def test_new_york_since_and_until_around_it(self):
        row = self.row(at="2026-11-01T05:30:00Z")
        self.assertEqual((row["since"], row["next_change"]), ("2026-11-01T01:00:00Z", "2026-11-01T13:00:00Z"))

    def test_santiago_has_an_hour_twice_at_the_end_of_a_date(self):
        day, after = self.days(2, zone=SANTIAGO, at="2026-04-04T15:00:00Z")
        self.assertEqual(day["utc_offset_changes"], [{"at": "2026-04-05T03:00:00Z", "from": "-03:00", "to": "-04:00"}])
        self.assertEqual(day["windows"], [{"from": "2026-04-04T11:00:00Z", "until": "2026-04-05T00:00:00Z"}])
        self.assertEqual(after["windows"], [{"from": "2026-04-05T12:00:00Z", "until": "2026-04-06T01:00:00Z"}])
        self.assertEqual(after["utc_offset_changes"], [])
        self.assertEqual(self.row(zone=SANTIAGO, at="2026-04-05T03:30:00Z")["local_time"], "2026-04-04T23:30:00-04:00")

    def test_a_whole_date_of_santiago_has_25_hours(self):
        day, after = self.days(2, zone=SANTIAGO, jurisdiction="UNRESTRICTED", at="2026-04-04T15:00:00Z")
        self.assertEqual((day["open_minutes"], day["windows"]), (1500, [{"from": "2026-04-04T03:00:00Z", "until": "2026-04-05T04:00:00Z"}]))
        self.assertEqual(after["open_minutes"], 1440)

    def test_chatham_in_quarters_of_an_hour(self):
        back = self.days(1, zone=CHATHAM, at="2026-04-05T00:00:00Z")[0]
        self.assertEqual(back["utc_offset_changes"], [{"at": "2026-04-04T14:00:00Z", "from": "+13:45", "to": "+12:45"}])
        self.assertEqual((back["date"], back["windows"]), ("2026-04-05", [{"from": "2026-04-04T19:15:00Z", "until": "2026-04-05T08:15:00Z"}]))
        ahead = self.days(1, zone=CHATHAM, jurisdiction="UNRESTRICTED", at="2026-09-27T00:00:00Z")[0]
        self.assertEqual(ahead["utc_offset_changes"], [{"at": "2026-09-26T14:00:00Z", "from": "+12:45", "to": "+13:45"}])
        self.assertEqual(ahead["open_minutes"], 1380)

    def test_samoa_had_no_30_december_2011(self):
        before, missing, after = self.days(3, zone="Pacific/Apia", jurisdiction="UNRESTRICTED", at="2011-12-30T09:00:00Z")
        self.assertEqual([day["date"] for day in (before, missing, after)], ["2011-12-29", "2011-12-30", "2011-12-31"])
        self.assertEqual((missing["open_minutes"], missing["windows"]), (0, []))
        self.assertEqual(after["utc_offset_changes"], [{"at": "2011-12-30T10:00:00Z", "from": "-10:00", "to": "+14:00"}])
        text = self.text("--zone", "Pacific/Apia", "--jurisdiction", "UNRESTRICTED", "--at", "2011-12-30T09:00:00Z", "--days", "3")
        self.assertRegex(text, r"Fri 2011-12-30  closed +0 min  there is no such date in this zone")

    def test_windows_and_minutes_agree(self):
        for zone in (NEW_YORK, SANTIAGO, CHATHAM, "Australia/Lord_Howe", "Africa/Cairo", "Antarctica/Troll"):
            for jurisdiction in ("UNRESTRICTED", "US", "CA"):
                for day in self.days(60, zone=zone, jurisdiction=jurisdiction, at="2026-03-10T12:00:00Z"):
                    with self.subTest(zone=zone, jurisdiction=jurisdiction, date=day["date"]):
                        self.assertEqual(sum(seconds(w["until"]) - seconds(w["from"]) for w in day["windows"]), day["open_minutes"] * 60)


def seconds(instant):
    return int(datetime.datetime.fromisoformat(instant.replace("Z", "+00:00")).timestamp())


class Choice(Case):
    def pairs(self, *args, **more):
        done = clilib.run("windows", "--at", SUNDAY, *args, **more)
        self.assert_code(done, 0)
        return [(row["zone"], row["jurisdiction"]) for row in json.loads(done.stdout)]

    FOUR = [NEW_YORK, "America/Chicago", "America/Denver", "America/Los_Angeles"]

    def test_without_options_the_zones_and_the_jurisdiction_of_the_configuration(self):
        self.assertEqual(self.pairs(), [(zone, "US") for zone in self.FOUR])
        self.assertEqual(self.pairs(env={"CXDIALER_VALIDATE_TIME_ZONES": "*"}), [(zone, "US") for zone in self.FOUR])
        self.assertEqual(self.pairs(env={"CXDIALER_VALIDATE_TIME_ZONES": "America/Chicago,Etc/UTC", "CXDIALER_VALIDATE_JURISDICTION": "US-TX"}),
                         [("America/Chicago", "US-TX"), ("Etc/UTC", "US-TX")])

    def test_repeated_or_with_commas(self):
        expected = [(z, j) for z in (SANTIAGO, CHATHAM) for j in ("US", "US-FL")]
        self.assertEqual(self.pairs("--zone", f"{SANTIAGO},{CHATHAM}", "--jurisdiction", "US,US-FL"), expected)
        self.assertEqual(self.pairs("--zone", SANTIAGO, "--zone", CHATHAM, "--jurisdiction", "US", "--jurisdiction", "US-FL"), expected)
        self.assertEqual(self.pairs("--zone", f"{SANTIAGO}, {CHATHAM},{SANTIAGO}", "--jurisdiction", "US,US-FL,US"), expected)

    def test_all_jurisdictions_but_the_one_without_hours(self):
        codes = [code for _, code in self.pairs("--zone", NEW_YORK, "--jurisdiction", "all")]
        self.assertEqual(codes, sorted(codes))
        self.assertGreaterEqual(len(codes), 20)
        self.assertIn("US-PA", codes)
        self.assertNotIn("UNRESTRICTED", codes)

    def test_jurisdictions_of_a_policy_are_one_row(self):
        policy = self.file("policy.json", {"version": 1, "jurisdiction": ["US", "US-FL"]})
        rows = [("America/Chicago", "US,US-FL")]
        self.assertEqual(self.pairs("--zone", "America/Chicago", env={"CXDIALER_VALIDATE_POLICY_FILE": policy}), rows)
        done = clilib.run("windows", "--zone", NEW_YORK, "--at", "2026-11-23T01:30:00Z", env={"CXDIALER_VALIDATE_POLICY_FILE": policy})
        self.assertEqual([(row["open"], row["since"]) for row in json.loads(done.stdout)], [(False, "2026-11-23T01:00:00Z")])

    def test_one_jurisdiction_of_a_policy(self):
        policy = self.file("policy.json", {"version": 1, "jurisdiction": "US-TX"})
        self.assertEqual(self.pairs("--zone", "America/Chicago", env={"CXDIALER_VALIDATE_POLICY_FILE": policy}), [("America/Chicago", "US-TX")])

    def test_a_blackout_of_a_policy(self):
        policy = self.file("policy.json", {"version": 1, "blackouts": [{"name": "Year end", "from_date": "2026-12-29", "to_date": "2026-12-31"}]})
        env = {"CXDIALER_VALIDATE_POLICY_FILE": policy}
        row = json.loads(clilib.run("windows", "--zone", NEW_YORK, "--at", "2026-12-30T17:00:00Z", "--days", "3", env=env).stdout)[0]
        self.assertEqual((row["open"], row["reason"], row["name"], row["next_change"]), (False, "blackout", "Year end", "2027-01-01T13:00:00Z"))
        self.assertEqual([(day["open_minutes"], day["blackouts"]) for day in row["days"]], [(0, ["Year end"]), (0, ["Year end"]), (780, [])])


    def test_each_name_of_a_date_once_in_the_order_in_which_they_begin(self):
        day = {"name": "Freeze", "from_date": "2026-12-01", "to_date": "2026-12-02"}
        policy = self.file("policy.json", {"version": 1, "holidays": [{"name": "All Saints", "on": "2026-12-03"}],
                                           "blackouts": [{"name": "Lunch", "from_time": "12:00", "to_time": "13:00"}, {"name": "Dinner", "from_time": "18:00", "to_time": "19:00"},
                                                         {"name": "Lunch", "from_time": "20:00", "to_time": "20:30"}, day]})
        args = ("windows", "--zone", NEW_YORK, "--at", "2026-11-30T17:00:00Z", "--days", "4")
        env = {"CXDIALER_VALIDATE_POLICY_FILE": policy}
        days = json.loads(clilib.run(*args, env=env).stdout)[0]["days"]
        for one in days:
            self.assertEqual(len(one["blackouts"]), len(set(one["blackouts"])), one)
        self.assertEqual(days[0]["blackouts"], ["Lunch", "Dinner"])
        self.assertIn("Freeze", days[1]["blackouts"])
        text = clilib.run("--output", "text", *args, env=env).stdout
        self.assertRegex(text, r"Mon 2026-11-30 .* min  blackout Lunch; blackout Dinner\n")
        for line in text.splitlines():
            remarks = line.split(" min  ")[-1].split("; ")
            self.assertEqual(len(remarks), len(set(remarks)), line)
        self.assertIn("holiday All Saints", text)


class Refusals(Case):
    def test_zones_that_do_not_exist(self):
        self.refused(65, "--zone", "America/New_Yrok", says=["America/New_Yrok", "America/New_York"])
        for zone in ("../../etc/passwd", "/etc/passwd", "America/New_York/x", "x" * 5000, "\x1b[31m", "EST5EDT,M3"):
            with self.subTest(zone[:20]):
                self.refused(65, "--zone", zone)

    def test_nothing_is_printed_when_a_later_row_is_wrong(self):
        self.refused(65, "--zone", f"{NEW_YORK},Nowhere", says=["Nowhere"])

    def test_jurisdictions_that_do_not_exist(self):
        self.refused(65, "--jurisdiction", "US-FLA", says=["US-FLA", "US-FL"])

    def test_wrong_options(self):
        for days in ("0", "61", "-1", "1.5", "7d", "", "99999999999"):
            self.refused(64, "--days", days, says=["--days", "from 1 to 60"])
        for option in ("--zone", "--jurisdiction"):
            for value in ("", ",", "a,,b", "a,"):
                self.refused(64, option, value, says=[f"{option} '{value}'"])
        self.refused(64, "--at", "tomorrow", says=["RFC 3339"])
        self.refused(64, "word", says=["'word' is one word too many: windows takes none\n"])

    def test_days_outside_of_the_calendar(self):
        for at, days in (("1969-12-31T23:59:59Z", 3), ("1970-01-01T23:59:59Z", 1), ("1970-01-02T01:00:00+02:00", 1), ("0000-01-01T00:00:00Z", 1), ("9999-12-31T23:59:59Z", 3),
                         ("9999-12-31T00:00:00Z", 1), ("9999-12-30T00:00:00Z", 2)):
            with self.subTest(at, days=days):
                self.refused(64, "--at", at, "--days", str(days), says=["--at", f"--days {days}", "1970-01-02", "9999-12-30"])
                self.refused(64, "--days", str(days), "--at", at, says=["--at"])
        for zone in (NEW_YORK, "Pacific/Kiritimati", "Pacific/Pago_Pago"):
            for at, days in (("1970-01-02T00:00:00Z", 3), ("9999-12-30T23:59:59Z", 1), ("9999-12-28T00:00:00Z", 3)):
                with self.subTest(at, zone=zone):
                    self.days(days, zone=zone, at=at)
        self.row(at="1969-12-31T23:59:59Z")
        self.row(at="9999-12-31T23:59:59Z")

    def test_more_rows_than_anybody_reads(self):
        self.refused(64, "--zone", ",".join(f"Z{i}" for i in range(2001)), says=["2001 zones", "2000 rows"])

    def test_errors_as_json(self):
        done = clilib.run("--output", "json", "windows", "--zone", "Nowhere")
        self.assert_code(done, 65)
        self.assert_error(done, "CXD_E_ABSENT")


class Forms(Case):
    ARGS = ["windows", "--zone", NEW_YORK, "--jurisdiction", "US", "--at", SUNDAY]

    def on_terminal(self, *args):
        ours, theirs = pty.openpty()
        process = subprocess.Popen([clilib.program(), *args], stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.PIPE, env=clilib.environment())
        os.close(theirs)
        seen = b""
        try:
            while block := os.read(ours, 65536):
                seen += block
        except OSError:
            pass
        os.close(ours)
        process.stderr.close()
        self.assertEqual(process.wait(clilib.TIMEOUT_S), 0)
        return seen.decode()

    def test_a_table_on_a_terminal_json_elsewhere_unless_told(self):
        self.assertTrue(self.on_terminal(*self.ARGS).startswith("ZONE  "))
        self.assertTrue(self.on_terminal("--output", "json", *self.ARGS).startswith("[{"))
        self.assertTrue(clilib.run(*self.ARGS).stdout.startswith("[{"))
        self.assertTrue(clilib.run("--output", "json", *self.ARGS).stdout.startswith("[{"))
        self.assertTrue(clilib.run("--output", "text", *self.ARGS).stdout.startswith("ZONE  "))

    def test_the_table(self):
        lines = self.text("--zone", NEW_YORK, "--jurisdiction", "US,US-LA", "--at", SUNDAY).splitlines()
        self.assertEqual(lines[0].split(), "ZONE JURISDICTION STATE SINCE UNTIL NEXT OPENING LOCAL TIME".split())
        self.assertEqual(lines[1].split(), f"{NEW_YORK} US open 2026-11-22 08:00 2026-11-22 21:00 2026-11-23 08:00 2026-11-22 08:00 EST -05:00".split())
        self.assertEqual(lines[2].split(), f"{NEW_YORK} US-LA closed: hours 2026-11-21 20:00 2026-11-23 08:00 2026-11-23 08:00 2026-11-22 08:00 EST -05:00".split())
        self.assertTrue(lines[4].startswith("US: 47 CFR 64.1200"))
        self.assertTrue(lines[6].startswith("time zone database: "))

    def test_instants_on_the_other_side_of_a_change_carry_their_offset(self):
        text = self.text("--zone", NEW_YORK, "--jurisdiction", "US", "--at", "2026-11-01T05:30:00Z")
        self.assertIn("2026-10-31 21:00  2026-11-01 08:00 -05:00  2026-11-01 08:00 -05:00  2026-11-01 01:30 EDT -04:00", text)

    def test_days_in_the_table(self):
        text = self.text("--zone", NEW_YORK, "--jurisdiction", "US", "--at", "2026-11-01T12:00:00Z", "--days", "2")
        self.assertIn(f"\n{NEW_YORK}, US\n  Sun 2026-11-01  08:00-21:00   780 min  clock 02:00 -> 01:00 (-04:00 -> -05:00)\n  Mon 2026-11-02  08:00-21:00   780 min\n", text)
        text = self.text("--zone", SANTIAGO, "--jurisdiction", "UNRESTRICTED", "--at", "2026-04-04T15:00:00Z", "--days", "1")
        self.assertIn("  Sat 2026-04-04  00:00-24:00  1500 min  clock 24:00 -> 23:00 (-03:00 -> -04:00)\n", text)

    def test_help(self):
        done = clilib.run("windows", "--help")
        self.assert_code(done, 0)
        for option in ("--zone", "--jurisdiction", "--at", "--days", "--svg"):
            self.assertIn(option, done.stdout)


class File(Case):
    def svg(self, file, *args, **more):
        return clilib.run("--output", "text", "windows", "--zone", NEW_YORK, "--at", SUNDAY, "--svg", str(file), *args, **more)

    def test_a_picture_beside_the_table(self):
        file = self.dir / "hours.svg"
        done = self.svg(file)
        self.assert_code(done, 0)
        self.assertTrue(done.stdout.startswith("ZONE  "))
        self.assertEqual(done.stderr, f"cxdialer: picture written to {file}\n")
        picture = picturelib.Picture(file.read_bytes())
        picture.assert_plain(self)
        picture.assert_boxes_apart(self)
        for text in (NEW_YORK, "US: open, 08:00 EST", "08:00-21:00", "at 2026-11-22 13:00 UTC", "Legal calling hours, 2026-11-22 to 2026-11-28"):
            self.assertIn(text, picture.texts())
        self.assertEqual(os.listdir(self.dir), ["hours.svg"])

    def test_every_row_of_the_table_in_one_picture(self):
        file = self.dir / "all.svg"
        self.assert_code(self.svg(file, "--zone", f"{SANTIAGO},{CHATHAM}", "--jurisdiction", "all", "--days", "14"), 0)
        picture = picturelib.Picture(file.read_bytes())
        picture.assert_plain(self)
        picture.assert_boxes_apart(self)
        self.assertGreater(picture.texts().count(CHATHAM), 19)

    def test_on_standard_output_there_is_nothing_else(self):
        done = self.svg("-")
        self.assert_code(done, 0)
        self.assertEqual(done.stderr, "")
        picturelib.Picture(done.stdout.encode()).assert_plain(self)
        self.assertEqual(os.listdir(self.dir), [])

    def test_an_older_picture_is_replaced_with_its_rights_and_through_a_link(self):
        old, link = self.dir / "old.svg", self.dir / "link.svg"
        old.write_text("old")
        old.chmod(0o640)
        link.symlink_to("old.svg")
        self.assert_code(self.svg(link), 0)
        self.assertTrue(link.is_symlink())
        self.assertTrue(old.read_bytes().startswith(b"<svg "))
        self.assertEqual(stat.S_IMODE(old.stat().st_mode), 0o640)
        self.assertEqual(sorted(os.listdir(self.dir)), ["link.svg", "old.svg"])

    def failed(self, done, *says):
        self.assert_code(done, 1)
        self.assertEqual(done.stdout, "")
        for text in (*says, "no picture was written"):
            self.assertIn(text, done.stderr)

    def test_failures_leave_nothing_and_print_no_table(self):
        self.failed(self.svg(self.dir), "is a directory")
        self.failed(self.svg(self.dir / "absent" / "x.svg"), "No such file or directory")
        self.failed(self.svg("/dev/full"), "No space left on device")
        self.assertEqual(os.listdir(self.dir), [])

    def test_a_picture_without_a_name_is_wrong_usage(self):
        done = self.svg("")
        self.assert_code(done, 64)
        self.assertEqual(done.stdout, "")
        self.assertIn("--svg '': the name of a FILE is needed", done.stderr)

    def test_a_file_that_must_not_grow_leaves_the_old_one(self):
        file = self.dir / "x.svg"
        file.write_text("old")
        done = self.svg(file, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024)))
        self.failed(done, "File too large")
        self.assertEqual((file.read_text(), os.listdir(self.dir)), ("old", ["x.svg"]))

    def test_a_device_is_written_to_and_stays_one(self):
        self.assert_code(self.svg("/dev/null"), 0)
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))

    def test_the_same_bytes_each_time(self):
        files = [self.dir / "a.svg", self.dir / "b.svg"]
        for file in files:
            self.assert_code(self.svg(file, "--days", "60", "--jurisdiction", "all"), 0)
        self.assertEqual(files[0].read_bytes(), files[1].read_bytes())


if __name__ == "__main__":
    unittest.main()
