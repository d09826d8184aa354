# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""embed.py INPUT OUTPUT NAME HEADER: a JSON file as a C array of bytes (a string literal may have 4095 at most)."""
import json
import sys


def members(pairs):
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"members that appear twice: {', '.join(twice)}")
    return dict(pairs)


def main():
    source, target, name, header = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        data = json.dumps(json.load(file, object_pairs_hook=members), separators=(",", ":")).encode("ascii")
    lines = [", ".join(str(byte) for byte in data[at:at + 32]) for at in range(0, len(data), 32)]
    with open(target, "w", encoding="ascii") as file:
        file.write(f'#include "{header}"\n\nconst char {name}[] = {{\n  ' + ",\n  ".join(lines) + ",\n  0};\n\n")
        file.write(f"const size_t {name}_len = sizeof {name} - 1;\n")


if __name__ == "__main__":
    main()
