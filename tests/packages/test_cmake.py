# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""find_package(cxdialer): the target, versions, components, and a tree that was moved."""
import staging


class CMake(staging.Staged):
    def configure(self, *options, prefix=None):
        self.build = self.home / f"build-{len(list(self.home.iterdir()))}"
        source = self.home / "consumer"
        if not source.exists():
            self.consumer()
        return staging.run("cmake", "-G", "Ninja", "-S", source, "-B", self.build, f"-DCMAKE_PREFIX_PATH={prefix or next(self.top.rglob('include')).parent}", *options)

    def program(self, *options, **more):
        done = self.configure(*options, **more)
        self.assertEqual(done.returncode, 0, done.stderr)
        staging.must("cmake", "--build", self.build)
        return self.build / "versions"

    def answers(self, asked):
        """What find_package says to each of them, all in one configuration without a compiler."""
        project = self.home / "asks"
        project.mkdir()
        lines = ["cmake_minimum_required(VERSION 3.19)", "project(asks NONE)"]
        for ask in asked:
            lines += [f"find_package(cxdialer {ask} QUIET)", f'message(STATUS "<{ask}> ${{cxdialer_FOUND}} ${{cxdialer_NOT_FOUND_MESSAGE}}")', "unset(cxdialer_DIR CACHE)"]
        (project / "CMakeLists.txt").write_text("\n".join(lines))
        prefix = next(self.top.rglob("include")).parent
        out = staging.must("cmake", "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_LIBRARY_ARCHITECTURE={self.lib.name}")
        said = [line[3:] for line in out.splitlines() if line.startswith("-- <")]
        self.assertEqual(len(said), len(asked), out)
        return dict(line[1:].split("> ", 1) for line in said)

    def test_the_target_is_the_shared_library(self):
        program = self.program()
        self.assertEqual(self.needed(program), ["libcxdialer.so.1", "libc.so.6"])
        self.check_prints(program)

    def test_a_tree_that_was_moved(self):
        moved = self.home / "elsewhere" / "deep"
        moved.parent.mkdir()
        next(self.top.rglob("include")).parent.rename(moved)
        program = self.program(prefix=moved)
        self.assertIn(str(moved), staging.must("objdump", "-p", program))
        self.check_prints(program)

    def test_a_link_to_the_library_folder(self):
        """Where /lib is a link to /usr/lib the file may be found through the link."""
        (self.home / "root-with-link").mkdir()
        (self.home / "root-with-link" / "lib").symlink_to(self.lib.parent if self.lib.parent.name == "lib" else self.lib)
        self.check_prints(self.program(prefix=self.home / "root-with-link"))

    def test_the_static_library(self):
        program = self.program("-DPARTS=COMPONENTS;static")
        self.assertFalse([name for name in self.needed(program) if "cxdialer" in name])
        self.check_prints(program)

    def test_the_static_library_where_it_stands_alone(self):
        for shared in self.lib.glob("libcxdialer.so*"):
            shared.unlink()
        self.check_prints(self.program())
        self.assertIn("libcxdialer.so is not installed", self.answers(["COMPONENTS shared"])["COMPONENTS shared"])

    def test_versions_and_components(self):
        found = ["0", "0.1", "0.1.0", "0.0.9", "0.1.0 EXACT", "0.1...2", "0.0.1...0.1.0", "0.1 COMPONENTS shared", "OPTIONAL_COMPONENTS python"]
        refused = ["0.1.1", "0.2", "1", "0.0.9 EXACT", "0.2...1", "0.0.1...<0.1.0", "COMPONENTS python"]
        said = self.answers(found + refused)
        self.assertEqual([ask for ask in found if not said[ask].startswith("TRUE") and not said[ask].startswith("1")], [], said)
        self.assertEqual([ask for ask in refused if not said[ask].startswith(("FALSE", "0"))], [], said)
        self.assertIn("the components shared and static, and no python", said["COMPONENTS python"])


if __name__ == "__main__":
    staging.main()
