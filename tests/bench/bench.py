"""The measurements of tests/bench/run.sh. Every tool gets a fresh git repository with the same files and does the same work."""
import argparse, os, pathlib, platform, shutil, statistics, subprocess, sys, time

parser = argparse.ArgumentParser()
parser.add_argument("--mlo", type=pathlib.Path, required=True)
parser.add_argument("--dvc", type=pathlib.Path, required=True)
parser.add_argument("--scratch", type=pathlib.Path, required=True)
parser.add_argument("--files", type=int, default=100_000)
parser.add_argument("--stages", default="1000,10000")
parser.add_argument("--dvc-stages", type=int, default=1000, help="largest pipeline that DVC gets; it takes minutes")
parser.add_argument("--only", choices=["startup", "data", "run"])
args = parser.parse_args()

scratch = args.scratch.absolute()
ENV = {"PATH": f"{args.mlo.absolute().parent}:{args.dvc.absolute().parent}:/usr/bin:/bin", "HOME": str(scratch), "LC_ALL": "C.UTF-8",
       "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "b", "GIT_AUTHOR_EMAIL": "b@example.org",
       "GIT_COMMITTER_NAME": "b", "GIT_COMMITTER_EMAIL": "b@example.org", "DVC_NO_ANALYTICS": "1"}
rows = []


def sh(where, script):
    done = subprocess.run(["sh", "-ec", script], cwd=where, env=ENV, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"`{script}` failed in {where}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def seconds(where, command, times=1):
    """Median wall time of the command; its output goes nowhere."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        code = subprocess.run(command, cwd=where, env=ENV, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        taken.append(time.perf_counter() - started)
        if code.returncode != 0:
            sys.exit(f"{command} failed in {where}: {code.stderr.decode()[-2000:]}")
    return statistics.median(taken)


def spelled(value):
    if value is None:
        return ""
    return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value:.2f} s" if value < 100 else f"{value:.0f} s"


def report(what, mlo, dvc=None, other=None, other_name=""):
    ratio = "" if dvc is None else f"{dvc / mlo:.0f}x" if dvc > 10 * mlo else f"{dvc / mlo:.1f}x"
    rows.append((what, spelled(mlo), spelled(dvc), ratio, f"{spelled(other)} ({other_name})" if other is not None else ""))
    print("  " + " | ".join(rows[-1]), file=sys.stderr, flush=True)


def repository(name, setup=""):
    where = scratch / name
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir(parents=True)
    sh(where, "git init -q -b main . && git commit -q --allow-empty -m start\n" + setup)
    return where


def startup():
    where = repository("startup", "mlo init")
    report("start: `version`", seconds(where, ["mlo", "version"], 201), seconds(where, ["dvc", "--version"], 5))
    inner = where / "inner.py"
    inner.write_text("import statistics, subprocess, time\ntaken = []\nfor i in range(201):\n  started = time.perf_counter()\n"
                     "  subprocess.run(['mlo', 'track', 'log', 'metric', f'loss={1 / (i + 1)}', '--step', str(i)], check=True)\n"
                     "  taken.append(time.perf_counter() - started)\nopen('taken', 'w').write(str(statistics.median(taken)))\n")
    sh(where, "mlo run -- python3 inner.py")
    report("`track log` of one metric", float((where / "taken").read_text()))


def make_files(where):
    for i in range(args.files):
        if i % 1000 == 0:
            (where / f"data/{i // 1000:03}").mkdir(parents=True)
        (where / f"data/{i // 1000:03}/{i % 1000:03}.txt").write_text(f"{i}\n" * 40)


def data():
    mlo, dvc, lfs = (repository(f"data-{tool}", setup) for tool, setup in (
        ("mlo", "mlo init"), ("dvc", "dvc init -q"), ("lfs", "git lfs install --local && git lfs track 'data/**' && git add .gitattributes")))
    steps = [("add", ["mlo", "version-data", "add", "data"], ["dvc", "add", "-q", "data"], ["git", "add", "data"], ""),
             ("add again, nothing changed", ["mlo", "version-data", "add", "data"], ["dvc", "add", "-q", "data"], ["git", "add", "data"], ""),
             ("status, nothing changed", ["mlo", "version-data", "status"], ["dvc", "status", "-q"], ["git", "status", "--porcelain"], ""),
             ("status, one file changed", ["mlo", "version-data", "status", "--json"], ["dvc", "status"], ["git", "status", "--porcelain"],
              "echo changed > data/000/000.txt"),
             ("checkout after rm -r", ["mlo", "version-data", "checkout", "data"], ["dvc", "checkout", "-q"], ["git", "checkout", "-q", "--", "data"],
              "rm -r data")]
    for where in (mlo, dvc, lfs):
        make_files(where)
    for what, *commands, before in steps:
        taken = []
        for where, command in zip((mlo, dvc, lfs), commands):
            sh(where, before)
            sh(where, "sync")
            taken.append(seconds(where, command, 1 if before or what == "add" else 3))
        report(f"{args.files:,} files: {what}", *taken, "git-lfs")


def run(stages):
    names = [f"{i:05}" for i in range(stages)]
    pipeline = "stages:\n" + "".join(
        f"  s{n}:\n    cmd: cp in/{n} out/{n}\n    deps:\n    - in/{n}\n    outs:\n    - out/{n}\n" for n in names)
    tools = [("mlo", "mlo init", "mlo.yaml", pipeline, ["mlo", "run", "-q"]),
             ("dvc", "dvc init -q", "dvc.yaml", pipeline, ["dvc", "repro", "-q"]),
             ("ninja", "", "build.ninja", "rule cp\n  command = cp $in $out\n" + "".join(f"build out/{n}: cp in/{n}\n" for n in names), ["ninja", "--quiet"])]
    first, null = {}, {}
    for tool, setup, file, text, command in tools:
        if tool == "dvc" and stages > args.dvc_stages:
            continue
        where = repository(f"run-{tool}-{stages}", setup)
        (where / "in").mkdir()
        (where / "out").mkdir()
        for n in names:
            (where / "in" / n).write_text(n)
        (where / file).write_text(text)
        sh(where, "git add -A && git commit -q -m pipeline")
        first[tool] = seconds(where, command)
        null[tool] = seconds(where, command, 1 if tool == "dvc" else 5)
    for what, taken in (("first run", first), ("run with nothing to do", null)):
        report(f"{stages:,} stages: {what}", taken["mlo"], taken.get("dvc"), taken["ninja"], "ninja")


if args.only in (None, "startup"):
    startup()
if args.only in (None, "data"):
    data()
if args.only in (None, "run"):
    for count in args.stages.split(","):
        run(int(count))

cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
versions = [sh(scratch, command).split("\n")[0] for command in ("mlo version", "dvc --version", "git lfs version", "ninja --version")]
print(f"{os.cpu_count()} x {cpu}, Linux {platform.release()}; {versions[0]}, DVC {versions[1]}, {versions[2].split(' ')[0]}, ninja {versions[3]}\n")
print("| | mlo | DVC | DVC / mlo | beside |\n|---|---:|---:|---:|---:|")
for row in rows:
    print("| " + " | ".join(row) + " |")
