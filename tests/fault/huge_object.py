"""An object of more than 5 GiB, which S3 takes in parts only: its push is killed in the middle, goes on, and comes back in a pull that
is killed too.

  tests/fault/huge_object.py MLO [--gib 5] [--remote seaweedfs|dir|ssh]

Not part of a test run: it needs 12 GB of disk and some minutes. The file is full of holes, so that what lies here takes little.
"""
import argparse, hashlib, os, pathlib, shutil, signal, subprocess, sys, tempfile, time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from counting_proxy import CountingProxy
from remotes import REMOTES
from s3_server import ENVIRONMENT, SeaweedFS
from trial import ENV

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("mlo", type=pathlib.Path)
parser.add_argument("--gib", type=int, default=5, help="the file is a byte larger")
parser.add_argument("--remote", choices=("seaweedfs", "dir", "ssh"), default="seaweedfs")
args = parser.parse_args()


class Parts:
    """An S3 server, to which what goes up counts in parts."""
    env = ENVIRONMENT

    def __init__(self, mlo, place):
        self.server = SeaweedFS(place)
        self.proxy = CountingProxy(self.server.port)
        self.words = f"s3://bucket/huge --endpoint http://127.0.0.1:{self.proxy.port}"

    def has_much(self):
        return self.proxy.parts >= 10

    def stopped(self):
        """What the killed push left."""
        before = self.proxy.parts
        self.proxy.clear()
        return f"{before} parts"

    def gone_on(self):
        assert self.proxy.parts * (64 << 20) < size, "all parts were sent again"
        return f"{self.proxy.parts}"

    def close(self):
        self.server.close()


class Files:
    """A directory, here or behind ssh, in which the file grows."""

    def __init__(self, mlo, place):
        self.place, self.far = place, REMOTES[args.remote][0](mlo, place)
        self.env, self.words, self.close = self.far.env, self.far.words, self.far.close

    def half(self):
        return next(self.place.glob(".mlo-tmp-put-*"), None)

    def has_much(self):
        try:
            return any(path.stat().st_size > size // 2 for path in self.place.glob(".mlo-tmp-put-*"))
        except FileNotFoundError:
            return False

    def stopped(self):
        self.far.wait()
        assert self.half(), "the killed push left no half"
        self.inode = self.half().stat().st_ino
        return f"{self.half().stat().st_size:,} bytes"

    def gone_on(self):
        whole = max(self.place.glob("objects/*/*"), key=lambda path: path.stat().st_size).stat()
        assert (whole.st_ino, whole.st_size) == (self.inode, size), "the push began anew"
        return "the others"


scratch = pathlib.Path(tempfile.mkdtemp(prefix="mlo-huge-"))
env = dict(ENV, HOME=str(scratch), PATH=f"{args.mlo.absolute().parent}:{ENV['PATH']}")


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
            raise AssertionError(f"{words} ended with {child.returncode} before it could be killed")
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def held_of(where):
    """Bytes of the disk that temporary objects take there."""
    return sum(path.stat().st_blocks * 512 for path in where.glob(".git/mlo/**/.mlo-tmp-object-*"))


far = (Parts if args.remote == "seaweedfs" else Files)(args.mlo.absolute(), scratch / "served")
env |= far.env
try:
    ours = scratch / "ours"
    ours.mkdir()
    run(ours, "git", "init", "-q", "-b", "main")
    run(ours, "mlo", "init")
    run(ours, "mlo", "remote", "add", "far", *far.words.split())
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
    killed(ours, far.has_much, "mlo", "push")
    before = far.stopped()
    pushed = run(ours, "mlo", "push")
    after = far.gone_on()
    run(scratch, "git", "clone", "-q", "ours", "theirs")
    theirs = scratch / "theirs"
    killed(theirs, lambda: held_of(theirs) > args.gib << 27, "mlo", "pull")
    pulled = run(theirs, "mlo", "pull")
    if digest(theirs / "huge.mp4") != wanted:
        raise AssertionError("what came back is not what was pushed")
    run(theirs, "mlo", "version-data", "fsck", "--remote", "far")
    run(ours, "mlo", "push")
    print(f"{size:,} bytes: add {added:.1f} s; push killed after {before}, went on with {after} in {pushed:.1f} s; "
          f"pull killed with an eighth there, went on in {pulled:.1f} s; all is what it was")
    shutil.rmtree(scratch)
except AssertionError as failure:
    sys.exit(f"{failure}\nwhat it left is in {scratch}")
finally:
    far.close()
