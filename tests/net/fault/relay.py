# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Carries the bytes between the client and nghttpx: it cannot look into them, but it can break connections and handshakes."""
import socket
import threading

from fault.doorstep import greet, meet_hello
from fault.proxy import Plan
from fault.wire import AT_ONCE, GARBAGE, Door, Gone, Leg, Mailbox


class Relay:
    def __init__(self, path):
        self.path = path
        self.plan = Plan()
        self.opened = 0  # connections that got as far as nghttpx
        self.moved = 0   # bytes carried to the client
        self.mailboxes = []
        self.lock = threading.Lock()
        self.door = Door(self._serve)

    def _serve(self, sock):
        leg = Leg(sock)
        leg.mailbox = Mailbox()
        with self.lock:
            self.mailboxes.append(leg.mailbox)
        threading.Thread(target=self._connection, args=(leg,), daemon=True).start()

    def _connection(self, leg):
        try:
            self._receive(leg)
        except Gone:
            pass
        leg.close()
        with self.lock:
            self.mailboxes.remove(leg.mailbox)
        leg.mailbox.close()

    def _receive(self, leg):
        fault = self.plan.strike("connect")
        greet(leg, fault)
        if fault and fault != "latency":
            leg.drain()
            return
        hello = meet_hello(leg, self.plan.strike("tls"))
        if hello is None:
            return
        server = Leg(socket.socket(socket.AF_UNIX))
        try:
            server.sock.connect(self.path)
            self.opened += 1
            server.raw_send(hello)
            self._carry(leg, server)
        finally:
            server.close()

    def _carry(self, leg, server):
        leg.deaf = leg.mute = leg.alone = False
        while True:
            ready = leg.wait(*([] if leg.alone else [server.sock]))
            if leg.mailbox.reader in ready:
                if self._obey(leg):
                    return
            elif leg.sock in ready:
                self._up(leg, server)
            elif ready:
                self._down(leg, server)
            else:
                return

    def _up(self, leg, server):
        data = leg.raw_recv()
        if not data:
            raise Gone
        if not (leg.deaf or leg.alone):
            server.raw_send(data)

    def _down(self, leg, server):
        data = server.raw_recv()
        leg.alone = not data
        if leg.deaf or leg.mute:
            return
        if not data:
            raise Gone
        leg.raw_send(data)
        leg.tempo = AT_ONCE  # a handshake fault shapes the first flight only
        self.moved += len(data)

    def _obey(self, leg):
        """True: the connection is over."""
        order, done = leg.mailbox.take()
        if order in ("reset", "read-then-reset", "apply-then-reset"):
            leg.reset()
        if order == "close":
            leg.close()
        if order == "garbage":
            leg.raw_send(GARBAGE)
        if order == "half-close":
            leg.fin()
            leg.mute = True
        leg.deaf = leg.deaf or order in ("timeout", "garbage")
        done.set()
        return leg.sock.fileno() < 0

    def to_all(self, order):
        with self.lock:
            mailboxes = list(self.mailboxes)
        return sum(mailbox.ask(order) for mailbox in mailboxes)

    def close(self):
        self.door.close()
