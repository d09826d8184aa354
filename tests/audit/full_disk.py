#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The log on a disk of 400 KiB: until it is full, filled up while a PUT is away, and when there is space again.

    full_disk.py [--show]    --show: what the operator sees

Needs root for the tmpfs; exit status 77 without.
"""
import contextlib
import json
import os
import subprocess
import sys

import prooflib
from prooflib import Place, need, simlib

SIZE = 400 * 1024


def show(text):
    if "--show" in sys.argv:
        print(text)


def mount(place):
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place.log_dir)], capture_output=True, text=True)
    if done.returncode != 0:
        place.sim.stop()
        prooflib.skip(f"no tmpfs can be mounted here: {done.stderr.strip()}")


@contextlib.contextmanager
def small_disk(**more):
    if os.geteuid() != 0:
        prooflib.skip("mounting a small tmpfs needs root")
    with Place(**more) as place:
        mount(place)
        try:
            yield place
        finally:
            subprocess.run(["umount", "-l", str(place.log_dir)], check=True)


def fill(place):
    """A file that takes all there is."""
    ballast = place.log_dir / "ballast"
    with open(ballast, "wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(4096)):
            pass
    return ballast


def puts(place):
    return len(prooflib.puts_of(place.sim))


def refused(place):
    """The update is refused before anything was sent, and says why."""
    before = puts(place)
    done = place.apply()
    show(f"$ cxdialer apply change.json\n{done.out}{done.err}exit code {done.code}\n")
    need(done.code == 74, f"exit code {done.code} on a full disk: {done}")
    need("No space left on device" in done.out + done.err and "free some space" in done.out + done.err, f"the reason and what to do are not told: {done}")
    need(puts(place) == before, "a PUT was sent without room for its records")


def until_it_is_full():
    with small_disk() as place:
        (place.log_dir / "taken").write_bytes(bytes(SIZE - 200 * 1024))
        count = 0
        while True:
            done = place.apply()
            if done.code != 0:
                break
            count += 1
            need(count < 2000, "the disk never became full")
        need(count > 0, f"no update was made: {done}")
        refused(place)
        found = place.judge()
        need(found.applied == count and found.puts == count, f"{count} updates were made, {found.applied} applied")
        (place.log_dir / "taken").unlink()
        place.applied_now()
        place.judge()
        return {"updates_until_full": count}


def while_a_put_is_away():
    with small_disk(sim_args=("--latency-ms", "400"), attempt_timeout_ms=5000) as place:
        process = place.start()
        simlib.until(lambda: any(r["method"] == "PUT" for r in place.sim.requests()))
        ballast = fill(place)
        done = place.end(process)
        need(done.code == 0, f"the outcome had no room: {done}")
        need(json.loads(done.out)["audit"]["status"] == "CXD_OK", f"the outcome is not in the log: {done}")
        show(f"filled while its PUT was away:\n{done.out}")
        place.judge()
        ballast.unlink()
        place.applied_now()
        found = place.judge()
        return {"applied": found.applied}


def from_the_beginning():
    """There was never any space: the command says so, and leaves nothing that the next run could not take."""
    with small_disk() as place:
        ballast = fill(place)
        before = puts(place)
        done = place.apply()
        show(f"full before the first update:\n{done.err}exit code {done.code}\n")
        need(done.code == 74 and puts(place) == before, f"on a full disk: {done}")
        ballast.unlink()
        place.applied_now()
        place.judge()
        return {}


def main():
    tally = prooflib.Tally("full disk")
    for name, case in (("until it is full", until_it_is_full), ("while a PUT is away", while_a_put_is_away), ("from the beginning", from_the_beginning)):
        tally.run(name, case)
    return 0 if tally.report() else 1


if __name__ == "__main__":
    sys.exit(main())
