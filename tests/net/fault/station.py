# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""One transport between client and simulator, with the places where it can be broken.

    http1, https1   client -> proxy -> simulator
    h2              client -> relay -> nghttpx -> proxy -> simulator
"""
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading

from fault.proxy import ALWAYS, Plan, Proxy, Seen
from fault.relay import Relay
from fault.wire import HANG_S, knocking, until

AT_THE_PORT = {"reset", "timeout"}  # a connection that is refused, or that nobody answers


def make_certificate(folder):
    """For 127.0.0.1, two days: (certificate, key)."""
    cert, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=fault-proxy", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert], check=True, capture_output=True)
    return cert, key


def nghttpx():
    """The program, or None. Debian keeps it in sbin."""
    return shutil.which("nghttpx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


class Station:
    def __init__(self, transport, sim_port, cert, key):
        self.folder = tempfile.TemporaryDirectory()
        self.process = self.relay = self.errand = None
        self.over = threading.Event()
        self.settings = {"http.ca_file": cert, "http.version": "2" if transport == "h2" else "1.1"}
        if transport == "h2":
            path = os.path.join(self.folder.name, "nghttpx")
            self.relay = Relay(path)
            self.proxy = Proxy(sim_port, front=self.relay)
            self._start_nghttpx(path, cert, key)
        else:
            self.proxy = Proxy(sim_port, self._context(cert, key) if transport == "https1" else None)
        self.front = self.relay or self.proxy  # what the client connects to
        scheme = "http" if transport == "http1" else "https"
        self.settings["api.base_url"] = f"{scheme}://127.0.0.1:{self.front.door.port}"

    @staticmethod
    def _context(cert, key):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        return context

    def _start_nghttpx(self, path, cert, key):
        log = os.path.join(self.folder.name, "log")
        self.process = subprocess.Popen([nghttpx(), "--conf=/dev/null", f"--frontend=unix:{path}", f"--backend=127.0.0.1,{self.proxy.door.port}", "--workers=1", "--single-process",
                                         "--no-ocsp", f"--errorlog-file={log}", "--accesslog-file=/dev/null", key, cert], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: self._answers(path), "nghttpx listens")

    def _answers(self, path):
        if self.process.poll() is not None:
            raise RuntimeError(f"nghttpx ended with {self.process.returncode}")
        with socket.socket(socket.AF_UNIX) as sock:
            return sock.connect_ex(path) == 0

    # -------------------------------------------------------------- the fault

    def arm(self, fault, position, kind, variant, in_front):
        """Whatever comes now is struck; not for what happens to idle connections at once: at_idle(). Returns the plan."""
        times = 1 if variant == "once" else ALWAYS
        plan = Plan(fault, position, kind, times, everything=variant == "down", front=in_front)
        if position == "connect" and fault in AT_THE_PORT:
            self._close_port(fault, times, plan)
        elif position in ("connect", "tls"):
            self.front.plan = plan
        else:
            self.proxy.plan = plan
        return plan

    def _close_port(self, fault, times, plan):
        door = self.front.door
        if times == 1:
            door.deafen()
            self.errand = threading.Thread(target=self._once_knocked, args=(door, fault, plan), daemon=True)
            self.errand.start()
        elif fault == "reset":
            door.refuse()
            plan.struck = 1
        else:
            door.deafen()
            plan.struck = 1

    def _once_knocked(self, door, fault, plan):
        """A SYN was dropped. When it comes again, after a second, it is refused; or its sender has given up before that."""
        until(lambda: self.over.is_set() or knocking(), "the client connects")
        plan.struck = int(not self.over.is_set())
        if fault == "reset":
            door.refuse()
            until(lambda: self.over.is_set() or not knocking(), "the client is refused")
        door.open()

    def at_idle(self, fault):
        """How many connections were struck."""
        return self.front.to_all(fault)

    def cut_idle(self):
        """The client has to connect again."""
        self.front.to_all("close")

    def plain(self):
        """No faults from now on, and nothing going on any more."""
        self.over.set()
        if self.errand:
            self.errand.join(HANG_S)
            self.errand = None
        self.over.clear()
        for part in {self.front, self.proxy}:
            part.plan = Plan()
        self.proxy.refuse_tokens = False
        self.front.door.open()
        self.settle()

    def settle(self):
        for part in {self.front, self.proxy}:
            part.to_all("nothing")

    def forget(self):
        """A new count of what is seen."""
        self.settle()
        self.proxy.seen = Seen()
        return self.proxy.seen

    def close(self):
        for part in {self.front, self.proxy}:
            part.close()
        if self.process:
            self.process.terminate()
            self.process.wait(HANG_S)
        self.folder.cleanup()
