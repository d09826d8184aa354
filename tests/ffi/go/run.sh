#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
set -eu
skip() {
  echo "skipped: $*"
  exit 77
}
here=$(cd "$(dirname "$0")" && pwd)
command -v go >/dev/null 2>&1 || skip "go is not installed (apt-get install golang-go)"
command -v gcc >/dev/null 2>&1 || skip "gcc is not installed (apt-get install gcc)"
command -v pkg-config >/dev/null 2>&1 || skip "pkg-config is not installed (apt-get install pkg-config)"
cd "$CXDIALER_FFI_DIR"
cp "$here"/*.go "$here/go.mod" .
# Nothing comes from outside.
export CGO_ENABLED=1 GOPROXY=off GOFLAGS=-mod=mod GO111MODULE=on
[ -z "$(gofmt -l "$here")" ] || { echo "gofmt would change $(gofmt -l "$here")" >&2; exit 1; }
go vet . >&2
go build -o suite . >&2
GODEBUG=cgocheck=2 exec ./suite
