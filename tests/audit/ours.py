# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The library's own verifier, through ctypes. LIBCXDIALER names the shared library."""
import ctypes
import os

OK, AUDIT = 0, 6010
SEVERITIES = {0: "note", 1: "warning", 2: "error"}


def load():
    library = ctypes.CDLL(os.environ["LIBCXDIALER"])
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int64
    out = ctypes.POINTER(pointer)
    for name, result, arguments in (
            ("cxd_audit_open", ctypes.c_int32, [text, text, out, out]), ("cxd_audit_expect", ctypes.c_int32, [pointer, text, out]),
            ("cxd_audit_read", ctypes.c_int32, [pointer, out, ctypes.POINTER(ctypes.c_size_t), out]), ("cxd_audit_report", pointer, [pointer]),
            ("cxd_audit_record_count", number, [pointer]), ("cxd_audit_segment_count", number, [pointer]), ("cxd_audit_first_bad_seq", number, [pointer]),
            ("cxd_audit_last", text, [pointer]), ("cxd_audit_free", None, [pointer]), ("cxd_audit_verify", ctypes.c_int32, [text, text, out, out]),
            ("cxd_report_count", ctypes.c_size_t, [pointer]), ("cxd_report_severity", ctypes.c_int32, [pointer, ctypes.c_size_t]),
            ("cxd_report_code", text, [pointer, ctypes.c_size_t]), ("cxd_report_message", text, [pointer, ctypes.c_size_t]),
            ("cxd_report_ok", ctypes.c_int32, [pointer]), ("cxd_report_free", None, [pointer]), ("cxd_error_free", None, [pointer]),
            ("cxd_error_message", text, [pointer])):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


class Failure(Exception):
    """What is not a verdict on a log: a status and a message."""

    def __init__(self, status, message):
        super().__init__(f"{status}: {message}")
        self.status = status


class Ours:
    def __init__(self):
        self.library = load()

    def call(self, function, *arguments):
        """The status of a call that may have an error; only CXD_OK and CXD_E_AUDIT come back."""
        error = ctypes.c_void_p()
        status = function(*arguments, ctypes.byref(error))
        message = self.library.cxd_error_message(error).decode() if error else ""
        self.library.cxd_error_free(error)
        if status not in (OK, AUDIT):
            raise Failure(status, message)
        return status, message

    def findings(self, report):
        return [{"severity": SEVERITIES[self.library.cxd_report_severity(report, i)], "code": self.library.cxd_report_code(report, i).decode(),
                 "message": self.library.cxd_report_message(report, i).decode("utf-8", "replace")} for i in range(self.library.cxd_report_count(report))]

    def read(self, path, key_file=None, expect=()):
        """The report as verify_log.py has it, and how often reading said that the log is not as it was written."""
        library, reader = self.library, ctypes.c_void_p()
        status, message = self.call(library.cxd_audit_open, path.encode(), key_file.encode() if key_file else None, ctypes.byref(reader))
        if status != OK:
            raise Failure(status, message)
        try:
            for seq, h in expect:
                self.call(library.cxd_audit_expect, reader, f"{seq}:{h.hex()}".encode())
            alarms = self.read_all(reader)
            findings = self.findings(library.cxd_audit_report(reader))
            return {"ok": all(finding["severity"] != "error" for finding in findings), "records": library.cxd_audit_record_count(reader),
                    "segments": library.cxd_audit_segment_count(reader), "first_bad_seq": library.cxd_audit_first_bad_seq(reader),
                    "findings": findings, "last": library.cxd_audit_last(reader).decode()}, alarms
        finally:
            library.cxd_audit_free(reader)

    def read_all(self, reader):
        record, size, alarms = ctypes.c_void_p(), ctypes.c_size_t(), 0
        while True:
            status, _ = self.call(self.library.cxd_audit_read, reader, ctypes.byref(record), ctypes.byref(size))
            alarms += status != OK
            if status == OK and not record:
                return alarms

    def verify(self, path, key_file=None):
        """Status and findings of the one call."""
        report = ctypes.c_void_p()
        status, message = self.call(self.library.cxd_audit_verify, path.encode(), key_file.encode() if key_file else None, ctypes.byref(report))
        if not report:
            raise Failure(status, message)
        findings = self.findings(report)
        self.library.cxd_report_free(report)
        return status, findings
