"""An object of more than 5 GiB, which S3 takes in parts only: its push is killed in the middle, goes on, and comes back in a pull that
is killed too.

  tests/fault/huge_object.py MLO [--gib 5]

Not part of a test run: it needs 12 GB of disk and some minutes. The file is full of holes, so that what lies here takes little.
"""
import argparse, hashlib, os, pathlib, shutil, signal, subprocess, sys, tempfile, time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from counting_proxy import CountingProxy
from s3_server import ENVIRONMENT, SeaweedFS
from trial import ENV

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("mlo", type=pathlib.Path)
parser.add_argument("--gib", type=int, default=5, help="the file is a byte larger")
args = parser.parse_args()

scratch = pathlib.Path(tempfile.mkdtemp(prefix="mlo-huge-"))
env = dict(ENV, **ENVIRONMENT, HOME=str(scratch), PATH=f"{args.mlo.absolute().parent}:{ENV['PATH']}")


def run(where, *words):
    started = time.monotonic()
    done = subprocess.run(words, cwd=where, env=env, capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{words} ended with {done.returncode}: {done.stdout[-500:]}{done.stderr[-1500:]}")
    return time.monotonic() - started


def killed(where, ripe, *words):
    """Kills the command as soon as `ripe` says so."""
    child = subprocess.Popen(words, cwd=where, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not ripe():
        if child.poll() is not None:
            raise AssertionError(f"{words} ended with {child.returncode} before it could be killed: {proxy.requests}")
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def held_of(where):
    """Bytes of the disk that temporary objects take there."""
    return sum(path.stat().st_blocks * 512 for path in where.glob(".git/mlo/**/.mlo-tmp-object-*"))


server = SeaweedFS(scratch / "served")
try:
    proxy = CountingProxy(server.port)
    ours = scratch / "ours"
    ours.mkdir()
    run(ours, "git", "init", "-q", "-b", "main")
    run(ours, "mlo", "init")
    run(ours, "mlo", "remote", "add", "far", "s3://bucket/huge", "--endpoint", f"http://127.0.0.1:{proxy.port}")
    size = (args.gib << 30) + 1
    with open(ours / "huge.mp4", "wb") as file:
        for at in range(0, size, 256 << 20):
            file.seek(at)
            file.write(os.urandom(4096))
        file.truncate(size)
    wanted = digest(ours / "huge.mp4")
    added = run(ours, "mlo", "version-data", "add", "huge.mp4")
    run(ours, "git", "add", ".")
    run(ours, "git", "commit", "-q", "-m", "huge")
    proxy.clear()
    killed(ours, lambda: proxy.parts >= 10, "mlo", "push")
    before = proxy.parts
    proxy.clear()
    pushed = run(ours, "mlo", "push")
    after = proxy.parts
    run(scratch, "git", "clone", "-q", "ours", "theirs")
    theirs = scratch / "theirs"
    killed(theirs, lambda: held_of(theirs) > args.gib << 27, "mlo", "pull")
    proxy.clear()
    pulled = run(theirs, "mlo", "pull")
    if digest(theirs / "huge.mp4") != wanted:
        raise AssertionError("what came back is not what was pushed")
    run(theirs, "mlo", "version-data", "fsck", "--remote", "far")
    run(ours, "mlo", "push")
    print(f"{size:,} bytes: add {added:.1f} s; push killed after {before} parts, went on with {after} in {pushed:.1f} s; "
          f"pull killed with an eighth there, went on in {pulled:.1f} s; all is what it was")
    shutil.rmtree(scratch)
except AssertionError as failure:
    sys.exit(f"{failure}\nwhat it left is in {scratch}")
finally:
    server.close()
