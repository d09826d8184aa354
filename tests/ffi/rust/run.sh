#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
# libcxdialer from Rust: TAP on standard output.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
command -v rustc >/dev/null || { echo "skipped: rustc is not installed (apt-get install rustc)"; exit 77; }
rustc --edition 2021 -D warnings -C opt-level=0 -C debuginfo=0 -L "native=$CXDIALER_LIB_DIR" -o "$CXDIALER_FFI_DIR/suite" "$here/suite.rs" >&2
exec "$CXDIALER_FFI_DIR/suite"
