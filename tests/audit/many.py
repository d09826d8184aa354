#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Many processes on one log.

    many.py records    8 processes write 1,000 records each: one linear chain, each process's records in its order, none missing, none twice
    many.py updates    8 processes make updates while others have PUTs in flight, some are killed: the intent of a living one is never
                       taken for a dead one's, every dead one's gets its outcome
"""
import collections
import random
import subprocess
import sys
import tempfile
import threading

import prooflib
from prooflib import Place, clilib, need, program, simlib

PROCESSES, RECORDS = 8, 1000
UPDATES_EACH, KILLED_OF_THEM, LATENCY_MS = 8, 0.3, 40
CAMPAIGNS = [f"00000000-0000-4000-8000-00000000000{i}" for i in range(4)]  # two processes on each


# ---------------------------------------------------------------------------------------------- records

def write_all(path, directory, keyed, max_bytes, sync_every):
    key = []
    if keyed:
        (directory / "key").write_bytes(prooflib.KEY)
        key = [str(directory / "key")]
    writers = [subprocess.Popen([program("CXDIALER_WRITER"), str(path), f"writer-{i}", str(RECORDS), str(sync_every), str(max_bytes), *key], stderr=subprocess.PIPE, text=True)
               for i in range(PROCESSES)]
    for writer in writers:
        err = writer.communicate(timeout=300)[1]
        need(writer.returncode == 0, f"a writer ended with {writer.returncode}: {err}")


def linear(path, keyed):
    found = prooflib.findings(path, prooflib.KEY if keyed else None)
    need(not found, f"the log: {found}")
    written = collections.defaultdict(list)
    for record in prooflib.records(path):
        if record["k"] == "attempt":
            written[record["op"]].append(record["round"])
    need(len(written) == PROCESSES, f"{len(written)} of {PROCESSES} writers are in the log")
    for name, rounds in written.items():
        need(rounds == list(range(1, RECORDS + 1)), f"the records of {name} are not 1 to {RECORDS} in order")
    return {"records": PROCESSES * RECORDS, "segments": len(prooflib.segments(path))}


def write_case(keyed, max_bytes, sync_every):
    def case():
        with tempfile.TemporaryDirectory(prefix="cxdialer-proof-") as name:
            directory = prooflib.pathlib.Path(name)
            path = directory / "log" / "audit.log"
            path.parent.mkdir()
            write_all(path, directory, keyed, max_bytes, sync_every)
            return linear(path, keyed)
    return f"keyed={keyed} max_bytes={max_bytes}", case


def sweep_records():
    tally = prooflib.Tally(f"{PROCESSES} processes x {RECORDS} records")
    for keyed, max_bytes, sync_every in ((False, 0, 1), (False, 100000, 10), (True, 0, 10), (True, 30000, 10)):
        tally.run(*write_case(keyed, max_bytes, sync_every))
    return tally


# ---------------------------------------------------------------------------------------------- updates

class Crowd:
    """Processes one after the other in 8 lines at a time."""

    def __init__(self, place, seed):
        self.place, self.seed = place, seed
        self.killed, self.failures, self.lived = set(), [], 0
        self.lock = threading.Lock()

    def one(self, campaign, chance):
        process = self.place.start(campaign)
        if chance.random() < KILLED_OF_THEM:
            self.kill(process, chance)
        done = self.place.end(process)
        with self.lock:
            if done.code == -9:
                self.killed.add(str(process.pid))
            else:
                self.lived += 1
                need("audit.broken" not in done.out + done.err, f"a false alarm: {done}")
                need(done.code in (0, 75, 76, 79) or "conflict" in done.out or "CXD_E_AUDIT" not in done.out + done.err, f"an update ended with {done.code}: {done.out}{done.err}")

    def kill(self, process, chance):
        """Somewhere in its life of four answers, or with its intent in the log and the PUT away."""
        if chance.random() < 0.5:
            try:
                process.wait(chance.uniform(1, 4.5) * LATENCY_MS / 1000)
            except subprocess.TimeoutExpired:
                process.kill()
        else:
            simlib.until(lambda: process.poll() is not None or self.has_intent(process.pid))
            process.kill()

    def has_intent(self, pid):
        texts = [path.read_text(errors="replace") for path in self.place.path.parent.glob(self.place.path.name + "*")]
        return any('"k":"intent"' in line and f"/{pid}/" in line for text in texts for line in text.splitlines())

    def line(self, number):
        chance = random.Random(f"{self.seed}/{number}")
        try:
            for _ in range(UPDATES_EACH):
                self.one(CAMPAIGNS[number % len(CAMPAIGNS)], chance)
        except Exception as error:
            self.failures.append(error)

    def run(self):
        threads = [threading.Thread(target=self.line, args=(i,)) for i in range(PROCESSES)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failures:
            raise self.failures[0]


def pid_of(writer):
    return writer.split("/")[1]


def check_recovered(log, killed):
    """Only intents of the dead were recovered. Returns how many, and how often somebody came while a living one had its PUT away."""
    under_way, known, recovered, met = {}, set(), 0, 0
    for record in log:
        pid = pid_of(record["w"])
        if pid not in known:
            known.add(pid)
            met += any(pid_of(w) not in killed for w in under_way.values())
        if record["k"] == "intent":
            under_way[record["op"]] = record["w"]
        elif record["k"] == "outcome":
            under_way.pop(record["op"], None)
            if record.get("recovered"):
                recovered += 1
                need(pid_of(record["intent_w"]) in killed, f"the intent of a living process was recovered: {record}")
    return recovered, met


def crowd_case(keyed, seed, **settings):
    def case():
        campaigns = [clilib.paused(name) for name in CAMPAIGNS]
        with Place(keyed=keyed, campaigns=campaigns, sim_args=("--latency-ms", str(LATENCY_MS)), attempt_timeout_ms=2000, **settings) as place:
            crowd = Crowd(place, seed)
            crowd.run()
            left = place.judge(settled=False, shared=CAMPAIGNS).dangling
            for campaign in CAMPAIGNS:
                place.applied_now(campaign)
            found = place.judge(shared=CAMPAIGNS)
            recovered, met = check_recovered(prooflib.records(place.path), crowd.killed)
            need(met > 0, "nobody came while another had its PUT away: the test does not do what it says")
            return {"updates": PROCESSES * UPDATES_EACH, "killed": len(crowd.killed), "applied": found.applied, "dangling_at_the_end": left, "recovered": recovered,
                    "came_while_a_PUT_was_away": met}
    return f"seed {seed}, keyed={keyed}, {settings}", case


def sweep_updates():
    tally = prooflib.Tally(f"{PROCESSES} processes with updates")
    for case in (crowd_case(False, 1), crowd_case(True, 2, **{"audit.max_bytes": "20000"})):
        tally.run(*case)
    if tally.counts["killed"] == 0 or tally.counts["recovered"] == 0:
        tally.failures.append("nobody was killed with an intent: the test does not do what it says")
    return tally


if __name__ == "__main__":
    sys.exit(0 if {"records": sweep_records, "updates": sweep_updates}[sys.argv[1]]().report() else 1)
