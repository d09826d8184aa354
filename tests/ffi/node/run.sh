#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
set -eu
skip() {
  echo "skipped: $*"
  exit 77
}
here=$(cd "$(dirname "$0")" && pwd)
command -v node >/dev/null 2>&1 || skip "node is not installed (apt-get install nodejs)"
command -v npm >/dev/null 2>&1 || skip "npm is not installed (apt-get install npm)"
node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 18 ? 1 : 0)' || skip "node $(node --version) is older than 18"
cd "$CXDIALER_FFI_DIR"
cp "$here/package.json" "$here/package-lock.json" "$here/suite.mjs" "$here/binding.mjs" .
# The package has a binary for each platform; no script has to run.
npm ci --no-audit --no-fund --ignore-scripts --prefer-offline --loglevel=error >&2 || skip "npm could not install koffi, see above"
exec node suite.mjs
