# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Debian packages: built, judged by lintian, used and removed in a clean system; and built again elsewhere, to the same bytes."""
import filecmp
import os
import pathlib
import shutil
import tarfile

from staging import CONSUMER, ROOT, must, run, source_archive

VERSION = "0.1.0"
PACKAGES = ["libcxdialer1", "libcxdialer-dev", "cxdialer", "cxdialer-sim"]
LONG = 1500 # s: other work on the machine is no failure
TOOLS = "gcc,libc6-dev,pkg-config,cmake,make,python3,nodejs"


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def unpack_source(folder):
    """As from an upstream archive, with debian/ laid over it."""
    top = f"cxdialer-{VERSION}"
    source_archive(folder / f"cxdialer_{VERSION}.orig.tar.gz", top, but=["debian/"])
    source_archive(folder / "all.tar.gz", top)
    with tarfile.open(folder / "all.tar.gz") as archive:
        archive.extractall(folder)
    (folder / "all.tar.gz").unlink()
    return folder / top


def build(folder, umask=0o022, **env):
    source = unpack_source(folder)
    env = {"DEB_BUILD_OPTIONS": f"nocheck parallel={os.cpu_count()}", **env}
    must("dpkg-buildpackage", "-us", "-uc", "-b", cwd=source, env=env, umask=umask, timeout=LONG)
    return {file.name: file for file in folder.glob("*.deb")}


def check_contents(debs):
    for name in PACKAGES:
        file = next(file for file in debs.values() if file.name.startswith(f"{name}_"))
        listing = must("dpkg-deb", "--contents", file)
        stray = [line for line in listing.splitlines() if "/usr/local/" in line or "/build" in line]
        if stray or len(listing.splitlines()) < 6:
            raise AssertionError(f"{file.name}: {listing}")


def debs(cache):
    folder = fresh(cache / "work/debs")
    built = build(folder)
    check_contents(built)
    changes = next(folder.glob("*.changes"))
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
    must(*user, "env", "HOME=/tmp", "lintian", "--fail-on", "error,warning", changes)
    return f"{len([name for name in built if 'dbgsym' not in name])} packages, lintian has nothing to say"


def reproducible(cache):
    first = {file.name: file for file in (cache / "work/debs").glob("*.deb")} or build(fresh(cache / "work/debs"))
    second = build(fresh(cache / "work/again/in/another/place"), umask=0o077, TZ="Asia/Tokyo", LANG="de_DE.UTF-8", LC_ALL="de_DE.UTF-8", DEB_BUILD_OPTIONS="nocheck parallel=1", USER="somebody")
    if sorted(first) != sorted(second):
        raise AssertionError(f"{sorted(first)} and {sorted(second)}")
    different = [name for name in first if not filecmp.cmp(first[name], second[name], shallow=False)]
    if different:
        raise AssertionError(f"not the same bytes: {', '.join(different)}")
    return f"{len(first)} packages, debug symbols among them, the same bit for bit"


def mirror():
    """What apt uses on this machine."""
    for line in must("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(CREATED_BY)").splitlines():
        address, release, kind = line.split()
        if kind == "Packages" and "-" not in release:
            return address, release
    raise AssertionError("apt has no source of packages")


def base_system(cache):
    kept = cache / "base-amd64.tar"
    if not kept.exists():
        address, release = mirror()
        folder = fresh(cache / "work/base").resolve()
        must("debootstrap", "--variant=minbase", f"--include={TOOLS}", release, folder, address, timeout=LONG)
        must("tar", "-C", folder, "--exclude=./var/cache/apt/archives/*.deb", "-cf", f"{kept}.new", ".")
        pathlib.Path(f"{kept}.new").rename(kept)
        shutil.rmtree(folder)
    return kept


def koffi(cache):
    """Node's way to C, by the npm that is here; None without npm or its registry."""
    modules = cache / "koffi"
    if not (modules / "node_modules/koffi").exists() and shutil.which("npm"):
        modules.mkdir(exist_ok=True)
        run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", modules, "koffi")
    return modules / "node_modules" if (modules / "node_modules/koffi").exists() else None


def inside(root, *command, user=None):
    """In the base system, with mounts of its own that end with the command."""
    script = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$@"'
    options = [f"--userspec={user}"] if user else []
    home = f"/home/{user}" if user else "/root"
    clean = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", f"HOME={home}", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8"]
    return must("unshare", "--mount", "sh", "-c", script, root, *options, root, *clean, *command)


def acquire_options():
    """How this machine's apt reads its mirror (clocks and proxies), not who it is."""
    lines = must("apt-config", "dump").splitlines()
    kept = [line.rstrip(";").replace('"', "").split(" ", 1) for line in lines if line.startswith(("Acquire::Check-", "Acquire::http::Proxy ", "Acquire::https::Proxy "))]
    return [f"-o{name}={value}" for name, value in kept]


def left_behind(root):
    found = [path for top in ["usr", "etc", "var/lib", "opt", "lib"] for path in pathlib.Path(root, top).rglob("*cxdialer*")]
    return [str(path.relative_to(root)) for path in found]


def chroot(cache):
    built = [file for file in (cache / "work/debs").glob("*.deb") if "dbgsym" not in file.name]
    if not built:
        raise AssertionError("the route 'debs' comes first")
    root = fresh(cache / "work/root").resolve()
    try:
        return use(cache, root, built)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def use(cache, root, built):
    must("tar", "-C", root, "-xf", base_system(cache))
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    (root / "debs").mkdir()
    for file in built:
        shutil.copy(file, root / "debs")
    apt = ["apt-get", "-qq", "-y", *acquire_options()]
    inside(root, *apt, "update")
    inside(root, *apt, "--no-install-recommends", "install", "tzdata", *[f"/debs/{file.name}" for file in built])
    inside(root, "useradd", "-m", "newcomer")
    shutil.copytree(CONSUMER, root / "consumer")
    modules = koffi(cache)
    if modules:
        shutil.copytree(modules, root / "consumer/node_modules")
    elif os.environ.get("CI"):
        raise AssertionError("koffi is not to be had")
    shutil.copy(ROOT / "tests/packages/new_user.sh", root / "new_user.sh")
    print(inside(root, "sh", "/new_user.sh", "/consumer", user="newcomer"), end="")
    inside(root, *apt, "purge", *PACKAGES)
    left = left_behind(root)
    if left:
        raise AssertionError(f"left behind: {left}")
    return "installed, used by a new user, purged without a trace" + ("" if modules else " (Node left out: no npm)")
