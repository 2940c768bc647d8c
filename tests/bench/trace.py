#!/usr/bin/env python3
"""What tracing costs: the time of stages traced over that of the same stages with --no-trace, by turns.

usage: trace.py MLO [--rounds N] [--stages N]

A row is the median of all rounds, in milliseconds, with the ratio of the two: of the clock, then of the processors,
which others on the machine disturb less. Stages run one at a time. `refuse notifications trace.py MLO` measures ptrace
(`refuse` is built beside the tests).
"""
import argparse
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

OPENS = """#include <fcntl.h>
#include <unistd.h>
int main(void) { for (int i = 0; i < 20000; ++i) { int fd = open("in.txt", O_RDONLY); if (fd < 0) return 1; close(fd); } return 0; }
"""
IMPORTS = "import asyncio, concurrent.futures, ctypes, decimal, email, http.server, json, logging.config, multiprocessing, " \
          "sqlite3, ssl, unittest.mock, urllib.request, xml.dom.minidom, xmlrpc.client\n"


class Repository:
    def __init__(self, mlo, directory):
        self.mlo, self.directory = mlo, pathlib.Path(directory)
        self.environment = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null", MLO_LEASES=str(self.directory / ".git/leases"),
                                GIT_AUTHOR_NAME="b", GIT_AUTHOR_EMAIL="b@e", GIT_COMMITTER_NAME="b", GIT_COMMITTER_EMAIL="b@e")
        self.run("git", "init", "-q", ".")
        self.run(mlo, "init")
        (self.directory / "in.txt").write_text("1\n")

    def run(self, *command):
        done = subprocess.run(command, cwd=self.directory, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}: {done.stderr}")
        return done

    def stages(self, commands):
        lines = ["stages:"]
        for i, command in enumerate(commands):
            lines += [f"  s{i}:", f"    cmd: {command}", "    deps: [in.txt]", f"    outs: [out{i}]"]
        (self.directory / "mlo.yaml").write_text("\n".join(lines) + "\n")

    def seconds(self, *options):
        """Of the clock, and of the processors."""
        begin, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        self.run(self.mlo, "run", "-q", "-f", "-j1", *options)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.monotonic() - begin, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(repository, name, commands, rounds):
    repository.stages(commands)
    repository.seconds()  # warms caches
    traced, plain = [], []
    for _ in range(rounds):
        traced.append(repository.seconds())
        plain.append(repository.seconds("--no-trace"))
    line = f"{name:24}"
    for which in (0, 1):  # elapsed, then of the processors
        with_trace, without = (statistics.median(each[which] for each in side) * 1000 for side in (traced, plain))
        each = f"{(with_trace - without) / len(commands):+7.3f}" if len(commands) > 1 else " " * 7
        line += f" {with_trace:9.1f} {without:9.1f} {with_trace / without:5.2f}x {each}"
    print(line, flush=True)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("mlo", type=lambda path: str(pathlib.Path(path).resolve()))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--stages", type=int, default=1000)
    options = parser.parse_args()
    compiler = shutil.which("gcc") or shutil.which("cc")
    python = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
    with tempfile.TemporaryDirectory() as directory:
        repository = Repository(options.mlo, directory)
        (repository.directory / "imports.py").write_text(IMPORTS)
        print(f"{'':24} {'elapsed':>9} {'plain':>9} {'':6} {'a stage':>7} {'cpu':>9} {'plain':>9} {'':6} {'a stage':>7}")
        if compiler is None:
            print("SKIP: 20,000 opens and gcc -c: no C compiler")
        else:
            (repository.directory / "opens.c").write_text(OPENS)
            repository.run(compiler, "-O1", "-o", "opens", "opens.c")
            measure(repository, "20,000 opens", ["./opens && echo 1 > out0"], options.rounds)
            measure(repository, "gcc -c", [f"{compiler} -c opens.c -o out0"], options.rounds)
        measure(repository, "python imports", [f"{python} -B imports.py && echo 1 > out0"], options.rounds)
        measure(repository, f"{options.stages} stages of echo", [f"echo {i} > out{i}" for i in range(options.stages)],
                max(3, options.rounds // 2))
        measure(repository, f"{options.stages} stages of cp", [f"cp in.txt out{i}" for i in range(options.stages)],
                max(3, options.rounds // 2))


main()
