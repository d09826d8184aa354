# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Slows one campaign down: python3 python_cffi.py CAMPAIGN. The connection comes from CXDIALER_... variables."""
import json
import os
import subprocess
import sys

import cffi  # a program of its own must not be called cffi.py: it would import itself


def declarations():
    """The stripped header, which is installed with the library."""
    asked = ["pkg-config", "--variable=cdef", "cxdialer"]
    return os.environ.get("CXDIALER_CDEF") or subprocess.run(asked, stdout=subprocess.PIPE, text=True).stdout.strip() or sys.exit("where is the library? Set PKG_CONFIG_PATH")


ffi = cffi.FFI()
with open(declarations(), encoding="utf-8") as header:
    ffi.cdef(header.read())
lib = ffi.dlopen(os.environ.get("LIBCXDIALER", "libcxdialer.so.1"))


class DialerError(Exception):
    pass


def call(function, *arguments):
    error = ffi.new("cxd_error **")
    status = function(*arguments, error)
    if status != lib.CXD_OK:
        owned = ffi.gc(error[0], lib.cxd_error_free)
        raise DialerError(f"{text(lib.cxd_status_name(status))}: {text(lib.cxd_error_message(owned))}")


def text(borrowed):
    return ffi.string(borrowed).decode()


def made(kind, function, *arguments):
    """A handle that is freed with the last reference to it."""
    out = ffi.new(f"cxd_{kind} **")
    try:
        call(function, *arguments, out)
    finally:
        handle = ffi.gc(out[0], getattr(lib, f"cxd_{kind}_free"))  # an update that fails has a result all the same; the others have NULL
    return handle


@ffi.callback("int32_t(void *, const cxd_result *)", error=0)
def on_result(user_data, result):
    print(f"{text(lib.cxd_result_campaign_id(result))}: {lib.cxd_result_previous_concurrent(result)} -> {lib.cxd_result_new_concurrent(result)}")
    return lib.CXD_ACCEPTED


def slow_down(campaign):
    config = made("config", lambda out, error: lib.cxd_config_new(out))
    call(lib.cxd_config_load_env, config)
    client = made("client", lib.cxd_client_new, config)
    updater = made("updater", lib.cxd_updater_new, config, client, ffi.NULL)
    callback = ffi.new("struct cxd_callback *", {"size": ffi.sizeof("struct cxd_callback"), "on_result": on_result})
    call(lib.cxd_updater_add_callback, updater, callback)
    change = made("campaign", lib.cxd_campaign_new, campaign.encode())
    call(lib.cxd_campaign_set_int, change, b"/maxConcurrentCalls", 120)
    result = made("result", lib.cxd_updater_apply, updater, change)
    document = ffi.gc(lib.cxd_result_to_json(result), lib.cxd_string_free)
    print(json.loads(ffi.string(document))["outcome"], "callback:", text(lib.cxd_status_name(lib.cxd_result_callback_status(result))))


if len(sys.argv) != 2:
    sys.exit("usage: python3 python_cffi.py CAMPAIGN")
try:
    slow_down(sys.argv[1])
except DialerError as problem:
    sys.exit(str(problem))
