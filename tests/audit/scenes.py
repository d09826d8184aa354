# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""What stands there before the update that is killed or gets errors. Each prepares a Place."""
import collections
import os

from prooflib import Place, answered, need, records, simlib

Scene = collections.namedtuple("Scene", "name keyed prepare")


def nothing(place):
    pass


def grown(place):
    place.applied_now()


def rotation_due(place):
    """The next record begins a new segment."""
    place.applied_now()
    place.settings["audit.max_bytes"] = str(place.path.stat().st_size)


def torn(place):
    place.applied_now()
    tear(place)


def tear(place):
    line = place.path.read_bytes().splitlines()[-1]
    with open(place.path, "ab") as file:
        file.write(line[:len(line) // 2])


def dangling_sent(place):
    """Killed before it saw the answer to its PUT."""
    place.applied_now()
    dangle(place, "recv:3:kill")
    simlib.until(lambda: len(answered(place.sim)) == 2)


def dangling_unsent(place):
    """Killed with its intent durable, before the PUT."""
    place.applied_now()
    dangle(place, "send:3:kill")


def dangle(place, fault):
    done = place.apply(fault)
    need(done.code == -9, f"the scene was not killed: {done}")
    need(records(place.path)[-1]["k"] == "intent", "the scene left no dangling intent")


def all_at_once(place):
    """A dangling intent, a torn end, and a segment that is full."""
    dangling_sent(place)
    tear(place)
    place.settings["audit.max_bytes"] = str(place.path.stat().st_size)


# Those that have what the others have one by one; all of them with CXDIALER_FULL=1.
SOME = ("nothing", "rotation_due", "all_at_once, keyed")
ALL = [Scene(prepare.__name__, keyed, prepare) for keyed in (False, True) for prepare in (nothing, grown, rotation_due, torn, dangling_sent, dangling_unsent, all_at_once)]


def place_of(scene, **more):
    return Place(keyed=scene.keyed, **more)


def label_of(scene):
    return scene.name + (", keyed" if scene.keyed else "")


def usual():
    return ALL if os.environ.get("CXDIALER_FULL") else [scene for scene in ALL if label_of(scene) in SOME]
