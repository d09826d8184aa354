#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
# Run in a clean system by a user who is new there: everything that the packages promise. $1: a folder with the consumers.
set -eu
cp -r "$1" "$HOME/consumer"
cd "$HOME/consumer"
line='0.1.0 1 {"id":"packages","maxConcurrentCalls":7}'

same() { # NAME EXPECTED COMMAND...
  name=$1 expected=$2
  shift 2
  said=$("$@") || { echo "$name: failed" >&2; exit 1; }
  [ "$said" = "$expected" ] || { printf '%s: printed %s\n' "$name" "$said" >&2; exit 1; }
  echo "  $name: $said"
}

echo "  cxdialer demo: $(cxdialer demo >demo.log 2>&1 && wc -l <demo.log) lines" || exit 1
[ -s demo.log ] || exit 1
cc -Wall -Werror versions.c -o by-pkg-config $(pkg-config --cflags --libs cxdialer)
same pkg-config "$line" ./by-pkg-config
cc -Wall -Werror versions.c -o by-archive $(pkg-config --cflags cxdialer) -l:libcxdialer.a $(pkg-config --libs libcurl jansson libcrypto) -pthread -lm
same "static library" "$line" ./by-archive
cc -Wall plugin.c -o plugin
same dlopen 0.1.0 ./plugin
cmake -S . -B by-cmake >cmake.log && cmake --build by-cmake >>cmake.log
same find_package "$line" ./by-cmake/versions
same ctypes 0.1.0 python3 version.py
[ ! -d node_modules ] || same koffi 0.1.0 node version.js
[ -s "$(pkg-config --variable=jurisdictions cxdialer)" ]
man_page=$(find /usr/share/man/man1 -name 'cxdialer.1*')
[ -n "$man_page" ]
