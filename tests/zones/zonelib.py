# SPDX-License-Identifier: MIT
"""What the zone tests share: the three readers, and where transitions are."""
import datetime
import os
import shutil
import struct
import subprocess
import zoneinfo

ZONEINFO = os.environ.get("CXDIALER_ZONEINFO", "/usr/share/zoneinfo")
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1)
FROM = 0
TO = int(datetime.datetime(2101, 1, 1, tzinfo=UTC).timestamp())
WEEK = 7 * 86400


def zic():
    return shutil.which("zic", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def compile_zones(source, directory, style):
    subprocess.run([zic(), "-b", style, "-d", directory, source], check=True)


def is_tzif(path):
    with open(path, "rb") as file:
        return file.read(4) == b"TZif"


def all_zones():
    """(name, path) of every zone, without the two copies of the database that some systems keep inside it."""
    found = []
    for directory, below, files in os.walk(ZONEINFO):
        if directory == ZONEINFO:
            below[:] = [name for name in below if name not in ("posix", "right")]
        paths = [os.path.join(directory, name) for name in files]
        found += [(os.path.relpath(path, ZONEINFO), path) for path in paths if os.path.isfile(path) and is_tzif(path)]
    return sorted(found)


def ask(command, requests, env=None):
    """One answer line for each request line."""
    done = subprocess.run(command, input="".join(f"{line}\n" for line in requests), text=True, capture_output=True, check=True, env=env)
    answers = done.stdout.splitlines()
    assert len(answers) == len(requests), (command, len(answers), len(requests), done.stderr)
    return answers


def ours(requests):
    return ask([os.environ["ZONE_PROBE"]], requests)


def libc(path, instants):
    return ask([os.environ["LIBC_PROBE"]], instants, env={"TZ": ":" + path})


class PythonZone:
    def __init__(self, path):
        with open(path, "rb") as file:
            self.zone = zoneinfo.ZoneInfo.from_file(file)

    def at(self, unix_s):
        """(offset, abbreviation). The offset as fromutc gave it: utcoffset() starts from local time, which may have happened three times."""
        local = datetime.datetime.fromtimestamp(unix_s, self.zone)
        since = local.replace(tzinfo=None) - EPOCH
        return since.days * 86400 + since.seconds - unix_s, local.tzname()

    def changes(self, start, end, step=WEEK):
        """Every instant at which a scan by steps sees something change, found by bisection."""
        found = []
        before, last = start, self.at(start)
        for instant in range(start + step, end, step):
            now = self.at(instant)
            if now != last:
                found.append(self.bisect(before, instant, last))
            before, last = instant, now
        return found

    def bisect(self, low, high, before):
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.at(middle) == before else (low, middle)
        return high


def listed(path):
    """The transitions that the file itself lists: a reader of a dozen lines."""
    with open(path, "rb") as file:
        data = file.read()
    counts = struct.unpack(">6L", data[20:44])
    if data[4:5] == b"\0":
        return list(struct.unpack(f">{counts[3]}l", data[44:44 + 4 * counts[3]]))
    utc, standard, leap, times, types, chars = counts
    second = 44 + times * 5 + types * 6 + chars + leap * 8 + standard + utc
    count = struct.unpack(">L", data[second + 32:second + 36])[0]
    return list(struct.unpack(f">{count}q", data[second + 44:second + 44 + 8 * count]))
