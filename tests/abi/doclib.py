# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The pages of README and guide as blocks, headings and links."""
import collections
import os
import pathlib
import re

ROOT = pathlib.Path(os.environ.get("CXDIALER_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
FENCE = re.compile(r"^( *)```(\S*)\n(.*?)^\1```$", re.M | re.S)

# follows: nothing but blank lines stands between the block before and this one.
Block = collections.namedtuple("Block", "page line language text follows")


def pages():
    """All pages, by their path from the root."""
    top = [ROOT / name for name in ("README.md", "CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md")]
    return {str(path.relative_to(ROOT)): path.read_text() for path in [*filter(pathlib.Path.exists, top), *sorted((ROOT / "docs").rglob("*.md"))]}


def blocks(name, text):
    end = -1
    for match in FENCE.finditer(text):
        body = re.sub(rf"^{match[1]}", "", match[3], flags=re.M)
        yield Block(name, text.count("\n", 0, match.start()) + 1, match[2], body, end >= 0 and not text[end:match.start()].strip())
        end = match.end()


def prose(text):
    """Without code blocks and code spans: what is in them is no link."""
    return re.sub(r"`[^`\n]*`", "`code`", FENCE.sub("", text))


def anchors(text):
    """The names by which the headings of a page are linked, as forges make them; a second one of the same name gets -1."""
    seen = collections.Counter()
    for heading in re.findall(r"^#{1,6} +(.*?) *$", FENCE.sub("", text), re.M):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        name = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        yield f"{name}-{seen[name]}" if seen[name] else name
        seen[name] += 1


def links(text):
    """Targets of links and pictures, with what stands behind #."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(text)):
        place, _, anchor = target.partition("#")
        yield target, place, anchor
