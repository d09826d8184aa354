# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Slows many campaigns down at once from Python, with ctypes and without a single callback: what a batch has to say, it says as
events, and the tokens it needs are fetched here.
    batch_events.py CALLS CAMPAIGN...
The connection comes from CXDIALER_... variables."""
import base64, ctypes, ctypes.util, json, os, sys, urllib.parse, urllib.request

lib = ctypes.CDLL(os.environ.get("LIBCXDIALER") or ctypes.util.find_library("cxdialer") or "libcxdialer.so.1")
P, S, I32, I64, SIZE = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32, ctypes.c_int64, ctypes.c_size_t
RESULT, TOKEN, CHECKPOINT, DONE = 1, 2, 3, 4  # CXD_EVENT_*
for name, result, arguments in [
        ("config_new", I32, [P]), ("config_load_env", I32, [P, P]), ("client_new", I32, [P, P, P]), ("client_use_token_events", I32, [P, P]),
        ("updater_new", I32, [P, P, P, P, P]), ("batch_new", I32, [P, P, P]), ("batch_add_json", I32, [P, S, SIZE, P]), ("batch_next_event", I32, [P, I64, P, P]),
        ("batch_drop_result", None, [P, SIZE]), ("batch_failed", SIZE, [P]), ("event_kind", I32, [P]), ("event_item", SIZE, [P]), ("event_result", P, [P]),
        ("event_done", SIZE, [P]), ("event_total", SIZE, [P]), ("event_seq", I64, [P]), ("event_text", S, [P]), ("event_token_request", P, [P]), ("event_token_sink", P, [P]),
        ("token_request_token_url", S, [P]), ("token_request_scope", S, [P]), ("token_sink_accept", I32, [P, S, SIZE, I64]), ("token_sink_fail", I32, [P, I32, S]),
        ("result_campaign_id", S, [P]), ("result_outcome_name", S, [P]), ("error_message", S, [P]), ("status_name", S, [I32])] + [
        (f"{kind}_free", None, [P]) for kind in ("batch", "updater", "client", "config")]:
    function = getattr(lib, "cxd_" + name)
    function.restype, function.argtypes = result, arguments


def call(name, *arguments):
    error = P()
    status = getattr(lib, "cxd_" + name)(*arguments, ctypes.byref(error))
    if status != 0:
        sys.exit(f"{lib.cxd_status_name(status).decode()}: {lib.cxd_error_message(error).decode()}")


def fetch_token(event):
    """The sink may be completed now or later, from any thread, once; the batch goes on meanwhile."""
    request, sink = lib.cxd_event_token_request(event), lib.cxd_event_token_sink(event)
    credentials = os.environ["CXDIALER_AUTH_CLIENT_ID"] + ":" + os.environ["CXDIALER_AUTH_CLIENT_SECRET"]
    body = urllib.parse.urlencode({"grant_type": "client_credentials", "scope": lib.cxd_token_request_scope(request).decode()}).encode()
    headers = {"Authorization": "Basic " + base64.b64encode(credentials.encode()).decode(), "Content-Type": "application/x-www-form-urlencoded"}
    try:
        with urllib.request.urlopen(urllib.request.Request(lib.cxd_token_request_token_url(request).decode(), body, headers), timeout=30) as reply:
            answer = json.load(reply)
        token = answer["access_token"].encode()
        lib.cxd_token_sink_accept(sink, token, len(token), int(answer.get("expires_in", 0)))
    except (OSError, ValueError, KeyError) as problem:
        lib.cxd_token_sink_fail(sink, 1, str(problem).encode())  # 1: it may be asked again


config, client, updater, batch, event = P(), P(), P(), P(), P()
lib.cxd_config_new(ctypes.byref(config))
call("config_load_env", config)
call("client_new", config, ctypes.byref(client))
call("client_use_token_events", client)
call("updater_new", config, client, None, ctypes.byref(updater))
call("batch_new", updater, ctypes.byref(batch))
for campaign in sys.argv[2:]:
    text = json.dumps({"id": campaign, "maxConcurrentCalls": int(sys.argv[1])}).encode()
    call("batch_add_json", batch, text, len(text))

kind = 0
while kind != DONE:
    call("batch_next_event", batch, -1, ctypes.byref(event))  # waits for the network as long as it takes
    kind = lib.cxd_event_kind(event)
    if kind == RESULT:
        result = lib.cxd_event_result(event)
        print(f"{lib.cxd_result_campaign_id(result).decode()}: {lib.cxd_result_outcome_name(result).decode()}")
        lib.cxd_batch_drop_result(batch, lib.cxd_event_item(event))  # it has been seen: nothing of it is kept
    elif kind == TOKEN:
        fetch_token(event)
    elif kind == CHECKPOINT:  # to be kept out of reach of whoever can write the log
        print(f"checkpoint {lib.cxd_event_seq(event)}:{lib.cxd_event_text(event).decode()}", file=sys.stderr)
failed = lib.cxd_batch_failed(batch)
for name, handle in [("batch", batch), ("updater", updater), ("client", client), ("config", config)]:
    getattr(lib, f"cxd_{name}_free")(handle)
sys.exit(1 if failed else 0)
