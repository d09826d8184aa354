#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
# Runs the first python3 that has cffi: the one in PATH, or that of the distribution.
for python in python3 /usr/bin/python3; do
  if "$python" -c 'import cffi' >/dev/null 2>&1; then
    exec "$python" "$@"
  fi
done
echo "skipped: cffi is not installed (apt-get install python3-cffi)"
exit 77
