# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Audit logs made by hand for tests of the command, sealed as docs/audit.md says. Standard library only."""
import hashlib
import hmac
import json

CAMPAIGN = "c0"


def key_of(content):
    content = content[:-1] if content.endswith(b"\n") else content
    key = hmac.digest(content, b"cxdialer.audit.key.v1\0", "sha256")
    return key, hashlib.sha256(b"cxdialer.audit.kid.v1\0" + key).hexdigest()[:16]


class Log:
    """Add records; text() is the log. A body is what stands from "k" on, as a dict or as raw members."""

    def __init__(self, key=None):
        self.key, self.lines, self.prev = key, [], "0" * 64
        self.add({"k": "genesis"})

    def add(self, body, at="2026-11-22T16:00:00.000000Z"):
        seq = len(self.lines) + 1
        members = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, separators=(",", ":"))[1:-1]
        front = f'{{"v":1,"seq":{seq},"t":"{at}","bt":{seq},"boot":"b","w":"host/1/00000001",{members}'
        if self.key:
            front += f',"kid":"{key_of(self.key)[1]}","e":0'
        raw = front.encode("utf-8", "surrogatepass")
        message = b"cxdialer.audit.v1\0" + bytes.fromhex(self.prev) + seq.to_bytes(8, "big") + len(raw).to_bytes(4, "big") + raw
        h = hmac.digest(key_of(self.key)[0], message, "sha256").hex() if self.key else hashlib.sha256(message).hexdigest()
        self.lines.append(raw + f',"prev":"{self.prev}","h":"{h}"}}\n'.encode())
        self.prev = h
        return seq

    def intent(self, op, diff, campaign=CAMPAIGN, at="2026-11-22T16:00:00.000000Z", **more):
        return self.add({"k": "intent", "op": op, "campaign": campaign, "mode": "merge", "round": 1, "concurrency": "etag", **more, "diff": diff}, at)

    def outcome(self, op, outcome="applied", campaign=CAMPAIGN, at="2026-11-22T16:00:00.000000Z", **more):
        body = {"k": "outcome", "op": op, "campaign": campaign, "mode": "merge", "round": 1, "outcome": outcome, "status": "CXD_OK", "http_status": 200, "sends": 1,
                "attempts": 2, "intent": True, "latency_us": 5, "request_id": None}
        return self.add({**body, **more}, at)

    def update(self, op, before, after, path="/maxConcurrentCalls", **more):
        self.intent(op, [{"op": "replace", "path": path, "old": before, "value": after}], **more)
        return self.outcome(op, **more)

    def text(self):
        return b"".join(self.lines)

    def last(self):
        return f"{len(self.lines)}:{self.prev}"


def damaged(text, line, old=b"host/1", new=b"host/2"):
    """One record changed after it was sealed."""
    lines = text.splitlines(keepends=True)
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    return b"".join(lines)
