# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""The languages of tests/ffi, a row each. The shell runs `program` in $CXDIALER_FFI_DIR, after the suite has built there what it needs;
$PROGRAM is the program's file and "$@" its arguments."""
import collections

# suffix of the program, or its whole name; whether the usual test run demands it; prints the language's version; runs the program; what to take for
# "python3" on the page
Language = collections.namedtuple("Language", "suffix usual version program command", defaults=[None])

LANGUAGES = {
    "python": Language("py", True, "python3 --version", 'exec python3 "$PROGRAM" "$@"'),
    "cffi": Language("python_cffi.py", True, "sh \"$HERE/cffi/python.sh\" -c 'import cffi, sys; print(f\"cffi {cffi.__version__}, Python {sys.version.split()[0]}\")'",
                     'exec sh "$HERE/cffi/python.sh" "$PROGRAM" "$@"', 'sh "$HERE/cffi/python.sh"'),
    # An import is looked for beside the importing file.
    "node": Language("mjs", True, 'echo "Node.js $(node --version)"', 'cp "$PROGRAM" . && exec node "$(basename "$PROGRAM")" "$@"'),
    "go": Language("go", True, "go version", 'cp "$PROGRAM" program.go && go build -o program program.go && exec ./program "$@"'),
    "lua": Language("lua", False, "luajit -v", 'exec luajit "$PROGRAM" "$@"'),
    "ruby": Language("rb", False, "ruby --version", 'exec ruby "$PROGRAM" "$@"'),
    "perl": Language("pl", False, "perl -e 'print \"Perl $^V\"'", 'exec perl "$PROGRAM" "$@"'),
    "rust": Language("rs", False, "rustc --version", 'rustc -o program "$PROGRAM" -L "$CXDIALER_LIB_DIR" -l cxdialer && exec ./program "$@"'),
    "java": Language("java", False, "java --version", 'exec java -cp /usr/share/java/jna.jar "$PROGRAM" "$@"'),
    "php": Language("php", False, "php --version", 'exec php -d ffi.enable=1 "$PROGRAM" "$@"'),
}


def program_of(language):
    """The name of its file in docs/examples/bindings."""
    suffix = LANGUAGES[language].suffix
    return suffix if "." in suffix else f"{language}.{suffix}"
