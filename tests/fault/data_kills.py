#!/usr/bin/env python3
"""Kills commands that move data at random moments, many at once, and requires that nothing is ever lost.

    tests/fault/data_kills.py MLO [--rounds N] [--seed N] [--remote dir|ssh|s3|seaweedfs]

Two clones share a git remote, a remote of data, and a cache directory; a third one has a store of its own and pulls. Each round
starts several commands at once (add, checkout of an older version, push, pull, get, fsck, gc that spares nothing) and sends SIGKILL to some of
them, to the process alone or to its group. No two of a round change the same files of one clone, so what each must make is known. Then:

  1. what was not killed succeeded, and left what it promised;
  2. every manifest that git shows, from a killed command too, names content that comes back bit for bit: one older version of each dataset a
     round, all of them at times and in the end, by the hashes taken before they were added;
  3. what a finished push promised comes to a new clone from the remote alone; the remote lost nothing;
  4. fsck finds no damage, no lock of the dead stops anybody, and what they left is gone after the next commands and a gc of a later day.

Prints how many commands of each kind were started, how many were killed; exits 1 with the first round that ended otherwise, and its seed.
"""
import collections, functools, hashlib, json, os, pathlib, signal, subprocess, sys, tempfile, time
from dataclasses import dataclass
from typing import Callable

from remotes import REMOTES
from trial import Trial, arguments, play_rounds
from versions import fingerprint

DATASETS = ("many", "big", "cut.csv")
AN_EPOCH = 50  # rounds; then repositories begin anew, or all that was ever made would be read again and again
LINES = [f"{n},{hashlib.sha256(str(n).encode()).hexdigest()}\n" for n in range(20_000)]
GC = "mlo version-data gc -q --yes --older-than 0"
SHARED = "mlo: config/1\n{link}cache: {{dir: {cache}}}\n"


def put(file, content):
    """In place of what is there: that may be a second name of an object."""
    file.parent.mkdir(exist_ok=True)
    file.unlink(missing_ok=True)
    file.write_bytes(content)


def id_in(manifest):
    """The id of the content that a manifest names."""
    return next((line.split()[1] for line in manifest.splitlines() if line.startswith("tree:")), None)


@dataclass
class Job:
    """A command under way; `judge` looks at what it left, and is told whether it came to its end."""
    kind: str
    where: pathlib.Path
    words: list
    judge: Callable = lambda finished: None
    child: object = None
    said: object = None
    started: float = 0
    strike_at: float = 0
    struck: bool = False


class DataTrial(Trial):
    def __init__(self, remote, mlo, *given):
        super().__init__(mlo, *given)
        self.bare, self.cache = self.scratch / "origin.git", self.scratch / "cache"
        self.far = remote(mlo, self.scratch / "far")
        self.env |= self.far.env
        self.versions = {}  # tree's id -> fingerprint
        self.commits = collections.defaultdict(list)  # dataset -> (clone, commit, tree's id) that must come back there
        self.pushed = {}  # (dataset, tree's id) -> commit whose content is in the remote
        self.newly = []  # of the commits those that were not looked at yet
        self.durations = collections.defaultdict(lambda: 0.1)
        self.cache.mkdir()
        self.shell(self.scratch, "git init -q --bare -b main origin.git && git init -q -b left left")
        self.left, self.right, self.apart = (self.scratch / name for name in ("left", "right", "apart"))
        (self.left / "README").write_text("data\n")
        self.shell(self.left, f"mlo init && printf 'cut:\\n  min_bytes: 1048576\\n' >> .mlo/config.yaml && mlo remote add origin {self.far.words} && mlo remote check origin --init && "
                   f"git remote add origin {self.bare} && git add -A && git commit -q -m start && git push -q origin left:main")
        for clone in (self.right, self.apart):
            self.shell(self.scratch, f"git clone -q origin.git {clone.name} && cd {clone.name} && git switch -q -c {clone.name} && mlo init")
        for clone, link in ((self.left, ""), (self.right, "link: hardlink\n")):
            (clone / ".git/mlo/config.yaml").write_text(SHARED.format(link=link, cache=self.cache))

    def close(self):
        self.far.close()

    # What a round may do. Each gives a job; its files are nobody else's in this round.

    def change(self, rng, clone, dataset):
        place = clone / dataset
        if dataset == "cut.csv":
            lines = list(LINES)
            for _ in range(3):
                lines[rng.randrange(len(lines))] = f"{rng.random()}\n"
            return put(place, "".join(lines).encode())
        if dataset == "big":
            put(place / "notes", rng.randbytes(400))
            if rng.random() < 0.3 or not (place / "0.dat").exists():
                put(place / f"{rng.randrange(2)}.dat", rng.randbytes(1_100_000 + rng.randrange(100_000)))
            return put(place / "0.dat", rng.randbytes(1_050_000)) if not (place / "0.dat").exists() else None
        for n in range(30) if rng.random() < 0.3 or not place.exists() else rng.sample(range(40), 3):
            put(place / f"{n}.txt", f"{rng.random()}\n".encode() * rng.randrange(1, 300))
        (place / f"{rng.randrange(40)}.txt").unlink(missing_ok=True)

    def shown(self, clone, dataset, rev="HEAD"):
        """The id that a manifest has at a revision (in the index, with an empty one)."""
        done = subprocess.run(["git", "show", f"{rev}:.mlo/data/{dataset}.yaml"], cwd=clone, env=self.env, capture_output=True, text=True)
        return id_in(done.stdout)

    def add(self, rng, clone, dataset):
        before = fingerprint(clone / dataset)
        self.change(rng, clone, dataset)
        wanted = fingerprint(clone / dataset)
        commit = rng.random() < 0.8

        def judge(finished):
            assert fingerprint(clone / dataset) == wanted, f"add changed {dataset}"
            for rev in ("", "HEAD"):
                name = self.shown(clone, dataset, rev)
                if name and name not in self.versions:
                    self.versions[name] = wanted
                if finished and (rev == "" or commit):
                    assert self.versions.get(name) == wanted, f"add of {dataset} ended with 0 and git shows another version at `{rev}`"
            self.note_commit(clone, dataset)

        self.tally["files changed"] += before != wanted
        return Job("add", clone, ["mlo", "version-data", "add", "-q", dataset, *(["--commit"] if commit else [])], judge)

    def note_commit(self, clone, dataset):
        name = self.shown(clone, dataset)
        if name and all(known[2] != name or known[0] != clone for known in self.commits[dataset]):
            commit = self.shell(clone, "git rev-parse HEAD").strip()
            self.commits[dataset].append((clone, commit, name))
            self.newly.append((clone, dataset, commit, name))

    def older(self, rng, clone, dataset):
        known = [entry for entry in self.commits[dataset] if entry[0] == clone]
        if not known:
            return self.add(rng, clone, dataset)
        _, commit, name = rng.choice(known)

        def judge(finished):
            if finished:
                assert fingerprint(clone / dataset) == self.versions[name], f"checkout of {dataset} at {commit} brought something else"
        return Job("checkout", clone, ["mlo", "version-data", "checkout", "-q", "--force", dataset, "--rev", commit], judge)

    def push(self, rng, clone, dataset):
        # What lies on disk counts: a killed add may have written a manifest that it did not come to stage.
        file = clone / f".mlo/data/{dataset}.yaml"
        name = file.exists() and id_in(file.read_text())
        commits = [commit for where, commit, known in self.commits[dataset] if where == clone and known == name]

        def judge(finished):
            if finished and commits:
                self.pushed.setdefault((dataset, name), commits[0])
        if not name:
            return self.add(rng, clone, dataset)
        return Job("push", clone, ["mlo", "push", "-q", dataset], judge)

    def pull(self, rng, clone, dataset):
        name = self.shown(self.apart, dataset)
        if (dataset, name) not in self.pushed:
            return None

        def judge(finished):
            if finished:
                assert fingerprint(self.apart / dataset) == self.versions[name], f"pull of {dataset} ({name}) brought something else"
        return Job("pull", self.apart, ["mlo", "pull", "-q", dataset], judge)

    def get(self, rng, clone, dataset):
        known = [(name, commit) for (of, name), commit in self.pushed.items() if of == dataset and commit in self.public]
        if not known:
            return None
        name, commit = rng.choice(known)
        place = self.scratch / "got" / dataset
        place.parent.mkdir(exist_ok=True)
        before = fingerprint(place)

        def judge(finished):
            got = fingerprint(place)
            assert got == self.versions[name] or (not finished and got == before), f"get of {dataset}@{commit} left something else"
        return Job("get", self.scratch, ["mlo", "version-data", "get", "-q", f"{dataset}@{commit}", "--repo", str(self.bare), "-o", str(place), "--force"], judge)

    def gc(self, rng, clone, dataset):
        options = [word for word in ("--unpushed", "--empty-trash") if rng.random() < 0.6]
        return Job("gc", clone, [*GC.split(), *options])

    def fsck(self, rng, clone, dataset):
        return Job("fsck", clone, ["mlo", "version-data", "fsck", "-q"])

    # A round.

    def choose(self, rng):
        free = [(clone, dataset) for clone in (self.left, self.right) for dataset in DATASETS]
        jobs, taken = [], set()
        for _ in range(rng.randrange(4, 8)):
            kind = rng.choice([self.add, self.add, self.add, self.older, self.push, self.push, self.pull, self.get, self.gc, self.gc, self.fsck])
            own = kind in (self.add, self.older, self.push)
            if own and not free:
                continue
            clone, dataset = free.pop(rng.randrange(len(free))) if own else (rng.choice([self.left, self.right]), rng.choice(DATASETS))
            if kind in (self.pull, self.get):  # of each dataset one
                if (kind, dataset) in taken:
                    continue
                taken.add((kind, dataset))
            jobs.append(kind(rng, clone, dataset))
        return [job for job in jobs if job]

    def begin(self, job, rng):
        job.said = tempfile.TemporaryFile()
        job.child = self.start(job.where, job.words, stderr=job.said, start_new_session=True)
        job.started = time.monotonic()
        job.strike_at = job.started + rng.uniform(0, 1.3 * self.durations[job.kind]) if rng.random() < 0.7 else float("inf")
        job.whole_group = rng.random() < 0.6

    def strike(self, job):
        job.struck = True
        try:
            (os.killpg if job.whole_group else os.kill)(job.child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def play(self, number, rng):
        self.publish()
        self.move_apart(rng)
        waiting, under_way, jobs = self.choose(rng), [], []
        until = time.monotonic() + 60
        while waiting or under_way:
            if waiting:
                jobs.append(waiting.pop())
                under_way.append(jobs[-1])
                self.begin(jobs[-1], rng)
            time.sleep(rng.uniform(0.001, 0.02))
            for job in list(under_way):
                if job.child.poll() is None and time.monotonic() >= job.strike_at and not job.struck:
                    self.strike(job)
                elif job.child.poll() is not None:
                    under_way.remove(job)
                    self.end(job)
            assert time.monotonic() < until, "these wait for ever: " + "; ".join(" ".join(job.words) for job in under_way)
        self.reap()
        self.far.wait()
        self.remove_git_locks(jobs)
        for job in jobs:
            self.judge(job, excused=any(other.struck and other.where == job.where for other in jobs))
        self.look(rng)
        if (number + 1) % 10 == 0:
            self.look_at_new()

    def end(self, job):
        """Until nothing of it runs: what git does for a killed mlo it may go on to do."""
        if job.child.returncode == 0:
            self.durations[job.kind] += 0.2 * (time.monotonic() - job.started - self.durations[job.kind])
        for _ in range(2000):
            try:
                os.killpg(job.child.pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.005)
        raise AssertionError(f"children of `{' '.join(job.words)}` live on")

    def remove_git_locks(self, jobs):
        """Where a git was killed: it is git's rule that the user removes these."""
        for clone in (self.left, self.right, self.apart):
            for lock in (clone / ".git").rglob("*.lock"):
                if lock.relative_to(clone / ".git").parts[0] != "mlo":
                    assert any(job.struck and job.where == clone for job in jobs), f"{lock} is left though nobody was killed there"
                    lock.unlink()
                    self.tally["locks left by git"] += 1

    def judge(self, job, excused):
        finished = job.child.returncode == 0
        killed = job.struck and job.child.returncode == -signal.SIGKILL
        self.tally[job.kind] += 1
        self.tally["killed " + job.kind] += killed
        job.said.seek(0)
        said = job.said.read().decode(errors="replace")
        job.said.close()
        held = excused and (".lock" in said or "index is locked" in said)  # by a killed git, or by one that outlives its killed mlo
        self.tally["stopped by a lock of git's"] += held and not finished
        assert finished or job.struck or held, f"`{' '.join(job.words)}` in {job.where.name} ended with {job.child.returncode}: {said[-1500:]}"
        job.judge(finished)

    def move_apart(self, rng):
        """The third clone goes to some version that can be pulled, now and then with nothing in its store."""
        known = [commit for commit in self.pushed.values() if commit in self.public]
        if known:
            self.shell(self.apart, f"git checkout -q --force --detach {rng.choice(known)}")
        if rng.random() < 0.2:
            self.shell(self.apart, f"rm -rf {' '.join(DATASETS)} .git/mlo/objects .git/mlo/packs")

    # Looking.

    def publish(self):
        """All branches go to git's remote, and what is there to all clones."""
        for clone in (self.left, self.right):
            self.shell(clone, "git push -q origin HEAD")
        self.shell(self.apart, "git fetch -q origin")
        self.public = set(self.shell(self.bare, "git rev-list --all").split())

    def come_back(self, clone, dataset, commit, name):
        self.shell(clone, f"mlo version-data checkout -q --force {dataset} --rev {commit}", limit=30)
        assert fingerprint(clone / dataset) == self.versions[name], f"{dataset} at {commit} does not come back in {clone.name}"
        self.tally["versions looked at"] += 1

    def look(self, rng):
        for dataset in DATASETS:
            if self.commits[dataset]:
                clone, commit, name = rng.choice(self.commits[dataset])
                self.come_back(clone, dataset, commit, name)

    def look_at_new(self):
        for entry in self.newly:
            self.come_back(*entry)
        self.newly = []
        for clone in (self.left, self.right):
            found = json.loads(self.shell(clone, "mlo version-data fsck --json"))
            assert found["good"] and not found["damaged"], f"fsck in {clone.name}: {found}"

    def finish(self):
        self.publish()
        self.look_at_new()
        for dataset in DATASETS:
            for clone, commit, name in self.commits[dataset]:
                self.come_back(clone, dataset, commit, name)
        new = self.scratch / "new"
        self.shell(self.scratch, f"git clone -q origin.git new && cd new && mlo init")
        for (dataset, name), commit in self.pushed.items():
            self.shell(new, f"git checkout -q --force {commit} && mlo pull -q {dataset}")
            assert fingerprint(new / dataset) == self.versions[name], f"{dataset}@{commit} does not come back from the remote"
            self.tally["versions pulled anew"] += 1
        found = json.loads(self.shell(new, "mlo version-data fsck --read-remote --json"))
        assert found["good"] and not found["lost"], f"fsck of the remote: {found}"
        self.look_for_litter()

    def look_for_litter(self):
        """Of a later day: what is temporary is made old, then each command comes by once more."""
        def litter():
            return sorted(path for path in self.scratch.rglob("*") if path.name.startswith((".mlo-tmp-", ".mlo-stage-")))
        self.tally["temporary files left"] += len(litter())
        for path in litter():
            os.utime(path, (time.time() - 3 * 86400,) * 2, follow_symlinks=False)
        for clone in (self.left, self.right, self.apart):
            for dataset in DATASETS:
                name = self.shown(clone, dataset, "")
                if name and (clone != self.apart or (dataset, name) in self.pushed):
                    self.shell(clone, f"rm -rf {dataset} && mlo {'pull' if clone == self.apart else 'version-data checkout'} -q {dataset}")
            self.shell(clone, "mlo version-data gc -q --yes" + (" && mlo push -q" if clone != self.apart else ""))
        self.shell(self.scratch, f"mlo version-data get -q many@left --repo {self.bare} -o got/many --force || true")
        left = litter()
        assert not left, f"these stay: {[str(path.relative_to(self.scratch)) for path in left]}"


def main():
    parser = arguments(__doc__, 1000)
    parser.add_argument("--remote", choices=REMOTES, default="dir")
    args = parser.parse_args()
    remote, program = REMOTES[args.remote]
    if not program:
        print(f"skipped: what serves `{args.remote}` is not installed (cmake/setup.sh tests)")
        sys.exit(77)
    rounds, tally = play_rounds(functools.partial(DataTrial, remote), args, AN_EPOCH)
    kinds = sorted(kind[7:] for kind in tally if kind.startswith("killed "))
    for kind in kinds:
        print(f"{kind}: {tally[kind]} started, {tally['killed ' + kind]} killed")
    rest = sorted((what, count) for what, count in tally.items() if what not in kinds and not what.startswith("killed "))
    print(f"{rounds} rounds, {', '.join(f'{count} {what}' for what, count in rest)}; nothing was lost")


if __name__ == "__main__":
    main()
