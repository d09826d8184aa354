# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Programs beside a trust store that knows the bench's authority, by turns, each as a process of its own.

Called again inside a mount namespace, where a copy of the system's store with one authority more lies over /etc/ssl/certs; nothing of
the system is changed. Prints {"name": [{"cpu_ms", "wall_ms", "line"}, ...]}.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

STORE = "/etc/ssl/certs"


def make_store(directory):
    """A copy of the store with the authority in the bundle and under its hash."""
    store = pathlib.Path(directory) / "certs"
    if store.exists():
        return store
    shutil.copytree(STORE, store, symlinks=True)
    authority = (pathlib.Path(directory) / "ca.pem").read_text()
    bundle = store / "ca-certificates.crt"
    text = bundle.read_text()
    bundle.unlink()
    bundle.write_text(text + authority)
    name = subprocess.run(["openssl", "x509", "-hash", "-noout"], input=authority, capture_output=True, text=True, check=True).stdout.strip()
    (store / (name + ".0")).write_text(authority)
    return store


def inside(directory, rounds, commands):
    """Runs this file with the store in place; None where that is not allowed, RuntimeError when a program fails."""
    if not shutil.which("unshare") or not os.path.exists(STORE + "/ca-certificates.crt"):
        return None
    store = make_store(directory)
    script = 'mount --bind "$1" "$2" || exit 77; shift 2; exec "$@"'
    done = subprocess.run(["unshare", "-rm", "sh", "-c", script, "sh", str(store), STORE, sys.executable, __file__, str(rounds), json.dumps(commands)],
                          capture_output=True, text=True, timeout=900)
    if done.returncode == 77 or "unshare failed" in done.stderr:
        return None
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip()[-300:])
    return json.loads(done.stdout)


def run_once(command):
    began = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    line = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {child.returncode}: {child.stderr.read()}")
    child.stdout.close()
    child.stderr.close()
    return {"cpu_ms": (used.ru_utime + used.ru_stime) * 1e3, "wall_ms": (time.perf_counter() - began) * 1e3, "line": json.loads(line)}


def main():
    rounds, commands = int(sys.argv[1]), json.loads(sys.argv[2])
    results = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name in sorted(commands, reverse=turn % 2 == 1):
            one = run_once(commands[name])
            if turn:
                results[name].append(one)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
