#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
set -eu
command -v python3 >/dev/null 2>&1 || { echo "skipped: python3 is not installed (apt-get install python3)"; exit 77; }
exec python3 "$(dirname "$0")/suite.py"
