# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
# Sourced by the .install files: prints those of the patterns that something was installed for.
there() {
  for pattern in "$@"; do
    # shellcheck disable=SC2086
    for file in debian/tmp/$pattern; do
      [ ! -e "$file" ] || echo "${file#debian/tmp/}"
    done
  done
}
