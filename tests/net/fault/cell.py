# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Runs one cell: an update through a station that breaks once (or always), and everything there is to compare afterwards."""
import json
import os
import re
import tempfile

from fault import rules
from fault.client import Client
from fault.station import Station
from simlib import SAMPLE_ID, Sim

AT_ONCE = ("reset", "close", "half-close", "timeout", "garbage")  # what can be done to an idle connection; the rest waits for a request
SECRET = "matrix-secret"
SETTINGS = {
    "validate.jurisdiction": "UNRESTRICTED",  # at any time of day
    "auth.client_id": "matrix", "auth.client_secret": SECRET, "rate.limit": 0, "retry.base_ms": 1, "retry.cap_ms": 1, "retry.budget": 1000000,
    "retry.deadline_ms": 60000, "audit.sync": "none",
}


def settings_of(cell, variant):
    """Short time-outs only where a time-out is the fault."""
    if cell.fault == "timeout" and cell.position == "connect":
        return {"http.connect_timeout_ms": 900}  # below a second, after which a SYN is repeated
    if cell.fault == "timeout":
        return {"http.connect_timeout_ms" if cell.position == "tls" else "http.attempt_timeout_ms": 1000}
    if cell.fault == "reset" and cell.position == "connect" and variant == "once":
        return {"retry.base_ms": 400, "retry.cap_ms": 400}  # time to open the port again
    return {}


class Rig:
    """A simulator and the stations before it, used by one cell after another."""

    def __init__(self, library, cert, key, transports):
        self.library, self.cert, self.key = library, cert, key
        self.transports = sorted({self.station_name(transport) for transport in transports})
        self.folder = tempfile.TemporaryDirectory()
        self.stations = {}
        self.calls = 150
        self.runs = 0
        self.sim = Sim("--rate", "0", "--client-id", "matrix", "--client-secret", SECRET)

    def __enter__(self):
        self.sim.__enter__()
        for transport in self.transports:
            self.stations[transport] = station = Station(transport, self.sim.port, self.cert, self.key)
            with Client(self.library, {**SETTINGS, **station.settings, "audit.path": self.audit_path()}) as client:
                client.get(SAMPLE_ID)  # whatever is slow the first time is behind us
        return self

    def __exit__(self, *trace):
        for station in self.stations.values():
            station.close()
        self.folder.cleanup()
        self.sim.__exit__(*trace)

    def station(self, transport):
        return self.stations[self.station_name(transport)]

    @staticmethod
    def station_name(transport):
        return "h2" if transport == "h2-front" else transport

    def next_calls(self):
        self.calls = 100 + (self.calls - 99) % 300
        return self.calls

    def audit_path(self):
        self.runs += 1
        return os.path.join(self.folder.name, f"{self.runs}.jsonl")

    def truth(self):
        state = self.sim.state()
        return {"applied": state["applied_total"], "tokens": state["token_requests"], "requests": state["requests"],
                "calls": state["campaigns"][0]["document"]["maxConcurrentCalls"]}


def audit_kinds(path):
    with open(path, encoding="utf-8") as log:
        return [json.loads(line) for line in log]


class Run:
    """One variant of one cell; problems: what was not as it has to be."""

    def __init__(self, rig, cell, variant):
        self.rig, self.cell, self.variant = rig, cell, variant
        self.station = rig.station(cell.transport)
        self.audit = rig.audit_path()
        self.problems = []
        self.plan, self.struck = None, 0
        self.warm = cell.position in ("connect", "tls", "idle") and cell.request == "get"
        self.at_once = cell.position == "idle" and cell.fault in AT_ONCE

    def differ(self, what, wanted, got):
        if wanted != got:
            self.problems.append(f"{what}: expected {wanted!r}, seen {got!r}")

    # ------------------------------------------------------------ the fault

    def strike(self):
        if self.at_once:
            self.struck = self.station.at_idle(self.cell.fault)
            return
        if self.cell.position in ("connect", "tls"):
            self.station.cut_idle()
        self.plan = self.station.arm(self.cell.fault, self.cell.position, self.cell.request, self.variant, self.cell.transport == "h2-front")

    def strikes_before_put(self):
        """An idle connection or a new one for the PUT is only there between the GET and the PUT."""
        return self.cell.request == "put" and (self.at_once or self.cell.position in ("connect", "tls"))

    def warm_up(self, client):
        if self.warm:
            self.differ("the call before", "CXD_OK", client.get(SAMPLE_ID))
        elif self.cell.position == "idle" and self.cell.request == "token":
            self.station.proxy.refuse_tokens = True  # leaves a connection without a token
            self.differ("the call before", "CXD_E_SERVER", client.get(SAMPLE_ID))
            self.station.proxy.refuse_tokens = False

    def put_begins(self, kind):
        if kind == "put":
            kinds = [record["k"] for record in audit_kinds(self.audit)]
            if kinds.count("intent") != 1 or "outcome" in kinds:
                self.problems.append(f"a PUT left while the audit log had {kinds}")

    # --------------------------------------------------------------- the run

    def run(self):
        rig = self.rig
        self.station.plain()
        calls = rig.next_calls()
        settings = {**SETTINGS, **self.station.settings, **settings_of(self.cell, self.variant), "audit.path": self.audit}
        with Client(rig.library, settings) as client:
            self.warm_up(client)
            self.seen = self.station.forget()
            before = rig.truth()
            if self.strikes_before_put():
                client.before_put = self.strike
            else:
                self.strike()
            self.station.proxy.on_begun = self.put_begins
            result = client.apply(SAMPLE_ID, calls)
            self.station.proxy.on_begun = lambda kind: None
            self.station.plain()
            self.compare(result, before, rig.truth(), calls)
            self.next_update(client, rig.next_calls())
        return self.problems

    def expected(self):
        swallowed = self.unseen or self.seen.swallowed
        return rules.expected(self.cell, self.variant, self.warm, [strike["applied"] for strike in self.seen.strikes], swallowed)

    def sent_into_the_void(self, result):
        """Sends on an idle connection that was broken already: the proxy cannot see them. At most one, and nowhere else."""
        if rules.effect(self.cell) == "stale":
            return min(1, result["attempts"] - sum(self.seen.begun.values()))
        return int(self.at_once and self.cell.fault == "timeout" and self.cell.transport == "h2")

    def compare(self, result, before, after, calls):
        self.unseen = self.sent_into_the_void(result)
        want = self.expected()
        self.differ("outcome", want.outcome, result["outcome"])
        if result["status"] not in want.status.split("|"):
            self.differ("status", want.status, result["status"])
        self.differ("what apply() returned", result["status"], result["returned"])
        self.differ("sends", want.puts, result["sends"])
        self.differ("attempts", want.tokens + want.gets + want.puts, result["attempts"])
        self.compare_strikes()
        self.compare_error(want, result)
        self.compare_wire(want)
        self.compare_truth(want, before, after, calls)
        self.compare_audit(want, result)

    def compare_strikes(self):
        """A fault that never happened proves nothing."""
        struck = self.plan.struck if self.plan else self.struck
        if self.variant == "always" and self.cell.position in ("headers", "body", "reply-head", "reply-body"):
            self.differ("strikes", self.seen.begun[self.cell.request], struck)
        elif self.variant == "once" or not struck:
            self.differ("strikes", 1, struck)

    def compare_error(self, want, result):
        message = (result["error"] or {}).get("message")
        if SECRET in json.dumps(result):
            self.problems.append("the result shows the secret")
        if not want.cause:
            self.differ("error", None, message)
            return
        for words in (want.cause, rules.words_around(self.cell.request)):
            if not re.search(words, message or ""):
                self.problems.append(f"error text: expected /{words}/, seen {message!r}")

    def compare_wire(self, want):
        """Every send the library counts is one whose first bytes the proxy saw, and the other way round."""
        unseen = {self.cell.request: self.unseen}
        for kind, count in (("token", want.tokens), ("get", want.gets), ("put", want.puts)):
            self.differ(f"{kind} requests that reached the proxy", count - unseen.get(kind, 0), self.seen.begun[kind])
        self.differ("requests that were not sent over HTTP/2", 0, self.seen.not_h2)

    def compare_truth(self, want, before, after, calls):
        arrived = after["requests"] - before["requests"]
        forwarded = sum(self.seen.forwarded.values())
        if not forwarded <= arrived <= forwarded + self.seen.parts:
            self.problems.append(f"requests at the simulator: expected {forwarded} (and up to {self.seen.parts} half ones), seen {arrived}")
        self.differ("changes at the simulator", int(want.applied), after["applied"] - before["applied"])
        self.differ("maxConcurrentCalls at the simulator", calls if want.applied else before["calls"], after["calls"])

    def compare_audit(self, want, result):
        records = audit_kinds(self.audit)
        outcome = records[-1]
        intent = ["intent"] if self.cell.request == "put" or want.outcome != "not_applied" else []
        kinds = [record["k"] for record in records]
        self.differ("audit records", ["genesis", *intent, "outcome"], [kind for kind in kinds if kind not in ("token", "attempt")])
        resent = max(want.puts - 1, 0)
        if kinds.count("attempt") < resent or ("attempt" in kinds and not intent):
            self.problems.append(f"{want.puts} sends and these records: {kinds}")
        told = {"outcome": want.outcome, "status": result["status"], "sends": want.puts, "attempts": result["attempts"], "intent": bool(intent)}
        for name, value in told.items():
            self.differ(f"{name} in the audit record", value, outcome.get(name))
        broken_put = rules.effect(self.cell) == "broken" and self.cell.request == "put"
        self.differ("findings", ["server.answer"] if broken_put else [], [finding["code"] for finding in result["findings"]])

    def next_update(self, client, calls):
        """No state left behind."""
        before = self.rig.truth()
        result = client.apply(SAMPLE_ID, calls)
        after = self.rig.truth()
        self.differ("outcome of the next update", ("applied", "CXD_OK", 1), (result["outcome"], result["status"], result["sends"]))
        self.differ("changes by the next update", (1, calls), (after["applied"] - before["applied"], after["calls"]))
