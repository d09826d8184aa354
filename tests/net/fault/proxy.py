# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""A proxy that knows at which byte of which request it is, and breaks something there.

It speaks as much HTTP/1.1 as the library and the simulator do: one request at a time, bodies with a Content-Length. Every
connection has a thread; a request goes to the simulator over a connection of its own. With a front (a Relay) it sits behind
nghttpx, and what it strikes may be the connection in front of that.
"""
import collections
import contextlib
import re
import socket
import threading
import time

from fault.doorstep import greet, meet_hello
from fault.wire import AT_ONCE, GARBAGE, TEMPI, Door, Gone, Leg, Mailbox, until

KINDS = {b"POST": "token", b"GET ": "get", b"PUT ": "put"}
HEAD_PART = 12  # bytes of the head after the method, for what happens inside it
ALWAYS = 10 ** 9


class Plan:
    """One fault at one position of one kind of request; everything: from its first strike on every request is struck."""

    def __init__(self, fault=None, position=None, kind=None, times=0, everything=False, front=False):
        self.fault, self.position, self.kind = fault, position, kind
        self.times, self.everything, self.front = times, everything, front
        self.struck = 0
        self.lock = threading.Lock()

    def _due(self, position, kind, reused):
        if position != self.position or self.struck >= self.times:
            return False
        if kind != self.kind and not (self.everything and self.struck):
            return False
        return position != "idle" or reused

    def strike(self, position, kind=None, reused=False):
        """The fault to commit now, or None."""
        with self.lock:
            if not self._due(position, kind or self.kind, reused):
                return None
            self.struck += 1
            return self.fault


class Seen:
    """What the proxy saw: requests whose first bytes arrived, those that went on to the simulator in full, and the strikes."""

    def __init__(self):
        self.begun, self.forwarded = collections.Counter(), collections.Counter()
        self.parts = 0           # requests that went on in part
        self.strikes = []        # per struck request: did it go on in full?
        self.not_h2 = 0          # requests that nghttpx got over something else than HTTP/2
        self.swallowed = 0       # requests that came on a connection that was deaf by then


def length_of(head):
    found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return int(found[1]) if found else 0


def with_close(head, keep_length=True):
    """The same head on a connection that ends with this reply; without a length the end is the end of the body."""
    lines = [line for line in head[:-4].split(b"\r\n") if not line.lower().startswith(b"connection:")]
    if not keep_length:
        lines = [line for line in lines if not line.lower().startswith(b"content-length:")]
    return b"\r\n".join(lines + [b"Connection: close"]) + b"\r\n\r\n"


class Proxy:
    def __init__(self, sim_port, context=None, front=None):
        self.sim_port, self.context, self.front = sim_port, context, front
        self.plan, self.seen = Plan(), Seen()
        self.refuse_tokens = False
        self.on_begun = lambda kind: None
        self.last_front = 0
        self.order = threading.RLock()  # requests reach the simulator in the order in which their first bytes came
        self.mailboxes = []
        self.lock = threading.Lock()
        self.door = Door(self._serve)

    # ------------------------------------------------------------ connections

    def _serve(self, sock):
        leg = Leg(sock)
        leg.mailbox = Mailbox()
        with self.lock:
            self.mailboxes.append(leg.mailbox)
        threading.Thread(target=self._connection, args=(leg,), daemon=True).start()

    def _connection(self, leg):
        try:
            leg.deaf = False
            if self._receive(leg):
                self._requests(leg)
        except Gone:
            pass
        leg.close()
        with self.lock:
            self.mailboxes.remove(leg.mailbox)
        leg.mailbox.close()

    def _receive(self, leg):
        fault = self.plan.strike("connect") if not self.front else None
        if fault and not self.context:
            return self._serve_late(leg, fault)
        greet(leg, fault)
        if not self.context:
            return True
        if fault and fault != "latency":
            leg.drain()
            return False
        hello = meet_hello(leg, self.plan.strike("tls"))
        if hello is None:
            return False
        if not leg.start_tls(self.context, hello):
            leg.drain()
            return False
        leg.tempo = AT_ONCE
        return True

    def _serve_late(self, leg, fault):
        """Plain HTTP: the first request comes in any case, and nothing overtakes it while it is served."""
        leg.deaf = fault in ("close", "garbage")
        with contextlib.nullcontext() if leg.deaf else self.order:
            greet(leg, fault)
            return self._request(leg, False)

    def _requests(self, leg):
        served = 0
        while self._idle(leg) and self._request(leg, served > 0):
            served += 1

    def _idle(self, leg):
        """Waits for a request; True: it comes."""
        while True:
            ready = leg.wait()
            if leg.sock in ready or not ready:
                return bool(ready)
            order, done = leg.mailbox.take()
            over = self._at_idle(leg, order)
            done.set()
            if over:
                return False

    def _at_idle(self, leg, order):
        if order == "reset":
            leg.reset()
        if order == "close":
            leg.close()
        if order == "half-close":
            leg.fin()
        if order == "garbage":
            leg.raw_send(GARBAGE)
        leg.deaf = leg.deaf or order in ("timeout", "garbage")
        return order in ("reset", "close")

    def to_all(self, order):
        """Has every connection carry out the order, once it is idle; those in the middle of something end first. How many did?"""
        with self.lock:
            mailboxes = list(self.mailboxes)
        return sum(mailbox.ask(order) for mailbox in mailboxes)

    def close(self):
        self.door.close()

    # -------------------------------------------------------------- requests

    def _request(self, leg, served):
        """One request; True: the connection goes on."""
        first = leg.read_exactly(4)
        kind, reused = KINDS[first], self._reused(served)
        self.seen.begun[kind] += 1
        self.on_begun(kind)
        if leg.deaf:
            self.seen.swallowed += 1
            leg.drain()
            return False
        if self.refuse_tokens and kind == "token":
            return self._refuse(leg, first)
        return self._serve_request(leg, first, kind, reused)

    def _reused(self, served):
        """Did this request come on a connection that had served one before? Behind nghttpx: the connection in front."""
        if not self.front:
            return served
        served, self.last_front = self.last_front == self.front.opened, self.front.opened
        return served

    def _refuse(self, leg, first):
        self._rest(leg, first)
        leg.send(b"HTTP/1.1 500 Later\r\nContent-Length: 0\r\n\r\n")
        return True

    def _serve_request(self, leg, first, kind, reused):
        if self.plan.strike("idle", kind, reused):
            place = "body" if self.plan.fault == "read-then-reset" else "reply-head"
            return self._break(leg, first, kind, place)
        for place in ("headers", "body", "reply-head", "reply-body"):
            if self.plan.strike(place, kind):
                return self._break(leg, first, kind, "headers" if place == "body" and kind == "get" else place)
        head, body = self._exchange(self._rest(leg, first), kind)
        return self._reply(leg, head, body)

    def _reply(self, leg, head, body):
        if self.front:
            head = with_close(head)
        leg.send(head + body)
        return not self.front

    def _break(self, leg, first, kind, place):
        strike = {"kind": kind, "applied": False}
        self.seen.strikes.append(strike)
        if self.plan.front or (self.front and self.plan.position == "idle"):
            return self._break_front(leg, first, kind, place, strike)
        if place in ("headers", "body"):
            return self._in_request(leg, first, kind, place, strike)
        return self._in_reply(leg, self._rest(leg, first), kind, place, strike)

    # --------------------------------------------------- faults in a request

    def _part(self, leg, first, place):
        if place == "headers":
            return first + leg.read_exactly(HEAD_PART)
        head = leg.read_head(first)
        return head + leg.read_exactly(length_of(head) // 2)

    def _rest(self, leg, have):
        if b"\r\n\r\n" not in have:
            have = leg.read_head(have)
        head, _, body = have.partition(b"\r\n\r\n")
        return have + leg.read_exactly(length_of(have) - len(body)) if length_of(have) > len(body) else have

    def _in_request(self, leg, first, kind, place, strike):
        fault = self.plan.fault
        if fault == "latency":
            time.sleep(TEMPI[fault].wait_s)
        have = self._part(leg, first, place)
        if fault in TEMPI:
            head, body = self._exchange(self._rest(leg, have), kind, place, TEMPI[fault])
            return self._reply(leg, head, body)
        if fault == "half-close":
            with self.order:
                leg.fin()
                strike["applied"] = self._forward_rest(leg, have, kind)
        elif fault == "truncate":
            self._forward_part(have)
        elif fault == "read-then-reset":
            have = leg.read_head(have) if place == "headers" else self._rest(leg, have)
        return self._end(leg, fault)

    def _forward_rest(self, leg, have, kind):
        try:
            self._exchange(self._rest(leg, have), kind)
        except Gone:
            return False
        return True

    def _end(self, leg, fault):
        if fault in ("reset", "read-then-reset", "apply-then-reset"):
            leg.reset()
            return False
        if fault == "garbage":
            leg.send(GARBAGE)
        if fault != "timeout":
            leg.fin()
        leg.drain()
        return False

    # ----------------------------------------------------- faults in a reply

    def _in_reply(self, leg, request, kind, place, strike):
        fault = self.plan.fault
        head, body = self._exchange(request, kind)
        strike["applied"] = True
        if self.front:
            head = with_close(head)
        if fault in TEMPI:
            return self._paced(leg, head, body, place, TEMPI[fault])
        if place == "reply-head":
            leg.send(self._head_part(head, fault))
            return self._end(leg, fault)
        if fault == "garbage":
            leg.send(head + (GARBAGE * len(body))[:len(body)])
            return not self.front
        if fault == "truncate":
            head = with_close(head, keep_length=False)
        leg.send(head + (b"" if fault == "apply-then-reset" else body[:len(body) // 2]))
        return self._end(leg, fault)

    def _head_part(self, head, fault):
        if fault in ("apply-then-reset", "garbage"):
            return b""
        if fault == "truncate":  # whole lines, and one of them is the status
            return b"\r\n".join(head.split(b"\r\n")[:2]) + b"\r\n"
        return head[:len(head) // 2]

    def _paced(self, leg, head, body, place, tempo):
        for part, paced in ((head, place == "reply-head"), (body, place == "reply-body")):
            leg.tempo = tempo if paced else AT_ONCE
            leg.send(part)
        leg.tempo = AT_ONCE
        return not self.front

    # -------------------------------- faults in front, of a request known here

    def _break_front(self, leg, first, kind, place, strike):
        """The client's connection is struck while its request is here, or was answered; then it is dropped here, too."""
        fault = self.plan.fault
        request = self._rest(leg, first)
        with self.order:
            if place == "body":
                self.front.to_all(fault)
            if place != "body" or fault == "half-close":
                head, body = self._exchange(request, kind)
                strike["applied"] = True
        if place == "reply-body":
            moved = self.front.moved
            leg.send(head + body[:len(body) // 2])
            until(lambda: self.front.moved != moved, "half of the reply left nghttpx")
        if place != "body":
            self.front.to_all(fault)
        leg.reset()
        return False

    # -------------------------------------------------------- the simulator

    def _forward_part(self, part):
        with socket.create_connection(("127.0.0.1", self.sim_port)) as sock:
            self.seen.parts += 1
            upstream = Leg(sock)
            upstream.raw_send(part)
            upstream.fin()
            upstream.drain()

    def _exchange(self, request, kind, paced_place=None, tempo=AT_ONCE):
        with self.order, socket.create_connection(("127.0.0.1", self.sim_port)) as sock:
            upstream = Leg(sock)
            head, _, body = request.partition(b"\r\n\r\n")
            for place, part in (("headers", head + b"\r\n\r\n"), ("body", body)):
                upstream.tempo = tempo if place == paced_place else AT_ONCE
                upstream.send(part)
            self.seen.forwarded[kind] += 1
            self.seen.not_h2 += bool(self.front) and b"2 nghttpx" not in head
            head = upstream.read_head()
            return head, upstream.read_exactly(length_of(head))
