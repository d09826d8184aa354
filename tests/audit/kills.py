#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Updates of several campaigns by several processes on one log, most of them killed at a random moment.

    kills.py [--kills N] [--seed N]    default 200

The kills are dealt out to rounds, each with a simulator and a log of its own: plain, keyed, with rotation, and both. In each round the oracle is
asked every 50 kills, and once more after every campaign has had an update that nobody killed.
"""
import argparse
import json
import random
import sys
import threading
import time

import prooflib
from prooflib import Place, clilib, need

WORKERS = 3
KILLS_A_STEP = 50
STEPS_A_ROUND = 4
KINDS = [dict(), dict(keyed=True), {"audit.max_bytes": "20000"}, {"keyed": True, "audit.max_bytes": "6000"}]
OWN = [f"00000000-0000-4000-8000-00000000000{i}" for i in range(WORKERS)]  # one worker's each
SHARED = ["00000000-0000-4000-8000-0000000000ff"]


class Round:
    def __init__(self, place, seed, tally):
        self.place, self.tally = place, tally
        self.random = [random.Random(f"{seed}/{i}") for i in range(WORKERS)]
        self.life = 0.02
        self.failure = None

    def measure(self):
        """How long an update lives that nobody kills and that has nothing to recover, on this machine at this hour."""
        self.place.applied_now(OWN[0])
        lives = []
        for _ in range(3):
            began = time.monotonic()
            self.place.applied_now(OWN[0])
            lives.append(time.monotonic() - began)
        self.life = sorted(lives)[1]

    def one(self, worker):
        """Starts an update, and kills it after a random part of its life: 1 when it was killed."""
        chance = self.random[worker]
        campaign = SHARED[0] if chance.random() < 0.2 else OWN[worker]
        process = self.place.start(campaign)
        try:
            process.wait(chance.uniform(0.2, 1.6) * self.life)  # longer than alone: there are others
        except prooflib.subprocess.TimeoutExpired:
            process.kill()
        done = self.place.end(process)
        need(done.code in (-9, 0) or campaign in SHARED, f"an update that was not killed ended with {done.code}: {done.out}{done.err}")
        need("audit.broken" not in done.out + done.err, f"a false alarm: {done}")
        self.tally.add(killed=done.code == -9, came_to_an_end=done.code != -9)
        return done.code == -9

    def work(self, worker, kills):
        try:
            while kills > 0 and self.failure is None:
                kills -= self.one(worker)
        except Exception as error:  # told by the thread that waits
            self.failure = error

    def step(self, kills):
        """So many kills, shared by the workers; then all is quiet."""
        shares = [kills // WORKERS + (i < kills % WORKERS) for i in range(WORKERS)]
        threads = [threading.Thread(target=self.work, args=(i, share)) for i, share in enumerate(shares)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failure:
            raise self.failure
        found = self.place.judge(settled=False, shared=SHARED)
        self.tally.add(left_dangling=found.dangling)

    def settle(self):
        for campaign in OWN + SHARED:
            self.place.applied_now(campaign)
        found = self.place.judge(shared=SHARED)
        self.tally.add(intents=found.intents, applied=found.applied, recovered=found.recovered, segments=len(prooflib.segments(self.place.path)))


def one_round(kind, seed, kills, tally):
    campaigns = [clilib.paused(name) for name in OWN + SHARED]
    with Place(campaigns=campaigns, **KINDS[kind]) as place:
        work = Round(place, seed, tally)
        while kills > 0:
            work.measure()
            work.step(min(kills, KILLS_A_STEP))
            kills -= KILLS_A_STEP
        work.settle()


def main():
    parser = argparse.ArgumentParser(description="Kills updates at random.")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    tally = prooflib.Tally(f"random kills, seed {options.seed}")
    left, number = options.kills, 0
    share = min(KILLS_A_STEP * STEPS_A_ROUND, -(-options.kills // len(KINDS)))
    while left > 0 and not tally.failures:
        kills, seed = min(left, share), options.seed * 100000 + number
        tally.run(f"round {number} ({json.dumps(KINDS[number % len(KINDS)])})", lambda: one_round(number % len(KINDS), seed, kills, tally))
        left, number = left - kills, number + 1
    return 0 if tally.report() else 1


if __name__ == "__main__":
    sys.exit(main())
