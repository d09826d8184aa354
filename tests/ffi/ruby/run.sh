#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
set -eu
need() {
  echo "skipped: $1 is not installed (apt-get install $2)"
  exit 77
}
command -v ruby >/dev/null 2>&1 || need ruby ruby
ruby -e 'require "ffi"' 2>/dev/null || need "the gem ffi" ruby-ffi
exec ruby -w "$(dirname "$0")/suite.rb"
