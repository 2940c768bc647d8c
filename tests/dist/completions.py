#!/usr/bin/env python3
"""completions.py SHELL ROOT: the generated completions in a real shell. Skipped (77) where that shell is not installed."""
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

shell, root = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
# typed so far: (words that must be offered, words that must not)
CASES = {
    "mlo ver": ({"version", "version-data"}, {"init"}),
    "mlo version-data ": ({"add", "checkout", "status"}, {"init", "--json"}),
    "mlo data ": ({"add", "checkout", "status"}, {"init"}),
    "mlo -C /tmp version-data ch": ({"checkout"}, {"add"}),
    "mlo version --": ({"--json", "--color"}, {"version"}),
    "mlo version --color ": ({"auto", "always", "never"}, {"--json"}),
}


def bash(line):
    script = f"""source {root}/completions/mlo.bash
COMP_WORDS=({line}{"''" if line.endswith(" ") else ""}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); COMPREPLY=()
_mlo; printf '%s\\n' "${{COMPREPLY[@]}}" """
    return set(subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, check=True).stdout.split())


def fish(line):
    script = f"source {root}/completions/mlo.fish; complete -C '{line}'"
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, text=True, env={**os.environ, "HOME": home})
    assert done.returncode == 0 and not done.stderr, done.stderr
    return {row.split("\t")[0] for row in done.stdout.splitlines()}


def zsh(line):
    """zsh completes in an interactive shell only, so one runs on a pseudo-terminal and lists the choices."""
    with tempfile.TemporaryDirectory() as home:
        pathlib.Path(home, ".zshrc").write_text(
            f"fpath=({root}/completions $fpath)\nautoload -Uz compinit && compinit -u -d {home}/dump\nPS1='READY> '\n"
            "unsetopt beep auto_menu menu_complete; setopt list_ambiguous; zstyle ':completion:*' list-grouped no\nLISTMAX=1000\n")
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(home)
            os.execvpe("zsh", ["zsh", "-i"], {"PATH": os.environ["PATH"], "HOME": home, "ZDOTDIR": home, "TERM": "dumb", "LC_ALL": "C.UTF-8"})
        try:
            read_until(fd, b"READY> ")
            os.write(fd, line.encode() + b"\x04" if line.endswith("\n") else line.encode() + b"\t\t")
            text = read_quiet(fd)
        finally:
            os.close(fd)
            os.kill(pid, 9)
            os.waitpid(pid, 0)
    return set(re.findall(r"[a-z-]+", re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", " ", text)))


def read_until(fd, mark):
    seen, end = b"", time.monotonic() + 20
    while mark not in seen and time.monotonic() < end:
        if select.select([fd], [], [], 0.1)[0]:
            seen += os.read(fd, 65536)
    assert mark in seen, seen


def read_quiet(fd):
    """What comes until a second of silence."""
    seen = b""
    while select.select([fd], [], [], 1.0)[0]:
        seen += os.read(fd, 65536)
    return seen.decode(errors="replace")


if shutil.which(shell) is None:
    print(f"skipped: {shell} is not installed")
    sys.exit(77)
failed = 0
for line, (wanted, unwanted) in CASES.items():
    offered = {"bash": bash, "fish": fish, "zsh": zsh}[shell](line)
    if not wanted <= offered or unwanted & offered - set(line.split()):
        print(f"{shell}: `{line}` offers {sorted(offered)}; missing {sorted(wanted - offered)}, too many {sorted(unwanted & offered)}")
        failed = 1
sys.exit(failed)
