#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The verifier accepts right chains, and names the first bad line of every wrong one."""
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import verify_chain  # noqa: E402

# Two records that the library's own known-answer test has as well.
KNOWN = (
    b'{"v":1,"seq":1,"t":"2026-11-22T16:00:00.123456Z","bt":123456789,"boot":"b0","w":"host/1/i","k":"genesis",'
    b'"prev":"0000000000000000000000000000000000000000000000000000000000000000",'
    b'"h":"8e03fd06e8207544a6c46de3be8fce11728aea9f311b681ac89a3020a47caa8a"}\n'
    b'{"v":1,"seq":2,"t":"2026-11-22T16:00:00.123456Z","bt":123456789,"boot":"b0","w":"host/1/i","k":"intent","op":"x","old":0.85,"name":"\xc3\xa9\\n",'
    b'"prev":"8e03fd06e8207544a6c46de3be8fce11728aea9f311b681ac89a3020a47caa8a",'
    b'"h":"a662fec55425906f0fd76f8efb9d25cecafbd5e707b020db36d78b60cb8a2a32"}\n')


def seal(seq, prev, body=b'"k":"intent"', front=None):
    front = front or b'{"v":1,"seq":%d,"t":"2026-11-22T16:00:00.123456Z","bt":1,"boot":"b","w":"h/1/i",%s' % (seq, body)
    h = verify_chain.chain_hash(prev, seq, front)
    return front + b',"prev":"%s","h":"%s"}\n' % (prev.hex().encode(), h.hex().encode()), h


def chain(count, first=b'"k":"genesis"'):
    prev, data = bytes(32), b""
    for seq in range(1, count + 1):
        line, prev = seal(seq, prev, first if seq == 1 else b'"k":"intent"')
        data += line
    return data


class Verifier(unittest.TestCase):
    def bad(self, data, text, **options):
        with self.assertRaises(verify_chain.Bad) as caught:
            verify_chain.verify(data, **options)
        self.assertIn(text, str(caught.exception))

    def test_known_answer(self):
        self.assertEqual(verify_chain.verify(KNOWN), 2)

    def test_long_chain(self):
        self.assertEqual(verify_chain.verify(chain(500)), 500)

    def test_every_changed_bit_is_found(self):
        second = KNOWN.index(b"\n") + 1
        for i in range(len(KNOWN)):
            for bit in range(8):
                data = bytearray(KNOWN)
                data[i] ^= 1 << bit
                self.bad(bytes(data), "line 1" if i < second else "line 2")

    def test_every_cut_is_found_but_one_between_records(self):
        second = KNOWN.index(b"\n") + 1
        for cut in range(1, len(KNOWN)):
            if cut == second:
                self.assertEqual(verify_chain.verify(KNOWN[:cut]), 1)
            else:
                self.bad(KNOWN[:cut], "torn")

    def test_lines_left_out_swapped_or_doubled(self):
        lines = chain(5).splitlines(keepends=True)
        self.bad(b"".join(lines[1:]), "line 1: number 2")
        self.bad(b"".join(lines[:2] + lines[3:]), "line 3: number 4")
        self.bad(b"".join(lines[:3] + lines[2:]), "line 4: number 3")
        self.bad(b"".join([lines[0], lines[2], lines[1]] + lines[3:]), "line 2: number 3")

    def test_a_record_sealed_anew_breaks_the_next_one(self):
        lines = chain(4).splitlines(keepends=True)
        first = bytes.fromhex(lines[0][-67:-3].decode())
        lines[1], _ = seal(2, first, b'"k":"intent","op":"forged"')
        self.bad(b"".join(lines), "line 3: prev")

    def test_forms_that_are_not_records(self):
        for body in (b'"k":"x","k":"y"', b'"k":"x","seq":1', b'"k":"x","a":NaN', b'"k":"x"}{"a":1', b'"k":"x","a":[', b'"k":"\xff"', b'"op":"x"'):
            self.bad(seal(1, bytes(32), body)[0], "line 1", genesis=False)
        self.bad(seal(1, bytes(32), b'"k":"%s"' % (b"a" * 16384))[0], "longer than")
        self.bad(seal(1, bytes(32), b'"k":"a\tb"')[0], "control byte")
        self.bad(b"\n", "line 1")
        self.bad(b"", "empty")

    def test_genesis_is_needed_but_for_a_logger_of_the_host(self):
        data = chain(2, b'"k":"intent"')
        self.bad(data, "line 1: the first record is not of kind genesis")
        self.assertEqual(verify_chain.verify(data, genesis=False), 2)

    def run_tool(self, data, *options):
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            return subprocess.run([sys.executable, os.path.join(HERE, "verify_chain.py"), *options, file.name], capture_output=True, text=True)

    def test_command(self):
        done = self.run_tool(KNOWN)
        self.assertEqual((done.returncode, done.stdout), (0, "ok 2 records\n"))
        done = self.run_tool(KNOWN[:-2] + b"x\n")
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stdout.startswith("line 2: "))
        done = self.run_tool(chain(2, b'"k":"intent"'), "--no-genesis")
        self.assertEqual(done.stdout, "ok 2 records\n")
        done = subprocess.run([sys.executable, os.path.join(HERE, "verify_chain.py"), "/nonexistent"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    unittest.main()
