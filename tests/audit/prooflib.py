# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The oracle of the proofs about the audit log, and what they run. Standard library only.

Three sources that know nothing of each other must agree: the simulator (which PUTs arrived, which were applied), the log (all of its
segments), and what the command said. The programs are those that CXDIALER, CXDIALER_SIM and CXDIALER_INJECT name.
"""
import collections
import concurrent.futures
import contextlib
import glob
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "net")]
import clilib  # noqa: E402
import simlib  # noqa: E402
import verify_log  # noqa: E402

SKIPPED = 77
TIMEOUT_S = 60  # against hanging for ever; nothing is measured with it
KEY = b"a key for the proofs, 32 bytes.."
ATTEMPT_TIMEOUT_MS = 300  # how long recovery waits after an intent before it says not_applied

# Warnings that may be told of a log whose writers were killed; after the next run nothing of it is left.
LEFT_BY_A_CRASH = {"audit.torn", "audit.rotated"}
NOT_AN_ALARM = {"audit.open", "audit.abandoned", "audit.unkeyed_start"}  # open: the oracle asks for outcomes itself

SENT = {"applied", "applied_readback"}
NOT_SENT = {"not_applied", "rejected", "cancelled", "unchanged"}


class Wrong(AssertionError):
    pass


def need(condition, text):
    if not condition:
        raise Wrong(text)


def program(name):
    path = os.environ.get(name)
    if not path or not os.path.exists(path):
        raise RuntimeError(f"{name} must name a built program")
    return path


# ---------------------------------------------------------------------------------------------- the log

def segments(path):
    """Paths of the segments, oldest first; two names of one file count once."""
    found, seen = [], set()
    names = sorted(name for name in glob.glob(glob.escape(str(path)) + ".*") if re.fullmatch(r"\.[0-9]{12}(\.[0-9]+)?", name[len(str(path)):]))
    for name in [str(path), *names]:
        with contextlib.suppress(FileNotFoundError):
            inode = os.stat(name).st_ino
            if inode not in seen:
                seen.add(inode)
                found.append(name)
    return found[1:] + found[:1] if found and found[0] == str(path) else found


def whole_lines(path):
    return pathlib.Path(path).read_bytes().split(b"\n")[:-1]


def records(path):
    """All records of all segments that count, by number."""
    out, seen = [], {}
    for name in segments(path):
        for line in whole_lines(name):
            record = json.loads(line)
            if record["k"] == "genesis" and "prev_seq" in record:
                out = [r for r in out if r["seq"] <= record["prev_seq"]]
            out.append(record)
    for record in out:
        need(record["seq"] not in seen, f"number {record['seq']} stands in the log twice")
        seen[record["seq"]] = record
    return sorted(out, key=lambda record: record["seq"])


def findings(path, key=None):
    """(severity, code, text) of each finding of the independent verifier."""
    report = verify_log.verify_path(str(path), verify_log.Key(key) if key else None)
    return [(f["severity"], f["code"], f["message"]) for f in report["findings"]]


def never_begun(path):
    """Whoever made the file died before its first record: there is a file and not one whole line, nor was there ever a segment."""
    return segments(path) == [str(path)] and not whole_lines(path)


def check_log(path, key, allowed):
    for severity, code, text in findings(path, key):
        need(severity != "error" and (code in allowed or code in NOT_AN_ALARM), f"the log: {severity} {code}: {text}")
    for record in records(path):
        need(record["k"] != "fork" and record.get("why") != "broken", f"a false alarm stands in the log: {record}")


# ------------------------------------------------------------------------------------------- the oracle

Put = collections.namedtuple("Put", "d1 v0 applied")


def answered(sim):
    """All PUTs, once none of them is under way any more: who sent it may be dead by now."""
    rows = []

    def all_answered():
        rows[:] = [r for r in sim.requests() if r["method"] == "PUT"]
        return all(r["status"] is not None for r in rows)
    simlib.until(all_answered)
    return rows


def puts_of(sim):
    """What the simulator got, and which of it was applied: its answer is 200 exactly then."""
    rows = answered(sim)
    puts = [Put(hashlib.sha256(r["body"].encode()).hexdigest(), r["if_match"], r["status"] == 200) for r in rows]
    applied = sum(put.applied for put in puts)
    need(applied == sim.state()["applied_total"], f"the simulator applied {sim.state()['applied_total']} PUTs but answered {applied} with 200")
    return puts


def v0_of(record):
    v0 = record.get("v0")
    return v0 if v0 is None or isinstance(v0, str) else str(v0)


class Update:
    """What the log says of one update."""

    def __init__(self):
        self.intents, self.outcomes = [], []

    @property
    def outcome(self):
        return self.outcomes[0]["outcome"] if self.outcomes else None


def updates_of(log):
    updates = collections.defaultdict(Update)
    for record in log:
        if record["k"] == "intent":
            updates[record["op"]].intents.append(record)
        elif record["k"] == "outcome":
            updates[record["op"]].outcomes.append(record)
    return updates


def check_order(op, update):
    need(len(update.outcomes) <= 1, f"{op} has {len(update.outcomes)} outcomes")
    for outcome in update.outcomes:
        need(all(intent["seq"] < outcome["seq"] for intent in update.intents), f"{op}: an intent stands behind its outcome")
        need(outcome.get("recovered") or bool(update.intents) == outcome["intent"], f"{op}: its outcome says intent={outcome['intent']}, the log has {len(update.intents)}")


def check_truth(op, update, puts, shared):
    """The outcome of one update is what the simulator did."""
    ambiguous = any(intent["campaign"] in shared for intent in update.intents)
    mine = {(intent["d1"], v0_of(intent)) for intent in update.intents}
    applied = any(put.applied and (put.d1, put.v0) in mine for put in puts)
    if update.outcome in SENT:
        need(applied, f"{op}: the log says {update.outcome}, the simulator applied nothing of it")
    elif update.outcome in NOT_SENT or (update.outcome == "conflict" and not ambiguous):
        need(not applied, f"{op}: the log says {update.outcome}, the simulator applied it")
    elif update.outcome == "unknown":
        need(ambiguous, f"{op}: the log says unknown where it could be told")


class Verdict:
    def __init__(self):
        self.puts = self.applied = self.intents = self.dangling = self.recovered = self.never_begun = 0


def judge(path, sim, key=None, settled=True, shared=()):
    """
    Raises Wrong where the three do not agree. settled: every intent must have its outcome and nothing may be left of a crash;
    shared: campaigns that several change at a time, for which conflict and unknown are true answers.
    """
    verdict, puts = Verdict(), puts_of(sim)
    log = records(path)
    if never_begun(path):
        need(not settled, "the log was never begun, and nothing is under way")
        verdict.never_begun = 1
    elif segments(path):
        check_log(path, key, set() if settled else LEFT_BY_A_CRASH)
    updates = updates_of(log)
    announced = {(i["d1"], v0_of(i)) for u in updates.values() for i in u.intents}
    for put in puts:
        need((put.d1, put.v0) in announced, f"a PUT{' that was applied' if put.applied else ''} has no intent in the log: {put}")
    for op, update in updates.items():
        check_order(op, update)
        check_truth(op, update, puts, shared)
        need(update.outcomes or not settled, f"{op} has an intent and no outcome, and nothing is under way")
        verdict.intents += bool(update.intents)
        verdict.dangling += not update.outcomes
        verdict.recovered += any(outcome.get("recovered") for outcome in update.outcomes)
    verdict.puts, verdict.applied = len(puts), sum(put.applied for put in puts)
    return verdict


# ------------------------------------------------------------------------------------------ what is run

Done = collections.namedtuple("Done", "code out err")


class Place:
    """A simulator and a log of one case, in a directory of its own."""

    def __init__(self, keyed=False, sim_args=(), campaigns=None, attempt_timeout_ms=ATTEMPT_TIMEOUT_MS, directory=None, **settings):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="cxdialer-proof-", dir=directory))
        self.log_dir = self.dir / "log"
        self.log_dir.mkdir()
        self.path = self.log_dir / "audit.log"
        self.events = self.dir / "events"
        self.key = KEY if keyed else None
        if campaigns:
            (self.dir / "campaigns.json").write_text(json.dumps(campaigns))
            sim_args = ("--campaigns", str(self.dir / "campaigns.json"), *sim_args)
        self.sim = simlib.Sim("--rate", "0", "--seed", "1", *sim_args)
        self.attempt_timeout_ms = attempt_timeout_ms
        self.settings = settings
        self.calls = 100
        self.lock = threading.Lock()

    def __enter__(self):
        try:
            self.sim.__enter__()
        except BaseException:
            shutil.rmtree(self.dir)
            raise
        if self.key:
            (self.dir / "key").write_bytes(self.key + b"\n")
            self.settings["audit.key_file"] = str(self.dir / "key")
        return self

    def __exit__(self, kind, value, trace):
        try:
            self.sim.__exit__(kind, value, trace)
        finally:
            if kind is None or not os.environ.get("CXDIALER_KEEP"):
                shutil.rmtree(self.dir, ignore_errors=True)

    def env(self, fault=None, watch=False):
        settings = {
            "api.base_url": self.sim.url, "auth.client_id": "demo-client", "auth.client_secret": "demo-secret", "audit.path": str(self.path),
            "validate.jurisdiction": "UNRESTRICTED", "retry.base_ms": "1", "retry.cap_ms": "5", "rate.limit": "0",
            "http.attempt_timeout_ms": str(self.attempt_timeout_ms), "retry.deadline_ms": "30000", **self.settings,
        }
        env = {"CXDIALER_" + name.upper().replace(".", "_"): value for name, value in settings.items()}
        if fault or watch:
            self.events.unlink(missing_ok=True)
            env.update(LD_PRELOAD=program("CXDIALER_INJECT"), CXD_INJECT_DIR=str(self.log_dir), CXD_INJECT_LOG=str(self.events))
            env.update({"CXD_INJECT": fault} if fault else {})
            env["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"  # what is preloaded comes before it
        return clilib.environment(**env)

    def change(self, campaign_id=simlib.SAMPLE_ID):
        """A file with a change that nobody asked for before (of the last 400)."""
        with self.lock:
            self.calls = 100 + (self.calls - 99) % 400
            calls = self.calls
        file = self.dir / f"change-{calls}.json"
        file.write_text(json.dumps({"id": campaign_id, "maxConcurrentCalls": calls}))
        return str(file)

    def start(self, campaign_id=simlib.SAMPLE_ID, fault=None, watch=False, before=()):
        """before: a command in front, such as strace and its options."""
        return subprocess.Popen([*before, program("CXDIALER"), "--output", "json", "apply", self.change(campaign_id)], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env(fault, watch))

    @staticmethod
    def end(process):
        out, err = process.communicate(timeout=TIMEOUT_S)
        return Done(process.returncode, out.decode(), err.decode())

    def apply(self, fault=None, watch=False, before=(), campaign_id=simlib.SAMPLE_ID):
        return self.end(self.start(campaign_id, fault, watch, before))

    def judge(self, **options):
        return judge(self.path, self.sim, self.key, **options)

    def applied_now(self, campaign_id=simlib.SAMPLE_ID):
        """An update without a fault: it is applied, recorded, and nothing is said against the log."""
        done = self.apply(campaign_id=campaign_id)
        need(done.code == 0, f"the next update ended with {done.code}: {done.out}{done.err}")
        result = json.loads(done.out)
        need(result["outcome"] == "applied" and result["audit"]["status"] == "CXD_OK", f"the next update: {done.out}")
        need("audit.broken" not in json.dumps(result["findings"]), f"a false alarm: {done.out}")
        return result


# -------------------------------------------------------------------------------------- what was called

Event = collections.namedtuple("Event", "number name inode result code note")


def events(path):
    with open(path, encoding="ascii") as file:
        rows = [line.split() for line in file]
    return [Event(int(n), name, int(inode), int(result), int(code), note) for n, name, inode, result, code, note in rows]


def check_durable(calls):
    """Before each PUT its intent is on the disk: where it was written last, a sync went well after that."""
    where, durable = None, False
    for call in calls:
        if call.name == "write" and call.result > 0 and "intent" in call.note.split(","):
            where, durable = call.inode, False
        elif call.name in ("fdatasync", "fsync") and call.result == 0 and call.inode == where:
            durable = True
        elif call.name == "send" and call.note == "PUT":
            need(where is not None, "a PUT was sent before any intent was written")
            need(durable, "a PUT was sent while its intent was not durable")


def what_a_lived_command_said(place, done, puts):
    """A command that came to an end told the truth: an applied PUT is applied, with the record in the log or handed over."""
    need(done.code >= 0 and done.code < 128, f"the command died by itself: {done}")
    need("Sanitizer" not in done.err, done.err)
    if not done.out.strip():
        need(not any(put.applied for put in puts), f"a PUT was applied and nothing was said: {done}")
        return
    result = json.loads(done.out)
    if any(put.applied for put in puts):
        need(result["outcome"] in SENT or result["outcome"] == "unknown", f"a PUT was applied and the command says {result['outcome']}: {done}")
        if result["audit"]["seq"] or result["audit"]["status"] == "CXD_OK":
            need(any(r["k"] == "outcome" and r["seq"] == result["audit"]["seq"] for r in records(place.path)), f"its outcome is not in the log: {done}")
        if result["audit"]["status"] != "CXD_OK":
            need(done.code == 74, f"a record is missing, the exit code is {done.code}: {done}")
        if result["audit"]["status"] != "CXD_OK" and result["audit"]["seq"]:
            need("is in the audit log" in done.err and "could not be written" in done.err, f"nothing was said of the missing record: {done}")
        elif result["audit"]["status"] != "CXD_OK":
            need("its audit record could not be written; keep it" in done.err and '\\"k\\":\\"outcome\\"' in done.err, f"the record was not handed over: {done.err}")
    else:
        need(result["outcome"] not in SENT, f"nothing was applied and the command says {result['outcome']}: {done}")


# ------------------------------------------------------------------------------------------------ sweeps

class Tally:
    """What a sweep did: cases, and what the oracle saw in them."""

    def __init__(self, name):
        self.name, self.failures, self.counts, self.lock = name, [], collections.Counter(), threading.Lock()

    def add(self, **counts):
        with self.lock:
            self.counts.update(counts)

    def run(self, label, case):
        """case: a function of no arguments that raises Wrong, and returns what is to be counted."""
        self.add(cases=1)
        try:
            self.add(**(case() or {}))
        except Exception as error:  # whatever it is, it is one of the wrong ones
            self.failures.append(f"{self.name} {label}: {type(error).__name__}: {error}")

    def report(self):
        print(f"{self.name}: " + ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in self.counts.items()) + f", {len(self.failures)} wrong")
        for failure in self.failures[:20]:
            print("  " + failure)
        sys.stdout.flush()
        return not self.failures


def in_parallel(tally, cases):
    """cases: (label, function) in any order."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        list(pool.map(lambda case: tally.run(*case), cases))


def sweep_all(sweep, scenes):
    """sweep: a function of one scene that returns its tally. The exit status."""
    fine = True
    for scene in scenes:
        try:
            tally = sweep(scene)
        except Wrong as error:
            tally = Tally(scene.name)
            tally.failures.append(f"the update without a fault: {error}")
        fine = tally.report() and fine
    return 0 if fine else 1


def skip(why):
    print("skipped: " + why)
    sys.exit(SKIPPED)
