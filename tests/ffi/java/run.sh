#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
# libcxdialer from Java through JNA: TAP on standard output.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
jna=/usr/share/java/jna.jar
command -v javac >/dev/null || { echo "skipped: javac is not installed (apt-get install openjdk-17-jdk-headless)"; exit 77; }
[ -f "$jna" ] || { echo "skipped: JNA is not installed (apt-get install libjna-java)"; exit 77; }
javac -encoding UTF-8 -Xlint:unchecked,rawtypes -Werror -cp "$jna" -d "$CXDIALER_FFI_DIR/classes" "$here"/*.java >&2
# A small heap, so that what grows is not Java's.
exec java -Xmx48m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$jna:$CXDIALER_FFI_DIR/classes" Suite
