# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Starts the judges, and drives the library through ctypes. Standard library only.

The environment names what run.sh has prepared: CXDIALER_JUDGES, a folder with node_modules and our scripts;
CXDIALER_LIBRARY, the shared library; CXDIALER and CXDIALER_SIM, the programs.
"""
import collections
import ctypes
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "net"))

OPENAPI = ROOT / "docs" / "openapi.json"
TIMEOUT_S = 60  # against hanging for ever; nothing is measured with it


class Node:
    """A program of node that says what it has to say into a file. Its standard input is the leash: it ends with it."""

    def __init__(self, ready, *args):
        self.log = tempfile.TemporaryFile("w+", encoding="utf-8")
        self.ready = re.compile(ready, re.M)
        self.args = args

    def __enter__(self):
        self.process = subprocess.Popen(["node", *map(str, self.args)], cwd=os.environ["CXDIALER_JUDGES"], stdin=subprocess.PIPE,
                                        stdout=self.log, stderr=subprocess.STDOUT, env={**os.environ, "NO_COLOR": "1"})
        end = time.monotonic() + TIMEOUT_S
        while not (found := self.ready.search(self.text())):
            if self.process.poll() is not None or time.monotonic() > end:
                self.__exit__()
                raise RuntimeError(f"{self.args[0]} did not start: {self.text()}")
            time.sleep(0.02)
        self.said = found.group(1)
        return self

    def __exit__(self, *exc):
        self.process.kill()
        self.process.communicate()
        self.log.close()

    def text(self):
        size = os.fstat(self.log.fileno()).st_size
        return os.pread(self.log.fileno(), size, 0).decode("utf-8", "replace")


class Prism(Node):
    """prism mock or prism proxy in front of a server: both check what passes against docs/openapi.json."""

    def __init__(self, mode, *upstream):
        super().__init__(r"Prism is listening on (http://\S+)", "node_modules/@stoplight/prism-cli/dist/index.js",
                         mode, "--errors", "--port", "0", OPENAPI, *upstream)

    def violations(self):
        return re.findall(r"(?:Violation:|Request terminated).*", self.text())


class Judge(Node):
    """An OAuth server with the API that accepts its tokens: {"token_url", "api"}."""

    def __init__(self, script, *args):
        super().__init__(r"^ready (.*)$", script, *args)

    def __enter__(self):
        super().__enter__()
        self.urls = json.loads(self.said)
        return self

    def ask(self, path, data=None):
        with urllib.request.urlopen(self.urls["api"] + path, data=data, timeout=TIMEOUT_S) as reply:
            return json.load(reply)

    def state(self):
        return self.ask("/state")

    def revoke(self):
        self.ask("/revoke", b"")


P, S, I32 = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32
SIGNATURES = {
    "cxd_config_new": (I32, [P]), "cxd_config_set": (I32, [P, S, S, P]), "cxd_config_free": (None, [P]),
    "cxd_client_new": (I32, [P, P, P]), "cxd_client_get": (I32, [P, S, P, P]), "cxd_client_free": (None, [P]),
    "cxd_campaign_id": (S, [P]), "cxd_campaign_free": (None, [P]), "cxd_status_name": (S, [I32]),
    "cxd_error_message": (S, [P]), "cxd_error_http_status": (I32, [P]), "cxd_error_server_code": (S, [P]), "cxd_error_free": (None, [P]),
}

Refusal = collections.namedtuple("Refusal", "status http_status server_code message")


def library():
    lib = ctypes.CDLL(os.environ["CXDIALER_LIBRARY"])
    for name, (result, arguments) in SIGNATURES.items():
        getattr(lib, name).restype, getattr(lib, name).argtypes = result, arguments
    return lib


class Client:
    """A cxd_client; the settings are keyword arguments with __ for the dot: auth__scope="..."."""

    def __init__(self, **settings):
        self.lib = library()
        config, error, self.handle = P(), P(), P()
        self.lib.cxd_config_new(ctypes.byref(config))
        for key, value in settings.items():
            self.check(self.lib.cxd_config_set(config, key.replace("__", ".").encode(), value.encode(), ctypes.byref(error)), error)
        self.check(self.lib.cxd_client_new(config, ctypes.byref(self.handle), ctypes.byref(error)), error)
        self.lib.cxd_config_free(config)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.lib.cxd_client_free(self.handle)

    def refusal(self, status, error):
        code = self.lib.cxd_error_server_code(error)
        refusal = Refusal(self.lib.cxd_status_name(status).decode(), self.lib.cxd_error_http_status(error),
                          code and code.decode(), self.lib.cxd_error_message(error).decode())
        self.lib.cxd_error_free(error)
        return refusal

    def check(self, status, error):
        if status != 0:
            raise AssertionError(self.refusal(status, error))

    def get(self, campaign_id="c1"):
        """None, or why not."""
        campaign, error = P(), P()
        status = self.lib.cxd_client_get(self.handle, campaign_id.encode(), ctypes.byref(campaign), ctypes.byref(error))
        if status != 0:
            return self.refusal(status, error)
        got = self.lib.cxd_campaign_id(campaign).decode()
        self.lib.cxd_campaign_free(campaign)
        return None if got == campaign_id else got


class Case(unittest.TestCase):
    def until(self, condition):
        """Asks again and again until it holds; the time limit is only there so that a failure is no hang."""
        end = time.monotonic() + TIMEOUT_S
        while not condition():
            self.assertLess(time.monotonic(), end, "it never came true")
