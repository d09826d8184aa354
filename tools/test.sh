#!/bin/sh
# SPDX-License-Identifier: MIT
# The second of the README's two commands: the whole test suite.
#   sh tools/test.sh        gcc and clang without a warning, all tests, those of the library again under ASan+UBSan, threads under TSan, install, Python, Go, Node.js
#   sh tools/test.sh full   the same, and what takes longer: the command under ASan+UBSan, tests built with clang, ten languages, packages in a chroot, a browser
# CXDIALER_TEST_BUILD names the folder for the builds (default: build-test in the checkout).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=tools/setup.sh
. "$root/tools/setup.sh"

case ${1-} in
'' | full) ;;
-h | --help)
  sed -n '3,7s/^# \{0,1\}//p' "$0"
  exit 0
  ;;
*) die "unknown argument '$1': nothing, or full" ;;
esac

test_packages='g++ clang libclang-rt-14-dev check openssl locales mandoc binutils libuv1-dev libglib2.0-dev librsvg2-bin python3-jsonschema libc-bin faketime strace
  python3-prometheus-client castxml abigail-tools doxygen cmake libsqlite3-dev libjson-c-dev libcurl4-doc python3-cffi python3-dev golang-go luajit php8.2-cli zsh fish'
# nghttp2-proxy: HTTP/2 for the fault matrix. chromium: the report page as a browser shows it.
full_packages='nghttp2-proxy chromium fonts-dejavu-core lua-cjson lua-socket ruby ruby-ffi libffi-platypus-perl rustc openjdk-17-jdk-headless libjna-java
  dpkg-dev fakeroot debhelper lintian debootstrap gcc-multilib qemu-user musl-tools'

base=${CXDIALER_TEST_BUILD:-$root/build-test}
mkdir -p "$base"
# shellcheck disable=SC2086
need $build_packages $test_packages
# Another Node.js than Debian's brings its own npm.
command -v npm >/dev/null 2>&1 || need nodejs npm
# A locale with a decimal comma: numbers must not depend on it.
locale -a 2>/dev/null | grep -qi '^de_DE\.utf-\{0,1\}8$' || as_root localedef -i de_DE -f UTF-8 de_DE.UTF-8

failed=
step() {
  name=$1
  shift
  say "$name"
  if "$@" >"$base/step.log" 2>&1; then
    tail -n 12 "$base/step.log"
  else
    cat "$base/step.log"
    failed="$failed
  $name"
  fi
}

# build NAME CC OPTIONS...
build() {
  dir=$base/$1
  cc=$2
  case $cc in clang) cxx=clang++ ;; *) cxx=g++ ;; esac
  shift 2
  [ -f "$dir/build.ninja" ] || CC=$cc CXX=$cxx meson setup "$dir" "$root" --werror "$@" || return 1
  ninja -C "$dir"
}

tests() {
  dir=$base/$1
  shift
  meson test -C "$dir" --no-rebuild --print-errorlogs "$@"
}

# sanitized NAME SANITIZER OPTIONS...: meson test builds what the chosen tests need, and no more.
sanitized() {
  dir=$base/$1
  [ -f "$dir/build.ninja" ] || CC=gcc CXX=g++ meson setup "$dir" "$root" --werror -Db_sanitize="$2" -Dbuildtype=debug || return 1
  shift 2
  meson test -C "$dir" --print-errorlogs "$@"
}

# Numbers are written and read the same way wherever the host lives.
comma() (
  export LC_ALL=de_DE.UTF-8
  tests gcc --suite unit --suite api
)

# Nobody is to be called at three in the morning, and nothing of this suite needs to be.
night() (
  at=$(TZ=America/New_York date -d 'tomorrow 03:00' '+@%Y-%m-%d %H:%M:%S')
  lib=$(find /usr/lib -name libfaketime.so.1 2>/dev/null | head -n 1)
  [ -n "$lib" ] || return 1
  # One process a program: what is preloaded takes its shared memory away when a forked test ends.
  wrapper="env CK_FORK=no TZ=America/New_York NO_FAKE_STAT=1 FAKETIME_DONT_FAKE_MONOTONIC=1 'FAKETIME=$at' LD_PRELOAD=$lib"
  # Those that count threads and connections are not about the time, and a preloaded clock takes part in what they count.
  # And what is left in memory adds up over the tests of one process.
  tests gcc --suite unit --suite api --no-suite threads --no-suite core --wrapper "$wrapper" || return 1
  tests gcc plugins lost_answers --wrapper "$wrapper" || return 1
  export CXDIALER_TEST_TIME="$at" CXDIALER_TEST_FAKETIME="$lib"
  tests gcc cli_usage cli_validate cli_explain cli_read cli_update cli_terminal cli_demo cli_windows cli_capacity cli_failures server_killed || return 1
  LD_LIBRARY_PATH=$base/gcc TZ=America/New_York FAKETIME="$at" LD_PRELOAD=$lib "$base/gcc/tools/cli/cxdialer" demo
)

# The package would start a server: only its promtool is taken.
metrics() (
  if ! command -v promtool >/dev/null && [ ! -x "$base/prometheus/usr/bin/promtool" ]; then
    mkdir -p "$base/prometheus" && cd "$base/prometheus" && apt-get download prometheus && dpkg-deb -x prometheus_*.deb . || return 1
  fi
  export CXDIALER_PROMTOOL="$(command -v promtool || echo "$base/prometheus/usr/bin/promtool")"
  tests gcc metrics_judges
)

newest_clang() { apt-cache search --names-only '^clang-[0-9]+$' | sed 's/ .*//' | sort -V | tail -n 1; }

# Debian packages used in a chroot, 32 bits, musl, the newest clang, the same bytes twice.
packages() (
  cd "$root" && as_root env PATH="$PATH" python3 tests/packages/full.py --cache "$base/packages"
)

export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 TSAN_OPTIONS=halt_on_error=1

step "build with gcc" build gcc gcc
if [ "${1-}" = full ]; then
  # shellcheck disable=SC2086
  need $full_packages "$(newest_clang)"
  export CXDIALER_FULL=1 CXDIALER_FFI_REQUIRED=1
  # What the library asks for in these tests is judged below.
  record=$base/requests.jsonl
  rm -f "$record"
  export CXDIALER_SIM_RECORD="$record"
fi
if [ "${1-}" = full ]; then
  step "tests (gcc)" tests gcc
else
  step "tests (gcc)" tests gcc --no-suite long
fi
unset CXDIALER_SIM_RECORD CXDIALER_FULL CXDIALER_FFI_REQUIRED
if [ "${1-}" != full ]; then
  step "build with clang" build clang-library clang -Db_lundef=false -Dtests=false
  step "tests (ASan+UBSan)" sanitized asan address,undefined --suite unit --suite api --suite cxx --suite plugin --no-suite long
else
  step "build with clang" build clang clang -Db_lundef=false
  step "tests (ASan+UBSan)" sanitized asan address,undefined --no-suite install --no-suite audit --no-suite zones
fi
step "tests of threads (TSan)" sanitized tsan thread --suite threads
if [ "${1-}" = full ]; then
  step "tests (clang)" tests clang --suite unit --suite api --suite cxx --suite plugin
  step "tests in a locale with a decimal comma" comma
  step "tests at three in the morning, New York time" night
  step "OpenMetrics, by promtool" metrics
  step "packages, other compilers and machines" packages
  step "judges that were not written here" sh "$root/tests/judges/run.sh" "$base/gcc" "$record"
fi

python3 "$root/tests/support/summary.py" "$base"/*/meson-logs/testlog*.json || failed="$failed
  (tests, see above)"
if [ -n "$failed" ]; then
  printf 'failed:%s\n' "$failed" >&2
  exit 1
fi
