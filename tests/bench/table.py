# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Every target of performance in one table: python3 tests/bench/table.py BUILD [--quick | --smoke] [--only T1,T9]

One line for each: mark, what was measured, value, target, verdict, note. ok and MISSED are judged; void: the machine was not quiet
enough to say (the line of A against A is off); skipped: a tool is missing; reported: no target. The exit status is 1 when a target was
missed, or a program failed. --quick takes fewer rounds, --smoke as few as possible and judges counts alone.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import benchlib
import cold
from benchlib import Row, Skip, exactly, run, spread, within


class Bench:
    """Where things are, and how much of each is done."""

    def __init__(self, build, how, directory):
        self.root, self.dir, self.smoke = pathlib.Path(build).resolve(), pathlib.Path(directory), how == "smoke"
        self.programs = self.root / "tests" / "bench"
        self.how = how
        self.pairs = {"full": 400, "quick": 60, "smoke": 2}[how]
        self.rounds = {"full": 9, "quick": 3, "smoke": 1}[how]
        self.work = {"full": 2000, "quick": 1000, "smoke": 64}[how]
        self.peers = None

    def program(self, name):
        return self.programs / ("bench-" + name)

    def log(self):
        """The path of an audit log that is not there yet."""
        for old in self.dir.glob("audit*.log*"):
            old.unlink()
        return self.dir / "audit.log"

    def batch(self, base, count, in_flight, *options):
        return run(self.program("batch"), base, count, in_flight, self.dir, *options)

    def pair(self, base, *options, in_flight=32):
        log = self.log()
        return run(self.program("pair"), base, self.pairs, in_flight, self.dir, f"log={log}", f"block={16 if self.smoke else 64}", *options)

    def judge(self, verdict):
        """Times and sizes say nothing in a smoke test."""
        return "reported" if self.smoke else verdict


def is_void(pair):
    return abs(pair["aa"][0] - 1) > benchlib.AA_LIMIT


def pair_row(bench, mark, what, pair, most):
    median, low, high = pair["ratio"]
    note = f"[{low:.3f}, {high:.3f}], A/A {pair['aa'][0]:.3f}, {pair['a_us']:.1f} -> {pair['b_us']:.1f} us"
    return Row(mark, what, f"{median:.3f}x", f"<= {most:.2f}x", bench.judge(within(median, most=most, void=is_void(pair))), note)


# ------------------------------------------------------------------ T1, T2, T3, T13: the cost of one update

def cost_pairs(bench, server):
    for mark, options, most in (("T1", [], 1.00), ("T3", ["merge"], 1.10)):
        for way in ("plain", "tls"):
            for audit in ("off", "none"):
                what = f"CPU of a batch, {'merge' if options else 'replace'}, {way}, audit {'off' if audit == 'off' else 'on, sync apart'}, to curl_multi"
                yield pair_row(bench, mark, what, bench.pair(getattr(server, way), "a=raw", "b=batch", f"audit={audit}", *options), most)


def host_loop(bench, server):
    yield pair_row(bench, "T13", "CPU of a loop of the host's to cxd_batch_run", bench.pair(server.plain, "a=batch", "b=loop"), 1.05)
    yield pair_row(bench, "-", "CPU of next_event to cxd_batch_run", bench.pair(server.plain, "a=batch", "b=events"), 1.05)


def own_cost(bench, server):
    pair = bench.pair(server.plain, "a=tuned", "b=batch")
    own = pair["b_us"] - pair["a_us"]
    yield Row("T2", "own CPU of a PUT above libcurl, same options", f"{own:.2f} us", "<= 3 us", bench.judge(within(own, most=3, void=is_void(pair))), f"A/A {pair['aa'][0]:.3f}")
    done = bench.batch(server.plain, bench.work, 32, f"warm={min(bench.work, 256)}")
    each = done["own_allocs"] / bench.work
    yield Row("T2", "own allocations of a PUT, warm", f"{each:.2f}", "<= 2", bench.judge(within(each, most=2)), f"with libcurl and all: {done['allocs'] / bench.work:.2f}")


def instructions(bench, server):
    if bench.smoke:
        raise Skip("not in a smoke test")
    short, long = (128, 512) if bench.how == "quick" else (256, 1280)

    def batch(audit):
        return lambda count: [bench.program("batch"), server.plain, count, 32, bench.dir, f"audit={audit}", f"log={bench.log()}"]
    floor = sum(benchlib.slope(bench.dir, lambda count: [bench.program("raw"), server.plain, count, 32, bench.dir, "tuned"], short, long).values())
    for audit, most in (("off", 6000), ("none", 15000)):
        costs = benchlib.slope(bench.dir, batch(audit), short, long)
        sha = sum(cost for (where, _), cost in costs.items() if where.startswith("libcrypto"))
        own = sum(costs.values()) - sha - floor
        by_object = ", ".join(f"{where} {cost:,.0f}" for where, cost in largest(costs, by=0, most=3))
        top = ", ".join(f"{name} {cost:,.0f}" for (where, name), cost in sorted(costs.items(), key=lambda c: -c[1]) if where.startswith("libcxdialer"))
        yield Row("T2", f"own instructions of a PUT, audit {audit}", f"{own:,.0f}", f"<= {most:,}", within(own, most=most),
                  f"libcurl alone {floor:,.0f}, SHA {sha:,.0f}; {by_object}; most: {', '.join(top.split(', ')[:4])}")


def largest(costs, by, most):
    sums = {}
    for key, cost in costs.items():
        sums[key[by]] = sums.get(key[by], 0) + cost
    return sorted(sums.items(), key=lambda item: -item[1])[:most]


# ------------------------------------------------------------------ T4, T5: other clients

def peers_of(bench):
    """name: (command in front of the arguments, options behind, most in flight, environment); or why it is missing."""
    peers, here = {"cxdialer": ([bench.program("batch")], [], 1024, {}), "curl_multi": ([bench.program("raw")], [], 1024, {})}, benchlib.HERE / "peers"
    go = build_go(bench)
    for name, options, most in (("go", [], 1024), ("go-sequential", ["sequential"], 1)):
        peers[name] = ([go], options, most, {}) if go else "no go here (Debian: golang-go)"
    undici = find_undici(bench)
    peers["undici"] = (["node", here / "undici_pool.mjs"], [], 1024, {"UNDICI": str(undici)}) if undici else "no node with undici here (Debian: nodejs npm)"
    peers["http.client"] = ([sys.executable, here / "http_client.py"], [], 1, {})
    return peers


def build_go(bench):
    if not shutil.which("go"):
        return None
    target = bench.dir / "client-go"
    environment = {**os.environ, "GOCACHE": str(bench.programs / "go-cache"), "GO111MODULE": "off", "CGO_ENABLED": "0"}
    done = subprocess.run(["go", "build", "-o", target, benchlib.HERE / "peers" / "client.go"], env=environment, capture_output=True, timeout=600)
    return target if done.returncode == 0 else None


def find_undici(bench):
    """From UNDICI, a directory with node_modules/undici, or fetched into the build directory; never for a smoke test."""
    if not shutil.which("node"):
        return None
    for place in (os.environ.get("UNDICI"), bench.programs / "undici"):
        if place and (pathlib.Path(place) / "node_modules" / "undici").is_dir():
            return pathlib.Path(place)
    if bench.smoke or not shutil.which("npm"):
        return None
    place = bench.programs / "undici"
    place.mkdir(exist_ok=True)
    done = subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", place, "undici@6"], capture_output=True, timeout=300)
    return place if done.returncode == 0 else None


def measure_peers(bench, base, names, in_flight, extra=()):
    """{name: [(cpu_us, wall_us) of one PUT, ...]} of whole processes that take turns."""
    bench.peers = bench.peers or peers_of(bench)
    found = {name: bench.peers[name] for name in names if not isinstance(bench.peers[name], str) and in_flight <= bench.peers[name][2]}
    values = {name: [] for name in found}
    for turn in range(bench.rounds):
        for name in sorted(found, reverse=turn % 2 == 1):
            command, options, _, environment = found[name]
            count = max(bench.work // (8 if name == "go-sequential" else 1), 8)
            done = run(*command, base, count, in_flight, bench.dir, *options, *(extra if name in ("cxdialer", "curl_multi") else ()), env={**os.environ, **environment})
            if done["ok"] != count:
                raise RuntimeError(f"{name}: {done['ok']} of {count} PUTs answered 200")
            values[name].append((done["cpu_us"] / count, done["wall_us"] / count))
    return values


def ratios(values, theirs, what):
    return spread([other[what] / own[what] for own, other in zip(values["cxdialer"], values[theirs])])


TARGETS = {("go", "plain", 32): ("T4", 1, 1.25), ("go", "tls", 32): ("T4", 1, 1.0), ("go-sequential", "plain", 1): ("T5", 0, 4), ("go-sequential", "tls", 1): ("T5", 0, 10)}


def peer_rows(bench, way, values, in_flight):
    own = spread([1e6 / wall for _, wall in values["cxdialer"]])
    yield Row("-", f"updates/s, {way}, {in_flight} in flight", f"{own[0]:,.0f}", note=f"[{own[1]:,.0f}, {own[2]:,.0f}], CPU {spread([cpu for cpu, _ in values['cxdialer']])[0]:.1f} us")
    for name in values:
        if name == "cxdialer":
            continue
        mark, what, least = TARGETS.get((name, way, in_flight), ("-", 1, None))
        wall, cpu = ratios(values, name, 1), ratios(values, name, 0)
        shown, other, label = (wall, cpu, "updates/s") if what == 1 else (cpu, wall, "times less CPU")
        verdict = bench.judge(within(shown[0], least=least)) if least else "reported"
        yield Row(mark, f"{label} to {name}, {way}, {in_flight} in flight", f"{shown[0]:.2f}x", f">= {least:.2f}x" if least else "-", verdict,
                  f"[{shown[1]:.2f}, {shown[2]:.2f}], {'CPU' if what == 1 else 'updates/s'} {other[0]:.2f}x, {spread([1e6 / w for _, w in values[name]])[0]:,.0f}/s")


def other_clients(bench, server):
    bench.peers = bench.peers or peers_of(bench)
    for name, why in bench.peers.items():
        if isinstance(why, str):
            yield Row("-", f"other client: {name}", "-", verdict="skipped", note=why)
    flights = {"full": (1, 8, 32, 128), "quick": (1, 32), "smoke": (1,)}[bench.how]
    for way in ("plain", "tls"):
        for in_flight in flights:
            yield from peer_rows(bench, way, measure_peers(bench, getattr(server, way), list(bench.peers), in_flight), in_flight)


def over_http2(bench, server):
    with benchlib.http2_front(server, bench.dir) as base:
        for in_flight in (1, 8, 32, 128) if bench.how == "full" else (32,):
            values = {}
            for turn in range(bench.rounds):
                for name, options in sorted((("cxdialer", ["version=2"]), ("curl_multi", ["http2"])), reverse=turn % 2 == 1):
                    program = bench.program("batch" if name == "cxdialer" else "raw")
                    done = run(program, base, bench.work, in_flight, bench.dir, *options)
                    values.setdefault(name, []).append((done["cpu_us"] / bench.work, done["wall_us"] / bench.work))
            yield from peer_rows(bench, "h2", values, in_flight)


# ------------------------------------------------------------------ T5, T8, T14: what can be counted

def counts(bench, server):
    server.counts()
    done = bench.batch(server.plain, 200, 1)
    seen = server.counts()
    for what, wanted in (("connections", 1), ("tokens", 1), ("puts", 200)):
        yield Row("T5", f"{what} for 200 PUTs one after the other", str(seen[what]), f"= {wanted}", exactly(seen[what], wanted))
    done = bench.batch(server.plain, 256, 32, "merge", "threads")
    more = server.counts()
    yield Row("T14", "Expect headers", str(seen["expects"] + more["expects"]), "= 0", exactly(seen["expects"] + more["expects"], 0))
    yield Row("T14", "threads while a batch of 256 runs", str(done["threads"]), "= 1", exactly(done["threads"], 1))
    for what, wanted in (("connections", 32), ("tokens", 1), ("gets", 256), ("puts", 256), ("refused", 0), ("unknown", 0)):
        yield Row("T14", f"{what} for 256 merges, 32 in flight", str(more[what]), f"= {wanted}", exactly(more[what], wanted))
    bench.batch(server.tls, 32, 32, "batches=100")
    seen = server.counts()
    yield Row("T8", "TLS connections for 100 batches of 32", str(seen["connections"]), "<= 32", within(seen["connections"], most=32))
    yield Row("T8", "updates applied by them", str(seen["puts"]), "= 3200", exactly(seen["puts"], 3200))


def commits(bench, server):
    count = 256
    calls = benchlib.syscalls(bench.program("batch"), server.plain, count, 32, bench.dir, "audit=record", f"log={bench.log()}")
    syncs, turns = calls.get("fdatasync", 0), calls.get("epoll_wait", 0) + calls.get("epoll_pwait", 0)
    yield Row("T11", f"commits for {2 * count} records", str(syncs), f"<= {turns} turns", bench.judge(within(syncs, most=turns)), "one fdatasync for each wait at most")
    clones = sum(calls.get(name, 0) for name in ("clone", "clone3", "fork", "vfork"))
    yield Row("T14", "threads and processes started", str(clones), "= 0", exactly(clones, 0))
    every = ", ".join(f"{name} {number / count:.2f}" for name, number in sorted(calls.items(), key=lambda c: -c[1])[:8])
    yield Row("-", "system calls of an audited PUT", f"{sum(calls.values()) / count:.1f}", note=every)


# ------------------------------------------------------------------ T6, T7, T8, T9

def far_away(bench, _):
    delay, in_flight = 20, 32
    count = 1280 if not bench.smoke else 64
    least = -(-count // in_flight) * delay
    with benchlib.stub(bench.programs, bench.dir, delay) as server:
        own = [bench.batch(server.plain, count, in_flight, f"warm={in_flight}")["wall_us"] / 1e3 for _ in range(3 if not bench.smoke else 1)]
        bare = run(bench.program("raw"), server.plain, count, in_flight, bench.dir)["wall_us"] / 1e3
    ratio = spread(own)[0] / least
    yield Row("T6", f"{count} PUTs {delay} ms away, {in_flight} in flight, to the least time", f"{ratio:.3f}x", "<= 1.05x", bench.judge(within(ratio, most=1.05)),
              f"{', '.join(f'{ms:.0f}' for ms in own)} ms; curl_multi {bare:.0f} ms")


def cold_start(bench, server):
    if bench.smoke:
        raise Skip("not in a smoke test")
    raw, own = str(bench.program("raw")), str(bench.program("batch"))
    one, many = [server.tls, "1", "1", str(bench.dir)], [server.tls, "32", "32", str(bench.dir)]
    commands = {"one": [raw, *one], "default": [raw, *one, "no_ca"], "own": [own, *one, "no_ca", "ready_token"], "many": [own, *many, "no_ca", "ready_token"]}
    done = cold.inside(bench.dir, bench.rounds * 2 + 1, commands)
    if done is None:
        raise Skip("no mount namespace of one's own here, or no /etc/ssl/certs")
    for name, label, top, bottom, limit in (("one", "start to first PUT over TLS, system trust store, to libcurl with one CA: CPU", "own", "one", {"most": 1.15}),
                                            ("default", "libcurl with its own trust store, to ours: CPU", "default", "own", {"least": 3})):
        ratio = spread([a["cpu_ms"] / b["cpu_ms"] for a, b in zip(done[top], done[bottom])])
        target = f"<= {limit['most']:.2f}x" if "most" in limit else f">= {limit['least']}x"
        yield Row("T7", label, f"{ratio[0]:.2f}x", target, bench.judge(within(ratio[0], **limit)),
                  f"[{ratio[1]:.2f}, {ratio[2]:.2f}], {spread([r['cpu_ms'] for r in done[top]])[0]:.1f} / {spread([r['cpu_ms'] for r in done[bottom]])[0]:.1f} ms, "
                  f"wall {spread([r['wall_ms'] for r in done[top]])[0]:.1f} / {spread([r['wall_ms'] for r in done[bottom]])[0]:.1f} ms")
    cpu = spread([r["line"]["cpu_us"] / 32e3 for r in done["many"]])[0]
    peak = spread([r["line"]["peak_kb"] / 1024 for r in done["many"]])[0]
    yield Row("T8", "CPU of one of 32 TLS connections, system trust store", f"{cpu:.2f} ms", "<= 2 ms", bench.judge(within(cpu, most=2)))
    yield Row("T8", "peak RSS with 32 TLS connections", f"{peak:.1f} MB", "<= 16 MB", bench.judge(within(peak, most=16)))


def growth(bench, server, few, many, *options):
    """Results of few and of many items that are kept, and the ratio of CPU an item. As much work on both sides: many batches of few, one of many."""
    batches, times = 1 if bench.smoke else 10, {few: [], many: []}
    for _ in range(1 if bench.smoke else 3):
        small = bench.batch(server.plain, few, 32, "keep", f"warm={few}", f"batches={batches}", *options)
        big = bench.batch(server.plain, many, 32, "keep", f"warm={few}", *options)
        times[few].append(small["cpu_us"] / (few * batches))
        times[many].append(big["cpu_us"] / many)
    return small, big, min(times[few]), min(times[many])


def memory(bench, server):
    few, many = {"full": (1000, 100000), "quick": (1000, 20000), "smoke": (64, 640)}[bench.how]
    for mode, options in (("merge", ["merge"]), ("replace", [])):
        small, big, at_first, at_last = growth(bench, server, few, many, *options)
        each = (big["rss_kb"] - small["rss_kb"]) * 1024 / (many - few)
        live = (big["live_bytes"] - small["live_bytes"]) / (many - few)
        judged = bench.judge(within(each, most=300)) if mode == "merge" else "reported"
        yield Row("T9", f"memory of a finished item, {mode}, {few:,} to {many:,} items", f"{each:.0f} B", "<= 300 B", judged,
                  f"allocated {live:.0f} B; peak {big['peak_kb'] / 1024:.1f} MB with all texts waiting" + ("" if options else "; the diff of a whole document is part of its result"))
        ratio = at_last / at_first
        yield Row("T9", f"CPU of an item, {mode}, {many:,} items to {few:,}", f"{ratio:.3f}x", "<= 1.10x", bench.judge(within(ratio, most=1.1)), f"{at_first:.1f} -> {at_last:.1f} us")
    pairs = [(bench.batch(server.plain, few, 32)["dirty_kb"], run(bench.program("raw"), server.plain, few, 32, bench.dir)["dirty_kb"]) for _ in range(bench.rounds)]
    above = spread([ours - theirs for ours, theirs in pairs])
    yield Row("T9", "private dirty memory above libcurl's loop", f"{above[0]:.0f} KB", "<= 300 KB", bench.judge(within(above[0], most=300)), f"[{above[1]:.0f}, {above[2]:.0f}], {few:,} items")


def size(bench, _):
    benchlib.need("strip")
    library = next(path for path in sorted(bench.root.glob("libcxdialer.so.*")) if path.is_file() and not path.is_symlink())
    bare = bench.dir / "stripped.so"
    subprocess.run(["strip", "-o", bare, library], check=True)
    kib = bare.stat().st_size / 1024
    yield Row("T9", "stripped library", f"{kib:.0f} KiB", "<= 300 KiB", bench.judge(within(kib, most=300)))


# ------------------------------------------------------------------ T10, T11, T12: programs of their own

OWN_PROGRAMS = (("T10", "check", []), ("T10", "hours", []), ("T11", "audit", []), ("T12", "makespan", []))


def own_programs(bench, _):
    if bench.smoke:
        raise Skip("tests of their own run them")
    for mark, name, arguments in OWN_PROGRAMS:
        done = subprocess.run([bench.program(name), *arguments], capture_output=True, text=True, cwd=bench.dir, timeout=600)
        if done.returncode not in (0, 1, 77):
            yield Row(mark, "bench-" + name, "-", verdict="failed", note=(done.stderr or done.stdout)[-200:])
        for line in done.stdout.splitlines():
            yield from read_line(mark, line, void=done.returncode == 77)


def read_line(mark, line, void):
    """"name value target ok|MISSED more"; others, and what has no target, are left out."""
    words = line.split()
    if len(words) < 4 or words[3] not in ("ok", "MISSED", "VOID"):
        return
    verdict = "void" if void and words[3] != "ok" or words[3] == "VOID" else words[3]
    yield Row(mark, words[0], words[1], words[2], verdict, " ".join(words[4:]))


# ------------------------------------------------------------------ the table

MEASUREMENTS = (
    ("T5,T8,T14", counts), ("T11,T14", commits), ("T1,T3", cost_pairs), ("T13", host_loop), ("T2", own_cost), ("T2", instructions), ("T4,T5,peers", other_clients),
    ("peers", over_http2), ("T6", far_away), ("T7,T8", cold_start), ("T9", memory), ("T9", size), ("T10,T11,T12", own_programs),
)


def rows_of(marks, measure, bench, server):
    try:
        yield from measure(bench, server)
    except Skip as why:
        yield Row(marks, measure.__name__.replace("_", " "), "-", verdict="skipped", note=str(why))
    except (RuntimeError, OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        yield Row(marks, measure.__name__.replace("_", " "), "-", verdict="failed", note=str(error)[:300])


def show(row):
    print(f"{row.mark:<5} {row.what:<66} {row.value:>12} {row.target:>12} {row.verdict:<8} {row.note}".rstrip(), flush=True)


def fill(bench, only):
    rows = []
    with benchlib.stub(bench.programs, bench.dir) as server:
        for marks, measure in MEASUREMENTS:
            if only and not only & set(marks.split(",")):
                continue
            for row in rows_of(marks, measure, bench, server):
                rows.append(row)
                show(row)
    return rows


def summary(rows, seconds):
    verdicts = [row.verdict for row in rows]
    words = ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in ("ok", "MISSED", "failed", "void", "skipped", "reported"))
    return f"{words}; {seconds:.0f} s"


def exit_status(rows):
    return 1 if any(row.verdict in benchlib.FAILING for row in rows) else 0


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", help="the build directory")
    parser.add_argument("--quick", dest="how", action="store_const", const="quick", default="full")
    parser.add_argument("--smoke", dest="how", action="store_const", const="smoke")
    parser.add_argument("--only", default="", help="marks with commas between them: T1,T9, peers")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cxdialer-bench-", dir=os.environ.get("CXDIALER_BENCH_DIR")) as directory:
        benchlib.make_directory(pathlib.Path(directory))
        show(Row("mark", "what", "value", "target", "verdict", "note"))
        rows = fill(Bench(options.build, options.how, directory), set(filter(None, options.only.split(","))))
    print(summary(rows, time.monotonic() - began))
    return exit_status(rows)


if __name__ == "__main__":
    sys.exit(main())
