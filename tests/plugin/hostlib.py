# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Runs the host programs of this folder and reads what they say.

LIBCXDIALER names the shared library, CXDIALER_HOSTS the folder of the programs, CXDIALER_SIM the simulator.
"""
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "net"))
from simlib import COLLECTION, Sim, sample  # noqa: E402,F401

LIBRARY = os.environ["LIBCXDIALER"]
HOSTS = pathlib.Path(os.environ["CXDIALER_HOSTS"])
FULL = os.environ.get("CXDIALER_FULL") == "1"
SANITIZED = os.environ.get("CXDIALER_SANITIZED") == "1"
HANG_S = 600  # against hanging for ever; nothing is measured with it
CAMPAIGNS = 20


def host(name, *args, env=None, **more):
    """The host's lines as a dictionary. It has to end well."""
    run = subprocess.run([HOSTS / name, *map(str, args)], capture_output=True, text=True, timeout=HANG_S, env={**os.environ, **(env or {})}, **more)
    if run.returncode != 0:
        raise AssertionError(f"{name} {args} ended with {run.returncode}\n{run.stdout}\n{run.stderr}")
    return dict(line.split("=", 1) for line in run.stdout.splitlines() if "=" in line)


def missing(case, what, required=True):
    """Skips a test by name; where all is to be there, that is a failure."""
    if required and os.environ.get("CI") == "1":
        case.fail(f"not here: {what}")
    case.skipTest(f"not here: {what}")


@contextlib.contextmanager
def campaigns(*options):
    """A simulator without a limit, with campaigns c-0, c-1, ... in any state the tests may leave them in."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "campaigns.json"
        file.write_text(json.dumps([sample(id=f"c-{i}", status="paused") for i in range(CAMPAIGNS)]), encoding="utf-8")
        with Sim("--rate", "0", "--campaigns", str(file), *options) as sim:
            yield sim


def certificate(folder):
    """For 127.0.0.1, signed by nobody else, and its key."""
    cert, key = str(pathlib.Path(folder) / "cert.pem"), str(pathlib.Path(folder) / "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                    "/CN=cxdialer-sim", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert], check=True, capture_output=True)
    return cert, key
