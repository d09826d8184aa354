# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The report in headless Chromium, with its real fonts: nothing overlaps, is cut or reaches over the edge, in wide and narrow windows, light and dark.

Only with CXDIALER_FULL=1 (tools/test.sh full) and where there is a program `chromium`; skipped otherwise. CXDIALER_SHOTS names a folder
in which the pictures are left.
"""
import os
import pathlib
import sys
import tempfile
import unittest

import browserlib
import picturelib
import reportlib

WIDTHS = (1280, 901, 900, 400)
SCHEMES = {"light": (browserlib.LIGHT, (255, 255, 255)), "dark": (browserlib.DARK, (18, 23, 29))}
PANELS = ["Requests in the trailing window against the quota", "How long an update took", "Largest number of concurrent calls, before and after"]


def hostile():
    lines = [reportlib.model(title=reportlib.HOSTILE[0], host=reportlib.HOSTILE[1], actor=reportlib.HOSTILE[7], journal="W" * 300), *reportlib.quota()]
    return lines + [reportlib.item(text, reportlib.REJECTED if i % 2 else reportlib.APPLIED, message=text) for i, text in enumerate(reportlib.HOSTILE)]


def extremes():
    """Numbers as long as they come, all marks at one place, a quota of one request."""
    top = 2 ** 63 - 1
    yield reportlib.model(title="x " * 200, limit=top, window=86400000, ended=reportlib.START + 400 * 86400000)
    for i in range(9):
        yield reportlib.sample(reportlib.START + i * 40 * 86400000, i * 100000, 1000000, rate_limited=10 ** 9 * i, closed=86400000 * (i % 2))
    for i in range(12):
        yield reportlib.item("i" * 20 * i, reportlib.APPLIED + i % 6, old=top // (i + 1), new=top // (i % 5 + 1), limit=top, old_rate=1e14, new_rate=9.99e14, latency=10 ** (i + 1), retry=top // 4000, seq=top,
                             sends=2 ** 31 - 1, attempts=2 ** 31 - 1, status=reportlib.DOUBT)


PAGES = {"empty": reportlib.run(0), "one": reportlib.run(1), "forty": reportlib.run(40, 6, journal="/var/lib/cxdialer/run.journal"), "thousand": reportlib.run(1000, 12),
         "hostile": hostile(), "extremes": list(extremes()), "plan": [reportlib.model(plan=1), reportlib.item("a", reportlib.PLANNED, limit=90000)]}


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(os.environ.get("CXDIALER_SHOTS") or cls.temporary.name)
        cls.browser = browserlib.Browser(cls.temporary.name)
        cls.pages = {name: reportlib.write(lines).decode() for name, lines in PAGES.items()}

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def assert_good(self, seen, width):
        self.assertEqual(seen["width"], width)
        self.assertLessEqual(seen["scroll"], width, "the page is wider than its window")
        for fault in ("overlaps", "outside", "cut", "small"):
            self.assertEqual(seen[fault], [], fault)
        self.assertEqual((seen["scripts"], seen["fetched"]), (0, 0))
        self.assertEqual(seen["panels"], PANELS)
        self.assertGreaterEqual(seen["texts"], 3)

    def cases(self):
        return [(name, width) for name in self.pages for width in (WIDTHS if name in ("forty", "extremes") else (1280, 400))]

    def test_nothing_overlaps_or_is_cut(self):
        for scheme, (number, ground) in SCHEMES.items():
            seen = self.browser.measure([(self.pages[name], width) for name, width in self.cases()], number)
            for (name, width), one in zip(self.cases(), seen):
                with self.subTest(page=name, width=width, scheme=scheme):
                    self.assert_good(one, width)
                    self.assertEqual((one["dark"], one["ground"]), (scheme == "dark", "rgb({}, {}, {})".format(*ground)))

    def test_pictures(self):
        for name, (scheme, ground) in SCHEMES.items():
            for width, height in ((1280, 2700), (400, 3400)):
                with self.subTest(name, width=width):
                    file = self.browser.screenshot(self.pages["forty"], width, height, scheme, f"report-{name}-{width}.png")
                    png = picturelib.Png(file.read_bytes())
                    self.assertEqual((png.width, png.height), (width, height))
                    colours = png.colours()
                    self.assertEqual(max(colours, key=colours.get), ground)
                    self.assertGreater(len(colours), 50)
                    if self.folder != self.browser.folder:
                        (self.folder / file.name).write_bytes(file.read_bytes())

    def test_a_bad_page_would_be_seen(self):
        styles = [("svg text{font-size:24px}", "overlaps"), ("svg text{font-size:24px}", "outside"), ("svg text{font-size:5px}", "small"), (".verdict{width:60px;white-space:nowrap}", "cut"),
                  ("tr:not(.why) td:nth-child(4){position:relative;left:-90px}", "overlaps")]
        page = self.pages["forty"]
        seen = self.browser.measure([(page, 1280, style) for style, _ in styles] + [(page, 400, "table{width:900px}")], browserlib.LIGHT)
        for (style, fault), one in zip(styles, seen):
            with self.subTest(style, fault=fault):
                self.assertNotEqual(one[fault], [])
        self.assertGreater(seen[-1]["scroll"], 400)


if __name__ == "__main__":
    if not os.environ.get("CXDIALER_FULL") or not browserlib.program():
        print("skipped: only with CXDIALER_FULL=1, and with a program chromium")
        sys.exit(77)
    unittest.main()
