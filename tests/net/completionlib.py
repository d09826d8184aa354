# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the libcxdialer authors
"""What a shell offers for a command line that is begun, asked of the shell itself. Standard library only."""
import os
import pathlib
import pty
import re
import shutil
import subprocess
import unittest

ROOT = pathlib.Path(os.environ.get("CXDIALER_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
PLACE = ROOT / "data/completions"
FILES = {"bash": "cxdialer.bash", "zsh": "_cxdialer", "fish": "cxdialer.fish"}
TIMEOUT_S = 60  # against hanging for ever; nothing is measured with it

# As readline cuts a line: = and : are words of their own.
BREAKS = re.compile(r"[=:]+|[^\s=:]+")

BASH = r"""
source "$1"
shift
COMP_LINE=$1 COMP_POINT=${#1}
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
"_${COMP_WORDS[0]//-/_}"
printf '%s\n' "${COMPREPLY[@]}"
"""

# Every match goes to a file in place of the list.
ZSH = r"""
PROMPT='ready>' RPROMPT=
fpath=($PLACE $fpath)
autoload -Uz compinit && compinit -u -D
compadd() {
  local -a hits
  [[ " ${(j: :)@[1,(i)(-|--)]} " == *' '-[OAD]' '* ]] && { builtin compadd "$@"; return }
  builtin compadd -O hits "$@"
  (( $#hits )) && print -rl -- $hits >>$HITS
}
"""


def shell(name):
    path = shutil.which(name)
    if not path and os.environ.get("CI"):
        raise AssertionError(f"{name} is not installed")
    if not path:
        raise unittest.SkipTest(f"{name} is not installed")
    return path


def file_of(name, line):
    """The completions of the program with which the line begins."""
    return PLACE / FILES[name].replace("cxdialer", line.split()[0])


def lines(text):
    return {line for line in text.splitlines() if line}


def typed(argv, text, cwd, env, prompt=""):
    """Runs a shell on a terminal, types text at its first prompt, and gives all that the terminal showed until the shell ended."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        os.execve(argv[0], argv, env)
    shown = bytearray()
    try:
        while prompt.encode() not in shown:
            shown += os.read(terminal, 4096)
        os.write(terminal, text.encode())
        while block := os.read(terminal, 4096):
            shown += block
    except OSError:
        pass  # the end of a terminal is an error
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)
    return shown.decode(errors="replace")


def environment(cwd):
    return {"PATH": os.environ["PATH"], "HOME": str(cwd), "ZDOTDIR": str(cwd), "XDG_CONFIG_HOME": str(cwd), "XDG_DATA_HOME": str(cwd), "TERM": "dumb", "LC_ALL": "C.UTF-8"}


def bash(line, cwd):
    words = BREAKS.findall(line) + ([""] if line[-1:] == " " else [])
    done = subprocess.run([shell("bash"), "--norc", "-c", BASH, "bash", file_of("bash", line), line, *words], capture_output=True, text=True, cwd=cwd, env=environment(cwd), timeout=TIMEOUT_S)
    assert not done.stderr, done.stderr
    return lines(done.stdout)


def bash_typed(line, cwd):
    """The line as one press of the tab key leaves it."""
    script = f"source '{file_of('bash', line)}'\n{line.split()[0]}() {{ printf '<%s>' \"$@\" >typed; }}\n{line}\t\nexit\n"
    typed([shell("bash"), "--norc", "--noprofile", "-i"], script, cwd, environment(cwd))
    return (pathlib.Path(cwd) / "typed").read_text()


def zsh(begun, cwd):
    """For each line of those begun; all in one session, since its start reads all the completions that zsh brings."""
    hits = pathlib.Path(cwd) / "hits"
    hits.write_text("")
    (pathlib.Path(cwd) / ".zshrc").write_text(ZSH)
    keys = "".join(f"{line}\t\x15print -- --- >>$HITS\n" for line in begun)
    typed([shell("zsh"), "-d", "-i"], keys + "exit\n", cwd, {**environment(cwd), "HITS": str(hits), "PLACE": str(PLACE)}, "ready>")
    return [lines(part) for part in hits.read_text().split("---\n")[:-1]]


def fish(line, cwd):
    script = f"source '{file_of('fish', line)}'; complete -C \"$argv[1]\""
    done = subprocess.run([shell("fish"), "--no-config", "-c", script, line], capture_output=True, text=True, cwd=cwd, env=environment(cwd), timeout=TIMEOUT_S)
    assert not done.stderr, done.stderr
    return {line.split("\t")[0] for line in lines(done.stdout)}
