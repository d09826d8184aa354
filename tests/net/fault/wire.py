# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Sockets for a proxy that misbehaves: the tempo of what is sent, TLS whose bytes can be shaped, a port that can refuse."""
import ctypes
import os
import select
import socket
import ssl
import struct
import threading
import time

HANG_S = 60  # against hanging for ever; nothing is measured with it
GARBAGE = b"\x00\x01\x02garbage, not what was asked for\r\n\r\n" * 3

SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27
SYN_SENT = 2
LIBC = ctypes.CDLL(None)


class Gone(Exception):
    """The other side went away."""


class Tempo:
    """How bytes leave: all at once, late, in pieces, or in pieces with pauses."""

    def __init__(self, wait_s=0.0, piece=0, pause_s=0.0):
        self.wait_s, self.piece, self.pause_s = wait_s, piece, pause_s

    def send(self, sock, data):
        if self.wait_s:
            time.sleep(self.wait_s)
        if not self.piece:
            sock.sendall(data)
            return
        for at in range(0, len(data), self.piece):
            sock.sendall(data[at:at + self.piece])
            if self.pause_s:
                time.sleep(self.pause_s)


AT_ONCE = Tempo()
TEMPI = {"latency": Tempo(wait_s=0.03), "bandwidth": Tempo(piece=64, pause_s=0.002), "slicer": Tempo(piece=1)}


class Mailbox:
    """Orders for the thread that owns a connection: only it touches the sockets, so that an order done is on the wire."""

    def __init__(self):
        self.reader, self.writer = os.pipe()
        self.lock = threading.Lock()
        self.orders = []
        self.closed = False

    def ask(self, order):
        """Gives the order and waits until it was carried out; False: the connection is over."""
        done = threading.Event()
        with self.lock:
            if self.closed:
                return False
            self.orders.append((order, done))
            os.write(self.writer, b"!")
        if not done.wait(HANG_S):
            raise AssertionError(f"a connection of the proxy did not carry out {order!r}")
        return True

    def take(self):
        os.read(self.reader, 1)
        with self.lock:
            return self.orders.pop(0)

    def close(self):
        with self.lock:
            self.closed = True
            left, self.orders = self.orders, []
            os.close(self.reader)
            os.close(self.writer)
        for _, done in left:
            done.set()


class Leg:
    """One connection as the proxy holds it, plain or with TLS on top; tempo is that of the bytes on the wire."""

    def __init__(self, sock):
        self.sock = sock
        self.tempo = AT_ONCE
        self.tls = None
        self.mailbox = None
        sock.settimeout(HANG_S)
        if sock.family == socket.AF_INET:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def raw_recv(self, most=65536):
        try:
            return self.sock.recv(most)
        except OSError as error:
            raise Gone from error

    def raw_send(self, data):
        try:
            self.tempo.send(self.sock, data)
        except OSError as error:
            raise Gone from error

    def start_tls(self, context, first=b""):
        """The server's part of the handshake; first: what was read before. False: it failed."""
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        self.incoming.write(first)
        try:
            self._tls_step(self.tls.do_handshake)
        except (ssl.SSLError, Gone):
            return False
        return True

    def _flush(self):
        if self.outgoing.pending:
            self.raw_send(self.outgoing.read())

    def _tls_step(self, step, *arguments):
        while True:
            try:
                result = step(*arguments)
                self._flush()
                return result
            except ssl.SSLWantReadError:
                self._flush()
                data = self.raw_recv()
                if data:
                    self.incoming.write(data)
                else:
                    self.incoming.write_eof()

    def recv(self, most=65536):
        if not self.tls:
            return self.raw_recv(most)
        try:
            return self._tls_step(self.tls.read, most)
        except ssl.SSLError:
            return b""

    def send(self, data):
        if not self.tls:
            self.raw_send(data)
            return
        self.tls.write(data)
        self._flush()

    def read_exactly(self, count):
        data = b""
        while len(data) < count:
            block = self.recv(count - len(data))
            if not block:
                raise Gone
            data += block
        return data

    def read_head(self, have=b""):
        while b"\r\n\r\n" not in have:
            have += self.read_exactly(1)
        return have

    def fin(self):
        """Ends our half of the connection, without a word of TLS."""
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def drain(self):
        """Reads and forgets until the other side has gone, or an order says that it is over."""
        order = "nothing"
        try:
            while order in ("nothing", "half-close", "timeout"):
                ready = self._raw_wait() if self.mailbox else [self.sock]
                if self.sock in ready and not self.raw_recv():
                    return
                if self.sock not in ready:
                    order, done = self.mailbox.take() if ready else ("close", threading.Event())
                    done.set()
        except Gone:
            pass

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def close(self):
        self.sock.close()

    def wait(self, *more):
        """Which of this connection, its mailbox and more have something to say."""
        if self.tls and (self.incoming.pending or self.tls.pending()):
            return [self.sock]  # it came together with the end of the handshake
        return self._raw_wait(*more)

    def _raw_wait(self, *more):
        ready, _, _ = select.select([self.sock, self.mailbox.reader, *more], [], [], HANG_S)
        return ready


class Door:
    """A port of this machine: open, closed (who knocks is refused) or deaf (who knocks hears nothing)."""

    def __init__(self, serve):
        self.serve = serve
        self.keeper = self._bound()  # holds the port while nobody listens
        self.port = self.keeper.getsockname()[1]
        self.listener = None
        self.thread = None
        self.open()

    def _bound(self, port=0):
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind(("127.0.0.1", port))
        return sock

    def open(self):
        if self.listener:
            self._hear()
            return
        self.listener = self._bound(self.port)
        self.listener.listen(64)
        self.thread = threading.Thread(target=self._accept, args=(self.listener,), daemon=True)
        self.thread.start()

    def _accept(self, listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            self.serve(sock)

    def refuse(self):
        if self.listener:
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
            self.thread.join(HANG_S)
            self.listener.close()
        self.listener = None

    def deafen(self):
        """A socket filter that lets nothing through: the kernel drops the SYN."""
        drop_all = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
        self.listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", 1, ctypes.addressof(drop_all)))

    def _hear(self):
        try:
            self.listener.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
        except OSError:
            pass  # it was not deaf

    def close(self):
        self.refuse()
        self.keeper.close()


def knocking():
    """A connection of this process, where the library runs, too, waits for an answer to its SYN."""
    return any(_tcp_state(int(name)) == SYN_SENT for name in os.listdir("/proc/self/fd"))


def _tcp_state(fd):
    info, size = ctypes.create_string_buffer(8), ctypes.c_uint32(8)
    if LIBC.getsockopt(fd, socket.IPPROTO_TCP, socket.TCP_INFO, info, ctypes.byref(size)) != 0:
        return None
    return info.raw[0]


def until(condition, what):
    """Asks again and again until it holds; the limit is only there so that a failure is no hang."""
    end = time.monotonic() + HANG_S
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"it never came true: {what}")
        time.sleep(0.001)
