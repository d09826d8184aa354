# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Describes runs and has their reports written by the program that CXDIALER_REPORT names. Standard library only."""
import json
import os
import re
import subprocess

START = 1795890405000  # 2026-11-28T18:26:45Z
NONE, PLANNED, UNCHANGED, APPLIED, READBACK, REJECTED, CONFLICT, NOT_APPLIED, UNKNOWN, CANCELLED = range(10)
OK, INVALID, STOPPED, RATE_LIMITED, CHANGED, DOUBT = 0, 3000, 4030, 5050, 5040, 5070
UUID = "a1b2c3d4-e5f6-7890-abcd-{:012x}"
HOSTILE = [
    b"<script>alert(1)</script>", b"\"'/><img src=x onerror=alert(1)>", b"]]>&amp;<!--", b"</style></title></table></svg>", b"a\x01\x1b[31m\x7fb", b"\xff\xfe\xc0\xaf broken \xed\xa0\x80",
    b"\xef\xbf\xbe\xef\xbf\xbf", "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627".encode(), "abc\u202egnp.exe\u2066x".encode(),
    "\U0001f469\u200d\U0001f4bb emoji \U0001f600".encode(), ("Z" + "\u0337\u0351\u0342\u035d" * 20 + "algo").encode(), b"W" * 5000, b"i" * 300, b"", b" ", b"&#60;b&#62;", b"a\tb\nc",
]


def field(value):
    data = value if isinstance(value, bytes) else str(value).encode()
    return re.sub(rb"[\x00-\x1f%]", lambda found: b"%%%02x" % ord(found[0]), data)


def line(*values):
    return b"\t".join(field(value) for value in values)


def model(*, title="", mode="merge", host="https://api.example.com", actor="night shift", journal="", audit="audit.jsonl", started=START, ended=START + 257000, limit=500,
          window=60000, plan=0):
    return line("model", title, mode, host, actor, journal, audit, started, ended, limit, window, plan)


def item(name, outcome=APPLIED, *, failed=None, status=OK, sends=1, attempts=2, old=150, new=120, limit=500, old_rate=90, new_rate=72, latency=84000, retry=-1, seq=3,
         ended=START + 1000, message=""):
    failed = outcome in (REJECTED, CONFLICT, NOT_APPLIED, UNKNOWN, CANCELLED) if failed is None else failed
    return line("item", name, outcome, int(failed), status, sends, attempts, old, new, limit, old_rate, new_rate, latency, retry, seq, ended, message)


def sample(at, used, limit=100, *, rate_limited=0, closed=0, in_flight=8):
    stats = {"schema_version": 1, "rate_limited": rate_limited, "quota": {"limit": limit, "used": used, "waiting": 0, "closed_ms": closed}}
    return line("sample", at, in_flight, json.dumps(stats, separators=(",", ":")))


def quota(seconds=257, every=500):
    """A quota that is filled, refused twice, cut and grown back."""
    for at in range(0, seconds * 1000, every):
        held = 60000 < at < 72000 or 150000 < at < 153000
        limit = 100 if at < 60000 else min(100, 70 + (at - 60000) // 6000)
        used = min(limit, at // 400) - (25 if held else at // 700 % 7)
        yield sample(START + at, max(used, 0), limit, rate_limited=0 if at < 60000 else 3 if at < 150000 else 5, closed=(72000 if at < 100000 else 153000) - at if held else 0)


def changed(i):
    """An item whose numbers depend on i alone: some raise, some lower, latencies are spread over two decades."""
    old = 40 + i * 37 % 300
    new = max(1, old + (i * 53 % 181) - 90)
    return item(UUID.format(i * 7919), UNCHANGED if old == new else READBACK if i % 97 == 5 else APPLIED, old=old, new=new, sends=int(old != new), old_rate=old * 0.6, new_rate=new * 0.6,
                latency=int(30000 * 1.09 ** (i * i % 47)), seq=3 + 2 * i, ended=START + 900 + i * 250)


FAILURES = [
    dict(outcome=REJECTED, status=INVALID, new=900, old=-1, sends=0, attempts=0, latency=-1, seq=41, old_rate="nan", new_rate="nan",
         message="the campaign is not valid: 1 error\nerror limits.concurrent /maxConcurrentCalls: 900 is above the largest of 500; lower it, or raise validate.max_concurrent_calls"),
    dict(outcome=CONFLICT, status=CHANGED, new=200, attempts=4, message="somebody else has changed /maxConcurrentCalls since it was read: 150 then, 180 now"),
    dict(outcome=NOT_APPLIED, status=RATE_LIMITED, new=130, attempts=5, sends=4, retry=90000, message="429 Too Many Requests: the server asks to wait longer than update.deadline_ms leaves"),
    dict(outcome=UNKNOWN, status=DOUBT, new=160, attempts=7, sends=3, message="the connection was lost after the PUT, and the campaign could not be read back; read it again before another update"),
    dict(outcome=CANCELLED, status=STOPPED, new=-1, old=-1, sends=0, attempts=0, latency=-1, seq=0, ended=0, old_rate="nan", new_rate="nan", message="not begun: the run was stopped"),
]


def run(count, failures=0, **more):
    lines = [model(**more), *quota()] if count else [model(**more)]
    for i in range(count - failures):
        lines.append(changed(i))
    for i in range(failures):
        lines.append(item(UUID.format(i * 104729 + 17), **FAILURES[i % len(FAILURES)]))
    return lines


def write(lines, *args, locale="C", env=None, check=True):
    done = subprocess.run([os.environ["CXDIALER_REPORT"], *map(str, args)], input=b"\n".join(lines) + b"\n" if lines else b"", capture_output=True, timeout=240,
                          env={**os.environ, "LC_ALL": locale, **(env or {})})
    assert not check or done.returncode == 0, done
    return done if args else done.stdout
