#!/usr/bin/env python3
"""Kills runners and stages at random moments and requires that what is made in the end is what an undisturbed run makes.

    tests/fault/kills.py MLO [--rounds N] [--seed N]

Each round changes the inputs, starts two `mlo run` of one repository at once, one for each half of the pipeline, and a third one in a
repository that competes for the machine's leases (every stage asks for all of it, so one stage holds the lease and others wait).
Then it sends SIGKILL, up to three times, to a runner, to a stage's process, or to whoever holds the lease. After that a rerun must:

  1. succeed, by itself and soon: nobody waits for what a dead process held;
  2. leave the outputs and the `mlo.lock` of an undisturbed run, byte for byte (that run works in a repository of its own);
  3. leave an object store without a fault, and no stage's process.

Prints a line for each kind of victim; exits 1 with the first round that ended otherwise, and its seed.
"""
import os, pathlib, signal, time

from trial import Trial, arguments, play_rounds

HALVES = ("left", "right")
STAGE = """  {half}{i}:
    cmd: sleep 0.0{i} && cat {deps} > {half}{i}.txt && echo {half}{i} >> {half}{i}.txt && mkdir {half}{i}.d && cp {half}{i}.txt {half}{i}.d/copy
    deps: [{listed}]
    outs: [{half}{i}.txt, {half}{i}.d]
    resources: {{cpu: 1}}
"""


def pipeline():
    """Two halves that share nothing: a first stage, three that need it, and one that needs those."""
    text = "stages:\n"
    for half in HALVES:
        text += STAGE.format(half=half, i=0, deps=f"{half}.csv", listed=f"{half}.csv")
        for i in (1, 2, 3):
            text += STAGE.format(half=half, i=i, deps=f"{half}0.txt", listed=f"{half}0.txt")
        last = [f"{half}{i}.txt" for i in (1, 2, 3)]
        text += STAGE.format(half=half, i=4, deps=" ".join(last), listed=", ".join(last))
    return text


class RunTrial(Trial):
    def __init__(self, *given):
        super().__init__(*given)
        self.main, self.other, self.calm = (self.repository(name) for name in ("main", "other", "calm"))

    def repository(self, name):
        where = self.scratch / name
        where.mkdir()
        (where / "mlo.yaml").write_text(pipeline())
        self.shell(where, "git init -q -b main . && mlo init && git add -A && git commit -q -m start")
        # All that run here think that the machine has one processor, so stages take turns.
        (where / ".git/mlo/config.yaml").write_text("mlo: config/1\nlimits:\n  machine:\n    cpu: 1\n")
        return where

    def change_inputs(self, number):
        for where in (self.main, self.other, self.calm):
            for half in HALVES:
                (where / f"{half}.csv").write_text(f"round {number} {half}\n")

    def run(self, where, *words):
        self.start(where, ["mlo", "run", "-q", "-j2", *words])

    def stages(self):
        """Processes that stages started, of any of the repositories."""
        found = []
        for process in pathlib.Path("/proc").iterdir():
            try:
                if process.name.isdigit() and os.readlink(process / "cwd").startswith(str(self.scratch)) and int(process.name) not in [c.pid for c in self.children]:
                    if b"MLO_STAGE=" in (process / "environ").read_bytes():
                        found.append(int(process.name))
            except OSError:
                pass
        return found

    def strike(self, rng):
        kind = rng.choice(["runner", "stage", "lease holder"])
        if kind == "runner":
            victims = [child.pid for child in self.children[:2] if child.poll() is None]
        elif kind == "stage":
            victims = self.stages()
        else:  # the runner above a stage that runs: it holds the only lease
            victims = [parent for parent in map(parent_of, self.stages()) if parent in [child.pid for child in self.children]]
        if not victims:
            return None
        try:
            os.kill(rng.choice(victims), signal.SIGKILL)
        except ProcessLookupError:
            return None
        return kind

    def results(self, where):
        files = sorted(path for path in where.rglob("*") if path.is_file() and ".git" not in path.parts and ".mlo" not in path.parts)
        contents = {str(path.relative_to(where)): path.read_bytes() for path in files}
        # Each of two runs side by side adds its own lines: whose come first is theirs to race for.
        contents[".gitignore"] = sorted(contents.get(".gitignore", b"").splitlines())
        return contents

    def play(self, number, rng):
        self.change_inputs(number)
        self.run(self.main, "left4")
        self.run(self.main, "right4")
        self.run(self.other)
        for _ in range(rng.randrange(1, 4)):
            time.sleep(rng.random() * 0.3)
            self.tally[self.strike(rng)] += 1
        if rng.random() < 0.3:  # all of them, as when a machine's session ends
            for child in self.children:
                child.kill()
        self.reap()
        for where in (self.main, self.other, self.calm):
            self.shell(where, "mlo run -q")
        wanted = self.results(self.calm)
        for where in (self.main, self.other):
            got = self.results(where)
            different = sorted(name for name in {*wanted, *got} if wanted.get(name) != got.get(name))
            if different:
                raise AssertionError(f"{where.name} differs from the undisturbed run in {', '.join(different)}")
        if number % 10 == 0:
            for where in (self.main, self.other):
                self.shell(where, "mlo version-data fsck && git fsck --no-progress 2>&1 && test -z \"$(ls .git/mlo/runs)\"")
        if left := self.stages():
            raise AssertionError(f"processes of stages are left: {left}")


def parent_of(pid):
    try:
        return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


def main():
    rounds, struck = play_rounds(RunTrial, arguments(__doc__, 500).parse_args())
    hits = ", ".join(f"{count} of a {kind}" for kind, count in sorted(struck.items(), key=str) if kind)
    print(f"{rounds} rounds, SIGKILLs: {hits}; every rerun made what an undisturbed run makes")


if __name__ == "__main__":
    main()
