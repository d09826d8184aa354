# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Slows one campaign down: python3 python.py CAMPAIGN. The connection comes from CXDIALER_... variables."""
import ctypes
import ctypes.util
import json
import os
import sys

lib = ctypes.CDLL(os.environ.get("LIBCXDIALER") or ctypes.util.find_library("cxdialer") or "libcxdialer.so.1")
P, S, I32, I64 = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32, ctypes.c_int64
ACCEPTED = 0x43584431  # CXD_ACCEPTED
for name, result, arguments in [
        ("config_new", I32, [P]), ("config_load_env", I32, [P, P]), ("client_new", I32, [P, P, P]),
        ("updater_new", I32, [P, P, P, P, P]), ("updater_add_callback", I32, [P, P, P]),
        ("campaign_new", I32, [S, P, P]), ("campaign_set_int", I32, [P, S, I64, P]), ("updater_apply", I32, [P, P, P, P]),
        ("result_new_concurrent", I64, [P]), ("result_previous_concurrent", I64, [P]), ("result_campaign_id", S, [P]),
        ("result_callback_status", I32, [P]), ("result_to_json", P, [P]), ("status_name", S, [I32]),
        ("error_message", S, [P]), ("string_free", None, [P]), ("error_free", None, [P])] + [
        (f"{kind}_free", None, [P]) for kind in ("result", "campaign", "updater", "client", "config")]:
    getattr(lib, "cxd_" + name).restype, getattr(lib, "cxd_" + name).argtypes = result, arguments

ON_RESULT = ctypes.CFUNCTYPE(I32, P, P)


class Callback(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("user_data", P), ("destroy", P), ("on_result", ON_RESULT),
                ("on_progress", P), ("on_checkpoint", P), ("on_sending", P)]


@ON_RESULT  # in a variable of the module: it must live as long as C may call it
def on_result(user_data, result):
    print(f"{lib.cxd_result_campaign_id(result).decode()}: {lib.cxd_result_previous_concurrent(result)} -> {lib.cxd_result_new_concurrent(result)}")
    return ACCEPTED


class DialerError(Exception):
    pass


def call(name, *arguments):
    error = P()
    status = getattr(lib, "cxd_" + name)(*arguments, ctypes.byref(error))
    if status != 0:
        text = f"{lib.cxd_status_name(status).decode()}: {lib.cxd_error_message(error).decode()}"
        lib.cxd_error_free(error)
        raise DialerError(text)


if len(sys.argv) != 2:
    sys.exit("usage: python3 python.py CAMPAIGN")
config, client, updater, change, result = P(), P(), P(), P(), P()
try:
    lib.cxd_config_new(ctypes.byref(config))
    call("config_load_env", config)
    call("client_new", config, ctypes.byref(client))
    call("updater_new", config, client, None, ctypes.byref(updater))
    call("updater_add_callback", updater, ctypes.byref(Callback(size=ctypes.sizeof(Callback), on_result=on_result)))
    call("campaign_new", sys.argv[1].encode(), ctypes.byref(change))
    call("campaign_set_int", change, b"/maxConcurrentCalls", 120)
    call("updater_apply", updater, change, ctypes.byref(result))
    text = lib.cxd_result_to_json(result)
    print(json.loads(ctypes.string_at(text))["outcome"], "callback:", lib.cxd_status_name(lib.cxd_result_callback_status(result)).decode())
    lib.cxd_string_free(text)
except DialerError as problem:
    sys.exit(str(problem))
finally:
    for kind, handle in [("result", result), ("campaign", change), ("updater", updater), ("client", client), ("config", config)]:
        getattr(lib, f"cxd_{kind}_free")(handle)
