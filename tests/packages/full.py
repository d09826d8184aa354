# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The slow ways to the library, a line for each: Debian packages in a clean system, the same bytes twice, 32 bits, musl, the newest clang.

    full.py [--cache DIR] [ROUTE...]      routes: debs chroot reproducible bits32 musl clang; without any, all of them

As root on Debian, with the packages that tools/test.sh full installs. Downloads and base systems are kept in --cache."""
import argparse
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import routes_clang  # noqa: E402
import routes_debian  # noqa: E402
import routes_other  # noqa: E402


ROUTES = {
    "debs": routes_debian.debs,
    "chroot": routes_debian.chroot,
    "reproducible": routes_debian.reproducible,
    "bits32": routes_other.bits32,
    "musl": routes_other.musl,
    "clang": routes_clang.newest,
}


def go(name, cache):
    begun = time.monotonic()
    try:
        said, good = ROUTES[name](cache), True
    except AssertionError as error:
        said, good = str(error), False
    print(f"{name}: {'ok' if good else 'FAILED'} ({time.monotonic() - begun:.0f} s) {said}", flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path("build-test/packages"))
    parser.add_argument("route", nargs="*", choices=[*ROUTES, []])
    asked = parser.parse_args()
    cache = asked.cache.absolute()
    (cache / "work").mkdir(parents=True, exist_ok=True)
    results = [go(name, cache) for name in asked.route or ROUTES]
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
