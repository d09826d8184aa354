# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""Inside another Meson project: by a .wrap file, as a folder, with one kind of library, and not at all where it is installed."""
import json
import os
import shutil
import staging


class Subproject(staging.Staged):
    def setUp(self):
        super().setUp()
        self.project = self.consumer()
        self.build = self.home / "build"
        # What is installed here has no part in it.
        self.env = {"PKG_CONFIG_PATH": "", "CCACHE_NOHASHDIR": "1"}
        if shutil.which("ccache") and "CC" not in os.environ:
            self.env["CC"] = "ccache cc"

    def as_archive(self):
        cache = self.project / "subprojects/packagefiles"
        cache.mkdir()
        staging.source_archive(cache / "cxdialer-0.1.0.tar.gz", "cxdialer-0.1.0", but=["tests/", "debian/"])

    def setup(self, *options, **env):
        return staging.must("meson", "setup", self.build, self.project, "--werror", "--fatal-meson-warnings", "-Dbuildtype=plain", *options, env={**self.env, **env})

    def options(self):
        return {option["name"]: option["value"] for option in json.loads(staging.must("meson", "introspect", "--buildoptions", self.build))}

    def targets(self):
        return {target["name"] for target in json.loads(staging.must("meson", "introspect", "--targets", self.build))}

    def test_a_wrap_file_provides_it(self):
        self.as_archive()
        said = self.setup("--wrap-mode=forcefallback")
        self.assertIn("Subproject cxdialer finished", said)
        self.assertEqual(self.targets(), {"versions", "cxdialer", "jurisdictions.c"} | ({"cxdialer-sbom"} & self.targets()))
        self.check_no_argument_leaks()
        staging.must("ninja", "-C", self.build, "versions.p/versions.c.o")
        # The whole library once more: only where there is time for it.
        if os.environ.get("CXDIALER_FULL"):
            staging.must("ninja", "-C", self.build)
            self.check_prints(self.build / "versions")

    def check_no_argument_leaks(self):
        commands = json.loads((self.build / "compile_commands.json").read_text())
        own = [entry["command"] for entry in commands if entry["file"].endswith("versions.c")]
        self.assertEqual(len(own), 1)
        for word in ["-Wconversion", "FORTIFY", "CXD__VERSION", "-std=c11"]:
            self.assertNotIn(word, own[0])

    def test_one_kind_of_library(self):
        """Only looked at, not built: the other test builds."""
        self.as_archive()
        for kind, suffix in [("static", ".a"), ("shared", ".so")]:
            with self.subTest(kind):
                shutil.rmtree(self.build, ignore_errors=True)
                self.setup("--wrap-mode=forcefallback", f"-Dcxdialer:default_library={kind}")
                line = next(line for line in (self.build / "build.ninja").read_text().splitlines() if line.startswith("build versions: "))
                self.assertIn(f"libcxdialer{suffix}", line)
                self.assertNotIn("libcxdialer.so" if suffix == ".a" else "libcxdialer.a", line)

    def test_the_programs_when_they_are_asked_for(self):
        self.as_archive()
        self.setup("--wrap-mode=forcefallback", "-Dcxdialer:programs=enabled")
        self.assertIn("cxdialer-sim", self.targets())
        self.assertNotIn("cxdialer-seams", self.targets())

    def test_the_installed_one_comes_first(self):
        text = (self.pc / "cxdialer.pc").read_text()
        prefix = next(line for line in text.splitlines() if line.startswith("prefix="))
        (self.pc / "cxdialer.pc").write_text(text.replace(prefix, f"prefix={next(self.top.rglob('include')).parent}"))
        said = self.setup(PKG_CONFIG_PATH=str(self.pc))
        self.assertNotIn("Executing subproject", said)
        staging.must("ninja", "-C", self.build)
        self.check_prints(self.build / "versions", LD_LIBRARY_PATH=str(self.lib))


if __name__ == "__main__":
    staging.main()
