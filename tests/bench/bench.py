"""The measurements of tests/bench/run.sh. Every tool gets a fresh git repository with the same files and does the same work.

Nothing is deleted before the end: for minutes after many files were removed, ext4 creates new ones ten times slower. So data is
moved aside before a checkout, and each run of the benchmark has a directory of its own.
"""
import argparse, hashlib, os, pathlib, platform, shutil, statistics, subprocess, sys, tempfile, time

parser = argparse.ArgumentParser()
parser.add_argument("--mlo", type=pathlib.Path, required=True)
parser.add_argument("--dvc", type=pathlib.Path, required=True)
parser.add_argument("--spawn", type=pathlib.Path, required=True, help="the program made of spawn.cpp")
parser.add_argument("--scratch", type=pathlib.Path, required=True)
parser.add_argument("--files", type=int, default=100_000)
parser.add_argument("--stages", default="1000,10000", help="pipelines to have nothing to do in")
parser.add_argument("--dvc-stages", type=int, default=10_000, help="the largest of them that DVC gets; it takes minutes")
parser.add_argument("--first", type=int, default=100, help="stages of the pipeline that DVC runs too; its time grows with their square")
parser.add_argument("--quick", action="store_true", help="20,000 files, 1,000 stages")
parser.add_argument("--only", choices=["startup", "data", "run"])
parser.add_argument("-v", "--verbose", action="store_true", help="say what is measured, and each figure as it comes")
args = parser.parse_args()
if args.quick:
    args.files, args.stages = 20_000, "1000"

args.scratch.mkdir(parents=True, exist_ok=True)
scratch = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=args.scratch.absolute()))
ENV = {"PATH": f"{args.mlo.absolute().parent}:{args.dvc.absolute().parent}:{args.spawn.absolute().parent}:/usr/bin:/bin",
       "HOME": str(scratch), "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "b", "GIT_AUTHOR_EMAIL": "b@example.org",
       "GIT_COMMITTER_NAME": "b", "GIT_COMMITTER_EMAIL": "b@example.org", "DVC_NO_ANALYTICS": "1"}
rows = []


def sh(where, script):
    done = subprocess.run(["sh", "-ec", script], cwd=where, env=ENV, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"`{script}` failed in {where}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def seconds(where, command, times=1):
    """Median wall time of the command; its output goes nowhere. What others wrote is on disk before."""
    if args.verbose:
        print("+ " + " ".join(command), file=sys.stderr, flush=True)
    os.sync()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        code = subprocess.run(command, cwd=where, env=ENV, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        taken.append(time.perf_counter() - started)
        if code.returncode != 0:
            sys.exit(f"{command} failed in {where}: {code.stderr.decode()[-2000:]}")
    return statistics.median(taken)


def spawned(where, command, times):
    """The same for what takes milliseconds: started by a small program."""
    return float(sh(where, f"spawn {times} {command}"))


def spelled(value):
    if value is None:
        return ""
    return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value:.2f} s" if value < 100 else f"{value:.0f} s"


def ratio(other, mlo):
    return "" if other is None else f"{other / mlo:.0f}x" if other > 10 * mlo else f"{other / mlo:.1f}x"


def report(what, mlo, dvc=None, other=None, other_name=""):
    beside = f"{spelled(other)} ({other_name})" if other is not None else ""
    rows.append((what, spelled(mlo), spelled(dvc), ratio(dvc, mlo), beside, ratio(other, mlo)))
    if args.verbose:
        print("  " + " | ".join(rows[-1]), file=sys.stderr, flush=True)


def repository(name, setup=""):
    where = scratch / name
    where.mkdir()
    sh(where, "git init -q -b main . && git commit -q --allow-empty -m start\n" + setup)
    return where


def startup():
    where = repository("startup", "mlo init")
    report("start: `version`", spawned(where, "mlo version", 301), spawned(where, "dvc --version", 5),
           spawned(where, "git --version", 301), "git")
    sh(where, "mlo run -- sh -c 'spawn 301 mlo track log metric loss=0.5 --step 7 > taken'")
    report("`track log` of one metric", float((where / "taken").read_text()))


def make_files(where):
    for i in range(args.files):
        if i % 1000 == 0:
            (where / f"data/{i // 1000:03}").mkdir(parents=True)
        (where / f"data/{i // 1000:03}/{i % 1000:03}.txt").write_text(f"{i}\n" * 40)


def data():
    mlo, dvc, lfs = (repository(f"data-{tool}", setup) for tool, setup in (
        ("mlo", "mkdir ../far-mlo && mlo init && mlo remote add far ../far-mlo && mlo remote check far --init"),
        ("dvc", "mkdir ../far-dvc && dvc init -q && dvc remote add -d far ../far-dvc"),
        ("lfs", "git lfs install --local && git lfs track 'data/**' && git add .gitattributes")))
    steps = [("add", ["mlo", "version-data", "add", "data"], ["dvc", "add", "-q", "data"], ["git", "add", "data"], ""),
             ("add again, nothing changed", ["mlo", "version-data", "add", "data"], ["dvc", "add", "-q", "data"], ["git", "add", "data"], ""),
             ("status, nothing changed", ["mlo", "version-data", "status"], ["dvc", "status", "-q"], ["git", "status", "--porcelain"], ""),
             ("status, one file changed", ["mlo", "version-data", "status", "--json"], ["dvc", "status"], ["git", "status", "--porcelain"],
              "echo changed > data/000/000.txt"),
             ("checkout into an empty place", ["mlo", "version-data", "checkout", "data"], ["dvc", "checkout", "-q"],
              ["git", "checkout", "-q", "--", "data"], "mv data aside"),
             ("push to a directory", ["mlo", "push"], ["dvc", "push", "-q"], None, ""),
             ("push again, nothing new", ["mlo", "push"], ["dvc", "push", "-q"], None, "")]
    for where in (mlo, dvc, lfs):
        make_files(where)
    for what, *commands, before in steps:
        taken = []
        for where, command in zip((mlo, dvc, lfs), commands):
            sh(where, before)
            times = 3 if "nothing" in what and where != dvc else 1
            taken.append(None if command is None else seconds(where, command, times))
        report(f"{args.files:,} files: {what}", *taken, "git-lfs")


def stage_names(stages):
    return [f"{i:05}" for i in range(stages)]


def pipeline(tool, stages):
    """A repository with `stages` stages that each copy a file."""
    setup, file, head, stage = {
        "mlo": ("mlo init", "mlo.yaml", "stages:\n", "  s{0}:\n    cmd: cp in/{0} out/{0}\n    deps:\n    - in/{0}\n    outs:\n    - out/{0}\n"),
        "dvc": ("dvc init -q", "dvc.yaml", "stages:\n", "  s{0}:\n    cmd: cp in/{0} out/{0}\n    deps:\n    - in/{0}\n    outs:\n    - out/{0}\n"),
        "ninja": ("", "build.ninja", "rule cp\n  command = cp $in $out\n", "build out/{0}: cp in/{0}\n")}[tool]
    where = repository(f"run-{tool}-{stages}", setup)
    (where / "in").mkdir()
    (where / "out").mkdir()
    for name in stage_names(stages):
        (where / "in" / name).write_text(name)
    (where / file).write_text(head + "".join(stage.format(name) for name in stage_names(stages)))
    sh(where, "git add -A && git commit -q -m pipeline")
    return where


RUN = {"mlo": ["mlo", "run", "-q"], "dvc": ["dvc", "repro", "-q"], "ninja": ["ninja", "--quiet"]}


def pretend_dvc_ran(where, stages):
    """What `dvc repro` leaves: outputs, cache and lock."""
    lock = ["schema: '2.0'\nstages:\n"]
    for name in stage_names(stages):
        md5 = hashlib.md5(name.encode()).hexdigest()
        (where / "out" / name).write_text(name)
        cached = where / ".dvc/cache/files/md5" / md5[:2] / md5[2:]
        cached.parent.mkdir(parents=True, exist_ok=True)
        cached.write_text(name)
        file = f"      hash: md5\n      md5: {md5}\n      size: {len(name)}\n"
        lock.append(f"  s{name}:\n    cmd: cp in/{name} out/{name}\n    deps:\n    - path: in/{name}\n{file}    outs:\n    - path: out/{name}\n{file}")
    (where / "dvc.lock").write_text("".join(lock))


def first_run():
    taken = [seconds(pipeline(tool, args.first), RUN[tool]) for tool in ("mlo", "dvc", "ninja")]
    report(f"{args.first:,} stages: first run", *taken, "ninja")


def null_run(stages):
    where = {tool: pipeline(tool, stages) for tool in RUN}
    first = {tool: seconds(where[tool], RUN[tool]) for tool in ("mlo", "ninja")}
    report(f"{stages:,} stages: first run", first["mlo"], None, first["ninja"], "ninja")
    null = {}
    if stages <= args.dvc_stages:
        pretend_dvc_ran(where["dvc"], stages)
    else:
        del where["dvc"]
    for tool in where:
        seconds(where[tool], RUN[tool])  # each may note what it saw
        null[tool] = seconds(where[tool], RUN[tool], 1 if tool == "dvc" else 11)
    report(f"{stages:,} stages: nothing to do", null["mlo"], null.get("dvc"), null["ninja"], "ninja")
    report(f"search {stages + 1:,} recorded runs", seconds(where["mlo"], ["mlo", "track", "search", "attributes.stage = 's00007'", "--stages"], 11))
    report(f"lineage through {stages + 1:,} recorded runs", seconds(where["mlo"], ["mlo", "lineage", "--json", sh(where["mlo"], "mlo track list --json").split('"id": "')[1][:32]], 3))


try:
    if args.only in (None, "startup"):
        startup()
    if args.only in (None, "data"):
        data()
    if args.only in (None, "run"):
        first_run()
        for count in args.stages.split(","):
            null_run(int(count))
    versions = [sh(scratch, command).split("\n")[0] for command in ("mlo version", "dvc --version", "git lfs version", "ninja --version")]
finally:
    shutil.rmtree(scratch)

cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
print(f"{os.cpu_count()} x {cpu}, Linux {platform.release()}; {versions[0]}, DVC {versions[1]}, {versions[2].split(' ')[0]}, ninja {versions[3]}.")
print("Ratios are how many times longer than mlo the other takes.\n")
print("| | mlo | DVC | ratio | beside | ratio |\n|---|---:|---:|---:|---:|---:|")
for row in rows:
    print("| " + " | ".join(row) + " |")
