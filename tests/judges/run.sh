#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
# Has the library judged by what was not written here: its recorded requests and a live run by Prism, against
# docs/openapi.json, and its token exchange by oauth2-mock-server and oidc-provider.
#   sh tests/judges/run.sh BUILD RECORD
# BUILD: a build folder; the judges are installed below it, once. RECORD: what the simulators wrote while the test suites
# ran with CXDIALER_SIM_RECORD. Without node and npm, or where npm cannot install: skipped, but with CI set a failure.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

die() {
  printf 'judges: %s\n' "$*" >&2
  exit 1
}

skip() {
  [ -z "${CI-}" ] || die "$* (required where CI is set)"
  printf 'judges: skipped: %s\n' "$*"
  exit 0
}

[ $# -eq 2 ] || die "usage: sh tests/judges/run.sh BUILD RECORD"
build=$(cd "$1" && pwd)
[ -s "$2" ] || die "$2 has no requests: run the tests with CXDIALER_SIM_RECORD=$2 first"
record=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")

command -v node >/dev/null 2>&1 || skip "there is no node"
command -v npm >/dev/null 2>&1 || skip "there is no npm"

# npm keeps no note of what it finished: ours is the copy of the lock file, made last.
judges=$build/judges
mkdir -p "$judges"
if ! cmp -s "$here/package-lock.json" "$judges/installed.json"; then
  rm -f "$judges/installed.json"
  cp "$here/package.json" "$here/package-lock.json" "$judges"
  (cd "$judges" && npm ci --no-audit --no-fund --ignore-scripts --prefer-offline --loglevel=error) || skip "npm could not install the judges, see above"
  cp "$here/package-lock.json" "$judges/installed.json"
fi
cp "$here"/*.mjs "$judges"

CXDIALER_JUDGES=$judges CXDIALER_RECORD=$record CXDIALER_LIBRARY=$build/libcxdialer.so
CXDIALER=$build/tools/cli/cxdialer CXDIALER_SIM=$build/tools/sim/cxdialer-sim PYTHONDONTWRITEBYTECODE=1
export CXDIALER_JUDGES CXDIALER_RECORD CXDIALER_LIBRARY CXDIALER CXDIALER_SIM PYTHONDONTWRITEBYTECODE
# What the judges' own live run asks is no part of the record.
unset CXDIALER_SIM_RECORD
failed=0
for test in prism oauth; do
  printf 'judges: %s\n' "$test"
  python3 "$here/test_$test.py" || failed=1
done
exit $failed
