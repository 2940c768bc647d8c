#!/usr/bin/env python3
"""readme.py ROOT MLO: pastes the commands of README.md's page of the whole life, in their order, and finds the lines it shows in what they print."""
import os, pathlib, re, shutil, subprocess, sys, tempfile

root, mlo = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
page = (root / "README.md").read_text().partition("## The whole life")[2]
block = re.search(r"^```console\n(.*?)^```$", page, re.S | re.M)[1]
steps = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.M)
wrong = []


def normal(line):
    """Without what differs from run to run, and without columns."""
    line = re.sub(r"\([0-9a-f]{12}\)|commit [0-9a-f]{7}|0\.\d+|(model\.pkl, .*) sha256:[0-9a-f]+", r"\1*", line)
    return re.sub(r"\s+", " ", line).strip()


with tempfile.TemporaryDirectory(prefix="mlo-readme-") as scratch:
    home = pathlib.Path(scratch).resolve()
    (home / "bin").mkdir()
    (home / "bin/mlo").symlink_to(mlo)
    for python in (shutil.which("python3"), "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import sklearn, pandas"], capture_output=True).returncode == 0:
            (home / "bin/python3").symlink_to(python)
            break
    (home / "clone/build").mkdir(parents=True)
    shutil.copytree(root / "examples", home / "clone/examples")
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))}
    env = dict(os.environ, HOME=str(home), PATH=f"{home}/bin:{os.environ['PATH']}", GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL="/dev/null", NO_COLOR="1", **who)
    at = home / "clone"
    for command, shown in steps:
        done = subprocess.run(["bash", "-c", f"{command}\ncode=$?; pwd > {home}/at; exit $code"], cwd=at, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        at = pathlib.Path((home / "at").read_text().strip())
        expected = 3 if command.endswith("# exit status 3") else 0
        if done.returncode != expected:
            wrong.append(f"$ {command}\nended with {done.returncode}: {done.stderr}")
        printed = [normal(line) for line in done.stdout.splitlines()]
        wrong += [f"$ {command}\ndid not print: {line}" for line in shown.splitlines() if normal(line) not in printed]

assert len(steps) > 15, "the page is gone"
for what in wrong:
    print(what)
print(f"pasted {len(steps)} commands")
sys.exit(bool(wrong))
