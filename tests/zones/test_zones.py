# SPDX-License-Identifier: MIT
"""Every zone of the system's database, at every transition from 1970 to 2100, against two readers that nobody here wrote: Python's and the C library's.

Python's dst() is a guess where a file says no more than "summer time": the mark is compared with the C library's alone.
"""
import sys

from zonelib import FROM, TO, PythonZone, all_zones, libc, listed, ours

AROUND = (-1, 0, 1, 1800)


def transitions(zones):
    """For each zone what any reader knows: the file's list, ours, and Python's by a scan, so that no side can hide one from the others."""
    asked = [line for _, path in zones for line in (f"F {path}", f"S {FROM} {TO}")]
    answers = ours(asked)
    scans, found = {}, {}
    for i, (name, path) in enumerate(zones):
        assert answers[2 * i] == "ok", (name, answers[2 * i])
        with open(path, "rb") as file:
            content = file.read()
        if content not in scans:
            scans[content] = PythonZone(path).changes(FROM, TO)
        mine = [int(at) for at in answers[2 * i + 1].split()]
        found[name] = set(mine) | {at for at in listed(path) if FROM <= at < TO} | set(scans[content])
    return found


def compare(name, path, instants, mine):
    python, theirs = PythonZone(path), libc(path, instants)
    differences = []
    for at, own, other in zip(instants, mine, theirs):
        offset, _, abbreviation = own.split(" ", 2)
        if own != other:
            differences.append(f"{name} {at}: {own}, C library: {other}")
        if (int(offset), abbreviation) != python.at(at):
            differences.append(f"{name} {at}: {own}, Python: {python.at(at)}")
    return differences


def main():
    zones = all_zones()
    if not zones:
        print("no time zone database")
        return 77
    places = transitions(zones)
    probes = {name: sorted({at + by for at in places[name] | {FROM, TO - 1} for by in AROUND}) for name, _ in zones}
    answers = iter(ours([line for name, path in zones for line in [f"F {path}", *probes[name]]]))
    differences, count = [], 0
    for name, path in zones:
        next(answers)
        count += len(probes[name])
        differences += compare(name, path, probes[name], [next(answers) for _ in probes[name]])
    for line in differences[:40]:
        print(line)
    print(f"{len(zones)} zones, {sum(map(len, places.values()))} transitions, {count} probes, {len(differences)} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
