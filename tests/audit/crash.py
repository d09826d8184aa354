#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Kills one whole `cxdialer apply` at each of its calls, and asks whether the log, the simulator and the next run still agree.

    crash.py strace [--all]    by strace, at each call of the kinds below, over two scenes (--all: over all of them)
    crash.py preload [NAME]    by tests/audit/inject.c, at each call on the log and its directory and on the sockets: killed before it, in the
                               middle of a write, and with what was not synced lost

Exit status: 0, 1 when something is wrong, 77 when the machine does not allow ptrace.
"""
import re
import shutil
import subprocess
import sys

import prooflib
import scenes
from prooflib import need

SYSCALLS = ["write", "pwrite64", "fdatasync", "fsync", "openat", "open", "rename", "renameat", "renameat2", "link", "linkat", "ftruncate", "fallocate", "flock", "fcntl",
            "unlink", "unlinkat", "sendto", "recvfrom", "newfstatat", "pread64", "close"]
FAULTS = ["kill", "torn", "power", "power-data"]
KILLED = -9


def after_the_crash(place, tally, done):
    """The oracle, a run without a fault, the oracle again."""
    need(done.code in (KILLED, 0), f"it was neither killed nor came to its end: {done}")
    tally.add(killed=done.code == KILLED)
    found = place.judge(settled=False)
    place.applied_now()
    settled = place.judge()
    return {"applied": settled.applied, "dangling": found.dangling, "recovered": settled.recovered, "before_the_first_record": found.never_begun}


def enough_killed(tally):
    if tally.counts["killed"] < tally.counts["cases"] * 0.9:
        tally.failures.append("fewer than nine of ten cases were killed: the sweep does not do what it says")
    return tally


# ------------------------------------------------------------------------------------------ by strace

def strace(call, number):
    return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}"]


def may_trace():
    if not shutil.which("strace"):
        return "strace is not installed"
    done = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "true"], capture_output=True, text=True)
    return None if done.returncode == 0 else f"strace may not trace here: {done.stderr.strip()}"


def calls_of(scene):
    """Which of the system calls an update makes, by its trace."""
    with scenes.place_of(scene) as place:
        scene.prepare(place)
        trace = place.dir / "trace"
        done = place.apply(before=["strace", "-f", "-qq", "-o", str(trace), "-e", "trace=" + ",".join(SYSCALLS)])
        need(done.code == 0, f"the update under strace: {done}")
        names = re.findall(r"^[0-9]+ +([a-z0-9_]+)\(", trace.read_text(errors="replace"), re.M)
    return {name: names.count(name) for name in SYSCALLS if name in names}


def killed_by_strace(tally, scene, call, number):
    def case():
        with scenes.place_of(scene) as place:
            scene.prepare(place)
            done = place.apply(before=strace(call, number))
            return after_the_crash(place, tally, done)
    return f"strace {call} {number}", case


def sweep_by_strace(scene):
    calls = calls_of(scene)
    tally = prooflib.Tally(f"strace, {scenes.label_of(scene)}")
    tally.add(kinds_of_calls=len(calls))
    prooflib.in_parallel(tally, [killed_by_strace(tally, scene, call, number) for call, count in calls.items() for number in range(1, count + 1)])
    return enough_killed(tally)


# -------------------------------------------------------------------------------------- by the preload

def count_calls(scene):
    with scenes.place_of(scene) as place:
        scene.prepare(place)
        done = place.apply(watch=True)
        need(done.code == 0, f"the update that is watched: {done}")
        calls = prooflib.events(place.events)
        prooflib.check_durable(calls)
        need({"write", "fdatasync", "send", "openat"} <= {call.name for call in calls}, "the calls of the program are not seen")
        return calls


def killed_by_preload(tally, scene, number, fault):
    def case():
        with scenes.place_of(scene) as place:
            scene.prepare(place)
            done = place.apply(f"any:{number}:{fault}")
            prooflib.check_durable(prooflib.events(place.events))
            return after_the_crash(place, tally, done)
    return f"any:{number}:{fault}", case


def sweep_by_preload(scene):
    calls = count_calls(scene)
    tally = prooflib.Tally(f"preload, {scenes.label_of(scene)}")
    tally.add(calls=len(calls))
    faults = [(call.number, fault) for call in calls for fault in FAULTS if fault != "torn" or call.name in ("write", "pwrite")]
    prooflib.in_parallel(tally, [killed_by_preload(tally, scene, number, fault) for number, fault in faults])
    return enough_killed(tally)


def main():
    how, names = sys.argv[1], sys.argv[2:]
    chosen = scenes.ALL
    if how == "strace":
        why = may_trace()
        if why:
            prooflib.skip(why)
        if names != ["--all"]:
            chosen = [scene for scene in chosen if scenes.label_of(scene) in ("nothing", "all_at_once, keyed")]
    else:
        chosen = [scene for scene in chosen if scene.name in names] if names else scenes.usual()
    sweep = {"strace": sweep_by_strace, "preload": sweep_by_preload}[how]
    return prooflib.sweep_all(sweep, chosen)


if __name__ == "__main__":
    sys.exit(main())
