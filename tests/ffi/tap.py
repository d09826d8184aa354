# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Runs the checks of a suite in Python and says in TAP how they ended; and what suites in Python need beside the library."""
import base64
import json
import os
import traceback
import urllib.request


def run(checks):
    """checks: functions; each returns when all is well. The exit code of the suite."""
    failed = 0
    for number, check in enumerate(checks, 1):
        try:
            check()
            print(f"ok {number} - {check.__name__}", flush=True)
        except Exception as problem:
            failed += 1
            traceback.print_exc()
            words = " ".join(str(problem).split())
            print(f"not ok {number} - {check.__name__}: {type(problem).__name__} {words}", flush=True)
    print(f"1..{len(checks)}")
    return 1 if failed else 0


def equal(got, wanted):
    if got != wanted:
        raise AssertionError(f"{got!r} is not {wanted!r}")


def post(path, body, headers):
    url = os.environ["CXDIALER_API_BASE_URL"] + path
    with urllib.request.urlopen(urllib.request.Request(url, body.encode(), headers)) as reply:
        return json.load(reply)


def fetch_token():
    """A token of the simulator's, by Python's own HTTP client: (token, seconds)."""
    pair = os.environ["CXDIALER_AUTH_CLIENT_ID"] + ":" + os.environ["CXDIALER_AUTH_CLIENT_SECRET"]
    answer = post("/api/v2/oauth/token", "grant_type=client_credentials&scope=campaign:write", {
        "Authorization": "Basic " + base64.b64encode(pair.encode()).decode(), "Content-Type": "application/x-www-form-urlencoded"})
    return answer["access_token"], answer["expires_in"]


def requests_seen():
    with urllib.request.urlopen(os.environ["CXDIALER_API_BASE_URL"] + "/_sim/requests") as reply:
        return json.load(reply)


def add_fault(fault):
    post("/_sim/faults", json.dumps([fault]), {"Content-Type": "application/json"})
