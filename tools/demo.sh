#!/bin/sh
# SPDX-License-Identifier: MIT
# The first of the README's two commands: build, install into the build folder, and show one update from end to end.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=tools/setup.sh
. "$root/tools/setup.sh"

build=${CXDIALER_DEMO_BUILD:-$root/build-demo}
prefix=$build/installed
# shellcheck disable=SC2086
need $build_packages

say "building (into $(basename "$build"))"
[ -f "$build/build.ninja" ] || meson setup "$build" "$root" --prefix "$prefix" --libdir lib -Dtests=false >"$build.log" 2>&1 || {
  cat "$build.log" >&2
  die "meson setup failed"
}
rm -f "$build.log"
ninja -C "$build" >"$build/build.log" 2>&1 || {
  cat "$build/build.log" >&2
  die "the build failed"
}
meson install -C "$build" --quiet

say "running: cxdialer demo"
PATH=$prefix/bin:$PATH LD_LIBRARY_PATH=$prefix/lib cxdialer demo
