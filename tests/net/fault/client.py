# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The shared library through ctypes, as a program in Python uses it: one client, one validator, one updater."""
import ctypes
import json
import os

P, S, I32, I64 = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32, ctypes.c_int64
ACCEPTED = 0x43584431
CHECK = ctypes.CFUNCTYPE(I32, P, P, P, I64, P)
FUNCTIONS = [
    ("cxd_config_new", I32, [P]), ("cxd_config_set", I32, [P, S, S, P]), ("cxd_config_free", None, [P]),
    ("cxd_client_new", I32, [P, P, P]), ("cxd_client_get", I32, [P, S, P, P]), ("cxd_client_free", None, [P]),
    ("cxd_validator_new", I32, [P, P, P]), ("cxd_validator_add_rule", I32, [P, P, P]), ("cxd_validator_free", None, [P]),
    ("cxd_updater_new", I32, [P, P, P, P, P]), ("cxd_updater_apply", I32, [P, P, P, P]), ("cxd_updater_free", None, [P]),
    ("cxd_campaign_new", I32, [S, P, P]), ("cxd_campaign_set_int", I32, [P, S, I64, P]), ("cxd_campaign_free", None, [P]),
    ("cxd_result_to_json", P, [P]), ("cxd_result_free", None, [P]), ("cxd_string_free", None, [P]),
    ("cxd_error_message", S, [P]), ("cxd_error_free", None, [P]), ("cxd_status_name", S, [I32]),
]


class Rule(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("user_data", P), ("destroy", P), ("check", CHECK)]


def load():
    library = ctypes.CDLL(os.environ["LIBCXDIALER"])
    for name, result, arguments in FUNCTIONS:
        getattr(library, name).restype, getattr(library, name).argtypes = result, arguments
    return library


class Failed(Exception):
    """A call of the library that did not return CXD_OK."""


class Client:
    """before_put is called once an update, when the campaign was read and nothing of the PUT has begun."""

    def __init__(self, library, settings, before_put=None):
        self.library = library
        self.before_put = before_put
        self.config, self.client, self.validator, self.updater = P(), P(), P(), P()
        library.cxd_config_new(ctypes.byref(self.config))
        for key, value in settings.items():
            self._call("cxd_config_set", self.config, key.encode(), str(value).encode())
        self._call("cxd_client_new", self.config, ctypes.byref(self.client))
        self._call("cxd_validator_new", self.config, ctypes.byref(self.validator))
        self._check = CHECK(self._rule)  # held: the library calls it
        self._call("cxd_validator_add_rule", self.validator, ctypes.byref(Rule(ctypes.sizeof(Rule), None, None, self._check)))
        self._call("cxd_updater_new", self.config, self.client, self.validator, ctypes.byref(self.updater))

    def _rule(self, _data, _change, merged, _at, _report):
        if merged and self.before_put:
            act, self.before_put = self.before_put, None
            act()
        return ACCEPTED

    def _status(self, name, *arguments):
        error = P()
        status = getattr(self.library, name)(*arguments, ctypes.byref(error))
        text = self.library.cxd_error_message(error).decode() if error else ""
        self.library.cxd_error_free(error)
        return self.library.cxd_status_name(status).decode(), text

    def _call(self, name, *arguments):
        status, text = self._status(name, *arguments)
        if status != "CXD_OK":
            raise Failed(f"{name}: {status}: {text}")

    def get(self, campaign_id):
        """The name of the status."""
        campaign = P()
        status, _ = self._status("cxd_client_get", self.client, campaign_id.encode(), ctypes.byref(campaign))
        self.library.cxd_campaign_free(campaign)
        return status

    def apply(self, campaign_id, calls):
        """The result of an update of maxConcurrentCalls, as the library writes it in JSON."""
        campaign, result = P(), P()
        self._call("cxd_campaign_new", campaign_id.encode(), ctypes.byref(campaign))
        self._call("cxd_campaign_set_int", campaign, b"/maxConcurrentCalls", calls)
        returned, _ = self._status("cxd_updater_apply", self.updater, campaign, ctypes.byref(result))
        text = self.library.cxd_result_to_json(result)
        seen = json.loads(ctypes.string_at(text))
        seen["returned"] = returned
        self.library.cxd_string_free(text)
        self.library.cxd_result_free(result)
        self.library.cxd_campaign_free(campaign)
        return seen

    def close(self):
        for name in ("updater", "validator", "client", "config"):
            getattr(self.library, f"cxd_{name}_free")(getattr(self, name))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
