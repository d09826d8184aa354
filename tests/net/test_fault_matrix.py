# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The network fault matrix over real sockets.

    python3 tests/net/test_fault_matrix.py                      the HTTP/1.1 cells; with CXDIALER_FULL=1 all of them
    python3 tests/net/test_fault_matrix.py http1/put/body/reset ...   these cells (patterns with * and ? are taken)
    python3 tests/net/test_fault_matrix.py --list               every cell, and why it is not run when it is not

LIBCXDIALER names the shared library, CXDIALER_SIM the simulator. HTTP/2 needs nghttpx (Debian package nghttp2-proxy).
What is in tests/net/fault/ is described in its __init__.py.
"""
import collections
import fnmatch
import multiprocessing
import os
import queue
import signal
import sys
import tempfile
import time
import traceback

from fault import rules
from fault.cell import Rig, Run
from fault.client import load
from fault.station import make_certificate, nghttpx

WORKERS = 10       # most of the time is spent waiting for time-outs
HANG_S = 90       # without a result for so long: something hangs
FAST = ("http1", "https1")
LEAST_RUN = {"http1": 149, "https1": 179, "h2": 179, "h2-front": 45}  # cells; fewer is a failure: they must not vanish unnoticed
SKIPPED = 77


def work(tasks, results, rig_of, ready):
    """A worker: cells with a simulator and stations of its own until there are none left."""
    os.setpgid(0, 0)  # with the programs it starts
    try:
        with Rig(load(), *rig_of) as rig:
            ready.wait(HANG_S)  # nobody measures a time-out while others are still starting programs
            for cell, variant in iter(tasks.get, None):
                results.put(("begun", cell, variant, os.getpid()))
                results.put(("done", cell, variant, attempt(rig, cell, variant)))
    except BaseException:  # whatever it was has to be told, not waited for
        results.put(("lost", None, None, traceback.format_exc()))


def attempt(rig, cell, variant):
    try:
        return Run(rig, cell, variant).run()
    except Exception:
        return [traceback.format_exc()]


def end(worker):
    """With its simulator and nghttpx, should it still be there."""
    if worker.is_alive():
        os.killpg(worker.pid, signal.SIGKILL)
        worker.join()


class Matrix:
    def __init__(self, chosen):
        self.chosen = chosen
        self.failures = []
        self.running = {}

    def run(self):
        with tempfile.TemporaryDirectory() as folder:
            cert, key = make_certificate(folder)
            context = multiprocessing.get_context("fork")
            tasks, results = context.Queue(), context.Queue()
            runs = [(cell, variant) for cell in self.chosen for variant in rules.variants(cell)]
            count = min(WORKERS, len(runs))
            rig_of = (cert, key, {cell.transport for cell in self.chosen})
            ready = context.Barrier(count) if count else None
            workers = [context.Process(target=work, args=(tasks, results, rig_of, ready)) for _ in range(count)]
            for run in sorted(runs, key=lambda run: run[0].fault != "timeout") + [None] * len(workers):  # the long ones first
                tasks.put(run)
            try:
                for worker in workers:
                    worker.start()
                complete = self.collect(results, len(runs))
                for worker in workers:
                    worker.join(HANG_S if complete else 0)
            finally:
                for worker in workers:
                    end(worker)
            return len(runs)

    def collect(self, results, left):
        """True: all came back."""
        while left:
            try:
                what, cell, variant, found = results.get(timeout=HANG_S)
            except queue.Empty:
                for cell, variant in self.running:
                    self.report(cell, variant, [f"it hangs: no result for {HANG_S} s"])
                return False
            if what == "lost":
                self.failures.append(("a worker", ""))
                print(found)
                return False
            if what == "begun":
                self.running[cell, variant] = found
                continue
            self.running.pop((cell, variant))
            left -= 1
            if found:
                self.report(cell, variant, found)
        return True

    def report(self, cell, variant, problems):
        self.failures.append((cell, variant))
        print(f"FAILED {cell} ({variant}, effect {rules.effect(cell)})")
        for problem in problems:
            print("    " + problem.replace("\n", "\n    "))
        print(f"    again: python3 tests/net/test_fault_matrix.py {cell}", flush=True)


def choose(patterns):
    """Cells to run, and the transports that cannot be tested here."""
    cells = [cell for cell in rules.cells() if not rules.why_not(cell)]
    if patterns:
        cells = [cell for cell in cells if any(fnmatch.fnmatch(str(cell), pattern) for pattern in patterns)]
    elif not os.environ.get("CXDIALER_FULL"):
        cells = [cell for cell in cells if cell.transport in FAST]
    if nghttpx():
        return cells, []
    without = [cell for cell in cells if not cell.transport.startswith("h2")]
    return without, sorted({cell.transport for cell in cells} - {cell.transport for cell in without})


def enough(chosen, missing, patterns):
    """Were there as many cells as there have to be?"""
    counts = collections.Counter(cell.transport for cell in chosen)
    wanted = () if patterns else [name for name in LEAST_RUN if os.environ.get("CXDIALER_FULL") or name in FAST]
    few = [f"{name}: {counts[name]} cells, {LEAST_RUN[name]} expected" for name in wanted if name not in missing and counts[name] < LEAST_RUN[name]]
    if missing and os.environ.get("CI"):
        few.append(f"nghttpx is not installed (package nghttp2-proxy): {', '.join(missing)} not tested")
    return few


def print_list():
    for cell in rules.cells():
        reason = rules.why_not(cell)
        print(f"{cell}: " + (f"not applicable: {reason}" if reason else f"{rules.effect(cell)}: {', '.join(rules.variants(cell))}"))


def summary(chosen, runs, failed, missing, seconds):
    reasons = collections.Counter(reason for reason in map(rules.why_not, rules.cells()) if reason)
    for reason, count in reasons.most_common():
        print(f"  not applicable: {count:3} {reason}")
    if missing:
        print(f"  not tested here, nghttpx is missing (package nghttp2-proxy): {', '.join(missing)}")
    print(f"fault matrix: {len(chosen)} cells run ({runs} updates in {seconds:.0f} s), {sum(reasons.values())} not applicable (see above), {failed} failed")


def main(patterns):
    if patterns == ["--list"]:
        print_list()
        return 0
    if os.environ.get("CXDIALER_SANITIZED"):
        print("skipped: an interpreter without the sanitizer's runtime cannot load this build")
        return SKIPPED
    began = time.monotonic()
    chosen, missing = choose(patterns)
    matrix = Matrix(chosen)
    runs = matrix.run()
    summary(chosen, runs, len({cell for cell, _ in matrix.failures}), missing, time.monotonic() - began)
    few = enough(chosen, missing, patterns)
    for line in few:
        print(line)
    return 1 if matrix.failures or few or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
