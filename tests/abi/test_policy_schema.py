# SPDX-License-Identifier: MIT
"""The published schemas of the policy and of the table of jurisdictions, held against the files they describe and against the library."""
import ctypes
import json
import os
import pathlib
import re
import sys
import unittest

try:
    import jsonschema
except ImportError:
    jsonschema = None

ROOT = pathlib.Path(os.environ.get("CXDIALER_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
POLICY = json.loads((ROOT / "docs/policy.schema.json").read_text())
TABLE = json.loads((ROOT / "docs/jurisdictions.schema.json").read_text())
DATA = json.loads((ROOT / "data/jurisdictions.json").read_text())

WEEK = {"mon-sun": ["08:00-21:00"]}
ROW = {"title": "t", "hours": WEEK, "source": "s", "checked": "2026-11-22"}
DAY = {"name": "n", "on": "12-25"}
CLOSED = {"name": "b", "from_date": "12-24", "to_date": "12-26"}


def row(**more):
    return {"jurisdictions": {"X": {**ROW, **more}}}


def hours(**days):
    return row(hours={name.replace("_", "-"): windows for name, windows in days.items()})


def holiday(on, **more):
    return {"holidays": [{"name": "n", "on": on, **more}]}


def blackout(**more):
    return {"blackouts": [{"name": "b", **more}]}


def capacity(**members):
    return {"capacity": members}


def campaign(identifier="a", **members):
    return {"campaigns": {identifier: members}}


# Each is a policy without its version.
GOOD = [
    {}, {"limits": {}}, {"limits": {"max_concurrent_calls": 1, "min_pacing_interval_s": 86400, "max_throttle": 1}},
    {"limits": {"max_concurrent_calls": 1e2}}, {"limits": {"max_throttle": 1e-9}},
    {"time_zones": "*"}, {"time_zones": ["UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+5"]},
    {"severities": {}}, {"severities": {"schema.enum": "note", "schema.id": "error"}},
    {"min_tzdata": "2026f"}, {"min_tzdata": "1993ab"},
    {"jurisdiction": "US"}, {"jurisdiction": ["US", "US-FL"]},
    {"jurisdictions": {}}, row(), row(note="n", also_zone="America/Chicago"), row(since="2026-10-18", before={"hours": WEEK}),
    {**row(holidays="h"), "holiday_sets": {"h": [DAY]}}, {"holiday_sets": {"h": {"source": "s", "days": []}, "i": []}},
    hours(mon_fri=["09:00-12:00", "13:00-24:00"], sat=["22:00-02:00"], sun=[]), hours(mon_sun=["00:00-24:00"]), row(title="\u00dcberall \u00a7 1"),
    {"holidays": []}, *[holiday(on) for on in ("2026-11-27", "2028-02-29", "02-29", "11-thu-4", "05-mon-last", "easter", "easter-2", "easter+1", "easter-80")],
    holiday("07-04", observed=True), {"blackouts": []},
    blackout(from_date="2026-12-24", to_date="2027-01-02"), blackout(from_date="12-24", to_date="01-02"), blackout(from_date="02-29", to_date="02-29"),
    blackout(from_time="22:00", to_time="02:00"), blackout(from_time="18:00", to_time="24:00", weekdays=["fri", "sat-sun"]),
    blackout(weekdays=["mon"], jurisdictions="US-FL", zones=["America/New_York", "America/Chicago"]), blackout(zones="UTC"),
    {"capacity": {}}, capacity(agents=1, answer_rate=0.001, aht_s=1, patience_s=0.1, max_abandonment=0.0001, lines_per_agent=0.1),
    capacity(agents=1000000, answer_rate=1, aht_s=86400, patience_s=600, max_abandonment=1, lines_per_agent=100),
    {"campaigns": {}}, campaign(), campaign("A_b-9"), campaign("a" * 128), campaign(zones=["America/Denver"], jurisdiction="US", capacity={"agents": 3}), campaign(jurisdiction=["US", "CA"]),
]

# Faults that both see.
BAD = [
    {"version": 2}, {"version": "1"}, {"version": None}, {"colour": 1}, {"limit": {}},
    *[{name: wrong} for name in sorted(POLICY["properties"]) for wrong in (None, True, 7, 1.5, "", [[]], {"x": 1}) if (name, wrong) != ("version", 1)],
    {"limits": {"max_concurrent_calls": 0}}, {"limits": {"max_concurrent_calls": 1000001}}, {"limits": {"max_concurrent_calls": 1.5}},
    {"limits": {"min_pacing_interval_s": 86401}}, {"limits": {"max_throttle": 0}}, {"limits": {"max_throttle": 1.01}}, {"limits": {"x": 1}},
    {"time_zones": []}, {"time_zones": ["EST"]}, {"time_zones": ["*"]}, {"time_zones": ["../../etc/passwd"]}, {"time_zones": ["posix/America/Denver"]},
    {"time_zones": ["America//Denver"]}, {"time_zones": ["America/New_York\u0000x"]}, {"time_zones": ["A/" + "b" * 63]},
    {"severities": {"schema.enums": "error"}}, {"severities": {"schema.enum": "fatal"}}, {"severities": {"schema.id": "note"}},
    {"min_tzdata": "2026"}, {"min_tzdata": "2026F"}, {"min_tzdata": "2026abc"},
    {"jurisdiction": []}, {"jurisdiction": "US,CA"}, {"jurisdiction": ["US", "US"]}, {"jurisdiction": "x" * 33}, {"jurisdiction": ["US", 7]}, {"jurisdiction": [f"J{i}" for i in range(101)]},
    {"jurisdictions": {"": ROW}}, {"jurisdictions": {"All": ROW}}, {"jurisdictions": {"a b": ROW}}, *[{"jurisdictions": {"X": {k: v for k, v in ROW.items() if k != gone}}} for gone in ROW],
    row(title=""), row(title="a\nb"), row(title="\u202eb"), row(title="t" * 201), row(source=7), row(checked="22.11.2026"), row(checked="2026-13-01"), row(note=None),
    row(also_zone="CST"), row(since="2026-10-18"), row(before={"hours": WEEK}), row(since="2026-10-18", before={}), row(notes="n"), row(holidays=["h"]),
    hours(), hours(Mon=[]), hours(sun_mon=[], tue_sat=[]), hours(mon_mon=[]), hours(mon_sun="08:00-21:00"), hours(mon_sun=["08:00 - 21:00"]), hours(mon_sun=["24:00-02:00"]),
    hours(mon_sun=["08:00-24:01"]), hours(mon_sun=["8:00-21:00"]), hours(mon_sun=[f"{h:02d}:00-{h:02d}:30" for h in range(9)]), row(hours=[]),
    {"holiday_sets": {"a b": []}}, {"holiday_sets": {"h": {"source": "s"}}}, {"holiday_sets": {"h": {"days": [], "x": 1}}},
    *[holiday(on) for on in ("", "2026-02-30", "04-31", "13-01", "11-thu-6", "11-Thu-4", "05-mon-las", "easter-81", "easter+0", "easter-02", "0000-01-01", "christmas")],
    holiday("12-25", observed=1), {"holidays": [{"on": "12-25"}]}, {"holidays": [{"name": "n"}]}, {"holidays": [{**DAY, "x": 1}]}, {"holidays": [DAY] * 501},
    blackout(), {"blackouts": [{"from_date": "12-24", "to_date": "12-26"}]}, blackout(from_date="12-24"), blackout(to_date="12-24"), blackout(from_time="08:00"), blackout(to_time="08:00"),
    blackout(from_date="2026-12-24", to_date="12-26"), blackout(from_date="12-24", to_date="2026-12-26"), blackout(from_date="12-32", to_date="12-26"), blackout(from_date=20261224, to_date=20261226),
    blackout(from_time="24:00", to_time="08:00"), blackout(from_time="8:00", to_time="09:00"), blackout(weekdays=[]), blackout(weekdays="mon"), blackout(weekdays=["monday"]), blackout(weekdays=["mon", "mon"]),
    blackout(jurisdictions=[]), blackout(zones=["EST"]), blackout(zone=["UTC"]), {"blackouts": [CLOSED] * 1001},
    *[capacity(**{name: wrong}) for name in POLICY["$defs"]["capacity"]["properties"] for wrong in (0, -1, 1e7, None, "3", [1], True)],
    capacity(agents=2.5), capacity(answer_rate=1.01), capacity(max_abandonment=1.5), capacity(lines=1),
    campaign(""), campaign("a/b"), campaign("a" * 129), campaign(zones=[]), campaign(zones=["EST"]), campaign(zone=["UTC"]), campaign(capacity={"agents": 0}), {"campaigns": {"a": []}},
]

# Faults that only the library sees: a schema cannot add days up, compare times or look names up.
LIBRARY_ONLY = {
    "a day that is left out": hours(mon_sat=[]),
    "a day that is named twice": hours(mon_sat=[], sat_sun=[]),
    "windows that overlap": hours(mon_sun=["08:00-12:00", "11:00-13:00"]),
    "windows that overlap past midnight": hours(mon=["22:00-02:00"], tue=["01:00-05:00"], wed_sun=[]),
    "windows that overlap from Sunday to Monday": hours(mon=["00:00-08:00"], tue_sat=[], sun=["23:00-00:01"]),
    "a window that ends when it begins": hours(mon_sun=["08:00-08:00"]),
    "a date that does not exist in its year": holiday("2026-02-29"),
    "a range of dates that ends before it begins": blackout(from_date="2026-12-24", to_date="2026-12-23"),
    "a blackout that ends when it begins": blackout(from_time="08:00", to_time="08:00"),
    "a weekday that is in two ranges": blackout(weekdays=["mon-fri", "fri-sat"]),
    "a blackout that nothing limits": blackout(weekdays=["mon-sun"]),
    "a jurisdiction that is not there": {"jurisdiction": "US-XX"},
    "a set of holidays that is not there": row(holidays="nowhere"),
}
# Of texts: a parser that keeps the last of two members cannot see these.
LIBRARY_ONLY_TEXTS = {
    "a member twice": '{"version":1,"version":1}',
    "a row twice": '{"version":1,"jurisdictions":{"X":%s,"\\u0058":%s}}' % (json.dumps(ROW), json.dumps(ROW)),
    "a campaign twice": '{"version":1,"campaigns":{"a":{},"a":{}}}',
}


def whole(policy):
    return {"version": 1, **policy}


class Library:
    def __init__(self, path):
        self.c = ctypes.CDLL(path)
        for name, arguments in {
            "cxd_config_new": [ctypes.POINTER(ctypes.c_void_p)],
            "cxd_validator_new": [ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_void_p)],
            "cxd_validator_load_policy": [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(ctypes.c_void_p)],
        }.items():
            getattr(self.c, name).argtypes, getattr(self.c, name).restype = arguments, ctypes.c_int32
        for name in ("cxd_error_free", "cxd_validator_free", "cxd_config_free"):
            getattr(self.c, name).argtypes, getattr(self.c, name).restype = [ctypes.c_void_p], None
        self.c.cxd_error_message.argtypes, self.c.cxd_error_message.restype = [ctypes.c_void_p], ctypes.c_char_p
        config, self.validator = ctypes.c_void_p(), ctypes.c_void_p()
        assert self.c.cxd_config_new(ctypes.byref(config)) == 0
        assert self.c.cxd_validator_new(config, ctypes.byref(self.validator), None) == 0
        self.c.cxd_config_free(config)

    def codes(self):
        """(name, whether a policy may not lower it) of each built-in rule."""
        self.c.cxd_code_count.restype = ctypes.c_size_t
        self.c.cxd_code_name.argtypes, self.c.cxd_code_name.restype = [ctypes.c_size_t], ctypes.c_char_p
        self.c.cxd_code_fixed.argtypes, self.c.cxd_code_fixed.restype = [ctypes.c_size_t], ctypes.c_int32
        return [(self.c.cxd_code_name(i).decode(), self.c.cxd_code_fixed(i)) for i in range(self.c.cxd_code_count())]

    def close(self):
        self.c.cxd_validator_free(self.validator)

    def fault(self, text):
        """What the library says against a policy, None when it takes it."""
        error, raw = ctypes.c_void_p(), text.encode()
        status = self.c.cxd_validator_load_policy(self.validator, raw, len(raw), ctypes.byref(error))
        message = self.c.cxd_error_message(error).decode() if error else None
        self.c.cxd_error_free(error)
        assert (status == 0) == (message is None), (status, message)
        return message


@unittest.skipIf(jsonschema is None, "python3-jsonschema is not installed")
class Schemas(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.policy, cls.table = jsonschema.Draft202012Validator(POLICY), jsonschema.Draft202012Validator(TABLE)
        cls.library = Library(os.environ["CXDIALER_LIBRARY"])

    @classmethod
    def tearDownClass(cls):
        cls.library.close()

    def blocks(self):
        return [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```", (ROOT / "docs/policy.md").read_text(), re.M | re.S)]

    def test_the_schemas_are_schemas(self):
        for schema in (POLICY, TABLE):
            jsonschema.Draft202012Validator.check_schema(schema)

    def test_nothing_unknown_is_allowed_anywhere(self):
        def walk(part, path):
            if isinstance(part, dict):
                if "properties" in part and path[-1:] != ("if",) and path[-1:] != ("then",) and path[-1:] != ("else",):
                    self.assertIs(part.get("additionalProperties"), False, path)
                for name, value in part.items():
                    walk(value, path + (name,))
            elif isinstance(part, list):
                for value in part:
                    walk(value, path)
        for schema in (POLICY, TABLE):
            walk({name: part for name, part in schema.items() if name != "properties"}, ())
            self.assertIs(schema["additionalProperties"], False)

    def test_what_both_schemas_define_is_the_same(self):
        for name, part in TABLE["$defs"].items():
            with self.subTest(name=name):
                self.assertEqual(POLICY["$defs"][name], part)

    def test_the_table_is_valid(self):
        self.table.validate(DATA)

    def test_the_table_has_no_other_form(self):
        for change in ({"version": 2}, {"data": "today"}, {"jurisdictions": {}}, {"x": 1}, {"holidays": []}):
            with self.subTest(change=change):
                self.assertFalse(self.table.is_valid({**DATA, **change}))

    def test_the_examples_of_the_manual_are_policies(self):
        self.assertGreaterEqual(len(self.blocks()), 2)
        for block in self.blocks():
            self.policy.validate(block)
            self.assertIsNone(self.library.fault(json.dumps(block)))

    def test_the_first_example_has_every_member(self):
        self.assertEqual(set(self.blocks()[0]), set(POLICY["properties"]))

    def test_the_manual_names_every_member(self):
        manual = (ROOT / "docs/policy.md").read_text()
        for name in POLICY["properties"]:
            with self.subTest(name=name):
                self.assertRegex(manual, rf"(?m)^\| `{name}[`.]")

    def test_severities_are_those_of_the_library(self):
        codes = self.library.codes()
        schema = POLICY["properties"]["severities"]["properties"]
        self.assertEqual(sorted(schema), sorted(code for code, _ in codes))
        self.assertEqual(sorted(code for code in schema if "const" in schema[code]), sorted(code for code, fixed in codes if fixed))

    def test_both_take_what_is_good(self):
        for policy in GOOD:
            with self.subTest(policy=policy):
                self.policy.validate(whole(policy))
                self.assertIsNone(self.library.fault(json.dumps(whole(policy))))

    def test_both_refuse_what_is_bad(self):
        self.assertIsNotNone(self.library.fault("{}"))
        self.assertFalse(self.policy.is_valid({}))
        for policy in BAD:
            with self.subTest(policy=str(policy)[:200]):
                self.assertFalse(self.policy.is_valid(whole(policy)))
                self.assertIsNotNone(self.library.fault(json.dumps(whole(policy))))

    def test_some_faults_only_the_library_sees(self):
        for name, policy in LIBRARY_ONLY.items():
            with self.subTest(name=name):
                self.policy.validate(whole(policy))
                self.assertIsNotNone(self.library.fault(json.dumps(whole(policy))))
        for name, text in LIBRARY_ONLY_TEXTS.items():
            with self.subTest(name=name):
                self.policy.validate(json.loads(text))
                self.assertIn("twice", self.library.fault(text))


if __name__ == "__main__":
    if jsonschema is None and os.environ.get("CI"):
        sys.exit("python3-jsonschema is not installed, and CI does not skip this test")
    unittest.main()
