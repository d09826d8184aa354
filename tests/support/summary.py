# SPDX-License-Identifier: MIT
"""Adds up the test logs of several Meson builds: one line, and exit status 1 when anything failed or nothing ran."""
import json
import sys


def results(paths):
    for path in paths:
        with open(path, encoding="utf-8") as log:
            for line in log:
                yield json.loads(line)["result"]


def main(paths):
    seen = list(results(paths))
    skipped = seen.count("SKIP")
    passed = sum(r in ("OK", "EXPECTEDFAIL") for r in seen)
    failed = len(seen) - passed - skipped
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
