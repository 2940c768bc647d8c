"""What tests that kill at random share: repositories in a scratch directory, rounds of a seed, and how a failed one is told."""
import argparse, collections, os, pathlib, random, shutil, subprocess, sys, tempfile

ENV = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
       "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org", "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.org"}


class Trial:
    """`mlo` is first in the path of all that runs here. `children` are those that may still run; `tally` counts what a line says in the end."""

    def __init__(self, mlo, scratch, tally):
        self.env = dict(ENV, HOME=str(scratch), PATH=f"{mlo.parent}:{ENV['PATH']}", MLO_LEASES=str(scratch / "leases"))
        self.scratch, self.children, self.tally = scratch, [], tally

    def shell(self, where, script, limit=60):
        done = subprocess.run(["sh", "-euc", script], cwd=where, env=self.env, capture_output=True, text=True, timeout=limit)
        if done.returncode != 0:
            raise AssertionError(f"`{script}` ended with {done.returncode} in {where.name}: {done.stdout[-500:]}{done.stderr[-1500:]}")
        return done.stdout

    def start(self, where, words, stderr=subprocess.DEVNULL, **how):
        child = subprocess.Popen(words, cwd=where, env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr, **how)
        self.children.append(child)
        return child

    def reap(self):
        for child in self.children:
            child.wait(timeout=60)
        self.children = []

    def play(self, number, rng):
        """One round."""
        raise NotImplementedError

    def finish(self):
        """After the last round of this trial."""

    def close(self):
        """Ends what serves it."""


def arguments(doc, rounds):
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mlo", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--seed", type=int, default=1)
    return parser


def play_rounds(kind, args, each=None):
    """Plays rounds of a Trial as `arguments` say, `each` of them in a scratch directory that begins anew. What fails raises
    AssertionError; it ends the program with 1, and what it left stays. Returns the number of rounds and the tally."""
    tally, trial = collections.Counter(), None
    try:
        for number in range(args.rounds):
            if trial is None:
                trial = kind(args.mlo.absolute(), pathlib.Path(tempfile.mkdtemp(prefix="mlo-kills-")).resolve(), tally)
            last = number + 1 == args.rounds or (each and (number + 1) % each == 0)
            trial.play(number, random.Random(f"{args.seed} {number}"))
            if last:
                trial.finish()
                trial.close()
                shutil.rmtree(trial.scratch)
                trial = None
    except (AssertionError, subprocess.TimeoutExpired) as failure:
        for child in trial.children:
            child.kill()
        sys.exit(f"round {number} of seed {args.seed}: {failure}\nwhat it left is in {trial.scratch}")
    finally:
        if trial:
            trial.close()
    return args.rounds, tally
