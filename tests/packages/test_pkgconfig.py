# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The way through pkg-config: shared, static, and what the files promise."""
import staging


class PkgConfig(staging.Staged):
    def setUp(self):
        super().setUp()
        self.env = {"PKG_CONFIG_PATH": str(self.pc), "PKG_CONFIG_SYSROOT_DIR": str(self.top)}

    def flags(self, *options, package="cxdialer"):
        return staging.must("pkg-config", *options, package, env=self.env).split()

    def link(self, *flags):
        program = self.home / "versions"
        staging.must("cc", "-std=c11", "-Wall", "-Werror", staging.CONSUMER / "versions.c", "-o", program, *flags)
        return program

    def test_a_program_gets_the_library_and_nothing_else(self):
        flags = self.flags("--cflags", "--libs")
        self.assertEqual([flag for flag in flags if flag.startswith("-l")], ["-lcxdialer"])
        program = self.link(*flags)
        self.assertEqual(self.needed(program), ["libcxdialer.so.1", "libc.so.6"])
        self.check_prints(program, LD_LIBRARY_PATH=str(self.lib))

    def without_the_libraries_of_libcurl(self, flags):
        """libcurl's own static needs are no packages its -dev package brings: here it is linked as the shared library it is."""
        curl = staging.must("pkg-config", "--static", "--libs", "libcurl").split()
        kept = staging.must("pkg-config", "--libs", "libcurl", "jansson", "libcrypto").split()
        return [flag for flag in flags if flag not in curl or flag in kept or flag == "-pthread"]

    def test_static_flags_link_the_archive(self):
        for shared in self.lib.glob("libcxdialer.so*"):
            shared.unlink()
        flags = self.without_the_libraries_of_libcurl(self.flags("--static", "--cflags", "--libs"))
        self.assertLessEqual({"-lcxdialer", "-lcurl", "-ljansson", "-lcrypto", "-lm", "-pthread"}, set(flags))
        program = self.link(*flags)
        self.assertFalse([name for name in self.needed(program) if "cxdialer" in name])
        self.assertIn("libcurl.so.4", self.needed(program))
        self.check_prints(program)

    def test_the_other_name_is_the_same(self):
        self.assertEqual(self.flags("--libs", package="libcxdialer"), self.flags("--libs"))

    def test_variables_name_files_that_are_there(self):
        names = staging.must("pkg-config", "--print-variables", "cxdialer", env=self.env).split()
        self.assertIn("jurisdictions", names)
        for name in set(names) & {"jurisdictions", "abi_json", "cdef", "sbom"}:
            value = self.flags(f"--variable={name}")[0]
            path = value if value.startswith(str(self.top)) else f"{self.top}{value}"
            with self.subTest(name), open(path, encoding="utf-8") as file:
                self.assertTrue(file.read(1))

    def test_versions_are_compared(self):
        self.assertEqual(staging.run("pkg-config", "--exists", "cxdialer >= 0.1", env=self.env).returncode, 0)
        self.assertNotEqual(staging.run("pkg-config", "--exists", "cxdialer >= 99", env=self.env).returncode, 0)


if __name__ == "__main__":
    staging.main()
