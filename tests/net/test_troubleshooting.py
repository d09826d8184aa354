# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""docs/troubleshooting.md: each symptom is brought about, and what is seen then is what the page shows."""
import ctypes
import fcntl
import os
import pathlib
import subprocess
import unittest

import clilib
import simlib
import troublelib

ROOT = pathlib.Path(os.environ.get("CXDIALER_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
PAGE = (ROOT / "docs/troubleshooting.md").read_text()
SECTIONS = troublelib.sections(PAGE)
# What cannot be brought about here; the words are looked for in the source.
IN_THE_SOURCE = {"On a network file system": "lib/audit/place.c"}


class Case(clilib.SimCase):
    def setUp(self):
        super().setUp()
        self.change = self.file("change.json", {"id": simlib.SAMPLE_ID, "maxConcurrentCalls": 120})

    def seen(self, heading, *outputs):
        """One output for each text block under the heading, in their order."""
        blocks = SECTIONS[heading]
        self.assertEqual(len(outputs), len(blocks), heading)
        for block, output in zip(blocks, outputs):
            self.assertTrue(troublelib.matches(block, output), f"{heading}: the page has\n{block}\nthe output is\n{output}")

    def apply(self, *faults, sim=(), before=(), change=None, **env):
        options = [word for fault in faults for word in ("--fault", fault)]
        server = self.sim(*options, *sim)
        return self.cli(server, *before, "apply", change or self.change, CXDIALER_RETRY_DEADLINE_MS="3000", **env).stderr

    def offline(self, *args, **env):
        done = clilib.run(*args, env=env)
        return done.stdout + done.stderr


class Server(Case):
    def test_400(self):
        self.seen("400: bad request", self.apply("PUT:1:status=400"))

    def test_401(self):
        self.seen("401: who are you?", self.apply(CXDIALER_AUTH_CLIENT_SECRET="wrong"), self.apply("GET:*:status=401"))

    def test_403(self):
        self.seen("403: not allowed", self.apply("PUT:1:status=403"))

    def test_404(self):
        self.seen("404: no such campaign", self.apply(change=self.file("nobody.json", {"id": "nobody", "maxConcurrentCalls": 3})))

    def test_409_and_412(self):
        for status in (409, 412):
            self.seen("409, 412: somebody else was first", self.apply(f"PUT:*:status={status}"))

    def test_422(self):
        self.seen("422: values it does not accept", self.apply(sim=["--licensed-agents", "100"]))

    def test_429(self):
        self.seen("429: too many requests", self.apply("GET:*:status=429;retry-after=600"))

    def test_5xx(self):
        for status in (500, 502, 503):
            self.seen("5xx: the server fails", self.apply(f"GET:*:status={status}"))

    def test_not_the_api(self):
        self.seen("The answer is not the API's", self.apply("GET:*:bad-json"))

    def test_unknown(self):
        blind = [f"GET:{n}:close-before-reply" for n in range(2, 20)]
        self.seen("The outcome is unknown", self.apply("PUT:*:apply-then-close", *blind))


class Connection(Case):
    def to(self, url, *args, **env):
        return self.offline(*(args or ("list",)), **{**self.env(url), "CXDIALER_RETRY_DEADLINE_MS": "2000", **env})

    def test_nobody_there(self):
        self.seen("Refused, or no such name", self.to("http://127.0.0.1:9"), self.to("https://nowhere.invalid"))

    def test_plain_http(self):
        self.seen("Plain http", self.to("http://example.com"))

    def tls(self, pair, **env):
        return self.cli(self.sim("--tls-cert", pair[0], "--tls-key", pair[1]), "list", CXDIALER_RETRY_DEADLINE_MS="2000", **env).stderr

    def test_an_authority_that_is_not_trusted(self):
        self.seen("An authority that is not trusted", self.tls(troublelib.certificate(self.dir, "unknown")))

    def test_an_expired_certificate(self):
        pair = troublelib.expired(self.dir)
        self.seen("Expired", self.tls(pair, CXDIALER_HTTP_CA_FILE=pair[0]))

    def test_another_host_name(self):
        pair = troublelib.certificate(self.dir, "other", "DNS:other.example")
        self.seen("Another host name", self.tls(pair, CXDIALER_HTTP_CA_FILE=pair[0]))

    def test_a_file_that_is_not_there(self):
        self.seen("A file that cannot be used", self.to("https://127.0.0.1:9", CXDIALER_HTTP_CA_FILE=str(self.dir / "none.pem")))

    def test_client_certificates(self):
        certificate, key = troublelib.certificate(self.dir, "server")
        with troublelib.demanding_server(certificate, key) as url:
            none = self.to(url, CXDIALER_HTTP_CA_FILE=certificate)
        self.seen("Client certificate", none, self.to("https://127.0.0.1:9", CXDIALER_HTTP_CLIENT_KEY=key))


class Hours(Case):
    def validate(self, zone, *before, options=()):
        change = self.file("zone.json", {"id": "a", "timeZone": zone, "status": "running", "maxConcurrentCalls": 3})
        return self.offline(*before, "validate", *options, change)

    def test_an_unknown_zone(self):
        self.seen("An unknown zone", self.validate("America/NewYork"))

    def test_no_database(self):
        self.seen("No time zone database", self.validate("America/New_York", "--set", f"validate.zoneinfo_dir={self.dir / 'none'}"))

    def test_an_old_database(self):
        self.seen("An old time zone database", self.validate("America/New_York", "--set", "validate.min_tzdata=2099a"))

    def test_night(self):
        self.seen("Outside calling hours", self.validate("America/New_York", options=["--at", "2026-11-22T03:00:00-05:00"]))


class Audit(Case):
    def test_no_log(self):
        self.seen("There is none", self.apply(CXDIALER_AUDIT_PATH=""), self.apply(CXDIALER_AUDIT_PATH=str(self.dir / "none/audit.log")))

    def test_locked(self):
        with open(self.audit, "w") as log:
            fcntl.flock(log, fcntl.LOCK_EX)
            self.seen("Locked", self.cli(self.sim(), "apply", self.change).stderr)

    def log(self):
        self.apply()
        return self.audit.read_bytes()

    def test_torn(self):
        self.audit.write_bytes(self.log()[:-20])
        self.seen("Torn", self.offline("audit", "verify", str(self.audit)))

    def test_broken(self):
        self.audit.write_bytes(self.log().replace(b"150", b"151"))
        self.seen("Broken", self.offline("audit", "verify", str(self.audit)))


class Configuration(Case):
    def test_keys_and_values(self):
        show = ("config", "show")
        self.seen("A key or value that is not known", self.offline("--set", "rate.limt=3", *show), self.offline("--set", "rate.limit=-3", *show), self.offline(*show, CXDIALER_RATE_LIMTI="3"))

    def test_a_file(self):
        self.seen("A file that is not JSON", self.offline("--config", self.file("config.json", '{"rate":'), "config", "show"))

    def test_a_secret(self):
        self.seen("A secret on the command line", self.offline("--set", "auth.client_secret=x", "config", "show"))

    def test_no_credentials(self):
        self.seen("No credentials", self.apply(CXDIALER_AUTH_CLIENT_SECRET=""))


class Journal(Case):
    def test_not_there(self):
        log = self.file("audit.jsonl", "something else\n")
        self.seen("Not there, or something else", self.offline("resume", str(self.dir / "none")), self.offline("resume", log))

    def journal(self):
        """One that an interruption could have left; an apply of its own has ended, so nobody holds it."""
        self.journal_file = self.dir / "night.journal"
        self.server = self.sim()
        done = self.cli(self.server, "apply", "--journal", str(self.journal_file), self.change)
        self.assert_code(done, 0)
        return self.journal_file

    def resume(self):
        return self.cli(self.server, "resume", str(self.journal_file)).stderr

    def test_in_use(self):
        with open(self.journal(), "r+") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.seen("In use", self.resume())

    def test_damaged(self):
        file = self.journal()
        file.write_bytes(file.read_bytes().replace(b"120", b"121"))
        self.seen("Damaged", self.resume())


class Build(Case):
    def setUp(self):
        super().setUp()
        if os.environ.get("CXDIALER_SANITIZED"):
            self.skipTest("programs without the sanitizer's runtime cannot load this build")

    PROGRAM = '#include <cxdialer/cxdialer.h>\nint main(void) { return *cxd_version() == 0; }\n'

    def run_c(self, *command, **env):
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, cwd=self.dir, env={"PATH": os.environ["PATH"], "LC_ALL": "C", **env})
        self.assertNotEqual(done.returncode, 0)
        return done.stderr

    def test_no_pkg_config_file(self):
        self.seen("pkg-config does not find it", self.run_c("pkg-config", "--cflags", "cxdialer", PKG_CONFIG_LIBDIR=str(self.dir)))

    def test_compile_link_and_load(self):
        source, include, library = self.file("program.c", self.PROGRAM), ROOT / "include", pathlib.Path(os.environ["CXDIALER_LIBRARY"])
        self.seen("The header is not found", self.run_c("cc", source, "-o", "program"))
        self.seen("Undefined references", self.run_c("cc", "-I", include, source, "-o", "program"))
        subprocess.run(["cc", "-I", include, source, "-o", self.dir / "program", library], check=True)
        self.seen("The program does not start", self.run_c(self.dir / "program"))

    def test_a_table_of_another_size(self):
        library = ctypes.CDLL(os.environ["CXDIALER_LIBRARY"])
        for name in ("cxd_status_name", "cxd_error_message"):
            getattr(library, name).restype = ctypes.c_char_p
        config, client, error = (ctypes.c_void_p() for _ in range(3))
        library.cxd_config_new(ctypes.byref(config))
        library.cxd_config_set(config, b"auth.token", b"some-token", None)
        self.assertEqual(library.cxd_client_new(config, ctypes.byref(client), None), 0)
        status = library.cxd_client_set_log(client, ctypes.create_string_buffer(200), ctypes.byref(error))
        self.seen("A table of another size", f"{library.cxd_status_name(status).decode()}: {library.cxd_error_message(error).decode()}")
        library.cxd_error_free(error)
        library.cxd_client_free(client)
        library.cxd_config_free(config)


class Page(unittest.TestCase):
    def test_every_message_of_the_page_is_brought_about(self):
        source = pathlib.Path(__file__).read_text()
        for heading in SECTIONS:
            with self.subTest(heading):
                self.assertTrue(heading in IN_THE_SOURCE or f'self.seen("{heading}"' in source)

    def test_what_cannot_be_brought_about_is_in_the_source(self):
        for heading, file in IN_THE_SOURCE.items():
            text = (ROOT / file).read_text()
            for block in SECTIONS[heading]:
                for words in block.split("...")[1:]:
                    with self.subTest(heading, words=words):
                        self.assertIn(words.strip("' \n"), text)



if __name__ == "__main__":
    unittest.main()
