# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""What run.py is made of: the library's facts, a simulator with eight campaigns, and judges that say what is wrong in sentences."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess

import simlib

CHECKS = ["version", "config", "validate", "plan", "apply", "token", "callback", "batch", "error", "exception"]
CAMPAIGNS = [f"c{i}" for i in range(1, 9)]
BEFORE = 150
MOST = {"c1": 1, "c2": 2, "c3": 1, "c4": 1, "c5": 1}  # updates by the ten checks: others must not stand in for them; one token may serve two
PAGE_SERVER = "http://127.0.0.1:8080"
TIMEOUT_S = 400  # against hanging for ever
RESULT = re.compile(r"(ok|not ok) (\d+) - (\w+)(.*)")


class Failed(Exception):
    def __init__(self, problems):
        super().__init__("; ".join(problems))
        self.problems = problems


class Skipped(Exception):
    pass


# ------------------------------------------------------------ the library

def pkg_config(*options):
    try:
        done = subprocess.run(["pkg-config", *options, "cxdialer"], capture_output=True, text=True)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def facts():
    """From the environment where it says so, else of the installed library."""
    def named(variable, otherwise):
        return os.environ.get(variable) or otherwise()
    lib_dir = named("CXDIALER_LIB_DIR", lambda: pkg_config("--variable=libdir"))
    include = named("CXDIALER_INCLUDE", lambda: pkg_config("--variable=includedir"))
    found = {
        "CXDIALER_LIB_DIR": lib_dir,
        "CXDIALER_INCLUDE": include,
        "LIBCXDIALER": named("LIBCXDIALER", lambda: f"{lib_dir}/libcxdialer.so.1"),
        "CXDIALER_CDEF": named("CXDIALER_CDEF", lambda: pkg_config("--variable=cdef") or f"{include}/cxdialer/cxdialer.cdef.h"),
        "CXDIALER_SIM": named("CXDIALER_SIM", lambda: shutil.which("cxdialer-sim") or ""),
    }
    if not os.path.exists(found["CXDIALER_CDEF"]):
        del found["CXDIALER_CDEF"]  # only some languages read it
    for name, path in found.items():
        if not path or not os.path.exists(path):
            raise SystemExit(f"run.py: {name} is {path!r}: install the library (pkg-config cxdialer, cxdialer-sim in PATH) or name its parts")
    os.environ["CXDIALER_SIM"] = found["CXDIALER_SIM"]
    return found


def simulator(folder):
    path = folder / "campaigns.json"
    path.write_text(json.dumps([simlib.sample(id=name, name=name, status="paused", maxConcurrentCalls=BEFORE) for name in CAMPAIGNS]))
    return simlib.Sim("--campaigns", str(path), "--rate", "0")


def environment(facts, sim, folder, audit):
    env = {name: value for name, value in os.environ.items() if not name.startswith("CXDIALER_")}
    searched = [facts["CXDIALER_LIB_DIR"], env.get("LD_LIBRARY_PATH", "")]
    env.update(facts, LD_LIBRARY_PATH=":".join(filter(None, searched)), HERE=str(pathlib.Path(__file__).parent))
    del env["CXDIALER_SIM"]
    env.update({
        "CXDIALER_API_BASE_URL": sim.url, "CXDIALER_AUTH_CLIENT_ID": "demo-client", "CXDIALER_AUTH_CLIENT_SECRET": "demo-secret",
        "CXDIALER_AUDIT_PATH": str(audit), "CXDIALER_RATE_LIMIT": "0", "CXDIALER_VALIDATE_JURISDICTION": "UNRESTRICTED",
        "CXDIALER_FFI_DIR": str(folder), "PYTHONDONTWRITEBYTECODE": "1",
    })
    return env


# ------------------------------------------------------------ processes

def run(command, env, folder):
    """In a process group of its own, which is ended as a whole when it hangs."""
    process = subprocess.Popen(command, env=env, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               errors="replace", start_new_session=True)
    try:
        out, err = process.communicate(timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        err += "\n(it hung and was ended)"
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def first_line(shell):
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, env={**os.environ, "HERE": str(pathlib.Path(__file__).parent)})
    return (done.stdout.strip().splitlines() or ["?"])[0]


def reason(tap):
    """The last line of a run.sh that ended with 77."""
    return (tap.strip().splitlines() or ["run.sh did not say why"])[-1].removeprefix("skipped: ")


# ------------------------------------------------------------ judges

def results(tap):
    return [match.groups() for match in map(RESULT.fullmatch, tap.splitlines()) if match]


def tap_problems(tap):
    """The ten checks by name, in order, all "ok"; a language may have more behind them."""
    found = results(tap)
    problems = [f"{state} {number} - {name}{rest}" for state, number, name, rest in found if state != "ok" or "# skip" in rest.lower()]
    numbers = [int(number) for _, number, _, _ in found]
    if numbers != list(range(1, len(found) + 1)):
        problems.append(f"the checks are numbered {numbers}")
    names = [name for _, _, name, _ in found]
    for i, name in enumerate(CHECKS):
        if names[i:i + 1] != [name]:
            problems.append(f"check {i + 1} should be {name!r} and is {names[i] if i < len(names) else 'missing'!r}")
    last = (tap.strip().splitlines() or [""])[-1]
    if last != f"1..{len(found)}":
        problems.append(f"the last line is {last!r} and not '1..{len(found)}'")
    return problems


def heading():
    return row("language", "version", CHECKS)


def row(language, version, cells):
    """Of the table: a column for each of the ten checks, and how many more a language has."""
    widths = [max(len(name), len("NOT OK")) for name in CHECKS]
    line = f"{language:<8} {version[:30]:<30} " + " ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths))
    more = len(cells) - len(CHECKS)
    return line.rstrip() + (f" and {more} more" if more > 0 else "")


def cells(tap):
    return [state.replace("not ok", "NOT OK") for state, _, _, _ in results(tap)]


def path_of(name):
    return f"{simlib.COLLECTION}/{name}"


def effect_problems(state, requests):
    """What a suite cannot have done without: each check that says it reached the server must be seen there."""
    return value_problems(state) + request_problems(requests)


def value_problems(state):
    values = {campaign["id"]: campaign["document"]["maxConcurrentCalls"] for campaign in state["campaigns"]}
    problems = [] if values["c1"] == 120 else [f"apply: c1 has {values['c1']} concurrent calls and not 120"]
    for check, names in (("token", ["c2"]), ("batch", ["c3", "c4", "c5"])):
        problems += [f"{check}: {name} is as it was" for name in names if values[name] == BEFORE]
    again = [campaign["id"] for campaign in state["campaigns"] if campaign["applied"] > MOST.get(campaign["id"], campaign["applied"])]
    if again:
        problems.append(f"{again} were changed too often; what a suite does beside the ten checks it does with c6, c7 and c8")
    # apply, token, callback, exception, three items of one batch and one at least of another
    if state["applied_total"] < 8:
        problems.append(f"{state['applied_total']} updates were applied; the ten checks make 8 at least")
    return problems


def request_problems(requests):
    problems = []
    of_c1 = [request["method"] for request in requests if request["path"] == path_of("c1")]
    before = of_c1[:of_c1.index("PUT")] if "PUT" in of_c1 else of_c1
    if len(before) < 2:
        problems.append(f"plan: c1 was read {len(before)} times before it was written; plan and apply both read it")
    if not any(request["method"] == "POST" and own(request) for request in requests):
        problems.append("token: no token was fetched by the language itself")
    if not any(request["method"] == "GET" and request["status"] == 404 and request["path"].startswith(simlib.COLLECTION) for request in requests):
        problems.append("error: no campaign was asked for that does not exist")
    return problems


def own(request):
    """Whether it was sent by something else than the library."""
    agent = next((value for name, value in request["headers"].items() if name.lower() == "user-agent"), "")
    return not agent.startswith("libcxdialer")


def program_problems(done, state):
    problems = [] if done.returncode == 0 else [f"the program ended with {done.returncode}: {done.stdout}{done.stderr}"]
    changed = [campaign["id"] for campaign in state["campaigns"] if campaign["document"]["maxConcurrentCalls"] != BEFORE]
    if changed != ["c6"]:
        problems.append(f"the program was to change c6; changed are {changed}")
    return problems


def refusal_problems(done):
    said = done.stdout + done.stderr
    problems = [] if done.returncode not in (0, None) and done.returncode > 0 else [f"the program ended with {done.returncode} for a campaign that does not exist"]
    if "CXD_E_NOT_FOUND" not in said:
        problems.append(f"the program does not name CXD_E_NOT_FOUND for a campaign that does not exist: {said!r}")
    return problems


def instructions(page, command):
    """Of a page: the name to save the program under, the program, the commands, and what they print if the page says so. What installs
    packages is left out."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    program = next((text for _, text in blocks if text.count("\n") > 40), "")
    commands = "".join(text for language, text in blocks if language == "sh")
    kept = [line for line in commands.splitlines() if not re.match("apt-get|npm|pip", line)]
    names = re.findall(r"\b\w+\.(?:py|mjs|go|lua|rb|pl|rs|java|php)\b", "\n".join(kept))
    if not names or PAGE_SERVER not in commands:
        raise Failed([f"the page does not say how to run its program with the server {PAGE_SERVER}"])
    kept = [re.sub(r"^python3 ", command + " ", line) if command else line for line in kept]
    return names[0], program, "\n".join(kept), next((text for language, text in blocks if not language), None)


def newcomer(facts):
    """The library is where the loader looks, and pkg-config knows it. A build directory has no header installed that it could name."""
    env = {name: value for name, value in os.environ.items() if "CXDIALER" not in name}
    env.update(LD_LIBRARY_PATH=facts["CXDIALER_LIB_DIR"], HERE=str(pathlib.Path(__file__).parent))
    if "CXDIALER_CDEF" in os.environ:
        env["CXDIALER_CDEF"] = os.environ["CXDIALER_CDEF"]
    return env


def follow_problems(done, printed, document):
    problems = [] if done.returncode == 0 else [f"who follows the page gets the exit code {done.returncode}: {done.stdout}{done.stderr}"]
    if printed not in (None, done.stdout):
        problems.append(f"the page shows the output {printed!r} and it is {done.stdout!r}")
    if document["maxConcurrentCalls"] != 120:
        problems.append(f"who follows the page has {document['maxConcurrentCalls']} concurrent calls at the server and not 120")
    return problems


def page_problems(page, program):
    problems = [] if program.count("\n") < 80 else [f"the program has {program.count(chr(10))} lines; 79 are the most"]
    blocks = re.findall(r"^```[a-z]*\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    if program not in blocks:
        problems.append("the page does not show the program as it is: " + difference(blocks, program))
    return problems


def difference(blocks, program):
    """The first line that differs, in the block that is most like it."""
    lines = program.splitlines()
    closest = max((block.splitlines() for block in blocks), key=lambda block: len(set(block) & set(lines)), default=[])
    for i, line in enumerate(lines):
        if closest[i:i + 1] != [line]:
            return f"line {i + 1} is {line!r} and on the page {closest[i] if i < len(closest) else 'nothing'!r}"
    return f"the page has {len(closest) - len(lines)} lines more"
