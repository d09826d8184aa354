# SPDX-License-Identifier: MIT
"""The instants that break naive code, with what they are known to be, in zones compiled here: slim and fat, whatever database the system has.
Where the system has the very release that the vectors are from, its files are asked too."""
import os
import sys
import tempfile

from zonelib import UTC, ZONEINFO, PythonZone, compile_zones, libc, ours, zic
import datetime

RELEASE = "2026f"

# zone, instant; offset, dst and abbreviation in the second before; the same from the instant on; what it is about
VECTORS = [
    ("America/Santiago", "2026-04-05T03:00", "-10800 1 -03", "-14400 0 -04", "24:00 goes back to 23:00"),
    ("America/Santiago", "2026-09-06T04:00", "-14400 0 -04", "-10800 1 -03", "the day begins at 01:00"),
    ("Asia/Beirut", "2026-03-28T22:00", "7200 0 EET", "10800 1 EEST", "00:00 does not exist"),
    ("Asia/Beirut", "2026-10-24T21:00", "10800 1 EEST", "7200 0 EET", "00:00 goes back to 23:00"),
    ("Africa/Cairo", "2026-04-23T22:00", "7200 0 EET", "10800 1 EEST", "00:00 does not exist"),
    ("Africa/Cairo", "2026-10-29T21:00", "10800 1 EEST", "7200 0 EET", "24:00 goes back to 23:00"),
    ("America/Havana", "2026-03-08T05:00", "-18000 0 CST", "-14400 1 CDT", "00:00 does not exist"),
    ("America/Havana", "2026-11-01T05:00", "-14400 1 CDT", "-14400 1 CDT", "summer time stays in 2026"),
    ("America/Havana", "2027-11-07T05:00", "-14400 1 CDT", "-18000 0 CST", "01:00 goes back to 00:00"),
    ("Australia/Lord_Howe", "2026-04-04T15:00", "39600 1 +11", "37800 0 +1030", "half an hour"),
    ("Australia/Lord_Howe", "2026-10-03T15:30", "37800 0 +1030", "39600 1 +11", "half an hour"),
    ("Antarctica/Troll", "2005-02-12T00:00", "0 0 -00", "0 0 +00", "before it nobody was there"),
    ("Antarctica/Troll", "2026-03-29T01:00", "0 0 +00", "7200 1 +02", "two hours"),
    ("Antarctica/Troll", "2026-10-25T01:00", "7200 1 +02", "0 0 +00", "two hours"),
    ("Pacific/Chatham", "2026-04-04T14:00", "49500 1 +1345", "45900 0 +1245", "quarters of an hour"),
    ("Pacific/Chatham", "2026-09-26T14:00", "45900 0 +1245", "49500 1 +1345", "quarters of an hour"),
    ("Pacific/Apia", "2011-12-30T10:00", "-36000 1 -10", "50400 1 +14", "2011-12-30 did not happen"),
    ("America/Vancouver", "2026-11-01T09:00", "-25200 1 PDT", "-25200 0 MST", "another name, the same time"),
    ("America/Vancouver", "2027-03-14T10:00", "-25200 0 MST", "-25200 0 MST", "no summer time any more"),
    ("America/Edmonton", "2026-11-01T08:00", "-21600 1 MDT", "-21600 0 CST", "another name, the same time"),
    ("America/Edmonton", "2027-03-14T09:00", "-21600 0 CST", "-21600 0 CST", "no summer time any more"),
    ("Africa/Casablanca", "2026-03-22T02:00", "0 1 +00", "3600 0 +01", "summer time with a negative sense"),
    ("Africa/Casablanca", "2026-09-20T01:00", "3600 0 +01", "0 0 +00", "standard time changes"),
    ("Europe/Dublin", "2026-10-25T01:00", "3600 0 IST", "0 1 GMT", "winter is what deviates"),
    ("Europe/Dublin", "2090-03-26T01:00", "0 1 GMT", "3600 0 IST", "long after the last transition of the file"),
    ("America/Santiago", "2099-04-05T03:00", "-10800 1 -03", "-14400 0 -04", "long after the last transition of the file"),
]


def instant_of(text):
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def system_release():
    try:
        with open(os.path.join(ZONEINFO, "tzdata.zi"), encoding="ascii", errors="replace") as file:
            return file.readline().removeprefix("# version ").strip()
    except OSError:
        return ""


def check(where, directory):
    failed = 0
    for zone, text, before, after, about in VECTORS:
        path, at = os.path.join(directory, zone), instant_of(text)
        found = ours([f"F {path}", at - 1, at, at + 1])
        expected = ["ok", before, after, after]
        if found != expected:
            failed += 1
            print(f"{where} {zone} {text}Z ({about}): found {found[1:]}, expected {expected[1:]}")
    return failed


def check_readers(directory):
    """The vectors themselves: what the other two readers say of the same files."""
    failed = 0
    for zone, text, before, after, _ in VECTORS:
        path, at = os.path.join(directory, zone), instant_of(text)
        python = PythonZone(path)
        for instant, expected in ((at - 1, before), (at, after)):
            offset, _, name = expected.split()
            if libc(path, [instant]) != [expected] or python.at(instant) != (int(offset), name):
                failed += 1
                print(f"the vector {zone} {text}Z is not what others read: {libc(path, [instant])}, {python.at(instant)}")
    return failed


def main():
    failed = checked = 0
    if zic():
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "vectors.zi")
        with tempfile.TemporaryDirectory() as top:
            for style in ("slim", "fat"):
                directory = os.path.join(top, style)
                compile_zones(source, directory, style)
                failed += check(style, directory) + check_readers(directory)
                checked += len(VECTORS)
    if system_release() == RELEASE:
        failed += check("system", ZONEINFO)
        checked += len(VECTORS)
    print(f"{checked} vectors, {failed} failed")
    return 1 if failed else 0 if checked else 77


if __name__ == "__main__":
    sys.exit(main())
