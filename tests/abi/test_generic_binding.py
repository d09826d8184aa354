# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""What cxdialer-abi.json says is enough to use the library, and is so: a whole update through a binding made of that file alone, and every NULL tried."""
import ctypes
import itertools
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(os.environ.get("CXDIALER_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
sys.path[:0] = [str(ROOT / "tests/net"), str(ROOT / "tests/abi")]
import simlib  # noqa: E402
from generic_binding import Binding, Handle  # noqa: E402

ABI = ROOT / "data/cxdialer-abi.json"
LIBRARY = os.environ["CXDIALER_LIBRARY"]
EMPTY = (None, "", 0, -1)


def bind():
    return Binding(ABI, LIBRARY)


class World:
    """Live objects and fitting values for the parameters of any function; free() ends them all."""

    CALLS = itertools.count(101)  # each campaign asks for something else, so that there is something to apply

    def __init__(self, sim, folder):
        self.binding, self.sim, self.folder, self.made = bind(), sim, pathlib.Path(folder), {}

    def call(self, name, /, **given):
        return self.binding.call(name, **given).ok()

    def get(self, kind):
        if kind not in self.made:
            self.made[kind] = getattr(self, kind.removeprefix("cxd_"))()
        return self.made[kind]

    def free(self):
        while self.binding.owed:
            self.binding.owed[-1].free()

    # ------------------------------------------------------------------ objects

    def config(self):
        config = self.call("cxd_config_new").out["out"]
        settings = {
            "api.base_url": self.sim.url, "auth.client_id": "demo-client", "auth.client_secret": "demo-secret", "validate.jurisdiction": "UNRESTRICTED",
            "audit.path": str(self.log), "validate.policy_file": str(self.file("policy.json", '{"version":1}')),
        }  # fmt: skip
        for key, value in settings.items():
            self.call("cxd_config_set", config=config, key=key, value=value)
        return config

    @property
    def log(self):
        return self.folder / "audit.jsonl"

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def client(self):
        return self.call("cxd_client_new", config=self.get("cxd_config")).out["out"]

    def validator(self):
        return self.call("cxd_validator_new", config=self.get("cxd_config")).out["out"]

    def updater(self):
        return self.call("cxd_updater_new", config=self.get("cxd_config"), client=self.get("cxd_client"), validator=None).out["out"]

    def campaign(self):
        campaign = self.call("cxd_campaign_new", id=simlib.SAMPLE_ID).out["out"]
        self.call("cxd_campaign_set_int", campaign=campaign, pointer="/maxConcurrentCalls", value=next(self.CALLS))
        self.call("cxd_campaign_set_string", campaign=campaign, pointer="/name", value="x")
        self.call("cxd_campaign_set_real", campaign=campaign, pointer="/pacing/throttlePercent", value=0.5)
        self.call("cxd_campaign_set_bool", campaign=campaign, pointer="/advancedDialerSettings/autoRebalance", value=1)
        return campaign

    def campaign_list(self):
        return self.call("cxd_client_list", client=self.get("cxd_client"), cursor=None).out["out"]

    def report(self):
        return self.call("cxd_validator_check", validator=self.get("cxd_validator"), campaign=self.get("cxd_campaign"), at_unix_ms=0).out["out"]

    def schedule(self):
        return self.call("cxd_validator_schedule", validator=self.get("cxd_validator"), zone="America/New_York", jurisdiction="US", from_unix_ms=1, until_unix_ms=86400000).out["out"]

    def result(self):
        return self.call("cxd_updater_apply", updater=self.get("cxd_updater"), campaign=self.get("cxd_campaign")).out["out"]

    def batch(self):
        batch = self.call("cxd_batch_new", updater=self.get("cxd_updater")).out["out"]
        self.call("cxd_batch_add", batch=batch, campaign=self.get("cxd_campaign"))
        return batch

    def event(self):
        self.call("cxd_client_use_token_events", client=self.get("cxd_client"))
        return self.call("cxd_batch_next_event", batch=self.get("cxd_batch"), timeout_ms=-1).out["out"]

    def token_request(self):
        return self.call("cxd_event_token_request", event=self.get("cxd_event")).value

    def token_sink(self):
        return self.call("cxd_event_token_sink", event=self.get("cxd_event")).value

    def audit_reader(self):
        self.get("cxd_result")
        return self.call("cxd_audit_open", path=str(self.log), key_file=None).out["out"]

    def error(self):
        """A call that fails, with the pointer kept."""
        place = ctypes.c_void_p()
        self.binding.library.cxd_config_set(self.get("cxd_config").pointer, b"no.such.key", b"", ctypes.addressof(place))
        return Handle(self.binding, "cxd_error", place.value, "cxd_error_free")

    # ------------------------------------------------------------------ values

    POINTERS = {"int": "/maxConcurrentCalls", "string": "/name", "real": "/pacing/throttlePercent", "bool": "/advancedDialerSettings/autoRebalance"}
    METHODS = {
        "cxd_token_provider": {"fetch": lambda request, sink: 0}, "cxd_audit_logger": {"append": lambda record: 0}, "cxd_callback": {"on_result": lambda result: 0},
        "cxd_rule": {"check": lambda change, merged, at_unix_ms, report: 0}, "cxd_log": {"write": lambda level, text: None},
    }  # fmt: skip

    def text(self, function, name):
        special = {
            ("cxd_config_load_file", "path"): lambda: str(self.file("config.json", "{}")), ("cxd_validator_load_policy", "json"): lambda: '{"version":1}',
            ("cxd_campaign_set_json", "json"): lambda: "1", ("cxd_campaign_set_string", "value"): lambda: "y", ("cxd_config_set", "value"): lambda: "merge",
            ("cxd_report_add", "pointer"): lambda: "/name", ("cxd_updater_resolve", "intent"): self.intent,
        }  # fmt: skip
        plain = {
            "key": "update.mode", "id": "c-1", "campaign_id": simlib.SAMPLE_ID, "zone": "America/New_York", "jurisdiction": "US", "date": "2026-11-01", "code": "acme.x", "message": "m",
            "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "checkpoint": "1:" + "0" * 64, "token": "abc", "json": '{"id":"c-1","maxConcurrentCalls":3}',
            "pointer": self.POINTERS.get(function.rsplit("_", 1)[1], "/name"), "path": str(self.log), "log": str(self.log), "name": "tls", "cursor": None, "key_file": None,
        }  # fmt: skip
        if name in ("path", "log") and (function, name) not in special:
            self.get("cxd_result")
        return special[function, name]() if (function, name) in special else plain[name]

    def intent(self):
        self.get("cxd_result")
        return next(line for line in self.log.read_text().splitlines() if json.loads(line).get("k") == "intent")

    def value(self, function, param):
        kind = param["type"]["kind"]
        if kind == "handle":
            return self.get(param["type"]["name"])
        if kind == "struct":
            return self.METHODS[param["type"]["name"]]
        if kind == "string":
            return self.text(function, param["name"])
        return {"seq": 3, "until_unix_ms": 86400000, "from_unix_ms": 1, "timeout_ms": 0}.get(param["name"], 1)


def is_empty(binding, function, value):
    named = binding.statuses.get(value) == "CXD_E_ARGUMENT" and function["returns"]["type"]["kind"] == "status"
    return value in EMPTY or named or (isinstance(value, float) and math.isnan(value))


class Nulls(unittest.TestCase):
    def test_no_function_crashes_when_every_pointer_is_null(self):
        """In a process of its own, which says before each call which it is."""
        done = subprocess.run([sys.executable, __file__, "--all-null"], capture_output=True, text=True, timeout=300)
        last = (done.stdout.splitlines() or ["none"])[-1]
        self.assertEqual((done.returncode, last), (0, "all"), f"{last}: {done.stderr}")
        self.assertEqual(len(done.stdout.splitlines()) - 1, len(bind().functions))

    def test_each_parameter_takes_null_or_refuses_it_as_it_is_said(self):
        tried = 0
        with simlib.Sim("--rate", "0") as sim:
            for name, function in bind().functions.items():
                for param in function["params"]:
                    if "on_null" in param and not name.endswith("_free"):
                        with self.subTest(function=name, param=param["name"]), tempfile.TemporaryDirectory() as folder:
                            self.check(World(sim, folder), function, param)
                        tried += 1
        self.assertGreater(tried, 250)

    def check(self, world, function, param):
        if param["type"]["kind"] == "handle" and not param["nullable"]:
            self.check_reply(world, function, param, {})
        given = {other["name"]: world.value(function["name"], other) for other in function["params"] if other["name"] != param["name"] and self.is_given(function, other)}
        self.check_reply(world, function, param, given)
        world.free()
        self.assertEqual(world.binding.held, {})

    @staticmethod
    def is_given(function, param):
        lengths = [other.get("length") for other in function["params"]]
        return param["type"]["kind"] != "out" and param["name"] not in lengths

    def check_reply(self, world, function, param, given):
        missing = {other["name"]: None if "on_null" in other else 0 for other in function["params"] if other["type"]["kind"] != "out"}
        reply = world.binding.call(function["name"], null={param["name"]}, **{**missing, **given} if given else missing)
        if not function["fails"]:
            self.assertTrue(param["on_null"] == "accepted" or is_empty(world.binding, function, reply.value), reply.value)
        elif param["on_null"] == "accepted":
            self.assertIn(reply.status, ["CXD_OK", *function["errors"]])
            self.assertNotEqual(reply.status, "CXD_E_ARGUMENT", reply.error)
        else:
            self.assertEqual(reply.status, "CXD_E_ARGUMENT")
        for value in [reply.value, *reply.out.values()]:
            self.assertFalse(isinstance(value, Handle) and value.free_name and reply.status == "CXD_E_ARGUMENT", "a handle in spite of the failure")


class Mallinfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")]


MALLINFO = ctypes.CDLL(None).mallinfo2
MALLINFO.restype = Mallinfo


def in_use():
    """Bytes that malloc() has given away. What Python needs for itself comes, for the most part, from elsewhere."""
    info = MALLINFO()
    return info.uordblks + info.hblkhd


class Ownership(unittest.TestCase):
    """What the file says the caller frees is all that a call leaves behind; freeing what is only borrowed would end the process."""

    WARM, CALLS, NOISE = 20, 200, 2400  # a block that is forgotten in each call is 24 bytes at least
    KEPT = {"cxd_batch_add", "cxd_batch_add_json", "cxd_report_add", "cxd_validator_add_rule", "cxd_updater_add_callback", "cxd_audit_expect"}  # grow, as they are for that
    ONCE = {"cxd_token_sink_accept", "cxd_token_sink_fail"}

    def test_a_call_leaves_nothing_behind_but_what_the_caller_owes(self):
        tried = 0
        with simlib.Sim("--rate", "0") as sim:
            for name, function in bind().functions.items():
                goes_out = {"CXD_E_CONNECT", "CXD_E_CANCELLED"} & set(function["errors"])
                if name.endswith("_free") or name in self.KEPT | self.ONCE or goes_out:
                    continue
                with self.subTest(function=name), tempfile.TemporaryDirectory() as folder:
                    self.check(World(sim, folder), function)
                tried += 1
        self.assertGreater(tried, 150)

    def check(self, world, function):
        given = {param["name"]: world.value(function["name"], param) for param in function["params"] if Nulls.is_given(function, param)}
        for _ in range(self.WARM):
            self.once(world, function["name"], given)
        before = in_use()
        for _ in range(self.CALLS):
            self.once(world, function["name"], given)
        self.assertLess(in_use() - before, self.NOISE)
        world.free()

    @staticmethod
    def once(world, name, given):
        reply = world.binding.call(name, **given)
        for value in [reply.value, *reply.out.values()]:
            if isinstance(value, Handle):
                value.free()
        world.binding.over.clear()


class Tables(unittest.TestCase):
    def test_version_1_has_as_many_bytes_as_is_said(self):
        with simlib.Sim("--rate", "0") as sim, tempfile.TemporaryDirectory() as folder:
            world = World(sim, folder)
            for name, function in world.binding.functions.items():
                for struct in [param["type"]["name"] for param in function["params"] if param["type"]["kind"] == "struct"]:
                    first = world.binding.structs[struct]["version1_bytes"][world.binding.model]
                    self.assertEqual([self.give(world, function, struct, size) for size in (first - 1, first)], ["CXD_E_ABI", "CXD_OK"], struct)
            world.free()

    @staticmethod
    def give(world, function, struct, size):
        kept = []
        address = world.binding.table(struct, World.METHODS[struct], kept)
        ctypes.c_size_t.from_address(address).value = size
        handle = world.get(function["params"][0]["type"]["name"])
        return world.binding.statuses[getattr(world.binding.library, function["name"])(handle.pointer, address, None)]


class NaturalMap(unittest.TestCase):
    """The shortest binding: Python's own type for each kind."""

    TYPES = {"void": None, "status": ctypes.c_int32, "string": ctypes.c_char_p}  # all else is a pointer, in the functions below

    def declared(self, name):
        function = bind().functions[name]
        entry = getattr(ctypes.CDLL(LIBRARY), name)
        entry.restype, entry.argtypes = (self.TYPES.get(function["returns"]["type"]["kind"], ctypes.c_void_p),
                                         [self.TYPES.get(param["type"]["kind"], ctypes.c_void_p) for param in function["params"]])  # fmt: skip
        return entry

    def test_a_text_is_read_and_freed(self):
        config = ctypes.c_void_p()
        self.assertEqual(self.declared("cxd_config_new")(ctypes.addressof(config)), 0)
        self.assertEqual(self.declared("cxd_config_get")(config, b"update.mode"), b"merge")
        text = self.declared("cxd_config_to_json")(config)
        self.assertEqual(json.loads(ctypes.string_at(text))["update.mode"], "merge")
        self.declared("cxd_string_free")(text)
        self.declared("cxd_config_free")(config)


class WholeUpdate(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.seen, self.lines, self.records = [], [], []

    def plug_in(self, world, sim):
        binding = world.binding
        accepted = binding.constants["CXD_ACCEPTED"]

        def fetch(request, sink):
            self.seen.append(binding.call("cxd_token_request_token_url", request=request).value)
            binding.call("cxd_token_sink_accept", sink=sink, token=sim.token(), expires_in_s=300).ok()
            return accepted

        def check(change, merged, at_unix_ms, report):
            self.seen.append(binding.call("cxd_campaign_get_int", campaign=change, pointer="/maxConcurrentCalls").out["out"])
            binding.call("cxd_report_add", report=report, severity=binding.constants["CXD_SEVERITY_NOTE"], code="acme.seen", pointer="/name", message="seen").ok()
            return accepted

        def on_result(result):
            self.seen.append(binding.call("cxd_result_outcome_name", result=result).value)
            return accepted

        def append(record):
            self.records.append(json.loads(record))
            return accepted

        world.call("cxd_client_set_token_provider", client=world.get("cxd_client"), provider={"fetch": fetch})
        world.call("cxd_client_set_log", client=world.get("cxd_client"), log={"write": lambda level, text: self.lines.append(text)})
        world.call("cxd_validator_add_rule", validator=world.get("cxd_validator"), rule={"check": check})
        updater = world.call("cxd_updater_new", config=world.get("cxd_config"), client=world.get("cxd_client"), validator=world.get("cxd_validator")).out["out"]
        world.call("cxd_updater_set_audit_logger", updater=updater, logger={"append": append, "sync": lambda: accepted})
        world.call("cxd_updater_add_callback", updater=updater, callback={"on_result": on_result})
        return updater

    def test_with_every_kind_of_plug_in_and_all_freed_as_the_file_says(self):
        with simlib.Sim("--rate", "0") as sim:
            world = World(sim, self.folder.name)
            updater = self.plug_in(world, sim)
            self.assertEqual(len(world.binding.held), 5)
            result = world.call("cxd_updater_apply", updater=updater, campaign=world.get("cxd_campaign")).out["out"]
            document = json.loads(world.call("cxd_result_to_json", result=result).value)
            asked = world.call("cxd_campaign_get_int", campaign=world.get("cxd_campaign"), pointer="/maxConcurrentCalls").out["out"]
            self.assertEqual((document["outcome"], document["new_concurrent"]), ("applied", asked))
            self.assertIn("acme.seen", [finding["code"] for finding in document["findings"]])
            self.assertEqual(sim.state()["applied_total"], 1)
            world.free()
        self.assertEqual((world.binding.owed, world.binding.held, len(world.binding.over)), ([], {}, 5))
        self.assertEqual(self.seen[-1], "applied")
        self.assertLessEqual({asked, sim.url + simlib.TOKEN}, set(self.seen))
        self.assertEqual([record["k"] for record in self.records if record["k"] in ("intent", "outcome")], ["intent", "outcome"])

    def test_a_failure_has_its_words(self):
        with simlib.Sim("--rate", "0") as sim:
            world = World(sim, self.folder.name)
            reply = world.binding.call("cxd_client_get", client=world.get("cxd_client"), campaign_id="nobody")
            self.assertEqual((reply.status, reply.out["out"], reply.error["http_status"]), ("CXD_E_NOT_FOUND", None, 404))
            self.assertIn("nobody", reply.error["message"])
            world.free()

    def test_a_table_that_is_refused_is_given_back_as_well(self):
        binding = bind()
        reply = binding.call("cxd_client_set_log", client=None, log=World.METHODS["cxd_log"])
        self.assertEqual((reply.status, binding.held, len(binding.over)), ("CXD_E_ARGUMENT", {}, 1))


def all_null():
    binding = bind()
    for name, function in binding.functions.items():
        print(name, flush=True)
        reply = binding.call(name, null={param["name"] for param in function["params"] if param["type"]["kind"] == "out"}, **{p["name"]: None if "on_null" in p else 0 for p in function["params"]})
        refused = function["fails"] and any(param.get("on_null") == "CXD_E_ARGUMENT" for param in function["params"])
        if refused and reply.status != "CXD_E_ARGUMENT":
            sys.exit(f"{name} says {reply.status}")
        if reply.value is None and function["returns"].get("nullable") is False:
            sys.exit(f"{name} returned NULL")
    print("all")


if __name__ == "__main__":
    if sys.argv[1:] == ["--all-null"]:
        all_null()
    else:
        unittest.main()
