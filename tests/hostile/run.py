#!/usr/bin/env python3
"""Feeds mlo what it should refuse: tests/hostile/run.py MLO [PART OF A NAME]

Every row of table.py is a malformed or malicious input. The command must end with the row's exit code, say one line that names
the culprit (and at most a hint), print nothing else, and leave every file, ref and object as it was.
"""
import hashlib, os, pathlib, re, shutil, subprocess, sys, tempfile

from table import BASE, ROWS

ENV = {
    "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.org",
}
# Caches, locks and the logs of runs that were refused may come and go; everything else counts.
VOLATILE = re.compile(r"^work/\.git/mlo/(index\.sqlite|locks/)")  # a cache that any reader may bring up to date; empty files


def snapshot(root):
    state = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if VOLATILE.match(name) or path.is_dir() and not path.is_symlink():
            continue
        if path.is_symlink():
            state[name] = "-> " + os.readlink(path)
        elif path.is_file():
            state[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            state[name] = "special"
    return state


def shell(script, where, env):
    return subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=where, env=env, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)


def check(row, base, scratch, env):
    """Complaints about one row; empty if it is as it should be."""
    world = scratch / "world"
    shutil.rmtree(world, ignore_errors=True)
    subprocess.run(["cp", "-a", base, world], check=True)
    work = world / "work"
    made = shell(row.setup, work, env)
    if made.returncode != 0:
        return [f"its setup failed: {made.stderr.decode(errors='replace')}"]
    index = shell("git ls-files -s", work, env).stdout if (work / ".git").is_dir() else b""
    before = snapshot(world)
    done = shell(row.command, work, env)
    after = snapshot(world)
    err = done.stderr.decode("utf-8", errors="backslashreplace")
    lines = err.splitlines()
    wrong = []
    if done.returncode != row.code:
        wrong.append(f"exit {done.returncode}, not {row.code}")
    if row.code != 0 and not (lines and lines[0].startswith("error: ") and len(lines) <= 2 and all(l.startswith("hint: ") for l in lines[1:])):
        wrong.append("stderr is not one error line and at most a hint")
    if row.says not in err:
        wrong.append(f"stderr does not say {row.says!r}")
    if re.search(r"[\x00-\x09\x0b-\x1f\x7f]", err):
        wrong.append("control characters reached the terminal")
    if row.code != 0 and done.stdout:
        wrong.append(f"stdout has {done.stdout[:100]!r}")
    changed = {k for k in before.keys() | after.keys() if before.get(k) != after.get(k)}
    if row.unchanged and changed:
        wrong.append(f"changed: {sorted(changed)[:6]}")
    if row.unchanged and (work / ".git").is_dir() and shell("git ls-files -s", work, env).stdout != index:
        wrong.append("git's index changed")
    if wrong:
        wrong.append("stderr: " + err.strip())
    return wrong


def main():
    mlo = pathlib.Path(sys.argv[1]).resolve()
    only = sys.argv[2] if len(sys.argv) > 2 else None
    failed = 0
    with tempfile.TemporaryDirectory(prefix="mlo-hostile-") as scratch:
        scratch = pathlib.Path(scratch).resolve()
        env = dict(ENV, HOME=str(scratch), MLO_LEASES=str(scratch / "leases"), PATH=f"{mlo.parent}:{ENV['PATH']}")
        base = scratch / "base"
        (base / "work").mkdir(parents=True)
        made = shell(BASE, base / "work", env)
        if made.returncode != 0:
            sys.exit("cannot prepare: " + made.stderr.decode())
        rows = [row for row in ROWS if only is None or only in row.name]
        for row in rows:
            wrong = check(row, base, scratch, env)
            failed += bool(wrong)
            for line in wrong:
                print(f"{row.name}: {line}")
    print(f"{len(rows)} hostile inputs, {failed} not handled well")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
