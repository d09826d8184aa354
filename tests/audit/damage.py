# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""What can be done to a log: each function takes its files (name -> content), the name of the log and a random number generator, and returns other files."""
import hashlib
import re


def lines_of(data):
    return bytes(data).splitlines(keepends=True) if b"\r" not in data else re.findall(rb"[^\n]*\n|[^\n]+", bytes(data))


def segments_of(files, log):
    """The files of the log, oldest first."""
    return sorted(name for name in files if re.fullmatch(re.escape(log) + r"\.[0-9]{12}(\.[0-9]+)?", name)) + [log]


def with_file(files, name, data):
    return {**files, name: bytes(data)}


def some(files, log, rng, least=1):
    """One of its files with at least so many lines, and these."""
    choice = [name for name in segments_of(files, log) if len(lines_of(files[name])) >= least] or [log]
    name = rng.choice(choice)
    return name, lines_of(files[name])


def flip_bit(files, log, rng):
    name, _ = some(files, log, rng)
    data = bytearray(files[name])
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return with_file(files, name, data)


def change_byte(files, log, rng):
    name, _ = some(files, log, rng)
    data = bytearray(files[name])
    if data:
        data[rng.randrange(len(data))] = rng.choice(b'\n\n"{},:0a\\\x00\xff')
    return with_file(files, name, data)


def add_bytes(files, log, rng):
    name, _ = some(files, log, rng)
    data = bytearray(files[name])
    at = rng.choice((0, rng.randrange(len(data) + 1), len(data)))
    data[at:at] = rng.choice((b"\n", b" ", b"\0" * 40, b"{}\n", b"garbage\n", rng.randbytes(9), b"x" * 17000, b"x" * 17000 + b"\n", b"\r\n"))
    return with_file(files, name, data)


def remove_bytes(files, log, rng):
    name, _ = some(files, log, rng)
    data = bytearray(files[name])
    at = rng.randrange(len(data) + 1)
    del data[at:at + rng.choice((1, 2, 100, 5000))]
    return with_file(files, name, data)


def delete_line(files, log, rng):
    name, lines = some(files, log, rng)
    i = rng.randrange(len(lines) or 1)
    return with_file(files, name, b"".join(lines[:i] + lines[i + rng.choice((1, 1, 2, 7)):]))


def double_line(files, log, rng):
    name, lines = some(files, log, rng)
    i, j = rng.randrange(len(lines) or 1), rng.randrange(len(lines) + 1)
    return with_file(files, name, b"".join(lines[:j] + lines[i:i + 1] + lines[j:]))


def swap_lines(files, log, rng):
    name, lines = some(files, log, rng, 2)
    i = rng.randrange(max(1, len(lines) - 1))
    j = i + 1 if rng.random() < 0.5 else rng.randrange(len(lines) or 1)
    if max(i, j) < len(lines):
        lines[i], lines[j] = lines[j], lines[i]
    return with_file(files, name, b"".join(lines))


def cut_at_record(files, log, rng):
    name, lines = some(files, log, rng)
    return with_file(files, name, b"".join(lines[:rng.randrange(len(lines) + 1)]))


def cut_inside(files, log, rng):
    name, _ = some(files, log, rng)
    return with_file(files, name, files[name][:rng.randrange(len(files[name]) + 1)])


def edit_and_seal(files, log, rng):
    """One record of a log gets another content and the hash of that, and so do all behind it in this file: without a key."""
    name, lines = some(files, log, rng, 2)
    return with_file(files, name, b"".join(seal_anew(lines, rng.randrange(len(lines) or 1))))


def seal_anew(lines, begin, change=lambda front: front.replace(b'"bt":', b'"bt":1', 1)):
    lines, h = list(lines), None
    for i in range(begin, len(lines)):
        match = re.fullmatch(rb'(.*),"prev":"([0-9a-f]{64})","h":"[0-9a-f]{64}"\}\n', lines[i], re.DOTALL)
        if not match:
            break
        front = change(match[1]) if i == begin else match[1]
        h = h or bytes.fromhex(match[2].decode())
        lines[i], h = seal_line(front, h)
    return lines


def seal_line(front, prev):
    """A plain line of this front, and its hash. A front without a number: sealed as number 1."""
    found = re.match(rb'\{"v":1,"seq":([0-9]{1,18}),', front)
    seq = int(found[1]) if found else 1
    h = hashlib.sha256(b"cxdialer.audit.v1\0" + prev + seq.to_bytes(8, "big") + len(front).to_bytes(4, "big") + front).digest()
    return front + b',"prev":"' + prev.hex().encode() + b'","h":"' + h.hex().encode() + b'"}\n', h


def strip_key(lines, prev=None):
    """The same records without their key, in a chain of their own. prev: of the first, if not what stands there."""
    stripped = []
    for line in lines:
        found = re.match(rb'(.*?)(?:,"kid":"[0-9a-f]{16}","e":0)?,"prev":"([0-9a-f]{64})"', line, re.DOTALL)
        if not found:
            return stripped + lines[len(stripped):]
        front, found = found.groups()
        line, prev = seal_line(front, prev or bytes.fromhex(found.decode()))
        stripped.append(line)
    return stripped


def strip_keys(files, log, rng):
    name, lines = some(files, log, rng, 2)
    i = rng.randrange(len(lines) or 1)
    return with_file(files, name, b"".join(lines[:i] + strip_key(lines[i:])))


def delete_segment(files, log, rng):
    name = rng.choice(segments_of(files, log)[:-1] or [log])
    return {other: data for other, data in files.items() if other != name or name == log}


def swap_segments(files, log, rng):
    a, b = rng.choice(segments_of(files, log)), rng.choice(segments_of(files, log))
    return {**files, a: files[b], b: files[a]}


def old_segment_as_last(files, log, rng):
    return with_file(files, log, files[rng.choice(segments_of(files, log))])


def empty_segment(files, log, rng):
    return with_file(files, rng.choice(segments_of(files, log)), b"")


def lines_of_another(files, log, rng):
    """Some lines of one segment replace those of another."""
    name, lines = some(files, log, rng)
    _, others = some(files, log, rng)
    i, n = rng.randrange(len(lines) or 1), rng.randrange(1, 6)
    j = rng.randrange(len(others) or 1)
    return with_file(files, name, b"".join(lines[:i] + others[j:j + n] + lines[i + n:]))


def copy_segment(files, log, rng):
    """A file beside the log that has the form of a segment of it, whatever its number."""
    source = rng.choice(segments_of(files, log))
    number = rng.choice((1, 1, 2, 10**11, rng.randrange(1, 2000)))
    name = next(name for name in (f"{log}.{number:012d}{copy}" for copy in ("", ".1", ".2", ".3")) if name not in files)
    return {**files, name: bytes(bytearray(files[source]))}


ALL = {function.__name__: function for function in (
    flip_bit, change_byte, add_bytes, remove_bytes, delete_line, double_line, swap_lines, cut_at_record, cut_inside, edit_and_seal, strip_keys,
    delete_segment, swap_segments, old_segment_as_last, empty_segment, lines_of_another, copy_segment)}


def apply(name, files, log, rng):
    return ALL[name]({other: bytes(data) for other, data in files.items()}, log, rng)
