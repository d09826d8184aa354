#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
set -eu
need() {
  echo "skipped: $1 is not installed (apt-get install $2)"
  exit 77
}
command -v luajit >/dev/null 2>&1 || need luajit luajit
luajit -e 'require "cjson"' 2>/dev/null || need "cjson for Lua" lua-cjson
luajit -e 'require "socket.http"' 2>/dev/null || need "LuaSocket" lua-socket
exec luajit "$(dirname "$0")/suite.lua"
