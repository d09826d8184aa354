# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""What docs/statistics.md says, what a statistics file holds, and the form of OpenMetrics text."""
import json
import os
import pathlib
import re

PAGE = pathlib.Path(os.environ.get("CXDIALER_SOURCE") or pathlib.Path(__file__).resolve().parents[2]) / "docs" / "statistics.md"
ROW = re.compile(r"^\| `([a-z0-9_.]+)` \| (?:`([^`]+)`|\(sum of the next\)) \| ([CGH]) \| (\S+) \| (.+) \|$")


def documented():
    """JSON path -> (sample or None, C, G or H), in the order of the page."""
    rows = [ROW.match(line) for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `") and not line.startswith("| `CXD_LOG")]
    if not all(rows):
        raise AssertionError("a row of docs/statistics.md has another form")
    return {row[1]: (row[2], row[3]) for row in rows}


def flat(stats):
    """Path -> value; a histogram is one value."""
    found = {}
    for name, value in stats.items():
        if isinstance(value, dict) and "buckets" not in value:
            found.update({f"{name}.{inner}": number for inner, number in value.items()})
        elif name != "schema_version":
            found[name] = value
    return found


def load(path):
    return flat(json.loads(pathlib.Path(path).read_text(encoding="utf-8")))


class Malformed(Exception):
    pass


NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{([a-zA-Z_][a-zA-Z0-9_]*)="([^"\\\n]*)"\})? (\S+)$')
NUMBER = re.compile(r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$")
ENDINGS = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}


class Family:
    def __init__(self, name, kind):
        self.name, self.kind, self.unit, self.help, self.samples = name, kind, None, None, []


def need(condition, line):
    if not condition:
        raise Malformed(line)


def metadata(line, families):
    word, name, rest = line[2:].split(" ", 2)
    need(NAME.fullmatch(name), line)
    if word == "TYPE":
        need(rest in ENDINGS and name not in [f.name for f in families], line)
        families.append(Family(name, rest))
        return
    family = families[-1] if families else None
    need(family and family.name == name and not family.samples, line)
    if word == "UNIT":
        need(family.unit is None and name.endswith("_" + rest), line)
        family.unit = rest
    else:
        need(word == "HELP" and family.help is None and rest and "\\" not in rest, line)
        family.help = rest


def sample(line, families):
    match = SAMPLE.match(line)
    family = families[-1] if families else None
    need(match and family, line)
    name, label, value, number = match.groups()
    need(NUMBER.match(number), line)
    ending = name[len(family.name):] if name.startswith(family.name) else None
    need(ending in ENDINGS[family.kind], line)
    need((label == "le") == (ending == "_bucket"), line)
    need((ending, label, value) not in [s[:3] for s in family.samples], line)
    need(family.kind == "gauge" or float(number) >= 0, line)
    family.samples.append((ending, label, value, float(number)))


def check_histogram(family):
    bounds = [float(s[2]) for s in family.samples if s[0] == "_bucket"]
    counts = [s[3] for s in family.samples if s[0] == "_bucket"]
    rest = {s[0]: s[3] for s in family.samples if s[0] != "_bucket"}
    need(bounds == sorted(set(bounds)) and bounds[-1] == float("inf"), family.name)
    need(counts == sorted(counts) and rest["_count"] == counts[-1] and "_sum" in rest, family.name)


def parse(text):
    """The families of an OpenMetrics text; strict, for what this library writes: no timestamps, no exemplars, one label at most."""
    need(text.endswith("\n# EOF\n"), "the end")
    families = []
    for line in text[:-len("# EOF\n")].splitlines():
        need(line and line == line.strip(), line)
        metadata(line, families) if line.startswith("# ") else sample(line, families)
    for family in families:
        need(family.help, family.name)
        if family.kind == "histogram":
            check_histogram(family)
    return families


def samples(text):
    """'name{label="value"}' -> number, of counters and gauges."""
    found = {}
    for family in parse(text):
        for ending, label, value, number in family.samples:
            if family.kind != "histogram":
                found[family.name + ending + (f'{{{label}="{value}"}}' if label else "")] = number
    return found
