# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""cxdialer-sim over TLS, with a certificate made for the occasion."""
import os
import socket
import ssl
import subprocess
import tempfile
import unittest

from simlib import TIMEOUT_S, Sim, read_to_end, run, sample, split_reply


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.cert, cls.key = os.path.join(folder.name, "cert.pem"), os.path.join(folder.name, "key.pem")
        cls.junk = os.path.join(folder.name, "junk.pem")
        with open(cls.junk, "w", encoding="ascii") as f:
            f.write("not a certificate\n")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-subj", "/CN=cxdialer-sim", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", cls.key, "-out", cls.cert],
                       check=True, capture_output=True)

    def sim(self, *args):
        return Sim("--tls-cert", self.cert, "--tls-key", self.key, *args, ca_file=self.cert)

    def test_the_api_is_served_over_tls(self):
        with self.sim() as sim:
            self.assertRegex(sim.url, r"^https://127\.0\.0\.1:\d+$")
            token = sim.token()
            self.assertEqual(sim.get(token).json(), sample())
            connection = sim.connection()
            for i in range(3):
                self.assertEqual(sim.put(token, sample(name=str(i)), on=connection).status, 200)
            connection.close()
            self.assertEqual(sim.campaign()["applied"], 3)

    def test_a_client_that_does_not_know_the_certificate_refuses_it(self):
        with self.sim() as sim:
            sim.ca_file = None
            with self.assertRaises(ssl.SSLCertVerificationError):
                sim.connect()
            sim.ca_file = self.cert
            self.assertEqual(sim.requests(), [])

    def test_plain_http_gets_nowhere(self):
        with self.sim() as sim:
            url, sim.url = sim.url, "http://"
            self.assertNotIn(b"HTTP/", sim.raw(b"GET / HTTP/1.1\r\nHost: s\r\n\r\n").data)
            sim.url = url

    def test_the_faults_that_work_over_tls_do_what_they_say(self):
        for kind, share, applied in (("close-before-reply", None, 0), ("apply-then-close", None, 1), ("reset-mid-body", 2, 1),
                                     ("truncate", 2, 1), ("bad-json", 2, 1), ("slow=5000", 1, 1)):
            with self.subTest(kind=kind), self.sim("--fault", "PUT:1:" + kind) as sim:
                request = sim.put_bytes(sim.token(), extra="Connection: close\r\n")
                body = request.split(b"\r\n\r\n")[1]
                data = sim.raw(request).data
                self.assertEqual(data == b"", share is None)
                if share is not None:
                    self.assertEqual(split_reply(data)[2], body[:len(body) // share])
                self.assertEqual(sim.campaign()["applied"], applied)

    def test_a_reset_is_one_below_the_tls_and_the_others_are_not(self):
        for kind, end in (("reset-mid-body", "reset"), ("truncate", "fin"), ("close-before-reply", "fin"), ("apply-then-close", "fin")):
            with self.subTest(kind=kind), self.sim("--fault", "PUT:1:" + kind) as sim:
                token = sim.token()
                secured = sim.connect()
                secured.sendall(sim.put_bytes(token))
                with socket.socket(fileno=secured.detach()) as bare:
                    bare.settimeout(TIMEOUT_S)
                    self.assertEqual(read_to_end(bare).end, end)

    def test_huge_body_and_delay_work_over_tls(self):
        with self.sim("--fault", "GET:1:huge-body", "--fault", "GET:2:delay=1") as sim:
            token = sim.token()
            self.assertEqual(len(sim.get(token).body), 64 * 1024 * 1024)
            self.assertEqual(sim.get(token).status, 200)

    def test_endless_headers_cannot_be_added_later_either(self):
        with self.sim() as sim:
            reply = sim.add_faults("GET:1:endless-headers")
            self.assertEqual(reply.status, 400)
            self.assertIn("TLS", reply.json()["message"])
            self.assertEqual(sim.state()["faults"], [])

    def test_files_that_are_missing_or_no_pem_are_told(self):
        done = run("--tls-cert", self.cert, "--tls-key", self.key + ".none")
        self.assertEqual((done.returncode, done.stdout), (66, ""))
        self.assertIn("key.pem.none", done.stderr)
        done = run("--tls-cert", self.junk, "--tls-key", self.junk)
        self.assertEqual((done.returncode, done.stdout), (69, ""))
        self.assertIn("certificate", done.stderr)

    def test_open_connections_do_not_hold_up_the_end(self):
        with self.sim() as sim:
            idle = [sim.connect() for _ in range(3)]
            self.assertEqual(sim.stop(), (0, "", ""))
            for s in idle:
                s.close()


if __name__ == "__main__":
    unittest.main()
