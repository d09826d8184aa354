#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
set -eu
need() {
  echo "skipped: $1 is not installed (apt-get install $2)"
  exit 77
}
perl -MJSON::PP -MHTTP::Tiny -e 1 2>/dev/null || need "perl with its standard modules" perl
perl -e 'use FFI::Platypus 2.00' 2>/dev/null || need "FFI::Platypus 2" libffi-platypus-perl
exec perl "$(dirname "$0")/suite.pl"
