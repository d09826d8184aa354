# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Starts cxdialer-sim and talks to it, for tests in Python. Standard library only.

    with Sim("--rate", "0") as sim:
        reply = sim.request("GET", CAMPAIGN, token=sim.token())

The program is the one that the environment variable CXDIALER_SIM names. Leaving the block stops it and
fails when it did not end cleanly or had anything to say on standard error.
"""
import base64
import collections
import http.client
import json
import os
import signal
import socket
import ssl
import struct
import subprocess
import time

COLLECTION = "/api/v2/outbound/campaigns"
SAMPLE_ID = "a1b2c3d4-e5f6-7890-abcd-ef1234567890"
CAMPAIGN = COLLECTION + "/" + SAMPLE_ID
TOKEN = "/api/v2/oauth/token"
TIMEOUT_S = 60  # against hanging for ever; nothing is measured with it

Reply = collections.namedtuple("Reply", "status headers body")
Reply.json = lambda self: json.loads(self.body)

# What a connection gave until its end: "fin" or "reset".
Wire = collections.namedtuple("Wire", "data end")


def program():
    path = os.environ.get("CXDIALER_SIM")
    if not path or not os.access(path, os.X_OK):
        raise RuntimeError("CXDIALER_SIM must name the program cxdialer-sim")
    return path


def until(condition):
    """Asks again and again until it holds; the time limit is only there so that a failure is no hang."""
    end = time.monotonic() + TIMEOUT_S
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("it never came true")


def run(*args):
    """For calls that are expected to end by themselves."""
    return subprocess.run([program(), *args], capture_output=True, text=True, timeout=TIMEOUT_S)


def sample(**changes):
    """The sample campaign with members changed at the top level; None leaves one out."""
    document = {
        "id": SAMPLE_ID, "name": "Q3 Enterprise Outbound", "status": "running", "dialerType": "predictive",
        "maxConcurrentCalls": 150, "timeZone": "America/New_York",
        "pacing": {"type": "fixed", "interval": 60, "maxCallsPerInterval": 25, "throttlePercent": 0.85},
        "rules": [], "advancedDialerSettings": {"autoRebalance": True, "queuePriority": 1},
    }
    document.update(changes)
    return {name: value for name, value in document.items() if value is not None}


def basic(client_id, secret):
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


class Sim:
    def __init__(self, *args, ca_file=None):
        self.args = args
        self.ca_file = ca_file
        self.process = None
        self.url = None
        self.port = None

    def __enter__(self):
        self.process = subprocess.Popen([program(), *self.args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            self.process.kill()
            out, err = self.process.communicate()
            raise RuntimeError(f"cxdialer-sim did not start: {line!r} {out!r} {err!r}")
        self.url = line.split()[-1]
        self.port = int(self.url.rsplit(":", 1)[1])
        return self

    def __exit__(self, kind, value, trace):
        code, out, err = self.stop()
        if kind is None and (code != 0 or out or err):
            raise AssertionError(f"cxdialer-sim ended with {code}, stdout {out!r}, stderr {err!r}")

    def stop(self, number=signal.SIGTERM):
        if self.process.returncode is None:
            self.process.send_signal(number)
        try:
            out, err = self.process.communicate(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            err += "(did not stop when asked)"
        return self.process.returncode, out, err

    def connect(self):
        """A bare connected socket, with TLS when the simulator speaks it."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT_S)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self.url.startswith("https:"):
            return plain
        context = ssl.create_default_context(cafile=self.ca_file)
        return context.wrap_socket(plain, server_hostname="127.0.0.1")

    def connection(self):
        """An http.client connection, kept alive by the simulator."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        connection.sock = self.connect()
        return connection

    def request(self, method, path, body=None, headers=None, token=None, on=None):
        headers = dict(headers or {})
        if token is not None:
            headers.setdefault("Authorization", "Bearer " + token)
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        connection = on or self.connection()
        connection.request(method, path, body=body, headers=headers)
        got = connection.getresponse()
        reply = Reply(got.status, got.headers, got.read())
        if on is None:
            connection.close()
        return reply

    def token_request(self, form="grant_type=client_credentials&scope=campaign:write", headers=None):
        fields = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": basic("demo-client", "demo-secret")}
        fields.update(headers or {})
        return self.request("POST", TOKEN, form, {k: v for k, v in fields.items() if v is not None})

    def token(self, scope="campaign:write"):
        return self.token_request(f"grant_type=client_credentials&scope={scope}").json()["access_token"]

    def get(self, token, path=CAMPAIGN, **more):
        return self.request("GET", path, token=token, **more)

    def put(self, token, body=None, path=CAMPAIGN, **more):
        headers = {"Content-Type": "application/json", **more.pop("headers", {})}
        return self.request("PUT", path, sample() if body is None else body, headers, token, **more)

    def put_bytes(self, token, body=None, extra=""):
        """The bytes of a PUT request, to be sent by hand."""
        text = json.dumps(sample()) if body is None else body
        return (f"PUT {CAMPAIGN} HTTP/1.1\r\nHost: sim\r\nAuthorization: Bearer {token}\r\n{extra}"
                f"Content-Type: application/json\r\nContent-Length: {len(text.encode())}\r\n\r\n{text}").encode()

    def get_bytes(self, token, path=CAMPAIGN, extra=""):
        return f"GET {path} HTTP/1.1\r\nHost: sim\r\nAuthorization: Bearer {token}\r\n{extra}\r\n".encode()

    def raw(self, data, half_close=False, limit=None):
        """Sends bytes, reads until the connection ends or the limit is reached."""
        with self.connect() as s:
            try:
                s.sendall(data)
                if half_close:
                    s.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # the simulator may refuse and hang up while we are still talking; what it said is read all the same
            return read_to_end(s, limit)

    def state(self):
        return self.request("GET", "/_sim/state").json()

    def requests(self):
        return self.request("GET", "/_sim/requests").json()

    def campaign(self, campaign_id=SAMPLE_ID):
        return next(c for c in self.state()["campaigns"] if c["id"] == campaign_id)

    def add_faults(self, *specs):
        return self.request("POST", "/_sim/faults", list(specs))


def read_to_end(s, limit=None):
    data = bytearray()
    try:
        while limit is None or len(data) < limit:
            block = s.recv(65536)
            if not block:
                return Wire(bytes(data), "fin")
            data += block
    except (ConnectionResetError, ssl.SSLEOFError):
        return Wire(bytes(data), "reset")
    return Wire(bytes(data), "open")


def hang_up(s):
    """Closes with a reset."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def split_reply(data):
    """Status, lower-case header fields and the rest of the first reply in raw bytes."""
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]), fields, body
