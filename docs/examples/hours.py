"""Says from Python whether calling is legal now, and when that ends: hours.py ZONE [JURISDICTION]. Nothing but ctypes; no server is needed."""
import ctypes, ctypes.util, datetime, os, sys

lib = ctypes.CDLL(os.environ.get("LIBCXDIALER") or ctypes.util.find_library("cxdialer") or "libcxdialer.so.1")
P, S, I32, I64 = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32, ctypes.c_int64
lib.cxd_validator_new.argtypes = [P, P, P]
lib.cxd_validator_window.argtypes = [P, S, S, I64, P, P, P]
lib.cxd_error_message.restype, lib.cxd_error_message.argtypes = S, [P]

zone, jurisdiction = sys.argv[1].encode(), sys.argv[2].encode() if len(sys.argv) > 2 else None
validator, error, open_now, change = P(), P(), I32(), I64()
if lib.cxd_validator_new(None, ctypes.byref(validator), ctypes.byref(error)) or lib.cxd_validator_window(
        validator, zone, jurisdiction, 0, ctypes.byref(open_now), ctypes.byref(change), ctypes.byref(error)):
    sys.exit(f"closed, as nothing is known: {lib.cxd_error_message(error).decode()}")
until = "for ever" if change.value == 2**63 - 1 else datetime.datetime.fromtimestamp(change.value / 1000, datetime.timezone.utc).isoformat()
print("open" if open_now.value else "closed", "until", until)
