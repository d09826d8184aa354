# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""One PUT after the other through http.client on one kept connection; peers/job.h has the arguments (IN_FLIGHT is 1 here)."""
import http.client
import json
import pathlib
import resource
import ssl
import sys
import time
import urllib.parse


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main():
    base, count, directory = urllib.parse.urlsplit(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[4])
    token, template = (directory / "token").read_text(), (directory / "body").read_text()
    if base.scheme == "https":
        connection = http.client.HTTPSConnection(base.hostname, base.port, context=ssl.create_default_context(cafile=directory / "ca.pem"))
    else:
        connection = http.client.HTTPConnection(base.hostname, base.port)
    headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json", "Accept": "application/json"}
    ok, used, began = 0, cpu(), time.perf_counter()
    for i in range(count):
        campaign = f"c-{i % 1000000:06}"
        connection.request("PUT", "/api/v2/outbound/campaigns/" + campaign, template.replace("c-000000", campaign), headers)
        answer = connection.getresponse()
        answer.read()
        ok += answer.status == 200
    print(json.dumps({"cpu_us": (cpu() - used) * 1e6, "wall_us": (time.perf_counter() - began) * 1e6, "ok": ok}))


main()
