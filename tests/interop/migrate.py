#!/usr/bin/env python3
"""Moves repositories that the real DVC and git-lfs made, and compares every byte.

    tests/interop/migrate.py dvc|lfs SOURCE MLO     exit 77: that tool is not installed (cmake/setup.sh tests)
"""
import os, pathlib, shutil, subprocess, sys, tempfile

tool, source, mlo = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3]).resolve()
dvc = source / ".deps/dvc/bin/dvc"
if not (dvc.exists() if tool == "dvc" else shutil.which("git-lfs")):
    sys.exit(77)
scratch = pathlib.Path(tempfile.mkdtemp(prefix="mlo-migrate-"))
repo = scratch / "repo"
env = {
    "PATH": f"{mlo.parent}:{dvc.parent}:{os.environ['PATH']}", "HOME": str(scratch), "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org", "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.org",
    "DVC_NO_ANALYTICS": "1", "DVC_GLOBAL_CONFIG_DIR": str(scratch / "g"), "DVC_SITE_CACHE_DIR": str(scratch / "s"),
}


def sh(script, code=0):
    done = subprocess.run(["sh", "-euc", script], cwd=repo, env=env, capture_output=True, text=True)
    assert done.returncode == code, f"`{script}` ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def files(*tops):
    """Every file below, by path."""
    found = {}
    for top in tops:
        for path in sorted((repo / top).rglob("*")) or [repo / top]:
            if path.is_file():
                found[str(path.relative_to(repo))] = path.read_bytes()
    return found


MAKE = r"""mkdir -p data/raw/deep && seq 1000 > data/raw/a.csv && printf 'x\r\ny\r\n' > data/raw/deep/crlf.txt && : > data/raw/empty
printf 'x\r\n' > notes.txt && head -c 3000000 /dev/zero | tr '\0' 'z' > big.bin && echo 1 > "data/raw/ä b.csv"
"""


def try_dvc():
    sh("git init -q -b main . && dvc init -q && mkdir ../far && dvc remote add -d far ../far")
    sh(MAKE + "dvc add -q data/raw notes.txt big.bin && git add -A && git commit -qm first && git tag v1")
    first = files("data/raw", "notes.txt", "big.bin")
    sh("seq 2000 > data/raw/a.csv && rm data/raw/empty && dvc add -q data/raw && git commit -qam second && dvc push -q --all-commits")
    second = files("data/raw", "notes.txt", "big.bin")

    def check(where):
        sh("mlo init -q && git commit -qm mlo && mlo version-data import --from dvc --history -m 'under mlo'")
        assert files("data/raw", "notes.txt", "big.bin") == second, where
        assert sh("mlo version-data status").count("unchanged") == 3, where
        assert sh("git status --porcelain") == "", where
        sh("mlo version-data fsck")
        sh("mlo version-data checkout --rev dvc/v1")
        assert files("data/raw", "notes.txt", "big.bin") == first, where
        sh("git reset -q --hard v1 && git checkout -q main && git reset -q --hard && mlo version-data checkout")
        assert sh("dvc status").strip() in ("", "Data and pipelines are up to date."), where

    for where, change in [
        ("the cache", ""),
        ("a work tree that DVC links", "dvc config cache.type symlink && git commit -qam links && rm -rf data/raw notes.txt big.bin && dvc checkout -q --relink"),
        ("the remote", "rm -rf .dvc/cache data/raw notes.txt big.bin"),
    ]:
        shutil.rmtree(scratch / "kept", ignore_errors=True)
        subprocess.run(["cp", "-a", repo, scratch / "kept"], check=True)
        sh(change)
        if where == "the remote":
            sh("mlo init -q && mlo version-data import --from dvc")
            assert files("data/raw", "notes.txt", "big.bin") == second
        else:
            check(where)
        shutil.rmtree(repo)
        subprocess.run(["cp", "-a", scratch / "kept", repo], check=True)
    sh("rm -rf .dvc/cache ../far data/raw && mkdir ../far && mlo init -q && mlo version-data import --from dvc", 1)
    assert not (repo / ".mlo/data").exists()


def try_lfs():
    sh("git init -q -b main . && git lfs install --local >/dev/null && git lfs track '*.csv' '*.bin' >/dev/null")
    sh(MAKE + "rm -r data/raw/deep data/raw/empty && git add -A && git commit -qm first && git tag v1")
    first = files("data", "big.bin")
    sh("seq 2000 > data/raw/a.csv && git commit -qam second")
    second = files("data", "big.bin")
    sh("mlo init -q && git commit -qm mlo && mlo version-data import --from lfs --history -m 'under mlo'")
    assert files("data", "big.bin") == second
    assert sh("mlo version-data status").count("unchanged") == 2
    assert sh("git status --porcelain") == ""
    assert sh("git lfs ls-files") == ""
    sh("mlo version-data checkout --rev lfs/v1")
    assert files("data", "big.bin") == first


repo.mkdir()
try:
    try_dvc() if tool == "dvc" else try_lfs()
finally:
    subprocess.run(["chmod", "-R", "u+w", scratch])
    shutil.rmtree(scratch, ignore_errors=True)
print(f"what {tool} made is here, byte for byte")
