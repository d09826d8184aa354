# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""libcxdialer from Python with ctypes alone."""
import asyncio
import concurrent.futures
import ctypes
import gc
import json
import os
import pathlib
import select
import signal
import sys
import threading
import weakref

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import tap  # noqa: E402
from tap import equal  # noqa: E402

P, S, I32, I64, SIZE = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32, ctypes.c_int64, ctypes.c_size_t
OK, E_ARGUMENT, E_ABI, E_ABSENT, E_CONFIG, E_INVALID, E_CANCELLED, E_NOT_FOUND, E_CALLBACK = 0, 1000, 1020, 2020, 1060, 3000, 4030, 5020, 6020
PLANNED, APPLIED, NOT_APPLIED = 1, 3, 7
ACCEPTED = 0x43584431
EVENT_RESULT, EVENT_DONE = 1, 4

lib = ctypes.CDLL(os.environ["LIBCXDIALER"])

# A returned char * of the caller's is P: S would make bytes of it at once and lose the pointer to free.
for result, functions in {
    S: {"version": [], "config_get": [P, S], "status_name": [I32], "error_message": [P], "error_request_id": [P], "report_pointer": [P, SIZE], "report_code": [P, SIZE],
        "result_diff_json": [P], "campaign_id": [P], "result_campaign_id": [P], "token_request_scope": [P]},
    I32: {"has_feature": [S], "config_new": [P], "config_load_env": [P, P], "config_set": [P, S, S, P], "client_new": [P, P, P],
          "client_set_token_provider": [P, P, P], "client_set_log": [P, P, P], "validator_new": [P, P, P], "validator_check": [P, P, I64, P, P],
          "campaign_new": [S, P, P], "campaign_set_int": [P, S, I64, P], "updater_new": [P, P, P, P, P], "updater_add_callback": [P, P, P],
          "updater_plan": [P, P, P, P], "updater_apply": [P, P, P, P], "result_outcome": [P], "result_status": [P], "result_callback_status": [P], "error_status": [P],
          "error_http_status": [P], "batch_new": [P, P, P], "batch_add": [P, P, P], "batch_add_json": [P, S, SIZE, P], "batch_fd": [P], "batch_process": [P, P, P],
          "batch_next_event": [P, I64, P, P], "event_kind": [P], "campaign_get_int": [P, S, P, P], "token_sink_accept": [P, S, SIZE, I64], "token_sink_fail": [P, I32, S]},
    I64: {"batch_timeout_ms": [P], "result_previous_concurrent": [P], "result_new_concurrent": [P]},
    SIZE: {"report_count": [P], "batch_failed": [P], "event_item": [P], "event_done": [P], "event_total": [P]},
    P: {"result_to_json": [P], "result_report": [P], "batch_result": [P, SIZE], "event_result": [P], "result_error": [P]},
    None: {"string_free": [P], "updater_cancel": [P]} | {f"{kind}_free": [P] for kind in
          ("error", "config", "client", "validator", "report", "campaign", "updater", "result", "batch")},
}.items():
    for name, arguments in functions.items():
        function = getattr(lib, "cxd_" + name)
        function.restype, function.argtypes = result, arguments


class Error(Exception):
    def __init__(self, error):
        self.status, self.http_status = lib.cxd_error_status(error), lib.cxd_error_http_status(error)
        self.message, self.request_id = lib.cxd_error_message(error).decode(), lib.cxd_error_request_id(error).decode()
        lib.cxd_error_free(error)
        super().__init__(self.message)


def call(name, *arguments):
    """A call that may fail: raises what the library says."""
    error = P()
    if getattr(lib, "cxd_" + name)(*arguments, ctypes.byref(error)) != OK:
        raise Error(error)


class Handle:
    """Freed when the block ends; in place of any pointer argument."""

    def __init__(self, kind, *arguments, name=None):
        self.kind, self._as_parameter_ = kind, P()
        call(name or kind + "_new", *arguments, ctypes.byref(self._as_parameter_))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        getattr(lib, f"cxd_{self.kind}_free")(self)


class Config(Handle):
    def __init__(self, **settings):
        self.kind, self._as_parameter_ = "config", P()
        lib.cxd_config_new(ctypes.byref(self._as_parameter_))
        call("config_load_env", self)
        for key, value in settings.items():
            call("config_set", self, key.replace("__", ".").encode(), value.encode())


def change(campaign, calls):
    handle = Handle("campaign", text(campaign))
    call("campaign_set_int", handle, b"/maxConcurrentCalls", int64(calls))
    return handle


def text(value):
    """A text for C, which would take it to end at a zero byte inside of it."""
    data = value.encode()
    if 0 in data:
        raise ValueError(f"a zero byte in {value!r}")
    return data


def int64(value):
    """A number for C: ctypes would take any, and keep 64 bits of it."""
    if not -2**63 <= value < 2**63:
        raise OverflowError(f"{value} is no int64_t")
    return value


def taken(pointer):
    """The text of a char * that is ours, which is freed."""
    copy = ctypes.string_at(pointer).decode()
    lib.cxd_string_free(pointer)
    return copy


class Setup:
    """Client and updater as the environment says."""

    def __init__(self, **settings):
        self.config = Config(**settings)
        self.client = Handle("client", self.config)
        self.updater = Handle("updater", self.config, self.client, None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for handle in (self.updater, self.client, self.config):
            handle.__exit__()

    def run(self, verb, campaign, calls, look):
        """Plans or applies; what look returns of the result."""
        result = P()
        with change(campaign, calls) as edit:
            status = getattr(lib, "cxd_updater_" + verb)(self.updater, edit, ctypes.byref(result), None)
        equal(lib.cxd_result_status(result), status)
        try:
            return look(result)
        finally:
            lib.cxd_result_free(result)


# ------------------------------------------------------------ tables of callbacks

FETCH = ctypes.CFUNCTYPE(I32, P, P, P)
DESTROY = ctypes.CFUNCTYPE(None, P)
ON_RESULT = ctypes.CFUNCTYPE(I32, P, P)
ON_PROGRESS = ctypes.CFUNCTYPE(I32, P, SIZE, SIZE)
WRITE = ctypes.CFUNCTYPE(None, P, I32, ctypes.POINTER(ctypes.c_char), SIZE)


class TokenProvider(ctypes.Structure):
    _fields_ = [("size", SIZE), ("user_data", P), ("destroy", DESTROY), ("fetch", FETCH)]


class Callback(ctypes.Structure):
    _fields_ = [("size", SIZE), ("user_data", P), ("destroy", DESTROY), ("on_result", ON_RESULT), ("on_progress", ON_PROGRESS), ("on_checkpoint", P), ("on_sending", P)]


class Log(ctypes.Structure):
    _fields_ = [("size", SIZE), ("user_data", P), ("destroy", DESTROY), ("write", WRITE)]


kept = {}  # number given as user_data -> the objects that C calls, until destroy


@DESTROY
def forget(user_data):
    del kept[user_data]


def register(name, handle, kind, **methods):
    number = max(kept, default=0) + 1
    table = kind(ctypes.sizeof(kind), number, forget)
    kept[number] = list(methods.values())
    for method, function in methods.items():
        setattr(table, method, function)
    call(name, handle, ctypes.byref(table))


# ------------------------------------------------------------ checks

def version():
    equal(lib.cxd_version(), b"0.1.0")
    equal(lib.cxd_has_feature(b"batch"), 1)
    equal(lib.cxd_has_feature(b"telepathy"), 0)


def config():
    with Config() as settings:
        call("config_set", settings, b"update.concurrency", b"7")
        equal(lib.cxd_config_get(settings, b"update.concurrency"), b"7")
        equal(lib.cxd_config_get(settings, b"auth.client_secret"), b"***")
        try:
            call("config_set", settings, b"api.base_ur1", b"http://127.0.0.1:1")
        except Error as error:
            equal(error.status, E_CONFIG)
            assert "api.base_url" in error.message, error.message
        else:
            raise AssertionError("an unknown key was taken")


def findings(validator, campaign, calls):
    """(status, [(code, pointer)])"""
    report = P()
    with change(campaign, calls) as edit:
        status = lib.cxd_validator_check(validator, edit, 0, ctypes.byref(report), None)
    found = [(lib.cxd_report_code(report, i).decode(), lib.cxd_report_pointer(report, i).decode()) for i in range(lib.cxd_report_count(report))]
    lib.cxd_report_free(report)
    return status, found


def validate():
    with Config() as settings, Handle("validator", settings) as validator:
        status, found = findings(validator, "c1", 501)
        equal(status, E_INVALID)
        assert "/maxConcurrentCalls" in [pointer for _, pointer in found], found
        equal(findings(validator, "c1", 120), (OK, []))


def puts(campaign):
    return [request for request in tap.requests_seen() if request["method"] == "PUT" and request["path"].endswith("/" + campaign)]


def plan():
    with Setup() as setup:
        outcome, diff = setup.run("plan", "c1", 120, lambda result: (lib.cxd_result_outcome(result), json.loads(lib.cxd_result_diff_json(result))))
    equal(outcome, PLANNED)
    equal([(entry["path"], entry["old"], entry["value"]) for entry in diff], [("/maxConcurrentCalls", 150, 120)])
    equal(puts("c1"), [])


def apply():
    def look(result):
        equal(lib.cxd_result_outcome(result), APPLIED)
        equal(lib.cxd_result_previous_concurrent(result), 150)
        equal(lib.cxd_result_new_concurrent(result), 120)
        return json.loads(taken(lib.cxd_result_to_json(result)))
    with Setup() as setup:
        document = setup.run("apply", "c1", 120, look)
    equal((document["outcome"], document["campaign_id"]), ("applied", "c1"))
    equal(len(puts("c1")), 1)


def token():
    scopes = []

    @FETCH
    def fetch(_, request, sink):
        scopes.append(lib.cxd_token_request_scope(request).decode())
        secret, seconds = tap.fetch_token()
        lib.cxd_token_sink_accept(sink, secret.encode(), len(secret), seconds)
        return ACCEPTED

    with Setup() as setup:
        register("client_set_token_provider", setup.client, TokenProvider, fetch=fetch)
        equal(setup.run("apply", "c2", 110, lib.cxd_result_outcome), APPLIED)
    equal(scopes, ["campaign:write"])
    equal(kept, {})


def callback():
    seen, lines = [], []

    @ON_RESULT
    def on_result(_, result):
        seen.append((lib.cxd_result_campaign_id(result).decode(), lib.cxd_result_new_concurrent(result)))
        return ACCEPTED

    @WRITE
    def write(_, level, line, size):
        lines.append((level, line[:size].decode()))

    with Setup() as setup:
        register("updater_add_callback", setup.updater, Callback, on_result=on_result)
        register("client_set_log", setup.client, Log, write=write)
        equal(setup.run("apply", "c7", 130, lib.cxd_result_callback_status), OK)
    equal(seen, [("c7", 130)])
    assert any("c7" in line for _, line in lines), lines
    equal(kept, {})


def poll(batch):
    """In a loop of Python's own."""
    poller, remaining = select.poll(), I32(-1)
    poller.register(lib.cxd_batch_fd(batch), select.POLLIN)
    while remaining.value != 0:
        poller.poll(lib.cxd_batch_timeout_ms(batch))
        call("batch_process", batch, ctypes.byref(remaining))


async def drive(batch):
    """Beside everything else that an asyncio loop does."""
    loop, timer = asyncio.get_running_loop(), None
    over, fd = loop.create_future(), lib.cxd_batch_fd(batch)
    if fd < 0:  # there is nothing to watch: process says why
        return call("batch_process", batch, None)

    def step():
        nonlocal timer
        remaining = ctypes.c_int32()
        if timer:
            timer.cancel()
        try:
            call("batch_process", batch, ctypes.byref(remaining))
        except Exception as problem:
            return over.set_exception(problem)
        if remaining.value == 0:
            return over.set_result(None)
        wait = lib.cxd_batch_timeout_ms(batch)
        timer = loop.call_later(wait / 1000, step) if wait >= 0 else None

    loop.add_reader(fd, step)
    loop.call_soon(step)
    try:
        await over
    finally:
        loop.remove_reader(fd)


def progress_of(campaigns):
    numbers = []

    @ON_PROGRESS
    def on_progress(_, done, total):
        numbers.append((done, total))
        return ACCEPTED

    with Setup() as setup:
        register("updater_add_callback", setup.updater, Callback, on_progress=on_progress)
        with Handle("batch", setup.updater) as batch:
            for campaign in campaigns:
                with change(campaign, 140) as edit:
                    call("batch_add", batch, edit)
            poll(batch)
            return numbers, [lib.cxd_result_outcome(lib.cxd_batch_result(batch, i)) for i in range(len(campaigns))]


def events_of(campaigns):
    seen, event, kind = {}, P(), 0
    with Setup() as setup, Handle("batch", setup.updater) as batch:
        for campaign in campaigns:
            document = json.dumps({"id": campaign, "maxConcurrentCalls": 145}).encode()
            call("batch_add_json", batch, document, len(document))
        while kind != EVENT_DONE:
            call("batch_next_event", batch, -1, ctypes.byref(event))
            kind = lib.cxd_event_kind(event)
            if kind == EVENT_RESULT:
                result = lib.cxd_event_result(event)
                seen[lib.cxd_event_item(event)] = (lib.cxd_result_campaign_id(result).decode(), lib.cxd_result_outcome(result))
        equal((lib.cxd_event_done(event), lib.cxd_event_total(event)), (len(campaigns), len(campaigns)))
    return seen


def batch():
    numbers, outcomes = progress_of(["c3", "c4", "c5"])
    equal(outcomes, [APPLIED] * 3)
    equal(numbers[-1], (3, 3))
    equal(events_of(["c6", "c8"]), {0: ("c6", APPLIED), 1: ("c8", APPLIED)})


def error():
    def look(result):
        problem = lib.cxd_result_error(result)
        return (lib.cxd_result_outcome(result), lib.cxd_error_status(problem), lib.cxd_error_http_status(problem),
                lib.cxd_error_message(problem).decode(), lib.cxd_error_request_id(problem).decode())
    with Setup() as setup:
        outcome, status, http_status, message, request_id = setup.run("apply", "nobody", 120, look)
    equal((outcome, status, http_status), (NOT_APPLIED, E_NOT_FOUND, 404))
    assert message and request_id, (message, request_id)


def exception():
    unraised = []

    @ON_RESULT
    def on_result(*_):
        raise RuntimeError("the callback has a bug")

    before, sys.unraisablehook = sys.unraisablehook, lambda info: unraised.append(str(info.exc_value))
    try:
        with Setup() as setup:
            register("updater_add_callback", setup.updater, Callback, on_result=on_result)
            ended = setup.run("apply", "c7", 120, lambda result: (lib.cxd_result_outcome(result), lib.cxd_result_callback_status(result)))
    finally:
        sys.unraisablehook = before
    equal(ended, (APPLIED, E_CALLBACK))
    equal(unraised, ["the callback has a bug"])


def threads():
    """A call gives the interpreter lock away while it waits: another thread sees the request held up at the server, and ends the call."""
    tap.add_fault("GET:1:delay=120000")
    with Setup(http__connect_timeout_ms="60000") as setup:
        ended = []
        waiting = threading.Thread(target=lambda: ended.append(setup.run("apply", "c7", 119, lib.cxd_result_status)))
        seen = len(tap.requests_seen())
        waiting.start()
        while not any(request["method"] == "GET" for request in tap.requests_seen()[seen:]):
            assert waiting.is_alive(), "the call ended before another thread had its turn"
        lib.cxd_updater_cancel(setup.updater)
        waiting.join()
    equal(ended, [E_CANCELLED])


def asyncio_loop():
    """Two batches side by side in one loop, and something else that gets its turns."""
    turns = []

    async def both(*batches):
        other = asyncio.create_task(count(turns))
        await asyncio.gather(*map(drive, batches))
        other.cancel()

    with Setup() as setup, Handle("batch", setup.updater) as one, Handle("batch", setup.updater) as two:
        for batch, campaigns in ((one, ["c6", "c7"]), (two, ["c8"])):
            for campaign in campaigns:
                with change(campaign, 100) as edit:
                    call("batch_add", batch, edit)
        asyncio.run(both(one, two))
        equal([lib.cxd_result_outcome(lib.cxd_batch_result(batch, i)) for batch, i in ((one, 0), (one, 1), (two, 0))], [APPLIED] * 3)
    assert len(turns) > 1, turns


async def count(turns):
    while True:
        turns.append(len(turns))
        await asyncio.sleep(0)


def no_descriptor():
    """Without credentials a batch cannot begin, and a loop is told so by the library."""
    with Setup(auth__client_id="") as setup, Handle("batch", setup.updater) as batch:
        with change("c7", 118) as edit:
            call("batch_add", batch, edit)
        equal(lib.cxd_batch_fd(batch), -1)
        try:
            asyncio.run(drive(batch))
        except Error as problem:
            equal(problem.status, E_CONFIG)
        else:
            raise AssertionError("the batch ran without credentials")


def conversions():
    """What ctypes lets through, and the helpers do not."""
    with Handle("campaign", b"c2\0-staging") as cut, Handle("campaign", b"c2") as whole:
        equal(lib.cxd_campaign_id(cut), lib.cxd_campaign_id(whole))
        call("campaign_set_int", cut, b"/maxConcurrentCalls", 2**64 + 119)
        value = I64()
        call("campaign_get_int", cut, b"/maxConcurrentCalls", ctypes.byref(value))
        equal(value.value, 119)
    for kind, helper, wrong in ((ValueError, text, "c2\0-staging"), (OverflowError, int64, 2**63), (OverflowError, int64, -2**63 - 1)):
        try:
            helper(wrong)
        except kind:
            continue
        raise AssertionError(f"{wrong!r} passed")
    equal((text("c\u00fc"), int64(2**63 - 1), int64(-2**63)), (b"c\xc3\xbc", 2**63 - 1, -2**63))


def contract():
    """What is in a pointer after a failure, and when destroy runs: as docs/threads-and-ownership.md and docs/bindings.md say."""
    error, number, out = P(), I64(-7), P(1)
    with Handle("campaign", b"c7") as edit:
        equal(lib.cxd_campaign_get_int(edit, b"/maxConcurrentCalls", ctypes.byref(number), ctypes.byref(error)), E_ABSENT)
        equal(number.value, -7)
        lib.cxd_campaign_new(None, ctypes.byref(out), ctypes.byref(error))  # the error of the call before is freed by this one
        equal((out.value, lib.cxd_error_status(error)), (None, E_ARGUMENT))
        call("campaign_set_int", edit, b"/maxConcurrentCalls", 1)
        equal(lib.cxd_campaign_get_int(edit, b"/maxConcurrentCalls", ctypes.byref(number), ctypes.byref(error)), OK)
        equal(lib.cxd_error_status(error), E_ARGUMENT)
    lib.cxd_error_free(error)
    with Setup() as setup:
        equal([destroyed(setup.updater, size) for size in (0, 16, 24)], [0, 0, 1])


def destroyed(updater, size):
    """How often destroy runs for a table that is refused."""
    calls = []
    table = Callback(size, 1, DESTROY(calls.append))
    equal(lib.cxd_updater_add_callback(updater, ctypes.byref(table), None), E_ABI)
    return len(calls)


def interruptible(updater, work):
    """What work() gives back or raises; Ctrl-C ends the call in it with CXD_E_CANCELLED. For the main thread."""
    before = signal.signal(signal.SIGINT, lambda *_: lib.cxd_updater_cancel(updater))  # raises nothing, so that no wait ends too early
    try:
        with concurrent.futures.ThreadPoolExecutor(1) as beside:
            return beside.submit(work).result()
    finally:
        signal.signal(signal.SIGINT, before)


def press_ctrl_c(before):
    """As soon as the request of an update is at the server."""
    while not any(request["method"] == "GET" for request in tap.requests_seen()[before:]):
        pass
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)


def ctrl_c():
    tap.add_fault("GET:1:delay=120000")
    before = len(tap.requests_seen())
    presser = threading.Thread(target=press_ctrl_c, args=[before])
    with Setup(http__connect_timeout_ms="60000") as setup:
        presser.start()
        equal(interruptible(setup.updater, lambda: setup.run("apply", "c7", 117, lib.cxd_result_status)), E_CANCELLED)
    presser.join()


def ctrl_c_in_a_callback():
    """On the main thread it is raised in the callback, and lost with it: the reason for interruptible()."""
    unraised = []

    @ON_RESULT
    def on_result(*_):
        signal.raise_signal(signal.SIGINT)
        return ACCEPTED

    hook, sys.unraisablehook = sys.unraisablehook, lambda info: unraised.append(info.exc_type)
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with Setup() as setup:
            register("updater_add_callback", setup.updater, Callback, on_result=on_result)
            ended = setup.run("apply", "c7", 116, lambda result: (lib.cxd_result_outcome(result), lib.cxd_result_callback_status(result)))
    finally:
        signal.signal(signal.SIGINT, handler)
        sys.unraisablehook = hook
    equal((ended, unraised), ((APPLIED, E_CALLBACK), [KeyboardInterrupt]))


def lifetime():
    """Nothing of a callback is left once its handle is freed, and it was there until then, whatever was collected."""
    calls = []

    class Watched:
        def __call__(self, *_):
            calls.append(1)
            return ACCEPTED

    setup = Setup()
    watched = Watched()
    alive = weakref.ref(watched)
    register("updater_add_callback", setup.updater, Callback, on_result=ON_RESULT(watched))
    del watched
    gc.collect()
    assert alive() is not None, "the callback is gone while C may call it"
    equal(setup.run("apply", "c7", 125, lib.cxd_result_callback_status), OK)
    equal(calls, [1])
    setup.__exit__()
    gc.collect()
    equal(alive(), None)


if __name__ == "__main__":
    sys.exit(tap.run([version, config, validate, plan, apply, token, callback, batch, error, exception, threads, asyncio_loop, lifetime, no_descriptor, conversions, contract,
                      ctrl_c, ctrl_c_in_a_callback]))
