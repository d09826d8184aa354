# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The pictures of cxdialer windows and capacity: drawn from any data, judged as XML and as pixels."""
import os
import subprocess
import unittest

import picturelib

DAY, HOUR = 86400, 3600
AT = 1795352400  # 2026-11-22T13:00:00Z, a Sunday
OPEN, HOURS, HOLIDAY, BLACKOUT = range(4)
GREEN, AMBER, PURPLE = (31, 122, 92), (251, 227, 176), (233, 211, 238)
HOSTILE = [
    b"<script>alert(1)</script>", b"\"'/><rect onload='x'", b"]]>&amp;<!--", b"a\x01\x1b[31m\x7fb", b"\xff\xfe\xc0\xaf broken \xed\xa0\x80", b"\xef\xbf\xbe\xef\xbf\xbf",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627".encode(), "abc\u202egnp.exe\u2066x".encode(), "\U0001f469\u200d\U0001f4bb\U0001f1e8\U0001f1e6 emoji \U0001f600".encode(),
    ("Z" + "\u0337\u0351\u0342\u035d" * 20 + "algo").encode(), "\u6e2c\u8a66\u6642\u9593\u5e2f".encode(), b"W" * 5000, b"i" * 300, b"", b" ", b"America/Argentina/ComodRivadavia",
]


def draw(lines, locale="C"):
    text = b"\n".join(lines) + b"\n"
    env = {**os.environ, "LC_ALL": locale}
    done = subprocess.run([os.environ["CXDIALER_PICTURE"]], input=text, capture_output=True, timeout=60, env=env)
    assert done.returncode == 0, done
    return picturelib.Picture(done.stdout)


def fields(*values):
    return b"\t".join(v if isinstance(v, bytes) else str(v).encode() for v in values)


def row(zone, jurisdiction="US", *, days=7, offset=-5 * HOUR, turn=None, opens=8, closes=21, named=None, source="47 CFR 64.1200(c)(1); 16 CFR 310.4(c)", letters="EST"):
    """A row with the same hours each day; turn: (instant, new offset); named: {day: (kind, name)}."""
    yield fields("row", zone, jurisdiction, source, "2026-11-22", "2026f")
    first = AT // DAY - 3
    spans = []
    for day in range(first, first + days + 7):
        kind, name = (named or {}).get(day - AT // DAY, (OPEN, ""))
        if kind != OPEN:
            spans.append((day * DAY, (day + 1) * DAY, kind, name))
        else:
            spans += [(day * DAY, day * DAY + opens * HOUR, HOURS, ""), (day * DAY + opens * HOUR, day * DAY + closes * HOUR, OPEN, ""),
                      (day * DAY + closes * HOUR, (day + 1) * DAY, HOURS, "")]
    for since, until, kind, name in spans:
        since, until = since - offset, until - offset
        if turn and since < turn[0] < until:
            yield fields("span", since, turn[0], kind, offset, letters, name)
            since = turn[0]
        yield fields("span", since, until, kind, turn[1] if turn and since >= turn[0] else offset, letters, name)


def windows(rows, days=7, now=1):
    return [fields("windows", AT, now, days), *(line for one in rows for line in one)]


def busy(count, days=7):
    """Turns, holidays and blackouts wherever they can get into each other's way."""
    rows = []
    for i in range(count):
        named = {1: (HOLIDAY, "Thanksgiving Day"), 2: (HOLIDAY, "The day after it"), 3: (BLACKOUT, "A blackout with a name that is far too long for a bar of a day or two")}
        rows.append(row(f"America/Kentucky/Zone_{i}", ("US", "US-FL", "US,US-FL,US-OK")[i % 3], days=days, offset=-(i % 12) * HOUR,
                        turn=(AT + (i - 10) * HOUR, (1 - i % 12) * HOUR), named=named if i % 2 else {d: (HOLIDAY, f"Holiday {d}") for d in range(0, 60, 3)}))
    return windows(rows, days, now=count % 2)


class Judges(unittest.TestCase):
    """What the other tests rely on: a bad picture is seen as one."""

    def picture(self, *texts):
        inner = "".join(f'<text x="{x}" y="{y}" font-size="12" text-anchor="start" fill="#ffffff">{text}</text>' for x, y, text in texts)
        return picturelib.Picture(f'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="100" font-family="sans-serif">{inner}</svg>'.encode())

    LINES = [(10, y, "Americas and more") for y in (20, 40, 60, 80)]

    def test_texts_that_stand_apart(self):
        good = self.picture(*self.LINES)
        good.assert_boxes_apart(self)
        good.assert_ink_apart(self)

    def test_texts_over_each_other_or_over_the_edge(self):
        for text in ((60, 21, "Chicago"), (10, 25, "Denver")):
            with self.subTest(text):
                bad = self.picture(*self.LINES, text)
                self.assertRaises(AssertionError, bad.assert_boxes_apart, self)
                self.assertRaises(AssertionError, bad.assert_ink_apart, self)
        for text in ((280, 20, "Denver"), (200, 105, "gypsy"), (-20, 20, "Los")):
            with self.subTest(text):
                self.assertRaises(AssertionError, self.picture(*self.LINES, text).assert_ink_apart, self)

    def test_what_is_not_plain(self):
        for inner in ("<script/>", '<rect onclick="x"/>', '<rect fill="url(http://x)"/>', '<rect width="nan"/>', '<image href="x"/>'):
            with self.subTest(inner):
                bad = picturelib.Picture(f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="1" height="1" viewBox="0 0 1 1" font-family="sans-serif">'
                                         f"<title/><desc/>{inner}</svg>".encode())
                self.assertRaises(AssertionError, bad.assert_plain, self)


class Windows(unittest.TestCase):
    def check(self, picture, ink=False):
        picture.assert_plain(self)
        picture.assert_boxes_apart(self)
        if ink:
            picture.assert_ink_apart(self)

    def test_from_one_row_to_forty_on_axes_of_any_length(self):
        for count in (1, 2, 7, 40):
            for days in (0, 1, 2, 3, 7, 10, 14, 31, 60):
                with self.subTest(rows=count, days=days):
                    picture = draw(busy(count, days))
                    self.check(picture)
                    self.assertEqual(sum(text.startswith("America/Kentucky/Zone_") for text in picture.texts()), count)

    def test_the_ink_of_texts_never_meets(self):
        for count, days in ((1, 1), (3, 7), (12, 2), (12, 60), (40, 7)):
            with self.subTest(rows=count, days=days):
                self.check(draw(busy(count, days)), ink=True)

    def test_hostile_names(self):
        rows = [row(name, name, named={1: (HOLIDAY, name), 3: (BLACKOUT, name)}, letters=name, source=name) for name in HOSTILE]
        picture = draw(windows(rows))
        self.check(picture, ink=True)
        texts = picture.texts()
        self.assertIn("<script>alert(1)</script>", texts)
        self.assertFalse([t for t in texts + picture.tips() if "\u202e" in t or "\u2066" in t or "\x1b" in t])
        self.assertTrue([t for t in texts if t.startswith("WWW") and t.endswith("\u2026")])
        self.assertFalse([t for t in texts + picture.tips() if "\u0337\u0351\u0342" in t])

    def test_size_and_colours_of_what_is_drawn(self):
        picture = draw(windows([row("America/New_York", named={2: (HOLIDAY, "Thanksgiving Day"), 4: (BLACKOUT, "Freeze")})]))
        png = picturelib.convert(picture.bytes)
        self.assertEqual((png.width, png.height), (picture.width, picture.height))
        colours = png.colours()
        for colour, least in ((GREEN, 2000), (AMBER, 500), (PURPLE, 500), ((255, 255, 255), 50000)):
            self.assertGreater(colours.get(colour, 0), least, colour)

    def test_a_row_that_is_always_open_has_no_times(self):
        spans = [fields("row", "Etc/UTC", "UNRESTRICTED", "", "", ""), fields("span", -2**63, 2**63 - 1, OPEN, 0, "UTC", "")]
        picture = draw([fields("windows", AT, 1, 7), *spans])
        self.check(picture, ink=True)
        texts = picture.texts()
        self.assertIn("open", texts)
        self.assertIn("UNRESTRICTED: open, 13:00 UTC", texts)
        self.assertIn("UNRESTRICTED: no source", texts)
        self.assertTrue([t for t in texts if t.startswith("Time zone database of unknown version.")])

    def test_texts_of_a_plain_row(self):
        turn = (AT + 2 * DAY, -4 * HOUR)
        picture = draw(windows([row("America/New_York", named={4: (HOLIDAY, "Thanksgiving Day")}, turn=turn)]))
        texts = picture.texts()
        for text in ("America/New_York", "US: open, 08:00 EST", "now, 2026-11-22 13:00 UTC", "-05:00 \u2192 -04:00", "Thanksgiving Day", "08:00-21:00", "Sun 22 Nov",
                     "06:00", "US: 47 CFR 64.1200(c)(1); 16 CFR 310.4(c), read 2026-11-22", "Legal calling hours, 2026-11-22 to 2026-11-28"):
            self.assertIn(text, texts)
        self.assertIn("America/New_York, US: closed, holiday Thanksgiving Day, local time 2026-11-26 01:00 to 2026-11-27 01:00", picture.tips())

    def test_times_without_minutes_on_a_short_bar(self):
        texts = draw(windows([row("Etc/UTC", opens=10, closes=17)])).texts()
        self.assertIn("10-17", texts)
        self.assertNotIn("10:00-17:00", texts)

    def test_the_instant_is_named_as_given_when_it_is_not_now(self):
        self.assertIn("at 2026-11-22 13:00 UTC", draw(windows([row("Etc/UTC")], now=0)).texts())

    def test_days_of_an_axis(self):
        for days, first in ((0, "2026-11-28"), (1, "2026-11-23"), (2, "2026-11-23"), (3, "2026-11-24"), (60, "2027-01-20")):
            with self.subTest(days):
                self.assertIn(f"Legal calling hours, 2026-11-22 to {first}", draw(windows([row("Etc/UTC", days=max(days, 7))], days)).texts())

    def test_the_same_bytes_each_time_and_in_each_locale(self):
        lines = busy(5)
        self.assertEqual(draw(lines).bytes, draw(lines).bytes)
        self.assertEqual(draw(lines).bytes, draw(lines, "de_DE.UTF-8").bytes)


class Capacity(unittest.TestCase):
    CASES = [(25, 180, 2, 0.03, 6.375), (25, 180, 2, 0.03, 0), (25, 180, 2, 0.03, 5), (1, 180, 2, 0.03, 0.01), (2, 180, 2, 0.03, 0.05), (5, 180, 2, 0.03, 3),
             (5, 180, 2, 0.03, 500), (100, 180, 2, 0.03, 30.5889), (10000, 240, 2, 0.03, 2450), (50, 180, 0.1, 0.001, 10), (50, 3600, 60, 1, 1), (14, 180, 2, 0.5, 3.3333), (10, 180, 2, 1, 0), (10, 180, 2, 0, 0), (1000000, 180, 2, 0.03, 300000)]

    def picture(self, *case, locale="C"):
        return draw([fields("capacity", *case)], locale)

    def test_texts_stay_apart(self):
        for case in self.CASES:
            with self.subTest(case):
                picture = self.picture(*case)
                picture.assert_plain(self)
                picture.assert_boxes_apart(self)

    def test_the_ink_of_texts_never_meets(self):
        for case in self.CASES[::3]:
            with self.subTest(case):
                self.picture(*case).assert_ink_apart(self)

    def test_the_numbers(self):
        texts = self.picture(25, 180, 2, 0.03, 6.375).texts()
        for text in ("Abandoned calls of 25 agents", "25 agents", "limit 3 %", "25 agents: within the limit up to 6.228 a minute", "0 %", "2 %"):
            self.assertIn(text, texts)
        self.assertTrue([t for t in texts if t == "6.375 a minute: 3.53 % abandoned, agents 74 % busy"], texts)

    def test_what_is_within_the_limit_names_the_agents(self):
        for case in self.CASES:
            with self.subTest(case):
                texts = [t for t in self.picture(*case).texts() if "within the limit " in t]
                self.assertEqual(len(texts), 1)
                self.assertRegex(texts[0], rf"^{case[0]} agent{'' if case[0] == 1 else 's'}: within the limit (up to [0-9.]+ a minute|at any rate)$")

    def test_without_an_offer_nothing_is_marked(self):
        picture = self.picture(25, 180, 2, 0.03, 0)
        self.assertEqual([e for e in picture.root.iter() if e.tag.endswith("circle")], [])

    def test_size_and_colours_of_what_is_drawn(self):
        png = picturelib.convert(self.picture(25, 180, 2, 0.03, 6.375).bytes)
        self.assertEqual((png.width, png.height), (960, 600))
        colours = png.colours()
        for colour in ((213, 238, 226), (11, 99, 176), (179, 38, 30)):
            self.assertGreater(colours.get(colour, 0), 200, colour)

    def test_the_same_bytes_in_each_locale(self):
        self.assertEqual(self.picture(*self.CASES[0]).bytes, self.picture(*self.CASES[0], locale="de_DE.UTF-8").bytes)

    def test_numbers_out_of_range_draw_nothing(self):
        for case in ((0, 180, 2, 0.03, 1), ("nan", 180, 2, 0.03, 1), (5, -1, 2, 0.03, 1), (5, 180, 2, 0.03, "inf"), (5, 180, 2, 2, 1), (5, 180, 2, "nan", 1), (1e300, 1, 2, 0.03, 1)):
            with self.subTest(case):
                done = subprocess.run([os.environ["CXDIALER_PICTURE"]], input=fields("capacity", *case) + b"\n", capture_output=True, timeout=60)
                self.assertEqual((done.returncode, done.stdout), (1, b""))


if __name__ == "__main__":
    unittest.main()
