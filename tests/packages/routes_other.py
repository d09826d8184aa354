# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Other machines and other C libraries: 32 bits with the real dependencies, and musl as far as Debian has what it needs."""
import concurrent.futures
import os
import pathlib
import re
import shutil

from staging import CONSUMER, LINE, ROOT, must, run

NEEDS = ["libc6-dev", "libcurl4-openssl-dev", "libjansson-dev", "libssl-dev", "check", "libmicrohttpd-dev"]
LONG = 1500


def i386_files(cache):
    """The -dev packages of the other architecture, unpacked beside this system: installed, some would push out those that are here."""
    root = cache / "i386"
    if (root / "complete").exists():
        return root
    shutil.rmtree(root, ignore_errors=True)
    state = cache / "work/i386-apt"
    for folder in [root, state / "lists/partial", state / "cache/archives/partial"]:
        folder.mkdir(parents=True, exist_ok=True)
    (state / "status").write_text("")
    apt = ["apt-get", "-qq", "-y", f"-oDir::State::lists={state}/lists", f"-oDir::State::status={state}/status", f"-oDir::Cache={state}/cache",
           "-oAPT::Architecture=i386", "-oAPT::Architectures::=i386", "-oDebug::NoLocking=1", "-oAPT::Sandbox::User=root"]
    run(*apt, "update", timeout=LONG)
    must(*apt, "--no-install-recommends", "--download-only", "install", *NEEDS, timeout=LONG)
    for package in sorted((state / "cache/archives").glob("*.deb")):
        must("dpkg-deb", "-x", package, root)
    (root / "complete").touch()
    return root


def runner(root):
    """Nothing where this machine runs such programs itself."""
    native = run(root / "lib/ld-linux.so.2", "--version")
    return [] if native.returncode == 0 else ["qemu-i386", "-L", str(root)]


def can_run(root):
    try:
        return runner(root)
    except OSError:
        return ["qemu-i386", "-L", str(root)]


CROSS = """[binaries]
c = {compiler}
ar = 'ar'
strip = 'strip'
pkgconfig = 'pkg-config'
{wrapper}
[properties]
sys_root = '{root}'
pkg_config_libdir = '{root}/usr/lib/i386-linux-gnu/pkgconfig:{root}/usr/share/pkgconfig'
[built-in options]
c_args = ['--sysroot={root}']
c_link_args = ['--sysroot={root}']
[host_machine]
system = 'linux'
cpu_family = 'x86'
cpu = 'i686'
endian = 'little'
"""


def cross_file(cache, root):
    wrapper = can_run(root)
    compiler = [*(["ccache"] if shutil.which("ccache") else []), "gcc", "-m32"]
    file = cache / "i386.ini"
    file.write_text(CROSS.format(root=root, compiler=compiler, wrapper=f"exe_wrapper = {wrapper}" if wrapper else ""))
    return file


# Numbers, sizes, times and formats. Those that watch forks, or stand in for system calls of 64-bit machines, are not about 32 bits.
CHECKED = ["abi", "buf", "config_table", "core_heed", "error", "tz"]


def check_program(build, name, wrapper):
    done = run(*wrapper, build / f"tests/unit/test_{name}", timeout=LONG, env={"CK_FORK": "no", "CXDIALER_SOURCE": str(ROOT)})
    if done.returncode != 0:
        raise AssertionError(f"test_{name}: {done.stdout[-2000:]}{done.stderr[-500:]}")


def bits32(cache):
    root = i386_files(cache)
    wrapper = can_run(root)
    build = cache / "work/bits32"
    if not (build / "build.ninja").exists():
        must("meson", "setup", build, ROOT, "--cross-file", cross_file(cache, root), "--werror", "-Dbuildtype=debug", "-Doptimization=0")
    must("ninja", "-C", build, "libcxdialer.so.1.0.0", "tools/sim/cxdialer-sim", "tools/cli/cxdialer", *[f"tests/unit/test_{name}" for name in CHECKED], timeout=LONG)
    for name in CHECKED:
        check_program(build, name, wrapper)
    return f"library and programs built, {len(CHECKED)} programs of unit tests passed, run by {wrapper[0] if wrapper else 'this machine'}"


def musl_headers(cache):
    """Headers of what the library includes, without those of glibc beside them. They are C and do not depend on the C library."""
    folder = cache / "work/musl/include"
    shutil.rmtree(folder.parent, ignore_errors=True)
    folder.mkdir(parents=True)
    # linux and asm are the kernel's, for any C library.
    for name in ["curl", "openssl", "linux", "asm", "asm-generic"]:
        for top in ["/usr/include", "/usr/include/x86_64-linux-gnu"]:
            if pathlib.Path(top, name).is_dir():
                shutil.copytree(f"{top}/{name}", folder / name, dirs_exist_ok=True)
    for name in ["jansson.h", "jansson_config.h"]:
        shutil.copy(next(path for top in ["/usr/include", "/usr/include/x86_64-linux-gnu"] if (path := pathlib.Path(top, name)).exists()), folder)
    return folder


def library_sources(cache):
    table = cache / "work/musl/jurisdictions.c"
    must("python3", ROOT / "lib/validate/embed.py", ROOT / "data/jurisdictions.json", table, "cxd__hours_builtin", "validate/hours_table.h")
    return [*sorted((ROOT / "lib").rglob("*.c")), table]


def musl_object(source, folder, include):
    target = folder / (str(source.relative_to(source.anchor)).replace("/", "_") + ".o")
    done = run("musl-gcc", "-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-ffunction-sections", "-fdata-sections", "-DCXD_STATIC", '-DCXD__VERSION="0.1.0"', f"-I{ROOT}/include", f"-I{ROOT}/lib", f"-I{include}",
               "-c", source, "-o", target)
    return target, done.stderr if done.returncode else ""


def musl(cache):
    include = musl_headers(cache)
    folder = include.parent
    sources = library_sources(cache)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        made = list(pool.map(lambda source: musl_object(source, folder, include), sources))
    faults = [text for _, text in made if text]
    if faults:
        raise AssertionError("\n".join(faults)[:4000])
    return f"{len(made)} sources of the library compile without a warning; {musl_runs(folder, [target for target, _ in made])}"


def musl_runs(folder, objects):
    """A document is made and changed by the library, statically with musl. What talks to libcurl, jansson and libcrypto is not linked: Debian has none for musl."""
    must("ar", "rcsD", folder / "libcxdialer.a", *objects)
    program = folder / "versions"
    must("musl-gcc", "-static", "-DCXD_STATIC", f"-I{ROOT}/include", CONSUMER / "versions.c", "-o", program, "-Wl,--gc-sections", folder / "libcxdialer.a")
    said = must(program)
    if said != LINE:
        raise AssertionError(said)
    return "a static program with its documents runs"
