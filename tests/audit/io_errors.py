#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Lets each call of a whole `cxdialer apply` on its log fail, once and from there on, in every way a disk has.

    io_errors.py [NAME]    NAME: one scene of scenes.py

Never a crash; no PUT without its intent on the disk; an applied PUT is said to be applied, with its record in the log or handed over; EINTR
changes nothing; and the next run finds a log that it can go on with.
"""
import sys

import prooflib
import scenes
from prooflib import need

ERRORS = ["EIO", "ENOSPC", "EINTR", "EACCES", "short"]
CHOSEN = ["nothing", "grown", "rotation_due", "torn", "dangling_sent", "all_at_once"]
# What a signal can end early (signal(7), and the pages of the calls).
INTERRUPTIBLE = {"write", "pwrite", "read", "pread", "fdatasync", "fsync", "openat", "flock", "fcntl", "ftruncate", "fallocate", "fstatfs"}
# Errors of these two say nothing about the disk, and are not the log's alone.
NOT_THE_LOG = {"send", "recv"}


def watched(scene):
    with scenes.place_of(scene) as place:
        scene.prepare(place)
        done = place.apply(watch=True)
        need(done.code == 0, f"the update that is watched: {done}")
        return prooflib.events(place.events)


def spec_of(call, nth, fault, persists):
    return f"{call}:{nth}{'+' if persists else ''}:{fault}"


def with_error(tally, scene, spec):
    fault = spec.rsplit(":", 1)[1]

    def case():
        with scenes.place_of(scene) as place:
            scene.prepare(place)
            before = len(prooflib.puts_of(place.sim))
            done = place.apply(spec)
            puts = prooflib.puts_of(place.sim)[before:]
            prooflib.check_durable(prooflib.events(place.events))
            prooflib.what_a_lived_command_said(place, done, puts)
            tally.add(**{f"exit_{done.code}": 1})
            if fault == "EINTR" and "+" not in spec:
                need(done.code == 0, f"an interrupted call is no failure: {done}")
            place.judge(settled=False)
            place.applied_now()
            place.judge()
            return {"applied": sum(put.applied for put in puts)}
    return spec, case


def specs_for(calls):
    """Each call by its kind and number, with each error that it can have."""
    seen = {}
    for call in calls:
        if call.name in NOT_THE_LOG:
            continue
        seen[call.name] = seen.get(call.name, 0) + 1
        for fault in ERRORS:
            if (fault == "short" and call.name not in ("write", "pwrite")) or (fault == "EINTR" and call.name not in INTERRUPTIBLE):
                continue
            yield spec_of(call.name, seen[call.name], fault, False)
            if fault != "EINTR":  # for ever interrupted is to hang for ever
                yield spec_of(call.name, seen[call.name], fault, True)
    for call in calls:  # from one moment on the disk takes nothing any more
        if call.name not in NOT_THE_LOG:
            yield spec_of("write,pwrite,fallocate,openat,link,rename", sum(c.number <= call.number and c.name in ("write", "pwrite", "fallocate", "openat", "link", "rename") for c in calls) + 1,
                          "ENOSPC", True)


def sweep(scene):
    calls = watched(scene)
    tally = prooflib.Tally(f"errors, {scenes.label_of(scene)}")
    tally.add(calls=len(calls))
    specs = sorted(set(specs_for(calls)))
    prooflib.in_parallel(tally, [with_error(tally, scene, spec) for spec in specs])
    return tally


def main():
    names = sys.argv[1:] or CHOSEN
    among = scenes.ALL if sys.argv[1:] else scenes.usual()
    chosen = [scene for scene in among if scene.name in names and (not scene.keyed or scene.name == "all_at_once")]
    return prooflib.sweep_all(sweep, chosen)


if __name__ == "__main__":
    sys.exit(main())
