"""What the benchmarks of whole commands share: a scratch directory, an environment of its own, times, and the table.

Nothing is deleted before the end: for minutes after many files were removed, ext4 creates new ones ten times slower. So data is
moved aside before a checkout, and each run of a benchmark has a directory of its own.
"""
import os, pathlib, platform, shutil, statistics, subprocess, sys, tempfile, time


def spelled(value):
    if value is None:
        return ""
    return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value:.2f} s" if value < 100 else f"{value:.0f} s"


def ratio(other, mlo):
    return "" if other is None or mlo is None else f"{other / mlo:.0f}x" if other > 10 * mlo else f"{other / mlo:.1f}x"


def machine():
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} x {cpu}, Linux {platform.release()}"


class Bench:
    """`programs`: files whose directories come first in PATH."""

    def __init__(self, scratch, programs, verbose):
        scratch.mkdir(parents=True, exist_ok=True)
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=scratch.absolute()))
        self.verbose = verbose
        path = [str(program.absolute().parent) for program in programs] + ["/usr/bin", "/bin"]
        self.env = {"PATH": ":".join(path), "HOME": str(self.scratch), "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1",
                    "GIT_AUTHOR_NAME": "b", "GIT_AUTHOR_EMAIL": "b@example.org", "GIT_COMMITTER_NAME": "b", "GIT_COMMITTER_EMAIL": "b@example.org",
                    "DVC_NO_ANALYTICS": "1"}
        self.rows = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.scratch)

    def sh(self, where, script):
        done = subprocess.run(["sh", "-ec", script], cwd=where, env=self.env, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"`{script}` failed in {where}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def repository(self, name, setup=""):
        where = self.scratch / name
        where.mkdir(parents=True)
        self.sh(where, "git init -q -b main . && git commit -q --allow-empty -m start\n" + setup)
        return where

    def clone(self, where):
        to = where.with_name(where.name + "-clone")
        self.sh(self.scratch, f"git clone -q {where} {to}")
        return to

    def say(self, line):
        if self.verbose:
            print(line, file=sys.stderr, flush=True)

    def measure(self, where, command):
        """Wall time and peak memory (bytes, of the largest process) of the command; its output goes nowhere. What others wrote is on disk before."""
        self.say("+ " + " ".join(command))
        os.sync()
        started = time.perf_counter()
        with tempfile.TemporaryFile() as errors:
            child = subprocess.Popen(command, cwd=where, env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
            _, status, usage = os.wait4(child.pid, 0)
            taken = time.perf_counter() - started
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode != 0:
                errors.seek(0)
                sys.exit(f"{command} failed in {where}: {errors.read().decode()[-2000:]}")
        return taken, usage.ru_maxrss * 1024

    def seconds(self, where, command, times=1):
        """Median wall time."""
        return statistics.median(self.measure(where, command)[0] for _ in range(times))

    def row(self, *cells):
        self.rows.append(cells)
        self.say("  " + " | ".join(cells))

    def table(self, *heads):
        print("| " + " | ".join(heads) + " |\n|---|" + "---:|" * (len(heads) - 1))
        for cells in self.rows:
            print("| " + " | ".join(cells) + " |")
