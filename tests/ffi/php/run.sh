#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
# libcxdialer from PHP through FFI: TAP on standard output.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
command -v php >/dev/null || { echo "skipped: php is not installed (apt-get install php8.2-cli)"; exit 77; }
for extension in FFI pcntl; do
  php -r "exit(extension_loaded('$extension') ? 0 : 1);" || { echo "skipped: the $extension extension of php is not installed (apt-get install php8.2-cli)"; exit 77; }
done
exec php -d ffi.enable=1 -d display_errors=stderr -d error_reporting=-1 "$here/suite.php"
