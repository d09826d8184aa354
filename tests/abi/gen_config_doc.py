#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Prints docs/configuration.md from the key table of the library.

usage: gen_config_doc.py [--library LIBRARY] [--check FILE]

LIBRARY is the shared library, or the value of CXDIALER_LIBRARY. With --check, FILE is compared with the page instead:
exit status 1 and the difference when they are not the same.
"""
import argparse
import ctypes
import os
import sys

import docpage

HEAD = """# Configuration

<!-- Made by tests/abi/gen_config_doc.py from the table in lib/api/config_table.c. Change the table, not this page. -->

One table of keys drives `cxd_config_set()`, `cxd_config_load_file()`, `cxd_config_load_env()`, the option `--set` of the
command and this page.

- **In a program**: `cxd_config_set(config, "rate.limit", "50", &error)`. A value is always text; `NULL` puts the default back.
- **In a file** (`cxd_config_load_file()`, `cxdialer --config FILE`): a JSON object with nested or dotted keys, 1 MiB at most:
  `{"api": {"base_url": "https://api.example.com"}, "rate.limit": 50}`. Values are strings, numbers, `true` and `false`; `null`
  puts the default back. A file is taken whole or, when one key is wrong, not at all.
- **In the environment** (`cxd_config_load_env()`): `CXDIALER_` and the key in upper case with `_` for the dot, as in
  `CXDIALER_API_BASE_URL`. A variable that begins with `CXDIALER_` and the name of a group (`CXDIALER_API_`, `CXDIALER_AUTH_`, ...)
  but is no key is refused with the nearest name; other variables are left alone. The environment, too, is taken whole or not at all.

Later settings win over earlier ones, key by key. Unknown keys are refused with the nearest known name, and values outside
their range with the range.

Types: *string*, *path* and *url* are UTF-8 without control bytes, 64 KiB at most; *int* and *real* are decimal, in every locale with
a point; *bool* is `on` or `off`, and `true`, `false`, `yes`, `no`, `1` and `0` are taken for these; a *choice* is one of the words
shown. A *url* has the scheme `http` or `https` and a host, and no user name or password. A key without default is set back by an empty value.

**Secrets** read back as `***` and are in no message, log or error. Give them in a file or in the environment, not on a command line.
"""

GROUPS = {
    "api": ("api: the server", "Read by the client."),
    "auth": ("auth: credentials", "Read by the client."),
    "http": ("http: connections", "Read by the client."),
    "retry": ("retry: trying again", "Read by the client."),
    "rate": ("rate: the quota", "Read by the client."),
    "update": ("update: how changes are made", "Read by the updater."),
    "audit": ("audit: the log of changes", "Read by the updater."),
    "validate": ("validate: what is accepted", "Read by the validator."),
}

TEXT_CALLS = ("key_name", "key_doc", "key_type", "key_default", "key_range")


def load(path):
    library = ctypes.CDLL(path)
    library.cxd_config_key_count.restype = ctypes.c_size_t
    for name in TEXT_CALLS:
        call = getattr(library, "cxd_config_" + name)
        call.argtypes, call.restype = [ctypes.c_size_t], ctypes.c_char_p
    library.cxd_config_key_secret.argtypes, library.cxd_config_key_secret.restype = [ctypes.c_size_t], ctypes.c_int32
    return library


def keys(library):
    for i in range(library.cxd_config_key_count()):
        row = {name[4:]: getattr(library, "cxd_config_" + name)(i).decode() for name in TEXT_CALLS}
        row["secret"] = library.cxd_config_key_secret(i) != 0
        yield row


def cell(text):
    return text.replace("|", "\\|")


def value(row):
    """Type and range in one cell."""
    if row["type"] in ("choice", "bool"):
        words = " ".join(f"`{word}`" for word in row["range"].split("|"))
        return words if row["type"] == "choice" else f"bool: {words}"
    kind = row["type"] + (", secret" if row["secret"] else "")
    return f"{kind}: {row['range'].replace('|', ', ')}" if row["range"] else kind


def page(rows):
    lines, group = [HEAD.rstrip("\n")], None
    for row in rows:
        first = row["name"].split(".")[0]
        if first != group:
            group = first
            title, reader = GROUPS[group]
            lines += ["", f"## {title}", "", reader, "", "| Key | Value | Default | Meaning |", "|---|---|---|---|"]
        default = f"`{cell(row['default'])}`" if row["default"] else "-"
        lines.append(f"| `{row['name']}` | {value(row)} | {default} | {cell(row['doc'])} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description="Prints docs/configuration.md from the key table of the library.")
    parser.add_argument("--library", default=os.environ.get("CXDIALER_LIBRARY"), help="the shared library [CXDIALER_LIBRARY]")
    docpage.add_check(parser)
    options = parser.parse_args()
    if not options.library:
        parser.error("name the shared library with --library or in CXDIALER_LIBRARY")
    return docpage.give(page(keys(load(options.library))), options.check)


if __name__ == "__main__":
    sys.exit(main())
