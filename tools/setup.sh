# SPDX-License-Identifier: MIT
# Sourced by tools/demo.sh and tools/test.sh: says what it does, installs what is missing, fails early.
# shellcheck shell=sh

say() { printf '\n== %s\n' "$*"; }

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    die "packages are missing (see above) and there is neither root nor sudo: install them and run this again"
  fi
}

installed() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'; }

# need PACKAGE...: installs those that are not there; touches nothing when all are.
need() {
  command -v dpkg-query >/dev/null 2>&1 || die "this script installs with apt-get and needs Debian 12 or a relative; docs/getting-started.md has the list of what to install elsewhere"
  missing=
  for package in "$@"; do
    installed "$package" || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  say "installing:$missing"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update || die "apt-get update failed: check the network and the package sources"
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $missing >/dev/null || die "apt-get install failed for:$missing"
}

# shellcheck disable=SC2034 # used by the scripts that source this
build_packages='gcc libc6-dev meson ninja-build pkg-config python3 libcurl4-openssl-dev libjansson-dev libssl-dev libmicrohttpd-dev tzdata ca-certificates'
