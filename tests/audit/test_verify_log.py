#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The verifier accepts right logs, and says of every wrong one what is wrong with it and where."""
import hashlib
import hmac
import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import make_log  # noqa: E402
import verify_log  # noqa: E402
from verify_log import Key, Memory, verify_files  # noqa: E402

CONTENT = b"0123456789abcdef0123456789abcdef\n"
OTHER = b"another key, also of enough bytes"

# Two records that the library's own known-answer test has as well.
KNOWN = (
    b'{"v":1,"seq":1,"t":"2026-11-22T16:00:00.123456Z","bt":123456789,"boot":"b0","w":"host/1/i","k":"genesis",'
    b'"prev":"0000000000000000000000000000000000000000000000000000000000000000",'
    b'"h":"8e03fd06e8207544a6c46de3be8fce11728aea9f311b681ac89a3020a47caa8a"}\n'
    b'{"v":1,"seq":2,"t":"2026-11-22T16:00:00.123456Z","bt":123456789,"boot":"b0","w":"host/1/i","k":"intent","op":"x","old":0.85,"name":"\xc3\xa9\\n",'
    b'"prev":"8e03fd06e8207544a6c46de3be8fce11728aea9f311b681ac89a3020a47caa8a",'
    b'"h":"a662fec55425906f0fd76f8efb9d25cecafbd5e707b020db36d78b60cb8a2a32"}\n')

# What stands behind the writer: forms that are no records, and odd ones that are.
WRONG = (b'"k":"x","k":"y"', b'"k":"x","seq":1', b'"k":"x","a":NaN', b'"k":"x","a":-Infinity', b'"k":"x"}{"a":1', b'"k":"x","a":[', b'"k":"\xff"',
         b'"op":"x"', b'"k":"x","a":{"b":1,"\\u0062":2}', b'"k":"x","a":01', b'"k":"x","a":\xed\xa0\x80', b'"k":"x","a":"\xed\xa0\x80"', b'"k":7',
         b'"k":"x","a":"\xc0\xaf"', b'"k":"x","a":tru', b'"k":"x",', b'"k":"x","a":"\\x"', b'"k":"x","a":"\\ud8"', b'"k":"x" "a":1',
         b'"k":"x","a":"\\ud800"', b'"k":"x","a":"\\uDFFF"', b'"k":"x","a":"\\udc00\\ud800"', b'"k":"x","a":"\\ud800\\ud800\\udc00"', b'"k":"x","\\uDBff":1', b'"k":"x","a":[{"b":["\\ud9ab "]}]',
         b'"k":"x","a":%s1%s' % (b"[" * 40, b"]" * 40), b'"k":"x","a":%s1%s' % (b'{"b":' * 40, b"}" * 40))
ODD = (b'"k":"x","a":"\x7f"', b'"k":"x","a":1e999', b'"k":"x","a":%s' % (b"9" * 5000), b'"k":"x","kid":"not at its place"', b'"k":""',
       b'"k":"x","a":"\\u0000"', b'"k":"x","a":"\xf0\x9f\x98\x80"', b'"k":"x","a":[[[[[[[[[[1]]]]]]]]]]', b'"k":"x" , "a": 1', b'"k":"x","a":-0.0e+5',
       b'"k":"x","a":"\\ud83d\\uDE00"', b'"k":"x","a":"\\\\ud800"', b'"k":"x","a":"%s"' % (b'[{\\"' * 99), b'"k":"x","a":%s1%s' % (b"[" * 31, b"]" * 31), b'"k":"x","a":%s1%s' % (b'{"b":' * 31, b"}" * 31),
       b'"k":"x","a":[%s]' % b",".join([b"[{}]"] * 99))


def head(seq, rest):
    return b'{"v":1,"seq":%d,"t":"2026-11-22T16:00:00.123456Z","bt":1,"boot":"b","w":"h/1/i",%s' % (seq, rest)


def seal(seq, prev, rest=b'"k":"token"', front=None, content=None):
    """A line and its hash; content: of the key file."""
    front = front or head(seq, rest)
    key = Key(content) if content else None
    if key and front.startswith(b"{"):
        front += b',"kid":"%s","e":0' % key.kid
    h = verify_log.seal(prev, seq, front, key)
    return front + b',"prev":"%s","h":"%s"}\n' % (prev.hex().encode(), h.hex().encode()), h


def chain(count, first=b'"k":"genesis"', content=None):
    prev, data = bytes(32), b""
    for seq in range(1, count + 1):
        line, prev = seal(seq, prev, first if seq == 1 else b'"k":"token"', content=content)
        data += line
    return data


def lines_of(data):
    return bytes(data).splitlines(keepends=True)


def expect_of(line):
    record = json.loads(line)
    return record["seq"], bytes.fromhex(record["h"])


def anchor(last):
    """What is expected, of number and hash as make_log.py has them."""
    return last[0], bytes.fromhex(last[1])


def report_of(log, content=None, last=None, files=None, **options):
    folder = Memory({name: bytes(data) for name, data in (files or log.files).items()})
    return verify_files(folder, last or log.name, log.name, Key(content) if content else None, **options)


def codes(report):
    return {finding["code"] for finding in report["findings"]}


class Case(unittest.TestCase):
    def fine(self, report, records, segments=1, told=()):
        self.assertEqual((report["ok"], report["first_bad_seq"]), (True, 0), report)
        self.assertEqual((report["records"], report["segments"], codes(report)), (records, segments, set(told)))

    def bad(self, report, told, first_bad_seq, text=""):
        self.assertFalse(report["ok"])
        self.assertEqual(codes(report), set(told), report["findings"])
        self.assertEqual(report["first_bad_seq"], first_bad_seq, report["findings"])
        self.assertIn(text, " | ".join(finding["message"] for finding in report["findings"]))

    def bad_data(self, data, told, first_bad_seq, text="", **options):
        self.bad(verify_log.verify_data(data, **options), [told] if isinstance(told, str) else told, first_bad_seq, text)


class OneSegment(Case):
    def test_known_answer(self):
        self.fine(verify_log.verify_data(KNOWN), 2, told=["audit.open"])
        self.assertEqual(verify_log.verify_data(KNOWN)["last"], "2:a662fec55425906f0fd76f8efb9d25cecafbd5e707b020db36d78b60cb8a2a32")

    def test_known_key(self):
        k = hmac.new(b"0123456789abcdef0123456789abcdef", b"cxdialer.audit.key.v1\0", hashlib.sha256).digest()
        key = Key(CONTENT)
        self.assertEqual((key.k, key.kid.decode()), (k, hashlib.sha256(b"cxdialer.audit.kid.v1\0" + k).hexdigest()[:16]))
        self.assertEqual((key.k.hex()[:16], key.kid), ("33f8980a4f3bc781", b"f8f0ddfd65c1072f"))
        self.assertNotEqual(Key(CONTENT + b"\n").kid, key.kid)

    def test_sizes_of_keys(self):
        for content in (b"", b"x" * 15, b"x" * 15 + b"\n", b"x" * 4097):
            with self.assertRaises(verify_log.Unusable):
                Key(content)
        self.assertNotEqual(Key(b"x" * 16).kid, Key(b"x" * 4096 + b"\n").kid)

    def test_long_chain(self):
        self.fine(verify_log.verify_data(chain(500)), 500)

    def test_no_records(self):
        self.bad_data(b"", "audit.genesis", 1, "no record is in it")
        self.bad_data(b"{", ["audit.genesis", "audit.torn"], 1)
        self.assertEqual(verify_log.verify_data(b"")["last"], "")
        self.fine(verify_log.verify_data(b"", genesis=False), 0)

    def test_every_changed_bit_is_found(self):
        second = KNOWN.index(b"\n") + 1
        for i in range(len(KNOWN)):
            for bit in range(8):
                data = bytearray(KNOWN)
                data[i] ^= 1 << bit
                report = verify_log.verify_data(bytes(data))
                self.assertEqual((report["ok"], report["first_bad_seq"]), (False, 1 if i < second else 2))

    def test_every_cut_is_told_but_one_between_records(self):
        second = KNOWN.index(b"\n") + 1
        for cut in range(1, len(KNOWN)):
            if cut < second:
                self.bad_data(KNOWN[:cut], ["audit.genesis", "audit.torn"], 1)
            else:
                self.fine(verify_log.verify_data(KNOWN[:cut]), 1, told=[] if cut == second else ["audit.torn"])

    def test_lines_left_out_swapped_or_doubled(self):
        lines = lines_of(chain(6))
        self.bad_data(b"".join(lines[1:]), "audit.genesis", 1, "line 1: the first record is not")
        self.bad_data(b"".join(lines[:2] + lines[3:]), "audit.seq", 3, "line 3: number 4 where 3")
        self.bad_data(b"".join(lines[:3] + lines[2:]), "audit.seq", 4, "line 4: number 3")
        self.bad_data(b"".join([lines[0], lines[2], lines[1]] + lines[3:]), "audit.seq", 2, "line 2: number 3")
        self.bad_data(b"".join(lines[:3] + lines[:1] + lines[3:]), ["audit.genesis", "audit.seq"], 4, "a genesis in the middle")

    def test_counts_records_that_follow(self):
        lines = lines_of(chain(6))
        self.assertEqual(verify_log.verify_data(b"".join(lines[:2] + lines[3:]))["records"], 5)
        self.assertEqual(verify_log.verify_data(b"".join(lines[:4] + lines[2:]))["records"], 6)
        self.assertEqual(verify_log.verify_data(b"".join(lines[:2] + [b"x\n"] + lines[3:]))["records"], 5)

    def test_a_record_sealed_anew_breaks_the_next_one(self):
        lines = lines_of(chain(4))
        lines[1], _ = seal(2, expect_of(lines[0])[1], b'"k":"token","op":"forged"')
        self.bad_data(b"".join(lines), "audit.chain", 3, "line 3: prev")

    def test_goes_on_behind_damage(self):
        lines = lines_of(chain(9))
        lines[3] = lines[3].replace(b"token", b"tokem")
        lines[6] = b"\n"
        report = verify_log.verify_data(b"".join(lines))
        self.bad(report, ["audit.hash", "audit.form"], 4)
        self.assertEqual((report["records"], report["last"].split(":")[0]), (7, "9"))

    def test_forms_that_are_not_records(self):
        for rest in WRONG:
            self.bad_data(seal(1, bytes(32), rest)[0], "audit.form", 1, "line 1", genesis=False)
        for front in (head(1, b'"k":"x"').replace(b'"v":1', b'"v":2'), head(1, b'"k":"x"').replace(b'"bt":1', b'"bt":-1'), b" " + head(1, b'"k":"x"'),
                      head(1, b'"k":"x"').replace(b"Z", b"z"), head(1, b'"k":"x"').replace(b'"w"', b'"ww"'), head(0, b'"k":"x"'), head(2**63, b'"k":"x"'),
                      head(10**19, b'"k":"x"'), head(10**18, b'"k":"x"'), head(1, b'"k":"x"').replace(b'"seq":1', b'"seq":01'), b'"k":"x"', b"{"):
            self.bad_data(seal(1, bytes(32), front=front)[0], "audit.form", 1, genesis=False)
        self.bad_data(seal(1, bytes(32), b'"k":"%s"' % (b"a" * 16384))[0], "audit.form", 1, "longer than")
        self.bad_data(seal(1, bytes(32), b'"k":"x","a":%s1%s' % (b"[" * 7000, b"]" * 7000))[0], "audit.form", 1, "not JSON")
        self.bad_data(seal(1, bytes(32), b'"k":"x","a":%s1%s' % (b"[" * 40, b"]" * 40))[0], "audit.form", 1, "deeper than 40", genesis=False)
        deepest = seal(1, bytes(32), b'"k":"genesis","a":%s1%s,"b":"%s\\"["' % (b"[" * 39, b"]" * 39, b"{" * 60))[0]
        self.assertTrue(verify_log.verify_data(deepest)["ok"])
        for control in (b"\t", b"\r", b"\0", b"\x1f"):
            self.bad_data(seal(1, bytes(32), b'"k":"a%sb"' % control)[0], "audit.form", 1, "control byte")
        self.bad_data(b"\n", "audit.form", 1)
        self.bad_data(KNOWN.replace(b"}\n", b"}\r\n"), "audit.form", 1)
        self.bad_data(b"\xef\xbb\xbf" + chain(2), "audit.form", 1)

    def test_odd_records_that_are_right(self):
        for rest in ODD:
            self.fine(verify_log.verify_data(seal(1, bytes(32), rest)[0], genesis=False), 1)
        line = seal(1, bytes(32), b'"k":"genesis","a":""')[0]
        filled = seal(1, bytes(32), b'"k":"genesis","a":"%s"' % (b"a" * (16384 - len(line))))[0]
        self.assertEqual(len(filled), 16384)
        self.fine(verify_log.verify_data(filled), 1)

    def test_records_are_nested_up_to_40_levels(self):
        for levels, right in ((40, True), (41, False)):
            for begin, end in ((b"[", b"]"), (b'{"b":', b"}")):
                line = seal(1, bytes(32), b'"k":"x","a":%s1%s' % (begin * (levels - 1), end * (levels - 1)))[0]
                self.assertEqual(verify_log.verify_data(line, genesis=False)["ok"], right)

    def test_boot_and_writer_have_no_escapes(self):
        for member in (b'"w":"', b'"boot":"'):
            front = head(1, b'"k":"genesis"').replace(member, member + b"\\f")
            self.bad_data(seal(1, bytes(32), front=front)[0], "audit.form", 1)

    def test_behind_damage_there_may_be_as_many_records_missing_as_lines_are_damaged(self):
        lines = lines_of(chain(9))
        self.bad_data(b"".join(lines[:3] + [b"x\n", b"y\n"] + lines[5:]), "audit.form", 4)
        self.bad_data(b"".join(lines[:3] + [b"x\n", b"y\n"] + lines[3:]), "audit.form", 4)
        self.bad_data(b"".join(lines[:3] + [b"x\n", b"y\n"] + lines[6:]), ["audit.form", "audit.seq"], 4)
        self.bad_data(b"".join(lines[:3] + [b"x\n", b"y\n"] + lines[2:]), ["audit.form", "audit.seq"], 4)

    def test_prev_inside_a_text_does_not_mislead(self):
        inner = (',"prev":"' + "0" * 64 + '","h":"' + "0" * 64 + '"}')
        rest = b'"k":"genesis","a":' + json.dumps(inner).encode()
        self.fine(verify_log.verify_data(seal(1, bytes(32), rest)[0]), 1)

    def test_genesis_is_needed_but_for_a_logger_of_the_host(self):
        data = chain(2, b'"k":"intent","op":"x"')
        self.bad_data(data, ["audit.genesis", "audit.open"], 1, "line 1: the first record is not of kind genesis")
        self.fine(verify_log.verify_data(data, genesis=False), 2, told=["audit.open"])
        self.bad_data(chain(2), "audit.genesis", 1, genesis=False)

    def test_damaged_first_line_is_not_also_a_missing_genesis(self):
        self.bad_data(b"x" + chain(3), "audit.form", 1)
        self.bad_data(chain(3).replace(b"genesis", b"genesiz"), "audit.hash", 1)

    def test_torn_end(self):
        data = chain(5)
        for tail in (b"{", b'{"v":1,"seq":6', b"\0" * 50, b"\xff", lines_of(chain(6))[5][:-1]):
            self.fine(verify_log.verify_data(data + tail), 5, told=["audit.torn"])
        self.bad_data(data + lines_of(chain(6))[5][:-1] + b"{", "audit.torn", 6)
        self.bad_data(data[:-1] + b"\x0b", "audit.torn", 5)
        self.fine(verify_log.verify_data(data + b"a" * 20000), 5, told=["audit.torn"])

    def test_two_outcomes_of_an_update(self):
        log = make_log.Log()
        op = log.new_op()
        log.intent(op)
        log.outcome(op)
        log.fill(200).resolved()
        seq = log.outcome(op, "not_applied", recovered=True, intent_seq=2, intent_w=log.writer)
        self.bad(report_of(log), ["audit.outcome"], seq, f"line {seq}: another outcome")
        self.assertEqual(report_of(log)["records"], seq)
        log.intent(op)
        log.outcome(op)
        self.assertEqual([finding["code"] for finding in report_of(log)["findings"]], ["audit.outcome"] * 2)

    def test_two_outcomes_without_an_intent(self):
        log = make_log.Log()
        op = log.new_op()
        for _ in range(2):
            log.outcome(op, "rejected", intent=False)
        self.fine(report_of(log), 3)

    def test_how_many_updates_are_known_to_have_their_outcome(self):
        for others in (verify_log.ANSWERED - 1, verify_log.ANSWERED):
            log = make_log.Log()
            for op in ["first", *map(str, range(others))]:
                log.record("intent", op=op)
                log.record("outcome", op=op)
            log.record("outcome", op="first")
            self.assertEqual(codes(report_of(log)), set() if others == verify_log.ANSWERED else {"audit.outcome"})

    def test_open_intents(self):
        log = make_log.Log()
        first, second = log.new_op(), log.new_op()
        log.intent(first)
        log.intent(second)
        log.intent(second, attempt_round=2)
        log.outcome(second)
        self.fine(report_of(log), 5, told=["audit.open"])
        self.assertIn("1 intents without outcome: 2", report_of(log)["findings"][0]["message"])
        log.resolved()
        self.fine(report_of(log), 6)


class Keys(Case):
    def test_keyed_log(self):
        self.fine(verify_log.verify_data(chain(5, content=CONTENT), Key(CONTENT)), 5)
        log = make_log.all_kinds(CONTENT)
        self.fine(report_of(log, CONTENT, expect=[anchor(log.before_key)]), log.last[0], 5, ["audit.abandoned", "audit.unkeyed_start"])

    def test_a_log_that_became_a_keyed_one(self):
        log = make_log.Log().fill(20).resolved()
        log.rotate("key", CONTENT)
        log.fill(40).resolved()
        lines, last, first = lines_of(log.files[f"{log.name}.000000000001"]), anchor(log.before_key), log.before_key[0]
        keyed = expect_of(lines_of(log.data)[0])
        for expect, severity in (([], "error"), ([expect_of(lines[-2])], "note"), ([expect_of(lines[-3])], "error"), ([keyed], "error"), ([anchor(log.last)], "error"), ([last], "note"), ([keyed, last], "note")):
            report = report_of(log, CONTENT, expect=expect)
            self.assertEqual([(finding["severity"], finding["code"]) for finding in report["findings"]], [(severity, "audit.unkeyed_start")], expect)
            self.assertEqual(report["first_bad_seq"], first + 1 if severity == "error" else 0)
        self.bad(report_of(log, CONTENT, expect=[(first, bytes(32))]), ["audit.expect", "audit.unkeyed_start"], first)
        self.assertIn({"severity": "warning", "code": "audit.unkeyed_start"}, [{name: finding[name] for name in ("severity", "code")} for finding in report_of(log)["findings"]])
        self.fine(report_of(log, CONTENT, files={log.name: log.data}, expect=[last]), len(lines_of(log.data)))

    def test_no_key_or_another(self):
        data = chain(5, content=CONTENT)
        self.bad_data(data, "audit.key", 1, "no key was given")
        self.bad_data(data, "audit.key", 1, "sealed with key", key=Key(OTHER))
        self.assertEqual(verify_log.verify_data(data)["records"], 0)

    def test_another_hash_under_the_right_name(self):
        lines = lines_of(chain(5, content=CONTENT))
        front = lines[2][:lines[2].rindex(b',"prev"')]
        lines[2] = seal(3, expect_of(lines[1])[1], front=b" " + front)[0][1:]
        self.bad_data(b"".join(lines), "audit.hash", 3, key=Key(CONTENT))

    def test_log_that_is_to_be_keyed(self):
        self.bad_data(chain(5), "audit.unkeyed", 6, "no record", key=Key(CONTENT))

    def test_key_stripped_in_the_middle(self):
        lines = lines_of(chain(6, content=CONTENT))
        prev = expect_of(lines[2])[1]
        for i in range(3, 6):
            lines[i], prev = seal(i + 1, prev)
        report = verify_log.verify_data(b"".join(lines), Key(CONTENT))
        self.bad(report, ["audit.unkeyed"], 4, "there are keyed records before")
        self.assertEqual(report["records"], 6)

    def test_a_start_written_anew_without_the_key(self):
        lines = lines_of(chain(3)) + lines_of(chain(6, content=CONTENT))[3:]
        self.bad_data(b"".join(lines), ["audit.chain", "audit.unkeyed"], 4, key=Key(CONTENT))

    def test_other_epochs_are_no_records(self):
        self.bad_data(seal(1, bytes(32), b'"k":"genesis","kid":"0011223344556677","e":1')[0], "audit.unkeyed", 2, key=Key(CONTENT))


class Segments(Case):
    def log(self, segments=4, each=6, **options):
        log = make_log.Log(**options)
        for _ in range(segments - 1):
            log.fill(log.last[0] + each).rotate()
        log.fill(log.last[0] + each)
        return log.resolved()

    def names(self, log):
        return sorted(name for name in log.files if name != log.name) + [log.name]

    def test_segments_in_a_row(self):
        log = self.log()
        self.fine(report_of(log), log.last[0], 4)
        self.assertEqual(report_of(log)["last"], f"{log.last[0]}:{log.last[1]}")

    def test_all_reasons(self):
        log = make_log.all_kinds()
        self.fine(report_of(log), log.last[0], 4, ["audit.abandoned"])
        for why in ("size", "day"):
            log.rotate(why)
            self.assertTrue(report_of(log)["ok"])

    def test_a_segment_and_all_before_it(self):
        log = self.log()
        third = self.names(log)[2]
        end = expect_of(lines_of(log.files[third])[-1])
        self.fine(report_of(log, last=third), end[0], 3, codes(report_of(log, last=third)) & {"audit.open"})

    def test_segment_missing(self):
        log = self.log()
        names = self.names(log)
        for gone in names[:3]:
            files = {name: data for name, data in log.files.items() if name != gone}
            first = expect_of(lines_of(files[names[names.index(gone) + 1]])[0])[0]
            report = report_of(log, files=files)
            self.bad(report, ["audit.segment"], 1, f"the segment before, '{gone}', is missing")
            self.assertEqual((report["records"], report["segments"]), (log.last[0] - first + 1, 3 - names.index(gone)))

    def test_segments_kept_elsewhere(self):
        log = self.log()
        names = self.names(log)
        end = expect_of(lines_of(log.files[names[1]])[-1])
        older = expect_of(lines_of(log.files[names[0]])[2])
        files = {name: log.files[name] for name in names[2:]}
        self.fine(report_of(log, files=files, expect=[end]), log.last[0] - end[0], 2)
        self.bad(report_of(log, files=files, expect=[older, end]), ["audit.expect"], log.last[0] + 1)
        self.bad(report_of(log, files=files, expect=[(end[0], bytes(32))]), ["audit.segment", "audit.expect"], 1)
        self.fine(report_of(log, expect=[older, end]), log.last[0], 4)

    def test_open_intents_kept_elsewhere(self):
        log = make_log.Log()
        ops = [log.new_op(), log.new_op()]
        for op in ops:
            log.intent(op)
        log.rotate()
        end = expect_of(lines_of(log.files[self.names(log)[0]])[-1])
        log.outcome(ops[0])
        files = {log.name: log.files[log.name]}
        self.fine(report_of(log, files=files, expect=[end]), 2, told=["audit.open"])
        log.outcome(ops[1])
        self.fine(report_of(log, files=files, expect=[end]), 3)
        log.outcome(ops[1])
        self.bad(report_of(log, files=files, expect=[end]), ["audit.outcome"], end[0] + 4)

    def test_recovered_intents_kept_elsewhere(self):
        log = make_log.Log()
        log.intent(log.new_op())
        log.rotate()
        end = expect_of(lines_of(log.files[self.names(log)[0]])[-1])
        log.resolved()
        self.fine(report_of(log, files={log.name: log.files[log.name]}, expect=[end]), 2)

    def test_segment_replaced_or_changed(self):
        log = self.log()
        names = self.names(log)
        first = len(lines_of(log.files[names[0]]))
        self.bad(report_of(log, files={**log.files, names[1]: log.files[names[0]]}), ["audit.segment"], first + 1)
        longer = log.files[names[0]] + log.files[names[0]][-500:]
        self.assertIn("audit.segment", codes(report_of(log, files={**log.files, names[0]: longer})))
        flipped = bytearray(log.files[names[0]])
        flipped[200] ^= 1
        self.bad(report_of(log, files={**log.files, names[0]: flipped}), ["audit.hash", "audit.segment"], 1)

    def test_segment_written_anew(self):
        log = self.log()
        forged = self.log(seed=2, segments=2)
        names = self.names(log)
        files = {**log.files, names[0]: forged.files[self.names(forged)[0]]}
        report = report_of(log, files=files)
        self.bad(report, ["audit.segment"], report["first_bad_seq"], "from which this segment goes on")
        self.assertGreater(report["first_bad_seq"], 1)

    def test_segment_that_does_not_end_with_rotate(self):
        log = make_log.Log().fill(10).resolved()
        log.begin("size", log.last, hashlib.sha256(log.data).hexdigest(), [])
        self.bad(report_of(log), ["audit.segment"], log.last[0], "does not end with a rotate")

    def test_log_that_ends_with_rotate(self):
        log = self.log()
        names = self.names(log)
        files = {name: log.files[name] for name in names[:2]} | {log.name: log.files[names[2]]}
        end = expect_of(lines_of(log.files[names[2]])[-1])
        told = codes(report_of(log, last=names[2]))
        self.bad(report_of(log, files=files), told | {"audit.rotated"}, end[0] + 1, "its next segment is missing")
        self.bad(report_of(log, files={**log.files, log.name: b""}), ["audit.genesis", "audit.segment"], 1)
        self.bad(report_of(log, files={**log.files, log.name: b'{"v"'}), ["audit.genesis", "audit.segment", "audit.torn"], 1)

    def test_log_whose_rotation_was_cut_short(self):
        log = self.log()
        names = self.names(log)
        files = {name: bytes(log.files[name]) for name in names[:3]}
        files[log.name] = files[names[2]]  # one file with two names
        found = report_of(log, files=files)
        self.assertTrue(found["ok"])
        self.assertEqual([(f["severity"], f["code"]) for f in found["findings"] if f["code"] == "audit.rotated"], [("warning", "audit.rotated")])
        behind = f"{log.name}.{int(found['last'].split(':')[0]) + 1:012}"
        for other in ({log.name: bytes(bytearray(files[names[2]]))}, {behind: bytes(log.data)}):
            found = report_of(log, files={**files, **other})
            self.assertFalse(found["ok"])
            self.assertIn("audit.rotated", codes(found))

    def test_something_behind_rotate(self):
        log = make_log.Log()
        log.record("rotate", next=3, why="size")
        log.record("clock", step_ms=1)
        self.bad(report_of(log), ["audit.rotated"], 3, "line 3: there is a record behind")
        log = make_log.Log()
        log.record("rotate", next=3, why="size")
        log.torn_end()
        self.bad(report_of(log), ["audit.rotated", "audit.torn"], 3)

    def test_torn_end_of_an_older_segment_is_an_error(self):
        log = make_log.Log().fill(5)
        log.resolved()
        log.data.extend(b'{"v":1')
        log.begin("size", log.last, hashlib.sha256(log.data).hexdigest(), [])
        self.bad(report_of(log), ["audit.torn", "audit.segment"], log.last[0], "torn, 6 bytes")

    def test_abandoned_records(self):
        for tail in (b"", b'{"v":1,"seq":7', b"garbage\n\n\n", b"\0" * 3):
            log = make_log.Log().fill(20)
            log.resolved()
            log.sync(2, tail)
            self.fine(report_of(log), log.last[0], 2, codes(report_of(log)) & {"audit.open"} | {"audit.abandoned"})
        log = make_log.Log().fill(20).resolved()
        log.sync(0)
        self.fine(report_of(log), log.last[0], 2)

    def test_sync_from_a_record_that_is_not_there(self):
        log = make_log.Log().fill(20).resolved()
        log.sync(2)
        old = self.names(log)[0]
        files = {**log.files, old: b"".join(lines_of(log.files[old])[:-3])}
        report = report_of(log, files=files)
        self.assertEqual(codes(report) - {"audit.open"}, {"audit.segment"})

    def test_broken_segment(self):
        for damage in (b"garbage\n", b'{"v":1,"seq":7', b"", b"\n\n"):
            for back in (0, 4):
                log = make_log.Log().fill(20).resolved()
                end = log.end_behind(back)[0]
                old = log.broken(damage, back)
                report = report_of(log)
                self.bad(report, {"audit.broken"} | codes(report) & {"audit.open"}, end + 1, f"{old} was found damaged")
                self.assertEqual((report["records"], report["segments"]), (log.last[0], 2))
                changed = report_of(log, files={**log.files, old: log.files[old] + b"x"})
                self.assertIn("audit.segment", codes(changed))

    def test_broken_at_its_genesis(self):
        log = make_log.Log().fill(10).resolved()
        log.rotate()
        log.files[log.name] = bytearray(b"?" + log.files[log.name])
        first = log.last[0]
        end = (first - 1, lines_of(log.files[self.names(log)[0]])[-1][-67:-3].decode())
        old = f"{log.name}.{first:012d}"
        log.files[old] = log.files.pop(log.name)
        log.files[log.name], log.last = bytearray(), end
        log.record("genesis", why="broken", prev_name=old, prev_seq=end[0], prev_h=end[1], prev_sha256=hashlib.sha256(log.files[old]).hexdigest(), open=[])
        report = report_of(log)
        self.assertIn("audit.broken", codes(report))

    def test_second_names_with_a_number(self):
        log = make_log.Log()
        log.fill(6)
        log.files[f"{log.name}.000000000001"] = bytearray(b"somebody else's")
        old = log.rotate()
        self.assertEqual(old, f"{log.name}.000000000001.1")
        self.fine(report_of(log), log.last[0], 2, codes(report_of(log)) & {"audit.open"})

    def test_an_unfinished_rotation_leaves_a_second_name(self):
        log = make_log.Log().fill(6).resolved()
        data = bytes(log.data)
        files = {log.name: data, f"{log.name}.000000000001": data}  # one file with two names
        self.fine(report_of(log, files=files), log.last[0], 1)

    def test_segments_that_no_later_one_names(self):
        old, new = self.log(), make_log.Log(seed=9).fill(6).resolved()
        beside = self.names(old)[:-1]
        report = report_of(new, files={**old.files, new.name: new.data})
        self.bad(report, ["audit.segment"], new.last[0] + 1, f"{beside[0]}: a segment of this log that no later one names")
        self.assertEqual([finding["message"].split(":")[0] for finding in report["findings"]], beside)
        self.assertEqual(report["records"], new.last[0])
        for changed in (b"x", b"{}\n", b""):
            files = {**new.files, beside[0]: changed + old.files[beside[0]].replace(b'"genesis"', b'"genesiz"', 1)}
            self.fine(report_of(new, files=files), new.last[0])
        changed = old.files[beside[0]].replace(b'"bt":', b'"bt":1', 1)
        self.bad(report_of(new, files={**new.files, f"{new.name}.999999999999.7": changed}), ["audit.segment"], new.last[0] + 1)
        self.fine(report_of(new, files={**new.files, "other.000000000001": changed, f"{new.name}.1": changed, f"{new.name}.0000000000001": changed}), new.last[0])

    def test_segments_beside_that_are_of_another_question(self):
        log = self.log()
        names, stray = self.names(log), bytes(bytearray(log.files[self.names(log)[0]]))
        end = expect_of(lines_of(log.files[names[1]])[-1])
        files = {name: log.files[name] for name in [names[0]] + names[2:]}
        self.fine(report_of(log, files=files, expect=[end]), log.last[0] - end[0], 2)
        files = {**log.files, names[1] + ".1": stray}
        self.bad(report_of(log, files=files), ["audit.segment"], log.last[0] + 1, names[1] + ".1: ")
        for last, told in ((names[0], False), (names[1], False), (names[2], True)):
            self.assertEqual("audit.segment" in codes(report_of(log, last=last, files=files)), told)

    def test_geneses_that_say_too_little(self):
        h = "0" * 64
        good = {"why": "size", "prev_name": "audit.log.000000000001", "prev_seq": 1, "prev_h": h, "prev_sha256": h, "open": []}
        for wrong in ({"why": "mood"}, {"why": None}, {"prev_name": 7}, {"prev_seq": "1"}, {"prev_seq": 0}, {"prev_seq": True}, {"prev_seq": 1.5}, {"prev_h": h[1:]},
                      {"prev_h": h[1:] + "G"}, {"prev_sha256": None}, {"prev_sha256": 1}, {"open": None}, {"open": ["1"]}, {"open": [2]}, {"open": [{}]}, {"open": [[]]}, {"open": {}},
                      {"open": [{"seq": 1}]}, {"open": [{"op": "a"}]}, {"open": [{"seq": 0, "op": "a"}]}, {"open": [{"seq": 1.0, "op": "a"}]}, {"open": [{"seq": 1, "op": None}]}, {"why": "sync"}):
            log = make_log.Log(genesis=False)
            log.last = (1, h)
            log.record("genesis", **{**good, **wrong})
            self.bad(report_of(log), ["audit.genesis"], 1)
        for missing in good:
            log = make_log.Log(genesis=False)
            log.last = (1, h)
            log.record("genesis", **{name: value for name, value in good.items() if name != missing})
            self.bad(report_of(log), ["audit.genesis"], 1)

    def test_names_that_lead_elsewhere(self):
        with tempfile.TemporaryDirectory() as directory:
            for name in ("../../etc/passwd", "/etc/passwd", ".", "..", "", "audit.log", "audit.log.writers", "audit.log.1", "audit.log.000000000002", "../audit.log.000000000001",
                         "other.log.000000000001", "audit.log.000000000001/../x.000000000001", "audit.log.000000000001.0"):
                log = make_log.Log(genesis=False)
                log.last = (1, "0" * 64)
                log.record("genesis", why="size", prev_name=name, prev_seq=1, prev_h="0" * 64, prev_sha256="0" * 64, open=[])
                report = verify_log.verify_path(log.save(directory))
                self.assertFalse(report["ok"])
                self.assertIn(codes(report), [{"audit.segment"}, {"audit.genesis"}], name)

    def test_segments_that_name_each_other(self):
        log = make_log.Log(genesis=False)
        h = "0" * 64
        for n in (3, 2):
            log.files = {log.name: bytearray(), **{name: data for name, data in log.files.items() if name != log.name}}
            log.last = (n - 1, h)
            log.record("genesis", why="size", prev_name=f"audit.log.{5 - n:012d}", prev_seq=n - 1, prev_h=h, prev_sha256=h, open=[])
            log.files[f"audit.log.{n:012d}"] = log.files[log.name]
        self.assertIn("audit.segment", codes(report_of(log)))

    def test_a_second_first_segment_is_not_the_next(self):
        log, other = make_log.Log().fill(5), make_log.Log(seed=5).fill(5)
        joined = bytes(log.data + other.data)
        self.assertLessEqual({"audit.genesis", "audit.seq"}, codes(verify_log.verify_data(joined)))


class Checkpoints(Case):
    def test_expected_records(self):
        data = chain(20)
        anchors = [expect_of(line) for line in lines_of(data)]
        self.fine(verify_log.verify_data(data, expect=anchors), 20)
        self.bad_data(b"".join(lines_of(data)[:10]), "audit.expect", 11, "record 11 with the hash", expect=anchors[10:11])
        self.bad_data(data, "audit.expect", 7, "record 7 has the hash", expect=[(7, bytes(32))])
        self.bad_data(data, "audit.expect", 7, expect=[anchors[6], (7, bytes(32))])

    def test_a_whole_log_written_anew(self):
        real, forged = make_log.Log().fill(100, checkpoints=20), make_log.Log(seed=2).fill(100, checkpoints=20)
        anchor = (real.anchors[1][0], bytes.fromhex(real.anchors[1][1]))
        self.assertTrue(report_of(forged)["ok"])
        self.assertIn("audit.expect", codes(report_of(forged, expect=[anchor])))
        self.assertTrue(report_of(real, expect=[anchor])["ok"])

    def test_a_damaged_record_does_not_count(self):
        lines = lines_of(chain(5))
        anchor = expect_of(lines[2])
        lines[2] = lines[2].replace(b"token", b"tokem")
        self.bad_data(b"".join(lines), ["audit.hash", "audit.expect"], 3, expect=[anchor])


class Hostile(Case):
    def test_garbage_is_told_and_does_not_stop_it(self):
        for data in (b"\n" * 1000, b"\0" * 5000, b"{}\n" * 100, bytes(range(256)) * 50, b'{"v":1,"seq":1}\n', b'[' * 30000 + b"\n", b"\xff\xfe\n" * 3):
            report = verify_log.verify_data(data)
            self.assertTrue(report["findings"])
            self.assertEqual(report["records"], 0)

    def test_hostile_members(self):
        for rest in (b'"k":"intent","op":[1,{"a":null}]', b'"k":"intent","op":{}', b'"k":"outcome","op":null,"intent":"yes"', b'"k":"outcome"', b'"k":"checkpoint","open":7',
                     b'"k":"recover"', b'"k":"fork"', b'"k":"something new"', b'"k":"\xc3\xa9"'):
            line, _ = seal(2, expect_of(chain(1))[1], rest)
            self.assertTrue(verify_log.verify_data(chain(1) + line)["ok"], rest)

    def test_a_number_at_the_end_of_numbers(self):
        line = seal(10**18 - 1, bytes(32), b'"k":"genesis"')[0]
        self.bad_data(line, ["audit.genesis"], 1)


class Command(Case):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)

    def path(self, name, data):
        path = os.path.join(self.directory.name, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def run_tool(self, *arguments):
        return subprocess.run([sys.executable, os.path.join(HERE, "verify_log.py"), *arguments], capture_output=True, text=True)

    def test_one_segment(self):
        done = self.run_tool(self.path("log", KNOWN))
        self.assertEqual((done.returncode, done.stdout), (0, "ok 2 records\n"))
        self.assertIn("note audit.open", done.stderr)
        done = self.run_tool(self.path("log", KNOWN[:-2] + b"x\n"))
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stdout.startswith("line 2: "))
        done = self.run_tool("--no-genesis", self.path("log", chain(2, b'"k":"token"')))
        self.assertEqual(done.stdout, "ok 2 records\n")

    def test_several_segments_by_file_and_by_directory(self):
        log = make_log.all_kinds(CONTENT)
        folder = os.path.join(self.directory.name, "logs")
        path = log.save(folder)
        for name in ("audit.log.writers", "audit.log.new"):
            open(os.path.join(folder, name), "w", encoding="ascii").close()
        key = self.path("key", CONTENT)
        for where in (path, folder):
            done = self.run_tool("--key-file", key, *(word for seq, h in (log.last, log.before_key) for word in ("--expect", f"{seq}:{h}")), where)
            self.assertEqual((done.returncode, done.stdout), (0, f"ok {log.last[0]} records in 5 segments\n"))
        done = self.run_tool("--key-file", self.path("key", OTHER), path)
        self.assertEqual(done.returncode, 1)
        self.assertIn(".000000000078: line 1: it is sealed with key", done.stdout + done.stderr)

    def test_directory_without_its_last_file(self):
        log = make_log.all_kinds()
        path = log.save(self.directory.name)
        os.unlink(path)
        done = self.run_tool("--json", self.directory.name)
        self.assertEqual(done.returncode, 1)
        self.assertIn("audit.rotated", codes(json.loads(done.stdout)))

    def test_directory_without_its_last_file_behind_an_end_without_rotate(self):
        log = make_log.Log().fill(9).resolved()
        log.sync(0)
        os.unlink(log.save(self.directory.name))
        self.assertEqual(codes(json.loads(self.run_tool("--json", self.directory.name).stdout)), {"audit.rotated"})

    def test_torn_end_of_a_segment_that_was_moved_aside(self):
        log = make_log.Log().fill(9).resolved()
        old = log.sync(0, b"{")
        path = os.path.join(os.path.dirname(log.save(self.directory.name)), old)
        self.assertEqual(codes(json.loads(self.run_tool("--json", path).stdout)), {"audit.torn"})
        self.assertEqual(self.run_tool(path).returncode, 1)

    def test_json(self):
        log = make_log.Log().fill(20).resolved()
        done = self.run_tool("--json", log.save(self.directory.name))
        self.assertEqual(json.loads(done.stdout), {"ok": True, "records": log.last[0], "segments": 1, "first_bad_seq": 0, "findings": [],
                                                   "last": f"{log.last[0]}:{log.last[1]}"})
        done = self.run_tool("--json", self.path("audit.log", bytes(log.data).replace(b"outcome", b"outcame", 1)))
        self.assertEqual(done.returncode, 1)
        self.assertEqual(json.loads(done.stdout)["findings"][0]["severity"], "error")

    def test_what_cannot_be_read(self):
        other = tempfile.TemporaryDirectory()
        self.addCleanup(other.cleanup)
        for arguments in (["/nonexistent"], [other.name], ["--expect", "1:00", "x"], ["--expect", "x", "x"], [],
                          ["--key-file", "/nonexistent", self.path("a", KNOWN)], ["--key-file", self.path("short", b"x"), self.path("a", KNOWN)]):
            done = self.run_tool(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertTrue(done.stderr)
        self.path("a.log", KNOWN)
        self.path("b.log", KNOWN)
        self.path("c.log", b"no log")
        self.assertEqual(self.run_tool(self.directory.name).returncode, 2)

    def test_the_writer_as_a_command(self):
        folder = os.path.join(self.directory.name, "made")
        key = self.path("key", CONTENT)
        done = subprocess.run([sys.executable, os.path.join(HERE, "make_log.py"), "--records", "60", "--every", "25", "--key-file", key, folder], capture_output=True, text=True)
        path, last = done.stdout.split()
        done = self.run_tool("--key-file", key, "--expect", last, path)
        self.assertEqual(done.stdout, f"ok {last.split(':')[0]} records in 3 segments\n")



if __name__ == "__main__":
    unittest.main()
