# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""What table.py is made of: the server, the clients, ways to count, and rows with a verdict."""
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
BODY_LEN, TOKEN_LEN = 414, 1600
AA_LIMIT = 0.02
FAILING = ("MISSED", "failed")


class Skip(Exception):
    """A tool is missing: the row says which."""


@dataclasses.dataclass
class Row:
    mark: str          # "T1"; "-" for what has no target
    what: str
    value: str
    target: str = "-"
    verdict: str = "reported"
    note: str = ""


def within(value, most=None, least=None, void=False):
    """The verdict on a number."""
    if void:
        return "void"
    return "ok" if (most is None or value <= most) and (least is None or value >= least) else "MISSED"


def exactly(value, wanted):
    return "ok" if value == wanted else "MISSED"


def need(tool):
    if not shutil.which(tool):
        raise Skip(f"no {tool} here")
    return tool


def run(*command, **more):
    """A program that answers one line of JSON."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=900, **more)
    if done.returncode != 0:
        raise RuntimeError(f"{pathlib.Path(str(command[0])).name} ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-300:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


# ------------------------------------------------------------------ the bytes, the keys, the server

def body():
    """A paused campaign of exactly BODY_LEN bytes."""
    campaign = {
        "id": "c-000000", "name": "Spring renewals, east coast", "status": "paused", "dialerType": "predictive", "maxConcurrentCalls": 150,
        "timeZone": "America/New_York", "version": 7, "pacing": {"type": "fixed", "interval": 60, "maxCallsPerInterval": 25, "throttlePercent": 0.85},
        "rules": [], "advancedDialerSettings": {"autoRebalance": True, "queuePriority": 1}, "description": "",
    }
    text = json.dumps(campaign, separators=(",", ":"))
    campaign["description"] = ("Calls to customers whose contracts end this quarter. " * 9)[:BODY_LEN - len(text)]
    return json.dumps(campaign, separators=(",", ":"))


def make_directory(path):
    """What clients and server read: body, token, and for TLS a certification authority with one certificate."""
    (path / "body").write_text(body())
    (path / "token").write_text("eyJhbGciOiJSUzI1NiJ9." + ("aZ09-_" * TOKEN_LEN)[:TOKEN_LEN - 21])
    if not shutil.which("openssl"):
        return
    (path / "extension").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    for command in (["req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=bench authority"],
                    ["req", *curve, "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=127.0.0.1"],
                    ["x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                     "-extfile", "extension", "-out", "cert.pem"]):
        subprocess.run(["openssl", *command], cwd=path, check=True, capture_output=True)


class Stub:
    """The server; plain and tls are its base URLs."""

    def __init__(self, bench, directory, delay_ms=0):
        self.process = subprocess.Popen([bench / "bench-stub", directory, str(delay_ms)], stdout=subprocess.PIPE, text=True)
        plain, tls = self.process.stdout.readline().split()
        self.plain, self.tls_port = f"http://127.0.0.1:{plain}", int(tls)
        self._tls = f"https://127.0.0.1:{tls}"

    @property
    def tls(self):
        if not self.tls_port:
            raise Skip("no openssl here to make certificates")
        return self._tls

    def counts(self):
        """Since the last time."""
        with urllib.request.urlopen(self.plain + "/_counts") as answer:
            return json.load(answer)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@contextlib.contextmanager
def stub(bench, directory, delay_ms=0):
    server = Stub(bench, directory, delay_ms)
    try:
        yield server
    finally:
        server.close()


@contextlib.contextmanager
def http2_front(server, directory):
    """nghttpx before the stub, for HTTP/2 over TLS; it costs the machine more than client and stub together."""
    need("nghttpx")
    port = int(server.plain.rsplit(":", 1)[1])
    front = free_port()
    command = ["nghttpx", f"-f127.0.0.1,{front}", f"-b127.0.0.1,{port}", "--workers=1", "--log-level=FATAL", "--accesslog-file=/dev/null",
               "--conf=/dev/null", str(directory / "key.pem"), str(directory / "cert.pem")]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        await_port(front, process)
        yield f"https://127.0.0.1:{front}"
    finally:
        process.terminate()
        process.wait()


def free_port():
    import socket
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def await_port(port, process):
    import socket
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            pass
    raise Skip("nghttpx did not start")


# ------------------------------------------------------------------ ways to count

def spread(values):
    """median, least, most"""
    return statistics.median(values), min(values), max(values)


def valgrind(directory, *command):
    """Instructions of a run by function: {(object, function): self}, and their sum."""
    need("valgrind")
    out = directory / "callgrind.out"
    subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", *map(str, command)], check=True, capture_output=True, timeout=900)
    return read_callgrind(out.read_text(errors="replace"))


def read_callgrind(text):
    """Self cost by (object, function); the lines behind calls= are what the callee cost."""
    names, costs, skip = {"ob": {}, "fn": {}}, {}, False
    at = {"ob": "", "fn": ""}
    for line in text.splitlines():
        named = re.match(r"(c?)(ob|fn)=\((\d+)\)(?: (.*))?$", line)
        if named:
            callee, kind, number, name = named.groups()
            if name is not None:
                names[kind][number] = name
            if not callee:
                at[kind] = names[kind].get(number, "?")
        elif line.startswith("calls="):
            skip = True
        elif re.match(r"[+\-*\d]", line) and " " in line:
            if not skip:
                key = (os.path.basename(at["ob"]), at["fn"])
                costs[key] = costs.get(key, 0) + int(line.split()[1])
            skip = False
    return costs


def slope(directory, make_command, short, long):
    """Instructions for one update more: a dictionary as of read_callgrind(). make_command(count) is the command for that many."""
    few, many = valgrind(directory, *make_command(short)), valgrind(directory, *make_command(long))
    return {key: (many.get(key, 0) - few.get(key, 0)) / (long - short) for key in {**few, **many}}


def syscalls(*command):
    """How often each system call was made by a program and its threads."""
    need("strace")
    done = subprocess.run(["strace", "-f", "-c", "-o", "/dev/stderr", *map(str, command)], capture_output=True, text=True, timeout=900)
    if done.returncode != 0:
        raise Skip("strace may not trace here")
    rows = re.findall(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)$", done.stderr, re.M)
    return {name: int(calls) for calls, name in rows if name != "total"}
