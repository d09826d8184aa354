# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""libcxdialer from Python with cffi: the ten checks in ABI mode, then a module made by the C compiler (API mode)."""
import importlib
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import sys
import sysconfig

import cffi

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import tap  # noqa: E402
from tap import equal  # noqa: E402

CDEF = pathlib.Path(os.environ["CXDIALER_CDEF"]).read_text()
ffi = cffi.FFI()
ffi.cdef(CDEF)
lib = ffi.dlopen(os.environ["LIBCXDIALER"])


class Error(Exception):
    def __init__(self, error):
        self.status, self.message = lib.cxd_error_status(error), text(lib.cxd_error_message(error))
        super().__init__(self.message)


def text(borrowed):
    return ffi.string(borrowed).decode()


def given(value):
    """A text for C, which would take it to end at a zero byte inside of it."""
    data = value.encode()
    if 0 in data:
        raise ValueError(f"a zero byte in {value!r}")
    return data


def taken(pointer):
    """The text of a char * that is ours; gc frees it."""
    return text(ffi.gc(pointer, lib.cxd_string_free))


def call(function, *arguments):
    out = ffi.new("cxd_error **")
    if function(*arguments, out) != lib.CXD_OK:
        raise Error(ffi.gc(out[0], lib.cxd_error_free))


def made(kind, *arguments, by=None):
    """A handle that is freed with the last reference to it."""
    out = ffi.new(f"cxd_{kind} **")
    call(by or getattr(lib, f"cxd_{kind}_new"), *arguments, out)
    return ffi.gc(out[0], getattr(lib, f"cxd_{kind}_free"))


def new_config():
    out = ffi.new("cxd_config **")
    lib.cxd_config_new(out)
    config = ffi.gc(out[0], lib.cxd_config_free)
    call(lib.cxd_config_load_env, config)
    return config


def new_updater():
    config = new_config()
    client = made("client", config)
    return client, made("updater", config, client, ffi.NULL)


def change(campaign, calls):
    handle = made("campaign", given(campaign))
    call(lib.cxd_campaign_set_int, handle, b"/maxConcurrentCalls", calls)
    return handle


def outcome_of(function, updater, campaign, calls):
    out = ffi.new("cxd_result **")
    status = function(updater, change(campaign, calls), out, ffi.NULL)
    equal(lib.cxd_result_status(out[0]), status)
    return ffi.gc(out[0], lib.cxd_result_free)


def table(kind, owner, **methods):
    """A sized table. user_data is a handle of owner, which keeps what C may call until the client or updater is gone."""
    filled = ffi.new(f"struct cxd_{kind} *", {"size": ffi.sizeof(f"struct cxd_{kind}"), "user_data": owner.handle, **methods})
    owner.kept.append(list(methods.values()))
    return filled


class Owner:
    """What the callbacks work on."""

    def __init__(self):
        self.handle, self.kept, self.seen = ffi.new_handle(self), [], []


# ------------------------------------------------------------ checks

def version():
    equal(text(lib.cxd_version()), "0.1.0")
    equal(lib.cxd_has_feature(b"batch"), 1)


def config():
    settings = new_config()
    call(lib.cxd_config_set, settings, b"update.concurrency", b"7")
    equal(text(lib.cxd_config_get(settings, b"update.concurrency")), "7")
    equal(text(lib.cxd_config_get(settings, b"auth.client_secret")), "***")
    try:
        call(lib.cxd_config_set, settings, b"api.base_ur1", b"x")
    except Error as error:
        equal(error.status, lib.CXD_E_CONFIG)
        assert "api.base_url" in error.message, error.message
    else:
        raise AssertionError("an unknown key was taken")


def validate():
    validator = made("validator", new_config())

    def check(calls):
        out = ffi.new("cxd_report **")
        status = lib.cxd_validator_check(validator, change("c1", calls), 0, out, ffi.NULL)
        report = ffi.gc(out[0], lib.cxd_report_free)
        return status, [text(lib.cxd_report_pointer(report, i)) for i in range(lib.cxd_report_count(report))]
    equal(check(501), (lib.CXD_E_INVALID, ["/maxConcurrentCalls"]))
    equal(check(120), (lib.CXD_OK, []))


def plan():
    _, updater = new_updater()
    result = outcome_of(lib.cxd_updater_plan, updater, "c1", 120)
    equal(lib.cxd_result_outcome(result), lib.CXD_OUTCOME_PLANNED)
    entry, = json.loads(text(lib.cxd_result_diff_json(result)))
    equal((entry["path"], entry["old"], entry["value"]), ("/maxConcurrentCalls", 150, 120))
    equal([request for request in tap.requests_seen() if request["method"] == "PUT"], [])


def apply():
    _, updater = new_updater()
    result = outcome_of(lib.cxd_updater_apply, updater, "c1", 120)
    equal(lib.cxd_result_outcome(result), lib.CXD_OUTCOME_APPLIED)
    equal((lib.cxd_result_previous_concurrent(result), lib.cxd_result_new_concurrent(result)), (150, 120))
    equal(json.loads(taken(lib.cxd_result_to_json(result)))["outcome"], "applied")


@ffi.callback("int32_t(void *, const cxd_token_request *, cxd_token_sink *)", error=0)
def fetch(user_data, request, sink):
    ffi.from_handle(user_data).seen.append(text(lib.cxd_token_request_scope(request)))
    token, seconds = tap.fetch_token()
    lib.cxd_token_sink_accept(sink, token.encode(), len(token), seconds)
    return lib.CXD_ACCEPTED


def token():
    client, updater = new_updater()
    owner = Owner()
    call(lib.cxd_client_set_token_provider, client, table("token_provider", owner, fetch=fetch))
    equal(lib.cxd_result_outcome(outcome_of(lib.cxd_updater_apply, updater, "c2", 110)), lib.CXD_OUTCOME_APPLIED)
    equal(owner.seen, ["campaign:write"])


@ffi.callback("int32_t(void *, const cxd_result *)", error=0)
def on_result(user_data, result):
    ffi.from_handle(user_data).seen.append((text(lib.cxd_result_campaign_id(result)), lib.cxd_result_new_concurrent(result)))
    return lib.CXD_ACCEPTED


@ffi.callback("void(void *, int32_t, const char *, size_t)")
def write(user_data, level, line, size):
    ffi.from_handle(user_data).seen.append((level, ffi.unpack(line, size).decode()))


def callback():
    client, updater = new_updater()
    owner, log = Owner(), Owner()
    call(lib.cxd_updater_add_callback, updater, table("callback", owner, on_result=on_result))
    call(lib.cxd_client_set_log, client, table("log", log, write=write))
    equal(lib.cxd_result_callback_status(outcome_of(lib.cxd_updater_apply, updater, "c7", 130)), lib.CXD_OK)
    equal(owner.seen, [("c7", 130)])
    assert any("c7" in line for _, line in log.seen), log.seen


def poll(batch):
    remaining, fd = ffi.new("int32_t *", -1), lib.cxd_batch_fd(batch)
    if fd < 0:  # there is nothing to wait for: process says why
        return call(lib.cxd_batch_process, batch, ffi.NULL)
    poller = select.poll()
    poller.register(fd, select.POLLIN)
    while remaining[0] != 0:
        poller.poll(lib.cxd_batch_timeout_ms(batch))
        call(lib.cxd_batch_process, batch, remaining)


def events(batch):
    """{item: outcome}"""
    outcomes, event = {}, ffi.new("const cxd_event **")
    while True:
        call(lib.cxd_batch_next_event, batch, -1, event)
        kind = lib.cxd_event_kind(event[0])
        if kind == lib.CXD_EVENT_DONE:
            return outcomes
        if kind == lib.CXD_EVENT_RESULT:
            outcomes[lib.cxd_event_item(event[0])] = lib.cxd_result_outcome(lib.cxd_event_result(event[0]))


def batch():
    _, updater = new_updater()
    polled = made("batch", updater)
    for campaign in ("c3", "c4", "c5"):
        call(lib.cxd_batch_add, polled, change(campaign, 140))
    poll(polled)
    equal([lib.cxd_result_outcome(lib.cxd_batch_result(polled, i)) for i in range(3)], [lib.CXD_OUTCOME_APPLIED] * 3)
    asked = made("batch", updater)
    for campaign in ("c6", "c8"):
        document = json.dumps({"id": campaign, "maxConcurrentCalls": 145}).encode()
        call(lib.cxd_batch_add_json, asked, document, len(document))
    equal(events(asked), {0: lib.CXD_OUTCOME_APPLIED, 1: lib.CXD_OUTCOME_APPLIED})


def error():
    _, updater = new_updater()
    result = outcome_of(lib.cxd_updater_apply, updater, "nobody", 120)
    problem = lib.cxd_result_error(result)
    equal((lib.cxd_result_outcome(result), lib.cxd_error_status(problem)), (lib.CXD_OUTCOME_NOT_APPLIED, lib.CXD_E_NOT_FOUND))
    equal(lib.cxd_error_http_status(problem), 404)
    assert text(lib.cxd_error_message(problem)) and text(lib.cxd_error_request_id(problem))


def exception():
    raised = []

    @ffi.callback("int32_t(void *, const cxd_result *)", error=0, onerror=lambda kind, value, trace: raised.append(str(value)))
    def buggy(*_):
        raise RuntimeError("the callback has a bug")
    _, updater = new_updater()
    owner = Owner()
    call(lib.cxd_updater_add_callback, updater, table("callback", owner, on_result=buggy))
    result = outcome_of(lib.cxd_updater_apply, updater, "c7", 120)
    equal((lib.cxd_result_outcome(result), lib.cxd_result_callback_status(result)), (lib.CXD_OUTCOME_APPLIED, lib.CXD_E_CALLBACK))
    equal(raised, ["the callback has a bug"])


def conversions():
    """What cffi lets through, and what it does not."""
    cut = made("campaign", b"c2\0-staging")
    equal(text(lib.cxd_campaign_id(cut)), "c2")
    for kind, wrong in ((ValueError, lambda: given("c2\0-staging")), (OverflowError, lambda: change("c2", 2**63))):
        try:
            wrong()
        except kind:
            continue
        raise AssertionError(f"no {kind.__name__}")
    equal(given("c\u00fc"), b"c\xc3\xbc")


def no_descriptor():
    """Without credentials a batch cannot begin, and has none to wait for: process says why."""
    config = new_config()
    call(lib.cxd_config_set, config, b"auth.client_id", b"")
    client = made("client", config)
    batch = made("batch", made("updater", config, client, ffi.NULL))
    call(lib.cxd_batch_add, batch, change("c7", 118))
    equal(lib.cxd_batch_fd(batch), -1)
    try:
        poll(batch)
    except Error as problem:
        equal(problem.status, lib.CXD_E_CONFIG)
    else:
        raise AssertionError("the batch ran without credentials")


def ctrl_c_in_a_callback():
    """On the main thread it is raised in the callback, and lost with it: the call belongs beside the main thread."""
    raised = []

    @ffi.callback("int32_t(void *, const cxd_result *)", error=0, onerror=lambda kind, value, trace: raised.append(kind))
    def pressed(*_):
        signal.raise_signal(signal.SIGINT)
        return lib.CXD_ACCEPTED
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        _, updater = new_updater()
        owner = Owner()
        call(lib.cxd_updater_add_callback, updater, table("callback", owner, on_result=pressed))
        result = outcome_of(lib.cxd_updater_apply, updater, "c7", 116)
    finally:
        signal.signal(signal.SIGINT, handler)
    equal((lib.cxd_result_outcome(result), lib.cxd_result_callback_status(result), raised), (lib.CXD_OUTCOME_APPLIED, lib.CXD_E_CALLBACK, [KeyboardInterrupt]))


# ------------------------------------------------------------ API mode

def compiled():
    """The module of the page, with the library linked to it: the compiler compares each declaration with the real header."""
    folder = os.environ["CXDIALER_FFI_DIR"]
    subprocess.run([sys.executable, pathlib.Path(__file__).with_name("build_api.py")], cwd=folder, check=True, stdout=sys.stderr)
    sys.path.insert(0, folder)
    return importlib.import_module("_cxdialer")


def can_compile():
    return shutil.which((sysconfig.get_config_var("CC") or "cc").split()[0]) and pathlib.Path(sysconfig.get_path("include"), "Python.h").exists()


def api_mode():
    global ffi, lib
    module = compiled()
    before, (ffi, lib) = (ffi, lib), (module.ffi, module.lib)
    try:
        equal(ffi.sizeof("struct cxd_callback"), before[0].sizeof("struct cxd_callback"))
        equal(lib.CXD_E_RULE, 6030)
        seen = []

        @ffi.def_extern()
        def on_result(_, result):
            seen.append(text(lib.cxd_result_campaign_id(result)))
            return lib.CXD_ACCEPTED
        _, updater = new_updater()
        call(lib.cxd_updater_add_callback, updater, table("callback", Owner(), on_result=lib.on_result))
        equal(lib.cxd_result_callback_status(outcome_of(lib.cxd_updater_apply, updater, "c7", 111)), lib.CXD_OK)
        equal(seen, ["c7"])
    finally:
        ffi, lib = before


if __name__ == "__main__":
    checks = [version, config, validate, plan, apply, token, callback, batch, error, exception, conversions, no_descriptor, ctrl_c_in_a_callback]
    if can_compile() or os.environ.get("CI"):
        checks.append(api_mode)
    else:
        print("# api_mode is left out: no C compiler, or no Python.h (apt-get install gcc python3-dev)")
    sys.exit(tap.run(checks))
