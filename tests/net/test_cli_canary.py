# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""cxdialer: no piece of a secret on its standard output and error, in its files, its command line or its environment."""
import base64
import http.server
import json
import pathlib
import signal
import subprocess
import threading
import unittest
import urllib.parse

import clilib
import simlib
from clilib import SAMPLE_ID

PIECE = 12
SECRET = "Xq7+vN2/pL9=wK4mJ6&tR8%20zB1"
TOKEN = "hV3~gC5.yF0+dS8/aU4-eI7_oP2kZ9=="
AUDIT_KEY = "bQ0uG7wZ4rY1nX5sJ8vK2hT6"
PASSWORD = "fM1yC9oH3lA6wD8t"
CHANGE = {"id": SAMPLE_ID, "maxConcurrentCalls": 120}
COMMANDS = (["get", SAMPLE_ID], ["list"], ["plan", "CHANGE"], ["apply", "CHANGE"], ["apply", "CHANGE"], ["validate", "CHANGE"], ["config", "show"], ["get", "none"],
            ["audit", "verify", "LOG"], ["audit", "show", "LOG"], ["audit", "recover"], ["rollback", "LOG", "--seq", "2", "--plan"], ["rollback", "LOG", "--seq", "2"])


def forms(secret):
    """What a secret looks like: as it is, backwards, in hex, percent-encoded, in base64 at each of its three places."""
    raw = secret.encode()
    yield secret
    yield secret[::-1]
    yield raw.hex()
    yield raw.hex().upper()
    yield urllib.parse.quote(secret, safe="")
    for shift in range(3):
        text = base64.b64encode(b"x" * shift + raw).decode()
        word = text[(0, 2, 3)[shift]:(shift + len(raw)) * 8 // 6]
        yield word
        yield word.replace("+", "-").replace("/", "_")


def pieces(*secrets):
    return {form[i:i + PIECE] for secret in secrets for form in forms(secret) for i in range(len(form) - PIECE + 1)}


ALL = pieces(SECRET, TOKEN, AUDIT_KEY, PASSWORD)


def found(text):
    return [text[max(0, i - 40):i + 60] for i in range(len(text) - PIECE + 1) if text[i:i + PIECE] in ALL]


class Hostile:
    """Answers token requests well and everything else with what it was sent, or the token requests, too."""

    def __init__(self, code, everywhere=False):
        outer = self
        self.held, self.go = threading.Event(), threading.Event()
        self.hold = False

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def answer_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                if outer.hold:
                    outer.held.set()
                    outer.go.wait(clilib.TIMEOUT_S)
                if self.path == simlib.TOKEN and not everywhere:
                    self.reply(200, {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600}, "r-1")
                    return
                said = f"{self.headers.get('Authorization')} {SECRET} {body}"
                self.reply(code, {"id": SAMPLE_ID, "name": said, "code": said, "message": f"so it is: {said}", "error": said, "error_description": said,
                                  "requestId": said, "field": said}, said[:100])

            def reply(self, status, body, request_id):
                text = json.dumps(body).encode()
                self.send_response(status, f"said {request_id}")
                for name, value in (("Content-Type", "application/json"), ("Content-Length", str(len(text))), ("X-Request-Id", request_id), ("ETag", f'"{request_id}"')):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_PUT = do_POST = answer_any

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
        self.go.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Canary(clilib.SimCase):
    def sources(self, url, secret=SECRET):
        """The same secret by each of the ways it can come in."""
        usual = {k: v for k, v in self.env(url, CXDIALER_RETRY_DEADLINE_MS="2000").items() if "SECRET" not in k}
        yield "environment", {**usual, "CXDIALER_AUTH_CLIENT_SECRET": secret}
        yield "file", {**usual, "CXDIALER_AUTH_CLIENT_SECRET_FILE": self.file("secret", secret + "\n")}
        yield "config", {**usual, "CXDIALER_CONFIG": self.file("config.json", {"auth": {"client_secret": secret}})}
        yield "post", {**usual, "CXDIALER_AUTH_CLIENT_SECRET": secret, "CXDIALER_AUTH_METHOD": "post"}
        yield "token", {**usual, "CXDIALER_AUTH_TOKEN": TOKEN, "CXDIALER_AUTH_CLIENT_SECRET": secret}

    def run_all(self, env):
        change = self.file("change.json", CHANGE)
        said = []
        for form in ("text", "json"):
            for command in COMMANDS:
                words = [{"CHANGE": change, "LOG": env["CXDIALER_AUDIT_PATH"]}.get(word, word) for word in command]
                done = clilib.run("--output", form, *words, env=env)
                self.assertGreaterEqual(done.returncode, 0, done.stderr)
                said += [done.stdout, done.stderr]
        return "\n".join(said)

    def assert_silent(self, said):
        kept = [p for p in self.dir.iterdir() if p.name not in ("secret", "config.json", "audit-key", "sim.log")]
        written = "\n".join(f"{p.name}\n{p.read_text(errors='replace')}" for p in kept if p.is_file())
        self.assertEqual(found(said)[:3], [])
        self.assertEqual(found(written)[:3], [])

    def test_every_form_would_be_found(self):
        for secret in (SECRET, TOKEN, AUDIT_KEY, PASSWORD):
            for form in forms(secret):
                self.assertTrue(found(f"so it is {form[3:3 + PIECE]}, it seems"), form)
        self.assertEqual(found(clilib.run("--help").stdout), [])

    def test_good_times(self):
        sim = self.sim("--client-secret", SECRET, "--rate", "0")
        for name, env in self.sources(sim.url):
            with self.subTest(name):
                said = self.run_all(env)
                self.assertIn(SAMPLE_ID, said)
                self.assert_silent(said)

    def test_a_secret_that_is_refused(self):
        sim = self.sim()
        for name, env in self.sources(sim.url):
            with self.subTest(name):
                said = self.run_all(env)
                self.assertIn("CXD_E_UNAUTHORIZED", said)
                self.assert_silent(said)

    def test_servers_that_repeat_what_they_were_sent(self):
        for code in (200, 400, 401, 403, 404, 409, 422, 429, 500):
            for everywhere in (False, True):
                with Hostile(code, everywhere) as server:
                    for name, env in self.sources(server.url):
                        with self.subTest(code=code, everywhere=everywhere, source=name):
                            self.assert_silent(self.run_all({**env, "CXDIALER_RETRY_MAX_ATTEMPTS": "1"}))

    def test_what_a_server_says_besides_is_shown(self):
        with Hostile(403) as server:
            env = dict(self.sources(server.url))["environment"]
            self.assertIn("so it is: Bearer ****", clilib.run("get", SAMPLE_ID, env=env).stderr)

    def test_a_key_of_the_log(self):
        sim = self.sim("--client-secret", SECRET)
        env = dict(self.sources(sim.url))["environment"]
        for content in (AUDIT_KEY + "\n", AUDIT_KEY[:PIECE], ""):
            with self.subTest(content):
                self.assert_silent(self.run_all({**env, "CXDIALER_AUDIT_KEY_FILE": self.file("audit-key", content), "CXDIALER_AUDIT_PATH": str(self.dir / "keyed.log")}))

    def test_secrets_where_they_do_not_belong(self):
        for words in (["--set", f"auth.client_secret={SECRET}"], ["--set", f"auth.token={TOKEN}"], ["--set", f"http.proxy=http://u:{PASSWORD}@127.0.0.1:1"],
                      ["--set", f"api.base_url=https://u:{PASSWORD}@127.0.0.1"]):
            done = clilib.run(*words, "get", SAMPLE_ID)
            self.assertNotEqual(done.returncode, 0)
            self.assert_silent(done.stdout + done.stderr)

    def test_neither_command_line_nor_environment_hold_it_while_the_command_waits(self):
        for name, env in self.sources("http://127.0.0.1:1"):
            with self.subTest(name), Hostile(403) as server:
                server.hold = True
                env = {**env, "CXDIALER_API_BASE_URL": server.url}
                running = subprocess.Popen([clilib.program(), "get", SAMPLE_ID], env=clilib.environment(**env), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                self.assertTrue(server.held.wait(clilib.TIMEOUT_S))
                proc = pathlib.Path(f"/proc/{running.pid}")
                for file in ("cmdline", "environ"):
                    text = (proc / file).read_bytes().decode(errors="replace")
                    self.assertTrue(text)
                    self.assertEqual(found(text), [], file)
                running.send_signal(signal.SIGTERM)
                server.go.set()
                out, err = running.communicate(timeout=clilib.TIMEOUT_S)
                self.assert_silent((out + err).decode(errors="replace"))


if __name__ == "__main__":
    unittest.main()
