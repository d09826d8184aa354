"""Slows a campaign down from Python, with nothing but ctypes; the connection comes from CXDIALER_... variables."""
import ctypes, ctypes.util, os, sys

lib = ctypes.CDLL(os.environ.get("LIBCXDIALER") or ctypes.util.find_library("cxdialer") or "libcxdialer.so.1")
P, S, I64 = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int64
for name, result, arguments in [
        ("cxd_config_new", ctypes.c_int32, [P]), ("cxd_config_load_env", ctypes.c_int32, [P, P]), ("cxd_client_new", ctypes.c_int32, [P, P, P]),
        ("cxd_updater_new", ctypes.c_int32, [P, P, P, P, P]), ("cxd_campaign_new", ctypes.c_int32, [S, P, P]),
        ("cxd_campaign_set_int", ctypes.c_int32, [P, S, I64, P]), ("cxd_updater_apply", ctypes.c_int32, [P, P, P, P]),
        ("cxd_result_to_json", P, [P]), ("cxd_error_message", S, [P]), ("cxd_status_name", S, [ctypes.c_int32]), ("cxd_string_free", None, [P])]:
    getattr(lib, name).restype, getattr(lib, name).argtypes = result, arguments


def call(name, *arguments):
    error = P()
    status = getattr(lib, name)(*arguments, ctypes.byref(error))
    if status != 0:
        sys.exit(f"{lib.cxd_status_name(status).decode()}: {lib.cxd_error_message(error).decode()}")


config, client, updater, change, result = P(), P(), P(), P(), P()
lib.cxd_config_new(ctypes.byref(config))
call("cxd_config_load_env", config)
call("cxd_client_new", config, ctypes.byref(client))
call("cxd_updater_new", config, client, None, ctypes.byref(updater))
call("cxd_campaign_new", (sys.argv[1] if len(sys.argv) > 1 else "a1b2c3d4-e5f6-7890-abcd-ef1234567890").encode(), ctypes.byref(change))
call("cxd_campaign_set_int", change, b"/maxConcurrentCalls", 120)
call("cxd_updater_apply", updater, change, ctypes.byref(result))
text = lib.cxd_result_to_json(result)
print(ctypes.string_at(text).decode())
lib.cxd_string_free(text)
for free, handle in [("result", result), ("campaign", change), ("updater", updater), ("client", client), ("config", config)]:
    function = getattr(lib, f"cxd_{free}_free")
    function.argtypes, function.restype = [P], None
    function(handle)
