# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Judges SVG pictures: as XML, and as the pixels that rsvg-convert makes of them. Standard library only."""
import re
import struct
import subprocess
import xml.etree.ElementTree as ET
import zlib

NAMESPACE = "{http://www.w3.org/2000/svg}"
ELEMENTS = {"svg", "title", "desc", "defs", "pattern", "g", "rect", "line", "polyline", "circle", "text"}
ATTRIBUTES = {
    "role", "width", "height", "viewBox", "font-family", "id", "patternUnits", "patternTransform", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx",
    "points", "fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "font-size", "font-weight", "text-anchor",
}
BESIDE = 40  # pixels around a picture that must stay without ink


def convert(svg, *args):
    done = subprocess.run(["rsvg-convert", "--format", "png", "--background-color", "white", *args], input=svg, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return Png(done.stdout)


class Png:
    """Eight bits per channel, not interlaced: what rsvg-convert writes."""

    def __init__(self, data):
        assert data[:8] == b"\x89PNG\r\n\x1a\n"
        pos, packed = 8, b""
        while pos < len(data):
            size, kind = struct.unpack(">I4s", data[pos:pos + 8])
            body = data[pos + 8:pos + 8 + size]
            if kind == b"IHDR":
                self.width, self.height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body)
                assert (depth, interlaced) == (8, 0) and colour in (2, 6)
                self.channels = 3 if colour == 2 else 4
            elif kind == b"IDAT":
                packed += body
            pos += size + 12
        self._unpack(zlib.decompress(packed))

    def _unpack(self, raw):
        stride, bpp = self.width * self.channels, self.channels
        self.rows, before = [], bytearray(stride)
        for y in range(self.height):
            kind, row = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
            before = unfilter(kind, row, before, bpp)
            self.rows.append(before)

    def pixel(self, x, y):
        return tuple(self.rows[y][x * self.channels:x * self.channels + 3])

    def colours(self):
        counts = {}
        for row in self.rows:
            for x in range(0, len(row), self.channels):
                key = bytes(row[x:x + 3])
                counts[key] = counts.get(key, 0) + 1
        return {tuple(key): count for key, count in counts.items()}


def unfilter(kind, row, before, bpp):
    if kind == 0 or (kind == 1 and not any(row)):
        return row
    if kind == 2 or (kind == 4 and not any(row) and len(set(before)) == 1):
        return bytearray((a + b) & 255 for a, b in zip(row, before)) if any(row) else before[:]
    for i in range(len(row)):
        left = row[i - bpp] if i >= bpp else 0
        if kind == 1:
            row[i] = (row[i] + left) & 255
        elif kind == 3:
            row[i] = (row[i] + (left + before[i]) // 2) & 255
        else:
            above, corner = before[i], before[i - bpp] if i >= bpp else 0
            pa, pb, pc = abs(above - corner), abs(left - corner), abs(left + above - 2 * corner)
            row[i] = (row[i] + (left if pa <= pb and pa <= pc else above if pb <= pc else corner)) & 255
    return row


class Widths:
    """How far the renderer moves on for a character, as part of the font size: it draws ten of them between two bars."""
    known = {}
    SIZE, LINE, TIMES = 20, 32, 10

    @classmethod
    def of(cls, text, bold, family):
        keys = {(c, bold) for c in text}
        return sum(cls.known[c, bold] for c in text) if keys <= cls.known.keys() else cls.learn(text, bold, family)

    @classmethod
    def learn(cls, text, bold, family):
        new = sorted({c for c in text} - {c for c, b in cls.known if b == bold})
        lines = ["||"] + ["|" + c * cls.TIMES + "|" for c in new]
        root = ET.Element("svg", {"xmlns": NAMESPACE[1:-1], "width": "560", "height": str(cls.LINE * len(lines)), "font-family": family})
        for i, line in enumerate(lines):
            element = ET.SubElement(root, "text", {"x": "20", "y": str(cls.LINE * i + 22), "font-size": str(cls.SIZE), "font-weight": "bold" if bold else "normal",
                                                   "style": "white-space:pre"})
            element.text = line
        png = convert(ET.tostring(root))
        inks = [cls.ink(png, i) for i in range(len(lines))]
        for c, ink in zip(new, inks[1:]):
            cls.known[c, bold] = max(ink - inks[0], 0) / cls.TIMES / cls.SIZE
        return sum(cls.known[c, bold] for c in text)

    @classmethod
    def ink(cls, png, line):
        right = 0
        for row in png.rows[cls.LINE * line:cls.LINE * (line + 1)]:
            bright = bytes(row).rstrip(b"\xff")
            right = max(right, len(bright) // png.channels)
        return right


class Picture:
    def __init__(self, svg):
        self.bytes = svg
        self.root = ET.fromstring(svg)
        self.width, self.height = float(self.root.get("width")), float(self.root.get("height"))

    def texts(self):
        return [t.text or "" for t in self.root.iter(NAMESPACE + "text")]

    def tips(self):
        return [t.text or "" for t in self.root.iter(NAMESPACE + "title")]

    def boxes(self):
        """(text, left, top, right, bottom) of every text, as wide as the renderer makes it."""
        for t in self.root.iter(NAMESPACE + "text"):
            size = float(t.get("font-size"))
            width = Widths.of(t.text, t.get("font-weight") == "bold", self.root.get("font-family")) * size
            left = float(t.get("x")) - {"start": 0, "middle": width / 2, "end": width}[t.get("text-anchor")]
            y = float(t.get("y"))
            yield t.text, left, y - 0.76 * size, left + width, y + 0.24 * size

    def assert_plain(self, case):
        """Nothing that runs, loads or is not understood."""
        case.assertEqual(self.root.get("role"), "img")
        case.assertEqual(self.root.get("viewBox"), f"0 0 {self.root.get('width')} {self.root.get('height')}")
        case.assertEqual([child.tag for child in self.root][:2], [NAMESPACE + "title", NAMESPACE + "desc"])
        case.assertIn("sans-serif", self.root.get("font-family"))
        for element in self.root.iter():
            case.assertTrue(element.tag.startswith(NAMESPACE), element.tag)
            case.assertIn(element.tag[len(NAMESPACE):], ELEMENTS)
            for name, value in element.attrib.items():
                case.assertIn(name, ATTRIBUTES)
                case.assertNotRegex(value, r"(?i)script|https?:|data:|//|nan|inf")
        case.assertEqual(re.findall(rb"url\((?!#)", self.bytes), [])

    def assert_boxes_apart(self, case):
        boxes = list(self.boxes())
        for i, (text, left, top, right, bottom) in enumerate(boxes):
            for other, left2, top2, right2, bottom2 in boxes[:i]:
                case.assertFalse(left < right2 and left2 < right and top < bottom2 and top2 < bottom, f"'{text}' over '{other}'")

    def assert_ink_apart(self, case):
        """Each text in half-transparent black, all else left out: where two meet it is darker than one can be; and none reaches over the edge."""
        width, height = self.width + 2 * BESIDE, self.height + 2 * BESIDE
        root = ET.Element("svg", {"xmlns": NAMESPACE[1:-1], "width": str(width), "height": str(height),
                                  "viewBox": f"{-BESIDE} {-BESIDE} {width} {height}", "font-family": self.root.get("font-family")})
        for t in self.root.iter(NAMESPACE + "text"):
            copy = ET.SubElement(root, "text", {**t.attrib, "fill": "#000000", "opacity": "0.45"})
            copy.text = t.text
        png = convert(ET.tostring(root))
        inked = 0
        for y, row in enumerate(png.rows):
            darkest = min(row)
            case.assertGreater(darkest, 115, f"texts overlap near y = {y - BESIDE}")
            if darkest > 245:
                continue
            inked += 1
            case.assertTrue(BESIDE <= y < height - BESIDE, "a text reaches over the upper or lower edge")
            edges = row[:BESIDE * png.channels] + row[-BESIDE * png.channels:]
            case.assertGreater(min(edges), 245, f"a text reaches over the side at y = {y - BESIDE}")
        case.assertGreater(inked, 30, "no text was drawn: is there a font?")
