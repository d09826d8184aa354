# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The matrix: fault x position x request x transport, and what the specification wants of each cell.

A cell is first given its effect: what the fault means for one request, whatever the library does about it. The decision
table then says what an update comes to when one of its requests, or each of them, meets this effect:

    harmless        slow, but complete
    fresh           an idle connection was ended before anything was sent on it: the next request takes a new one
    stale           an idle connection broke in a way that not every libcurl looks for before it sends: fresh, or lost
    unsent          no connection: nothing left, so it is tried again and costs no send
    lost            it left, was not carried out, and no complete answer came
    lost-applied    it left, was carried out, and no complete answer came
    lost-unclear    it left and no complete answer came; whether it was carried out, the proxy knows
    broken          a complete answer whose body is no JSON: a PUT was applied (its head says so), the others are useless for good
"""
import collections

FAULTS = ("latency", "bandwidth", "slicer", "reset", "close", "half-close", "truncate", "read-then-reset", "apply-then-reset", "timeout", "garbage")
POSITIONS = ("connect", "tls", "headers", "body", "reply-head", "reply-body", "idle")
REQUESTS = ("token", "get", "put")
TRANSPORTS = ("http1", "https1", "h2", "h2-front")  # h2: behind nghttpx where there is a request, h2-front: before it
VARIANTS = ("once", "always", "down")  # one request of the kind; each of the kind; each of any kind from the first of the kind on

TEMPO = ("latency", "bandwidth", "slicer")
SENDS = {"token": 3, "get": 4, "put": 4}  # behaviour.md 2.2: at most

Cell = collections.namedtuple("Cell", "transport request position fault")
Cell.__str__ = lambda self: "/".join(self)


def cells():
    return [Cell(transport, request, position, fault) for transport in TRANSPORTS for position in POSITIONS for fault in FAULTS for request in REQUESTS]


# The first rule that holds says why a cell makes no sense.
NOT_APPLICABLE = [
    (lambda c: c.position == "tls" and c.transport == "http1", "there is no TLS"),
    (lambda c: c.position == "body" and c.request == "get" and c.transport != "h2-front", "a GET has no body"),
    (lambda c: c.transport == "h2-front" and c.position in ("connect", "tls", "idle"), "on h2 these faults are in front already"),
    (lambda c: c.transport == "h2-front" and c.position == "headers", "when the proxy behind knows of a request, all of its head has passed the front"),
    (lambda c: c.transport == "h2-front" and c.fault in TEMPO + ("truncate",), "in front there are encrypted frames: tempo and cuts are those of position tls and of close"),
    (lambda c: c.transport == "h2-front" and c.fault == ("reset" if c.position != "body" else "read-then-reset"), "in front the same as its sister: what is known behind was read, and what was answered was applied"),
    (lambda c: c.fault == "apply-then-reset" and c.position in ("connect", "tls", "headers", "body"), "nothing is applied before the whole request is there"),
    (lambda c: c.fault == "read-then-reset" and c.position == "connect", "nothing is sent before there is a connection"),
    (lambda c: c.fault == "read-then-reset" and c.position in ("reply-head", "reply-body"), "a request that is being answered was read: apply-then-reset"),
    (lambda c: c.fault in ("bandwidth", "slicer", "truncate") and c.position == "connect", "making a connection carries no bytes"),
    (lambda c: c.fault in TEMPO + ("truncate",) and c.position == "idle", "an idle connection carries no bytes"),
]


def why_not(cell):
    return next((reason for holds, reason in NOT_APPLICABLE if holds(cell)), None)


# (position, fault) -> effect; "*" any fault but those of TEMPO, which are harmless everywhere.
EFFECTS = {
    ("tls", "*"): "unsent",
    ("headers", "half-close"): "lost-applied", ("headers", "*"): "lost",
    ("body", "half-close"): "lost-applied", ("body", "*"): "lost",
    ("reply-head", "*"): "lost-applied",
    ("reply-body", "truncate"): "broken", ("reply-body", "garbage"): "broken", ("reply-body", "*"): "lost-applied",
    ("idle", "read-then-reset"): "lost", ("idle", "apply-then-reset"): "lost-applied", ("idle", "timeout"): "lost",
    ("idle", "reset"): "stale", ("idle", "garbage"): "stale", ("idle", "*"): "fresh",
}


def effect(cell):
    if cell.fault in TEMPO:
        return "harmless"
    if cell.position == "connect":
        return connect_effect(cell)
    if cell.transport == "h2" and cell.fault == "half-close" and cell.position in ("headers", "body"):
        return "lost-unclear"  # how much nghttpx had sent when it saw the end
    if cell.transport == "h2-front" and cell.position == "reply-body" and cell.fault == "garbage":
        return "lost-applied"  # it breaks the TLS, not the JSON
    return EFFECTS.get((cell.position, cell.fault)) or EFFECTS[(cell.position, "*")]


def connect_effect(cell):
    """Plain HTTP can be sent before the client notices that the connection is good for nothing; TLS cannot."""
    if cell.transport != "http1" or cell.fault in ("reset", "timeout"):
        return "unsent"
    return "lost-applied" if cell.fault == "half-close" else "lost"


def variants(cell):
    """down is for what would be read back, and only where a connection or the server can be down for everybody."""
    what = effect(cell)
    if what in ("fresh", "stale") or cell.position == "idle" and (cell.request != "put" or cell.fault == "timeout"):
        return ("once",)  # the next try is on a fresh connection
    if cell.request != "put" or not what.startswith("lost") or cell.position == "idle":
        return ("once", "always")
    if cell.position == "connect":
        return ("once", "down")  # which connection is for a PUT cannot be told
    return ("once", "always", "down") if what != "lost-unclear" else ("once", "always")


# ------------------------------------------------------------------ what has to come of it

Expected = collections.namedtuple("Expected", "outcome status applied tokens gets puts cause")
Expected.__doc__ = "status: its name, or several with | between them; tokens, gets, puts: physical sends of the update; cause: None, or what the error has to say (a regular expression)."

LOST_WORDS = (r"closed the connection (?:before an answer came|in the middle of its answer)|Server returned nothing|Failure when receiving data|Failed sending data|Transferred a partial file"
              r"|Stream error in the HTTP/2 framing layer|Error in the HTTP2 framing layer|SSL connect error")


def cause(cell):
    """Status and words of a request that failed this way."""
    if cell.fault == "timeout":
        return "CXD_E_TIMEOUT", r"Timeout was reached"
    if cell.position == "connect" and cell.fault == "reset":
        return "CXD_E_CONNECT", r"Couldn't connect to server"
    if cell.position in ("connect", "tls") and cell.transport != "http1":
        return "CXD_E_TLS", r"SSL connect error"
    if cell.transport == "h2" and cell.position == "reply-head":
        return "CXD_E_SERVER", r"answered 502"
    if cell.transport == "h2" and cell.position in ("headers", "body"):
        return "CXD_E_SERVER|CXD_E_CONNECT", r"answered 502|Stream error in the HTTP/2 framing layer"  # nghttpx may end a stream it was still reading
    if cell.fault == "garbage" and cell.transport in ("http1", "https1"):
        return "CXD_E_PROTOCOL", r"the answer is not HTTP"
    return "CXD_E_CONNECT", LOST_WORDS


def useless(cell):
    """Status and words of an answer that is complete and no JSON."""
    if cell.request == "token":
        return "CXD_E_TOKEN", r"token endpoint .* answered with something that is not JSON: check auth.token_url"
    return "CXD_E_PROTOCOL", r"answer for campaign .* is not that campaign .*check api.base_url"


def failed(status_and_words, tokens=0, gets=0, puts=0, outcome="not_applied"):
    status, words = status_and_words
    return Expected(outcome, status, False, tokens, gets, puts, words)


def done(tokens, gets, puts, outcome="applied"):
    return Expected(outcome, "CXD_OK", True, tokens, gets, puts, None)


def expected(cell, variant, warm, strikes, swallowed):
    """
    warm: the token was there before. strikes: was the request that was struck carried out, one by one (for lost-unclear).
    swallowed: a request was sent on the connection that was no good any more (for stale).
    """
    tokens = 0 if warm else 1
    what = effect(cell)
    if what == "stale":
        what = "lost" if swallowed else "fresh"
    if what in ("harmless", "fresh") or what == "broken" and cell.request == "put":
        return done(tokens, 1, 1)
    if cell.request == "token":
        return expected_read(cell, variant, lambda n: done(n, 1, 1), lambda n: failed(cause_of(cell, what), tokens=n))
    if cell.request == "get":
        return expected_read(cell, variant, lambda n: done(tokens, n, 1), lambda n: failed(cause_of(cell, what), tokens, gets=n))
    return expected_put(cell, variant, tokens, what, strikes)


def cause_of(cell, what):
    return useless(cell) if what == "broken" else cause(cell)


def expected_read(cell, variant, success, failure):
    """Reading and asking for a token change nothing: as many sends as are allowed, or one more than was lost."""
    what = effect(cell)
    if what == "broken":
        return failure(1)
    if variant == "once":
        return success(1 if what == "unsent" else 2)
    return failure(0 if what == "unsent" else SENDS[cell.request])


def expected_put(cell, variant, tokens, what, strikes):
    if what == "unsent":
        return done(tokens, 1, 1) if variant == "once" else failed(cause(cell), tokens, gets=1)
    if variant == "down":
        return unknown(cell, tokens, what)
    applied = strikes if what == "lost-unclear" else [what == "lost-applied"]
    if any(applied):
        puts = 1 + applied.index(True)
        return done(tokens, 1 + puts, puts, "applied_readback")
    if variant == "once":
        return done(tokens, 2, 2)
    return still_unknown(cell, tokens)


def still_unknown(cell, tokens):
    """Every copy was lost and looked for in vain, but one of them may still be on its way (behaviour.md 2.5: not applied, yet)."""
    words = rf"was not changed when last read, but .* sent before may still arrive \(update of campaign .*({cause(cell)[1]}).*\)"
    return Expected("unknown", "CXD_E_UNKNOWN_OUTCOME", False, tokens, 1 + SENDS["put"], SENDS["put"], words)


def unknown(cell, tokens, what):
    """The PUT left, and all looks at what became of it meet the same fault."""
    words = rf"may or may not have been changed \(update of campaign .*({cause(cell)[1]}).*\), and reading it back did not tell: read it before anything else"
    return Expected("unknown", "CXD_E_UNKNOWN_OUTCOME", what == "lost-applied", tokens, 1 + 2 * SENDS["get"], 1, words)  # a read-back is tried twice as often


def words_around(request):
    """Who an error is about; the library's own words."""
    return {"token": r"no token from http|the token endpoint http", "get": r"campaign [0-9a-f]{8}-", "put": r"update of campaign [0-9a-f]{8}-"}[request]
