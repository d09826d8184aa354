# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The API with its campaign in a file, which kills itself with SIGKILL in the middle of a PUT.

    python3 mortal_server.py PORT STATE MOMENT

STATE: a JSON file {"campaign": ..., "version": n, "lives": n, "puts": n}. MOMENT: "after" the first PUT was applied and
before it is answered, "before" it is applied, or "never". What is in the file is durable before the process dies. It kills
itself in its first life only.
"""
import http.server
import json
import os
import signal
import sys


class State:
    def __init__(self, path):
        self.path = path
        with open(path, encoding="utf-8") as file:
            self.all = json.load(file)

    def save(self):
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            json.dump(self.all, file)
            file.flush()
            os.fsync(file.fileno())
        os.rename(self.path + ".new", self.path)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, document, **headers):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def etag(self):
        return f'"v{self.server.state.all["version"]}"'

    def body(self):
        return self.rfile.read(int(self.headers["Content-Length"]))

    def do_POST(self):
        self.body()
        self.answer(200, {"access_token": "token", "token_type": "Bearer", "expires_in": 3600})

    def do_GET(self):
        self.answer(200, self.server.state.all["campaign"], ETag=self.etag())

    def perhaps_die(self, moment):
        if self.server.moment == moment and self.server.state.all["lives"] == 1:
            os.kill(os.getpid(), signal.SIGKILL)

    def do_PUT(self):
        document, state = json.loads(self.body()), self.server.state
        self.perhaps_die("before")
        if self.headers.get("If-Match") != self.etag():
            self.answer(412, {"code": "precondition_failed", "message": "the campaign has changed"})
            return
        state.all.update(campaign=document, version=state.all["version"] + 1, puts=state.all["puts"] + 1)
        state.save()
        self.perhaps_die("after")
        self.answer(200, document, ETag=self.etag())


def main():
    port, path, moment = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    server.state, server.moment = State(path), moment
    server.state.all["lives"] += 1
    server.state.save()
    print("ready", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
