# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Faults before the first request: while the connection is made and in the TLS handshake; the same in proxy and relay.

A port that refuses or is deaf is no matter of a connection: Station does that with the Door.
"""
import socket
import time

from fault.wire import GARBAGE, TEMPI, Tempo

HELLO_PART = 16  # of the ClientHello


class Cut(Tempo):
    """Half of the first bytes that want to leave, then the end."""

    def send(self, sock, data):
        sock.sendall(data[:len(data) // 2])
        sock.shutdown(socket.SHUT_WR)
        raise OSError("cut")


def greet(leg, fault):
    """Right after accept()."""
    if fault == "latency":
        time.sleep(TEMPI["latency"].wait_s)
    if fault == "garbage":
        leg.raw_send(GARBAGE)
    if fault in ("close", "half-close", "garbage"):
        leg.fin()


def meet_hello(leg, fault):
    """The ClientHello begins to arrive. Returns what was read of it, or None: the connection is over."""
    hello = leg.read_exactly(HELLO_PART)
    if fault == "read-then-reset":
        leg.read_exactly(5 + int.from_bytes(hello[3:5], "big") - HELLO_PART)
    if fault in ("reset", "read-then-reset"):
        leg.reset()
        return None
    if fault == "garbage":
        leg.raw_send(GARBAGE)
    if fault in ("close", "half-close", "garbage"):
        leg.fin()
    if fault in ("close", "half-close", "garbage", "timeout"):
        leg.drain()
        return None
    leg.tempo = Cut() if fault == "truncate" else TEMPI.get(fault, leg.tempo)
    return hello
