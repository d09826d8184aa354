# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The page of --report: written from any run, judged as XML and as HTML, its numbers against those of the run. Standard library only."""
import html.parser
import json
import os
import pathlib
import re
import stat
import tempfile
import unittest
import xml.etree.ElementTree as ET

import picturelib
import reportlib
import simlib

XHTML, SVG = "{http://www.w3.org/1999/xhtml}", picturelib.NAMESPACE
HEADINGS = ["Campaign", "Outcome", "Concurrent calls", "Calls a minute", "Requests", "Took", "Ended, UTC", "Record"]
CAMPAIGN = {"id": simlib.SAMPLE_ID, "maxConcurrentCalls": 120}


def text_of(element):
    return " ".join("".join(element.itertext()).split())


class Tags(html.parser.HTMLParser):
    """What a browser's parser sees: the tags, and whether they close in order."""
    VOID = {"meta"}

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.faults = [], [], []
        self.feed(text)
        self.close()
        self.faults += [f"<{tag}> is not closed" for tag in self.open]

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}>")


class Page:
    def __init__(self, data):
        self.text = data.decode()
        self.root = ET.fromstring(self.text)
        self.html = Tags(self.text)

    def all(self, name):
        return list(self.root.iter(XHTML + name))

    def facts(self):
        """What the lists of terms say: {"campaigns": "40"}."""
        names = [re.sub(r"^[^a-z]+", "", text_of(e)) for e in self.all("dt")]
        return dict(zip(names, (text_of(e) for e in self.all("dd"))))

    def rows(self):
        """Of the campaigns: the texts of their cells."""
        return [[text_of(cell) for cell in row] for row in self.all("tr") if row.find(XHTML + "th") is not None and row.find(XHTML + "th").get("scope") == "row"]

    def groups(self):
        return [text_of(e) for e in self.all("th") if e.get("scope") == "rowgroup"]

    def why(self):
        return [text_of(p) for row in self.all("tr") if "why" in row.get("class", "").split() for p in row.iter(XHTML + "p")]

    def verdict(self):
        return next(text_of(p) for p in self.all("p") if p.get("class", "").startswith("verdict"))

    def panels(self, size="wide"):
        """quota, latency, dumbbell"""
        return [e for e in self.root.iter(SVG + "svg") if e.get("class") == size]


def texts(svg):
    return [e.text or "" for e in svg.iter(SVG + "text")]


def tips(svg):
    return [e.text or "" for e in svg.iter(SVG + "title")][1:]


def page_of(lines, **more):
    return Page(reportlib.write(lines, **more))


class Structure(unittest.TestCase):
    RUNS = {"empty": reportlib.run(0), "one": reportlib.run(1), "forty": reportlib.run(40, 6), "thousand": reportlib.run(1000, 12)}

    @classmethod
    def setUpClass(cls):
        cls.pages = {name: page_of(lines) for name, lines in cls.RUNS.items()}

    def each(self):
        for name, page in self.pages.items():
            with self.subTest(name):
                yield page

    def test_it_is_a_page_for_a_browser_and_for_an_xml_parser(self):
        for page in self.each():
            self.assertTrue(page.text.startswith("<!DOCTYPE html>\n"))
            self.assertEqual(page.html.faults, [])
            self.assertEqual(page.root.get("lang"), "en")
            self.assertEqual(len(page.all("title")), 1)
            self.assertIn({"charset": "utf-8"}, [attributes for tag, attributes in page.html.tags if tag == "meta"])

    def test_nothing_runs_and_nothing_is_loaded(self):
        for page in self.each():
            tags = page.html.tags
            self.assertEqual({tag for tag, _ in tags} & {"script", "img", "link", "iframe", "object", "embed", "a", "base", "form", "image", "use", "foreignobject"}, set())
            self.assertEqual([(tag, name) for tag, attributes in tags for name in attributes if name.startswith("on") or name in ("src", "href", "style")], [])
            self.assertNotRegex(page.all("style")[0].text, r"url\(|@import|http|@font-face")
            policy = [a["content"] for tag, a in tags if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
            self.assertEqual(policy, ["default-src 'none'; style-src 'unsafe-inline'"])

    def test_headings_and_table_can_be_read_aloud(self):
        for page in self.each():
            levels = [int(tag[1]) for tag, _ in page.html.tags if re.fullmatch("h[1-6]", tag)]
            self.assertEqual(levels, [1, 2, 2, 2, 2])
            for cell in page.all("th"):
                self.assertIn(cell.get("scope"), ("col", "row", "rowgroup"))
            self.assertEqual([text_of(e) for e in page.all("th") if e.get("scope") == "col"], HEADINGS if page.rows() else [])
            for row in page.rows():
                self.assertEqual(len(row), len(HEADINGS))

    def test_each_panel_has_a_name_and_a_description_and_two_sizes(self):
        for page in self.each():
            for size, widths in (("wide", {472, 976}), ("narrow", {368})):
                panels = page.panels(size)
                self.assertEqual(len(panels), 3)
                for svg in panels:
                    self.assertEqual([child.tag for child in svg][:2], [SVG + "title", SVG + "desc"])
                    self.assertTrue(svg[0].text and svg[1].text and svg.get("role") == "img")
                    self.assertIn(float(svg.get("width")), widths)
            ids = [e.get("id") for e in page.root.iter() if e.get("id")]
            self.assertEqual(len(ids), len(set(ids)))

    def test_texts_of_the_panels_stay_apart(self):
        for page in self.each():
            for svg in page.panels() + page.panels("narrow"):
                picture = picturelib.Picture(ET.tostring(svg))
                picture.assert_boxes_apart(self)
                for text, left, _, right, _ in picture.boxes():
                    self.assertTrue(left >= -0.5 and right <= picture.width + 0.5, text)

    def test_colours_can_be_told_from_the_ground(self):
        style = self.pages["one"].all("style")[0].text
        schemes = re.findall(r":root\{([^}]*)\}", style)
        self.assertEqual(len(schemes), 2)
        for scheme in schemes:
            colours = dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{6})", scheme))
            for name in ("ink", "muted", "accent", "good", "bad", "warn"):
                for ground in ("ground", "soft"):
                    self.assertGreaterEqual(contrast(colours[name], colours[ground]), 4.5, (name, ground))

    def test_every_outcome_has_a_word_beside_its_colour(self):
        words = {}
        for outcome in range(1, 10):
            page = page_of([reportlib.model(), reportlib.item("x", outcome)])
            words[outcome] = page.rows()[0][1].split(" ", 1)[-1]
        self.assertEqual(len(set(words.values())), 9)
        self.assertTrue(all(re.search("[a-z]{4}", word) for word in words.values()), words)

    def test_the_same_bytes_each_time_and_in_each_locale(self):
        data = reportlib.write(self.RUNS["forty"])
        self.assertEqual(data, reportlib.write(self.RUNS["forty"]))
        self.assertEqual(data, reportlib.write(self.RUNS["forty"], locale="de_DE.UTF-8"))

    def test_it_can_be_printed(self):
        style = self.pages["one"].all("style")[0].text
        self.assertIn("@media print", style)
        # Dark colours and cards are for screens.
        self.assertEqual(re.findall(r"@media (?!screen|print)[^{]*", style), [])


def contrast(a, b):
    """WCAG 2.1, 1.4.3."""
    def light(colour):
        parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    low, high = sorted((light(a), light(b)))
    return (high + 0.05) / (low + 0.05)


class Numbers(unittest.TestCase):
    def test_counts_and_verdict(self):
        page = page_of(reportlib.run(40, 6))
        facts = page.facts()
        self.assertEqual({name: facts[name] for name in ("campaigns", "unknown", "conflict", "not applied", "rejected", "cancelled")},
                         {"campaigns": "40", "unknown": "1", "conflict": "1", "not applied": "1", "rejected": "2", "cancelled": "1"})
        self.assertEqual(sum(int(facts.get(word, 0)) for word in ("applied", "read back", "unchanged")), 34)
        self.assertEqual(page.verdict(), "34 of 40 campaigns are as asked. 6 are to be looked at, first those whose outcome is unknown.")
        self.assertEqual(facts["answers 429"], "5")
        self.assertEqual((facts["server"], facts["mode"], facts["on behalf of"], facts["audit log"]), ("https://api.example.com", "merge", "night shift", "audit.jsonl"))
        self.assertIn("2026-11-28 18:26:45 to 18:31:02 UTC, 4 min 17 s", [text_of(p) for p in page.all("p")])

    def test_verdicts_of_few(self):
        one = reportlib.item("x")
        for lines, verdict in (([], "There was nothing to do."), ([one], "The one campaign is as asked."), ([one, one], "All 2 campaigns are as asked."),
                               ([reportlib.item("x", reportlib.REJECTED)], "0 of 1 campaign are as asked. 1 is to be looked at.")):
            self.assertEqual(page_of([reportlib.model(), *lines]).verdict(), verdict)
        plan = [reportlib.model(plan=1), reportlib.item("x", reportlib.PLANNED)]
        self.assertEqual(page_of(plan).verdict(), "The one campaign can be changed, or already is, as asked.")
        self.assertIn("planned", texts(page_of(plan).panels()[2]))

    def test_the_table_has_every_item_those_first_that_need_somebody(self):
        page = page_of(reportlib.run(1000, 12))
        rows = page.rows()
        self.assertEqual(len(rows), 1000)
        self.assertEqual(page.groups(), ["To be looked at: 12", "Without a failure: 988"])
        order = [row[1].split(" ", 1)[1] for row in rows[:12]]
        self.assertEqual(order, ["unknown"] * 2 + ["conflict"] * 3 + ["not applied"] * 2 + ["rejected"] * 3 + ["cancelled"] * 2)
        self.assertEqual([row[0] for row in rows[12:]], [reportlib.UUID.format(i * 7919) for i in range(988)])
        self.assertEqual(page.why().count("CXD_E_INVALID"), 3)
        self.assertEqual(sum(text.startswith("error limits.concurrent /maxConcurrentCalls: 900 is above") for text in page.why()), 3)
        self.assertIn("may be tried again after 1 min 30 s", page.why())

    def test_a_row(self):
        rows = page_of([reportlib.model(), reportlib.item("x", old=1500, new=1200, old_rate=90.25, new_rate=72, attempts=3, sends=2, latency=1234567, seq=12345, ended=reportlib.START + 5000)]).rows()
        self.assertEqual(rows, [["x", "\u2713 applied", "1,500 \u2192 1,200", "90.25 \u2192 72", "3, 2 PUT", "1.23 s", "18:26:50", "12,345"]])
        rows = page_of([reportlib.model(), reportlib.item("x", reportlib.CANCELLED, old=-1, new=-1, old_rate="nan", new_rate="nan", attempts=0, sends=0, latency=-1, seq=0, ended=0)]).rows()
        self.assertEqual(rows, [["x", "\u2013 cancelled", "\u2013", "\u2013", "0, 0 PUT", "\u2013", "\u2013", "\u2013"]])

    def test_an_applied_item_whose_record_failed_is_to_be_looked_at(self):
        page = page_of([reportlib.model(), reportlib.item("calm"), reportlib.item("odd", failed=1, message="a record of this update could not be written")])
        self.assertEqual([row[0] for row in page.rows()], ["odd", "calm"])
        self.assertEqual(page.groups(), ["To be looked at: 1", "Without a failure: 1"])

    def test_what_no_update_was_begun_with(self):
        page = page_of([reportlib.model(), reportlib.line("missing", "", reportlib.REJECTED, 2000, "line 3, column 7: a comma is needed")])
        self.assertEqual(page.rows()[0][:2], ["(no id)", "\u00d7 rejected"])
        self.assertEqual(page.why(), ["CXD_E_JSON", "line 3, column 7: a comma is needed"])

    def test_dumbbells_have_the_numbers_of_the_run(self):
        items = [("up", 100, 250), ("down", 400, 100), ("same", 77, 77)]
        page = page_of([reportlib.model(), *(reportlib.item(name, old=old, new=new) for name, old, new in items)])
        for size in ("wide", "narrow"):
            svg = page.panels(size)[2]
            shown = texts(svg)
            self.assertEqual([text for text in shown if text in ("up", "down", "same")], ["down", "up", "same"])
            self.assertTrue({"400 \u2192 100", "100 \u2192 250", "77", "limit 500"} <= set(shown), shown)
            rows = [g for g in svg.iter(SVG + "g")]
            at = scale_of(svg)
            for row, (_, old, new) in zip(rows, [items[1], items[0], items[2]]):
                found = sorted(at(float(c.get("cx"))) for c in row.iter(SVG + "circle"))
                self.assertEqual([round(x) for x in found], sorted({old, new}))
                limits = [e for e in row.iter(SVG + "line") if e.get("stroke") == "var(--bad)"]
                self.assertEqual([round(at(float(e.get("x1")))) for e in limits], [500])

    def test_what_was_not_done_is_crossed_and_dashed(self):
        page = page_of([reportlib.model(), reportlib.item("x", reportlib.CONFLICT, old=100, new=200)])
        row = next(page.panels()[2].iter(SVG + "g"))
        self.assertEqual(len(list(row.iter(SVG + "circle"))), 1)
        self.assertIn("2 4", [e.get("stroke-dasharray") for e in row.iter(SVG + "line")])
        self.assertIn("conflict", texts(page.panels()[2]))

    def test_of_many_campaigns_the_largest_changes_are_drawn(self):
        lines = [reportlib.item(f"c{i}", old=1000, new=1000 + i) for i in range(61)]
        page = page_of([reportlib.model(limit=5000), *lines])
        names = [text for text in texts(page.panels()[2]) if re.fullmatch("c[0-9]+", text)]
        self.assertEqual(names, [f"c{i}" for i in range(60, 0, -1)])
        self.assertIn("The 60 largest changes of 61 campaigns; all the others are in the table.", [text_of(e) for e in page.all("figcaption")])

    def test_one_absurd_number_does_not_press_the_others_into_a_corner(self):
        page = page_of([reportlib.model(), reportlib.item("sane", old=100, new=400), reportlib.item("absurd", reportlib.REJECTED, old=100, new=10 ** 15)])
        at = scale_of(page.panels()[2])
        self.assertLess(at(976), 1200)
        self.assertIn("100 \u2192 1,000,000,000,000,000", texts(page.panels()[2]))
        far = page_of([reportlib.model(), reportlib.item("small", old=10, new=20, limit=100000)])
        self.assertIn("limit 100,000, beyond this axis", texts(far.panels()[2]))

    def test_latencies(self):
        times = [1000 * (i + 1) for i in range(200)]
        page = page_of([reportlib.model(), *(reportlib.item(f"c{i}", latency=t) for i, t in enumerate(times)), reportlib.item("none", reportlib.REJECTED, latency=-1)])
        svg = page.panels()[1]
        self.assertTrue({"median 100 ms", "p90 180 ms", "p99 198 ms"} <= set(texts(svg)), texts(svg))
        counts = [int(re.match(r"(\d+) update", tip).group(1)) for tip in tips(svg)]
        self.assertEqual(sum(counts), 200)
        self.assertEqual(page.facts()["median time"], "100 ms")
        self.assertIn("200 updates that sent a request, from 1.00 ms to 200 ms.", [text_of(e) for e in page.all("figcaption")])
        bars = [e for e in svg.iter(SVG + "rect") if e.get("class") == "bar"]
        tallest = max(range(len(bars)), key=lambda i: float(bars[i].get("height")))
        self.assertEqual(counts[tallest], max(counts))

    def test_every_latency_finds_its_bar(self):
        for times in ([0], [1], [2 ** 63 - 1], [0, 2 ** 63 - 1], [1000, 10000, 100000, 1000000], [5] * 9):
            with self.subTest(times):
                svg = page_of([reportlib.model(), *(reportlib.item("x", latency=t) for t in times)]).panels()[1]
                self.assertEqual(sum(int(re.match(r"(\d+) update", tip).group(1)) for tip in tips(svg)), len(times))

    def test_the_quota(self):
        at = reportlib.START
        samples = [reportlib.sample(at, 10), reportlib.sample(at + 1000, 60), reportlib.sample(at + 2000, 50, 50, rate_limited=2, closed=1500), reportlib.sample(at + 3000, 50, 50, rate_limited=2, closed=500),
                   reportlib.sample(at + 6000, 20, 50, rate_limited=3, closed=2000), reportlib.sample(at + 9000, 0, 60, rate_limited=3)]
        page = page_of([reportlib.model(ended=at + 10000), *samples])
        svg = page.panels()[0]
        self.assertTrue({"3 answers 429", "quota, at the end 60", "the server asked to wait"} <= set(texts(svg)), texts(svg))
        self.assertEqual([tip for tip in tips(svg) if "held" in tip], ["held for 2 s: the server asked to wait"] * 2)
        self.assertEqual([tip for tip in tips(svg) if tip.endswith(" 429")], ["2 answers 429", "1 answer 429"])
        lines = list(svg.iter(SVG + "polyline"))
        used = next(e for e in lines if e.get("stroke") == "var(--accent)")
        heights = [float(p.split(",")[1]) for p in used.get("points").split()]
        zero, unit = heights[-1], (heights[-1] - heights[2]) / 60
        self.assertEqual([round((zero - y) / unit) for y in heights[::2]], [10, 60, 50, 50, 20, 0])
        self.assertEqual(page.facts()["answers 429"], "3")
        self.assertNotIn("quota, at the end 0", texts(page_of([reportlib.model(), reportlib.sample(at, 5, 0)]).panels()[0]))

    def test_of_a_long_run_the_samples_stay_few_and_keep_the_peaks(self):
        at, count = reportlib.START, 50000
        samples = [reportlib.sample(at + i * 500, 99 if i == 31111 else 7, rate_limited=4 if i > 31111 else 0) for i in range(count)]
        svg = page_of([reportlib.model(ended=at + count * 500), *samples]).panels()[0]
        used = next(e for e in svg.iter(SVG + "polyline") if e.get("stroke") == "var(--accent)").get("points").split()
        self.assertLessEqual(len(used), 4000)
        self.assertGreater(len(used), 1900)
        heights = [float(p.split(",")[1]) for p in used]
        self.assertEqual(sum(y < max(heights) - 1 for y in heights), 2)
        self.assertIn("4 answers 429", texts(svg))


def scale_of(svg):
    """From x in a dumbbell panel to the value, by its two outermost numbers on the axis; those are shifted into the picture, so not the first."""
    axis = [(float(e.get("x")), int(e.text.replace(",", ""))) for e in svg.iter(SVG + "text") if re.fullmatch("[0-9,]+", e.text or "") and e.get("font-size") == "11"]
    (x1, v1), (x2, v2) = axis[1], axis[-1]
    return lambda x: v1 + (x - x1) * (v2 - v1) / (x2 - x1)


class Hostile(unittest.TestCase):
    def test_texts_of_others_are_only_texts(self):
        for text in reportlib.HOSTILE:
            with self.subTest(text[:40]):
                page = page_of([reportlib.model(title=text, mode=text, host=text, actor=text, journal=text, audit=text), reportlib.item(text, reportlib.REJECTED, message=text)])
                self.assertEqual(page.html.faults, [])
                self.assertEqual([tag for tag, _ in page.html.tags if tag in ("script", "img", "b")], [])
                bare = "".join(page.root.itertext())
                self.assertNotRegex(bare, "[\u202a-\u202e\u2066-\u2069\u200b-\u200f\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")

    def test_what_is_hidden_is_shown(self):
        rows = page_of([reportlib.model(), *(reportlib.item(text) for text in reportlib.HOSTILE)]).rows()
        names = [row[0] for row in rows]
        for shown in ("<script>alert(1)</script>", "a\\u0001\\u001b[31m\\u007fb", "abc\\u202egnp.exe\\u2066x", "\\xff\\xfe\\xc0\\xaf broken \\xed\\xa0\\x80", "&#60;b&#62;", "(no id)", "a\\u0009b\\u000ac"):
            self.assertIn(shown, names)

    def test_texts_may_not_fill_the_memory(self):
        long = b"x" * 100000
        page = page_of([reportlib.model(), reportlib.item(long, reportlib.REJECTED, message=long)])
        self.assertLess(len(page.text), 120000)
        cut = page_of([reportlib.model(), reportlib.item("\u00e9".encode() * 5000, message="\u00e9".encode() * 5000 + b"x")])
        self.assertNotIn("\\xc3", cut.text)


class Many(unittest.TestCase):
    def test_a_hundred_thousand_items(self):
        lines = reportlib.run(100000, 100, journal="run.journal")
        page = page_of(lines)
        self.assertEqual(len(page.rows()), 5000)
        self.assertEqual(page.groups(), ["To be looked at: 100", "Without a failure: 99,900"])
        self.assertEqual(page.why()[-1], "95,000 more without a failure are not listed, to keep this page small. All items are in what cxdialer --output json apply prints, and in the journal.")
        self.assertLess(len(page.text), 3000000)

    def test_failures_are_all_listed(self):
        page = page_of([reportlib.model(), *(reportlib.item(str(i), reportlib.REJECTED) for i in range(6000)), reportlib.item("fine")])
        self.assertEqual(len(page.rows()), 6000)
        self.assertEqual(page.why()[-1], "1 more without a failure is not listed, to keep this page small. All items are in what cxdialer --output json apply prints.")


class Files(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)
        self.file = self.folder / "report.html"

    def check(self, path):
        done = reportlib.write([], "--check", path, check=False)
        return done.returncode, done.stderr.decode()

    def names(self):
        return sorted(p.name for p in self.folder.iterdir())

    def test_written_as_a_whole(self):
        done = reportlib.write(reportlib.run(40, 6), self.file)
        self.assertEqual(done.stderr.decode(), f"cxdialer: report written to {self.file}\n")
        self.assertEqual(self.file.read_bytes(), reportlib.write(reportlib.run(40, 6)))
        self.assertEqual(self.names(), ["report.html"])

    def test_a_link_stays_one_and_rights_are_kept(self):
        self.file.write_text("old")
        self.file.chmod(0o640)
        link = self.folder / "latest.html"
        link.symlink_to(self.file)
        reportlib.write(reportlib.run(1), link)
        self.assertTrue(link.is_symlink())
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o640)
        self.assertIn("<!DOCTYPE html>", self.file.read_text())

    def test_the_check_leaves_nothing_behind(self):
        self.assertEqual(self.check(self.file), (0, ""))
        self.assertEqual(self.names(), [])
        self.file.write_text("old")
        self.assertEqual(self.check(self.file), (0, ""))
        self.assertEqual((self.names(), self.file.read_text()), (["report.html"], "old"))
        self.assertEqual(self.check("/dev/null"), (0, ""))

    def test_what_cannot_be_written_is_told_before(self):
        for path, why in ((self.folder / "none" / "report.html", "No such file or directory"), (self.folder, "is a directory: name a file in it"),
                          (self.folder / ("x" * 300), "File name too long"), ("/proc/report.html", "No such file or directory")):
            with self.subTest(path):
                code, said = self.check(path)
                self.assertEqual((code, said), (1, f"cxdialer: --report {path}: {why}; no report was written\n"))
                self.assertEqual(reportlib.write(reportlib.run(1), path, check=False).stderr.decode(), said)
        self.assertEqual(self.names(), [])

    @unittest.skipIf(os.geteuid() == 0, "for root there is no folder that cannot be written to")
    def test_a_folder_that_is_not_ours(self):
        self.folder.chmod(0o500)
        self.addCleanup(self.folder.chmod, 0o700)
        self.assertEqual(self.check(self.file)[0], 1)

    def test_standard_output_has_the_results(self):
        self.assertEqual(self.check("-"), (64, "cxdialer: --report -: standard output has the results; name a file, such as report.html\n"))
        self.assertEqual(self.check(""), (64, "cxdialer: --report: the name of a file is needed, such as report.html\n"))

    def test_a_full_disk_is_told(self):
        done = reportlib.write(reportlib.run(40), "/dev/full", check=False)
        self.assertEqual((done.returncode, done.stderr.decode()), (1, "cxdialer: --report /dev/full: No space left on device; no report was written\n"))


class Results(unittest.TestCase):
    """Items made of what the library really answers."""

    def run_campaigns(self, *lines, **more):
        with simlib.Sim("--rate", "0") as sim, tempfile.TemporaryDirectory() as folder:
            env = {"CXDIALER_AUDIT_PATH": f"{folder}/audit.jsonl", "CXDIALER_API_BASE_URL": f"http://127.0.0.1:{sim.port}", "CXDIALER_AUTH_CLIENT_ID": "demo-client", "CXDIALER_AUTH_CLIENT_SECRET": "demo-secret", **more}
            return page_of([reportlib.model(), *lines], env=env)

    def test_applied_unchanged_and_refused(self):
        change = {**CAMPAIGN, "pacing": {"throttlePercent": 0.5}}
        page = self.run_campaigns(reportlib.line("apply", json.dumps(change)), reportlib.line("apply", json.dumps(change)), reportlib.line("apply", json.dumps({**CAMPAIGN, "maxConcurrentCalls": 900})),
                                  reportlib.line("plan", json.dumps({**CAMPAIGN, "maxConcurrentCalls": 130})), reportlib.line("apply", json.dumps({"id": "00000000-0000-0000-0000-000000000000", "maxConcurrentCalls": 9})))
        rows = page.rows()
        self.assertEqual([row[1].split(" ", 1)[1] for row in rows], ["not applied", "rejected", "applied", "unchanged", "planned"])
        self.assertEqual([text for text in page.why() if text.startswith("CXD_")], ["CXD_E_NOT_FOUND", "CXD_E_INVALID"])
        applied = rows[2]
        self.assertEqual((applied[2], applied[4]), ("150 \u2192 120", "3, 1 PUT"))
        before, after = applied[3].split(" \u2192 ")
        self.assertEqual(float(before.replace(",", "")) / float(after.replace(",", "")), simlib.sample()["pacing"]["throttlePercent"] / 0.5)
        self.assertEqual(rows[3][2:4], ["120", after])
        self.assertEqual(rows[4][2], "120 \u2192 130")
        self.assertEqual([text.split(": ")[0] for text in page.why() if "900" in text], ["error capacity.concurrency /maxConcurrentCalls"])
        self.assertRegex(applied[6], r"^\d\d:\d\d:\d\d$")

    def test_the_number_of_the_record(self):
        with tempfile.TemporaryDirectory() as folder:
            page = self.run_campaigns(reportlib.line("apply", json.dumps(CAMPAIGN)), CXDIALER_AUDIT_PATH=f"{folder}/audit.jsonl")
            last = json.loads(pathlib.Path(folder, "audit.jsonl").read_text().splitlines()[-1])
        self.assertEqual(page.rows()[0][7], str(last["seq"]))


if __name__ == "__main__":
    unittest.main()
