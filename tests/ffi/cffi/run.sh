#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
set -eu
exec sh "$(dirname "$0")/python.sh" "$(dirname "$0")/suite.py"
