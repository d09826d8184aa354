# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Runs the command `cxdialer` for tests in Python. Standard library only.

The program is the one that the environment variable CXDIALER names. Nothing of the tests' own environment that
begins with CXDIALER reaches it, but for the file in which the simulator that `cxdialer demo` starts records.
"""
import http.server
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import unittest

import simlib

TIMEOUT_S = 60  # against hanging for ever; nothing is measured with it
SAMPLE_ID = simlib.SAMPLE_ID
ERROR_MEMBERS = ["status", "message", "field", "http_status", "server_code", "request_id", "retry_after_ms"]
RESULT_MEMBERS = {
    "schema_version", "campaign_id", "outcome", "status", "http_status", "request_id", "sends", "attempts", "latency_ms", "latency",
    "previous_concurrent", "new_concurrent", "pacing_accuracy_rate", "target_calls_per_min", "timestamp", "diff", "findings", "audit",
    "callbacks", "conflict", "concurrency", "error", "retry_after_ms", "trace_id",
}


def program():
    path = os.environ.get("CXDIALER")
    if not path or not os.access(path, os.X_OK):
        raise RuntimeError("CXDIALER must name the program cxdialer")
    return path


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CXDIALER") or name == "CXDIALER_SIM_RECORD"}
    return {**kept, **another_time(), **more}


# What is preloaded to fake the time opens descriptors of its own, and does not nest.
at_the_real_time = unittest.skipIf(os.environ.get("CXDIALER_TEST_TIME"), "not with another time")


def another_time():
    """For the program alone, the time that CXDIALER_TEST_TIME names ("@2026-11-28 03:00:00"), by libfaketime in CXDIALER_TEST_FAKETIME."""
    time = os.environ.get("CXDIALER_TEST_TIME")
    if not time:
        return {}
    return {"LD_PRELOAD": os.environ["CXDIALER_TEST_FAKETIME"], "FAKETIME": time, "TZ": "America/New_York",
            "NO_FAKE_STAT": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def run(*args, stdin=b"", env=None, timeout=TIMEOUT_S, **more):
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run([program(), *args], input=data, capture_output=True, timeout=timeout, env=environment(**(env or {})), **more)
    done.stdout = done.stdout.decode("utf-8", "surrogateescape")
    done.stderr = done.stderr.decode("utf-8", "surrogateescape")
    return done


def paused(campaign_id=SAMPLE_ID, **changes):
    return simlib.sample(**{"id": campaign_id, "status": "paused", **changes})


class Case(unittest.TestCase):
    """A directory for files of its own, and settings that reach a simulator or nobody."""

    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="cxdialer-test-")
        self.addCleanup(place.cleanup)
        self.dir = pathlib.Path(place.name)
        self.audit = self.dir / "audit.log"

    def file(self, name, content):
        path = self.dir / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)

    def env(self, url, **more):
        return {
            "CXDIALER_API_BASE_URL": url, "CXDIALER_AUTH_CLIENT_ID": "demo-client", "CXDIALER_AUTH_CLIENT_SECRET": "demo-secret",
            "CXDIALER_AUDIT_PATH": str(self.audit), "CXDIALER_RETRY_BASE_MS": "1", "CXDIALER_RETRY_CAP_MS": "2", **more,
        }

    def assert_code(self, done, code):
        self.assertEqual(done.returncode, code, f"\nstdout {done.stdout}\nstderr {done.stderr}")

    def assert_error(self, done, status):
        """Standard error holds one line of JSON; returns its inner object."""
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        error = json.loads(lines[0])
        self.assertEqual(list(error), ["error"])
        self.assertEqual(list(error["error"]), ERROR_MEMBERS)
        self.assertEqual(error["error"]["status"], status, done.stderr)
        return error["error"]


class SimCase(Case):
    """With a simulator that each test starts by self.sim(...). Its campaigns are paused, so that no hour is the wrong one."""

    def sim(self, *args, campaigns=None, ca_file=None):
        file = self.file("campaigns.json", campaigns if campaigns is not None else [paused()])
        return self.enterContext(simlib.Sim("--campaigns", file, *args, ca_file=ca_file))

    def cli(self, sim, *args, stdin=b"", timeout=TIMEOUT_S, **env):
        return run(*args, stdin=stdin, timeout=timeout, env=self.env(sim.url, **env))

    def api_requests(self, sim):
        return [(r["method"], r["path"]) for r in sim.requests()]

    def puts(self, sim):
        return [r for r in sim.requests() if r["method"] == "PUT"]


class Server:
    """A server that answers everything by a function of (method, path) -> (status, content type, bytes)."""

    def __init__(self, answer):
        self.seen = seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one segment: the second would wait for the first one's acknowledgement

            def handle_any(self):
                length = int(self.headers.get("Content-Length") or 0)
                self.rfile.read(length)
                seen.append((self.command, self.path))
                status, kind, body = answer(self.command, self.path)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_PUT = do_POST = handle_any

            def log_message(self, *args):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *args):
                """Clients may hang up whenever they like."""

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


TOKEN_REPLY = json.dumps({"access_token": "t0ken", "token_type": "Bearer", "expires_in": 3600}).encode()


def with_token(answer):
    """The same answers, with a token endpoint in front."""
    def both(method, path):
        if path == simlib.TOKEN:
            return 200, "application/json", TOKEN_REPLY
        return answer(method, path)
    return both
