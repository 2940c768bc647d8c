#!/usr/bin/env python3
"""Stops every writing command of mlo at every step and looks at what is left.

    tests/fault/run.py MLO SHIM [--all] [--only NAME] [--steps N] [--kills N] [--full N]

For each scenario: the command runs once undisturbed, which counts its steps (calls that change a file system, in mlo and its
children) and gives the state that must come out in the end. Then, from a fresh copy each time, the power is cut before step
1, 2, ..; with lost writes, bytes that no sync had reached are taken back from the files they were in. After each cut:

  1. git fsck finds nothing, every object in the store is what its name says, `mlo status` works;
  2. every version that a commit named and the store had before comes back bit for bit;
  3. the same command, run again, ends with the state of the undisturbed run, and 2 still holds.

Then real SIGKILLs at random moments (seeded); with --short runs in which reads and writes are interrupted and move less than they were asked
to, at random (seeded), whose results must be the same; with --full a file system that nothing can be written to, and a small one that is full after
so many more bytes: the command must end by itself with one line of error. Prints a line per scenario; exits 1 if any cut left a third state.
"""
import argparse, fnmatch, hashlib, json, os, pathlib, random, shutil, signal, struct, subprocess, sys, tempfile, time

import far
from scenarios import SCENARIOS
from versions import Versions

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "golden"))
import packs
PAGE = 4096
ENV = {
    "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.org",
}


class Bench:
    """A scratch directory with the prepared state of one scenario and the copy under test."""

    def __init__(self, mlo, shim, scratch, scenario):
        self.mlo, self.shim, self.scenario = mlo, shim, scenario
        self.base, self.trial = scratch / "base", scratch / "trial"
        self.state, self.journal = scratch / "counter", scratch / "journal"
        self.env = dict(ENV, HOME=str(scratch), MLO_LEASES=str(scratch / "leases"), PATH=f"{mlo.parent}:{HERE}:{ENV['PATH']}")
        self.far = {"ssh": lambda: far.Far(mlo), "s3": lambda: far.FarBucket(self.trial)}.get(scenario.far, lambda: None)()
        if self.far:
            self.env.update(self.far.env)
        shutil.rmtree(self.base, ignore_errors=True)
        self.base.mkdir(parents=True)
        self.shell(self.base, "git init -q -b main . && git commit -q --allow-empty -m start\n" + scenario.setup)
        self.versions = Versions(self.base, scratch / "aside", self.env)

    def shell(self, where, script):
        done = subprocess.run(["sh", "-euc", script], cwd=where, env=self.env, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{self.scenario.name}: `{script}` failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def fresh(self):
        shutil.rmtree(self.trial, ignore_errors=True)
        subprocess.run(["cp", "-a", self.base, self.trial], check=True)

    def command(self, at=0, journal=False, kill_after=None, short=None):
        """Runs the scenario's command on the trial; returns (exit code, steps, stderr). `short` is a seed."""
        self.state.write_bytes(bytes(16))
        self.journal.write_bytes(b"")
        env = dict(self.env, LD_PRELOAD=str(self.shim), MLO_FAULT_STATE=str(self.state), MLO_FAULT_AT=str(at))
        if journal:
            env["MLO_FAULT_LOG"] = str(self.journal)
        if short:
            env["MLO_FAULT_SHORT"] = str(short)
        if self.far:
            self.far.take_part(env)
        child = subprocess.Popen(["sh", "-ec", self.scenario.command], cwd=self.trial, env=env, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)
        if kill_after is not None:
            time.sleep(kill_after)
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.state.write_bytes(struct.pack("<QQ", 0, 1))  # stages in groups of their own die at their next write
        err = child.communicate(timeout=120)[1]
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        if self.far:
            self.far.wait()
            self.far.take_part({})
        return child.returncode, struct.unpack("<QQ", self.state.read_bytes())[0], err

    def close(self):
        if self.far:
            self.far.close()

    def free(self):
        info = os.statvfs(self.trial)
        return info.f_bavail * info.f_frsize

    def command_with_room(self, room):
        """Runs the command while only `room` bytes are free."""
        ballast = self.trial.parent / "ballast"
        with open(ballast, "wb") as out:
            os.posix_fallocate(out.fileno(), 0, max(1, self.free() - room))
        code, _, err = self.command()
        ballast.unlink()
        return code, err

    def command_read_only(self):
        """Runs the command where nothing can be written; what only reads must say there what it says elsewhere."""
        def look(view):
            return subprocess.run(["sh", "-c", view], cwd=self.trial, env=self.env, capture_output=True, text=True).stdout
        shown = [(view, look(view)) for view in self.scenario.views]
        subprocess.run(["mount", "--bind", self.trial, self.trial], check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", self.trial], check=True)
        try:
            wrong = [view for view, text in shown if look(view) != text]
            code, _, err = self.command()
        finally:
            subprocess.run(["umount", self.trial], check=True)
        return (128, f"other than before: {wrong}") if wrong else (code, err)

    def lose_unsynced(self):
        """Cuts files back to what a sync had reached, as a journalling file system may after a power cut."""
        dirty = {}
        for line in self.journal.read_text().splitlines():
            kind, *rest = line.split()
            if kind == "W":
                dirty.setdefault((int(rest[0]), int(rest[1])), int(rest[2]))
            elif kind == "S":
                dirty.pop((int(rest[0]), int(rest[1])), None)
            else:
                dirty.clear()
        for path in self.trial.rglob("*"):
            info = path.lstat()
            kept = dirty.get((info.st_dev, info.st_ino))
            # What stages and shell tools wrote is theirs to sync; mlo answers for its own files and git's.
            if kept is not None and path.is_file() and not path.is_symlink() and ".git" in path.relative_to(self.trial).parts:
                mode = info.st_mode
                os.chmod(path, 0o644)
                os.truncate(path, min(kept, info.st_size))
                os.chmod(path, mode)

    def check_whole(self):
        """Things that hold at every moment. Returns complaints."""
        wrong = []
        fsck = subprocess.run(["git", "fsck", "--no-dangling", "--no-progress"], cwd=self.trial, env=self.env, capture_output=True, text=True)
        if fsck.returncode != 0:
            wrong.append("git fsck: " + fsck.stderr.strip().replace("\n", "; "))
        store = self.trial / ".git/mlo/objects"
        for path in store.glob("??/*"):
            if hashlib.sha256(path.read_bytes()).hexdigest() != path.parent.name + path.name:
                wrong.append(f"object {path.parent.name}{path.name} is damaged")
        wrong += packs.Packs(self.trial / ".git/mlo/packs", find_alone(store)).damage()
        if (self.trial / ".mlo/config.yaml").exists():
            status = subprocess.run(["mlo", "status", "--json"], cwd=self.trial, env=self.env, capture_output=True, text=True)
            if status.returncode != 0:
                wrong.append(f"mlo status: exit {status.returncode}: {status.stderr.strip()}")
        for command in self.scenario.whole:
            done = subprocess.run(["sh", "-c", command], cwd=self.trial, env=self.env, capture_output=True, text=True)
            if done.returncode != 0:
                wrong.append(f"`{command}`: exit {done.returncode}: {done.stderr.strip()}")
        return wrong + self.versions.complaints(self.trial)

    def snapshot(self):
        """What a user can tell apart: files, the index, the branch's tree, what mlo shows. No ids or times of runs."""
        files = {}
        for path in sorted(self.trial.rglob("*")):
            name = str(path.relative_to(self.trial))
            if name == ".git" or name.startswith(".git/") or name.startswith(".mlo/local"):
                continue
            if path.is_symlink():
                files[name] = "-> " + os.readlink(path)
            elif path.is_file():
                files[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        shown = {"files": files, "index": self.shell(self.trial, "git ls-files -s"),
                 "tree": self.shell(self.trial, "git rev-parse HEAD^{tree}")}
        for view in self.scenario.views:
            shown[view] = self.shell(self.trial, view)
        return shown


def find_alone(store):
    def find(name):
        path = store / name.hex()[:2] / name.hex()[2:]
        return path.read_bytes() if path.exists() else None
    return find


def differences(wanted, got):
    """Of two snapshots, in words."""
    words = []
    for key, before in wanted.items():
        after = got[key]
        if before != after and isinstance(before, dict):
            words.append(f"{key}: {sorted(set(before) ^ set(after) | {k for k in before if after.get(k) != before[k]})}")
        elif before != after:
            words.append(f"{key}: {str(before)[:400]} | {str(after)[:400]}")
    return words


def try_again(bench, wanted, label, complaints):
    """After a cut: whole, and a second run brings the undisturbed result."""
    wrong = bench.check_whole()
    for lock in list((bench.trial / ".git").rglob("*.lock")):
        if not str(lock.relative_to(bench.trial / ".git")).startswith("refs/mlo"):  # git was cut: its rule is that the user removes these
            lock.unlink()
    code, _, err = bench.command()
    if code not in bench.scenario.codes:
        wrong.append(f"second run: exit {code}: {err.strip()[-300:]}")
    else:
        wrong += bench.check_whole()
        wrong += [f"second run ends elsewhere: {words}" for words in differences(wanted, bench.snapshot())]
    complaints += [f"{bench.scenario.name} {label}: {w}" for w in wrong]


def run_scenario(bench, args, rng):
    complaints = []
    bench.fresh()
    started, room = time.monotonic(), bench.free()
    code, total, err = bench.command()
    duration, needed = time.monotonic() - started, room - bench.free()
    if code not in bench.scenario.codes:
        sys.exit(f"{bench.scenario.name}: undisturbed run: exit {code}: {err}")
    wanted = bench.snapshot()
    steps = list(range(1, total + 1))
    if not args.all and total > args.steps:
        steps = sorted(rng.sample(steps, args.steps))
    for at in steps:
        for lost in (False, True):
            bench.fresh()
            bench.command(at=at, journal=lost)
            if lost:
                bench.lose_unsynced()
            try_again(bench, wanted, f"cut at step {at} of {total}{', unsynced writes lost' if lost else ''}", complaints)
    for i in range(args.kills):
        bench.fresh()
        bench.command(kill_after=rng.uniform(0, duration))
        try_again(bench, wanted, f"kill {i + 1}", complaints)
    for seed in range(1, args.short + 1):
        bench.fresh()
        code, _, err = bench.command(short=seed)
        wrong = bench.check_whole() if code in bench.scenario.codes else [f"exit {code}: {err.strip()[-300:]}"]
        complaints += [f"{bench.scenario.name} short reads and writes {seed}: {w}" for w in wrong + differences(wanted, bench.snapshot())]
    refusals = [lambda: ("read-only", *bench.command_read_only())] if args.full else []
    for i in range(args.full):
        room = max(0, needed) * i // args.full // PAGE * PAGE
        refusals.append(lambda room=room: (f"full after {room} bytes", *bench.command_with_room(room)))
    for refused in refusals:
        bench.fresh()
        label, code, err = refused()
        # A stage's own program may say what it likes.
        if code < 0 or code >= 70 or (err.count("error: ") != 1 and code != 0 and not bench.scenario.foreign_output):
            complaints.append(f"{bench.scenario.name} {label}: exit {code}: {err.strip()[-300:]}")
        try_again(bench, wanted, label, complaints)
    cuts = 2 * len(steps) + args.kills + args.short + len(refusals)
    print(f"{bench.scenario.name}: {total} steps, {cuts} cuts, {len(bench.versions.known)} older versions, {len(complaints)} complaints", flush=True)
    for complaint in complaints[:6]:
        print("  " + complaint, flush=True)
    return complaints


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mlo", type=pathlib.Path)
    parser.add_argument("shim", type=pathlib.Path)
    parser.add_argument("--all", action="store_true", help="every step, not a sample")
    parser.add_argument("--only", default="*", help="scenarios, by their names or a pattern such as `version-data*`")
    parser.add_argument("--steps", type=int, default=12, help="sampled steps a scenario")
    parser.add_argument("--kills", type=int, default=4, help="random SIGKILLs a scenario")
    parser.add_argument("--short", type=int, default=0, help="runs a scenario in which reads and writes are interrupted or short")
    parser.add_argument("--full", type=int, default=0, help="sizes of a full disk a scenario, and a read-only one; needs the right to mount")
    parser.add_argument("--mounted", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.full and not args.mounted:
        # A mount that nobody else sees and that goes with this process.
        private = ["unshare", "-m" if os.geteuid() == 0 else "-rm"]
        if subprocess.run([*private, "mount", "-t", "tmpfs", "mlo", "/tmp"], capture_output=True).returncode != 0:
            print("skipped: no file system can be mounted here")
            sys.exit(77)
        with tempfile.TemporaryDirectory(prefix="mlo-full-") as place:
            mount = f"mount -t tmpfs -o size=512m mlo {place} && exec {sys.executable} \"$@\" --mounted {place}"
            sys.exit(subprocess.run([*private, "sh", "-c", mount, "sh", *sys.argv]).returncode)
    rng = random.Random(20010203)
    failed = 0
    for scenario in SCENARIOS:
        if not fnmatch.fnmatchcase(scenario.name, args.only):
            continue
        if missing := far.missing_program(scenario.far):
            if os.environ.get("CI") == "true":
                sys.exit(f"{scenario.name}: no {missing}; `cmake/setup.sh tests` installs it")
            print(f"{scenario.name}: skipped, no {missing}")
            continue
        with tempfile.TemporaryDirectory(prefix="mlo-fault-", dir=args.mounted) as scratch:
            bench = Bench(args.mlo.resolve(), args.shim.resolve(), pathlib.Path(scratch).resolve(), scenario)
            try:
                failed += bool(run_scenario(bench, args, rng))
            finally:
                bench.close()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
