"""The measurements of tests/bench/run.sh. Every tool gets a fresh git repository with the same files and does the same work."""
import argparse, hashlib, pathlib

from measure import Bench, machine, ratio, spelled

parser = argparse.ArgumentParser()
parser.add_argument("--mlo", type=pathlib.Path, required=True)
parser.add_argument("--venv", type=pathlib.Path, required=True, help="where DVC and Snakemake are installed")
parser.add_argument("--spawn", type=pathlib.Path, required=True, help="the program made of spawn.cpp")
parser.add_argument("--scratch", type=pathlib.Path, required=True)
parser.add_argument("--stages", default="1000,10000", help="sizes of pipelines; 100000 is one to try")
parser.add_argument("--dvc-stages", type=int, default=1000, help="the largest of them that DVC and Snakemake get; it takes them minutes")
parser.add_argument("--first", type=int, default=100, help="stages of the pipeline that DVC runs too; its time grows with their square")
parser.add_argument("--quick", action="store_true", help="1,000 stages")
parser.add_argument("--only", choices=["startup", "run", "jobs", "verify"])
parser.add_argument("-v", "--verbose", action="store_true", help="say what is measured, and each figure as it comes")
args = parser.parse_args()
if args.quick:
    args.stages = "1000"


def spawned(where, command, times):
    """The same for what takes milliseconds: started by a small program."""
    return float(bench.sh(where, f"spawn {times} {command}"))


def report(what, **seconds):
    """A row: each tool's seconds, with how many times as long as mlo it takes."""
    mlo = seconds["mlo"]
    beside = [f"{spelled(seconds[tool])} ({ratio(seconds[tool], mlo)})" if seconds.get(tool) is not None else "" for tool in ("dvc", "snakemake", "ninja")]
    bench.row(what, spelled(mlo), *beside)


def startup():
    where = bench.repository("startup", "mlo init")
    report("start: `version`", mlo=spawned(where, "mlo version", 301), dvc=spawned(where, "dvc --version", 5),
           snakemake=spawned(where, "snakemake --version", 5), ninja=spawned(where, "ninja --version", 301))
    bench.sh(where, "mlo run -- sh -c 'spawn 301 mlo track log metric loss=0.5 --step 7 > taken'")
    report("`track log` of one metric", mlo=float((where / "taken").read_text()))


def names(stages):
    return [f"{i:05}" for i in range(stages)]


YAML = ("stages:\n", "  s{0}:\n    cmd: cp in/{0} out/{0}\n    deps:\n    - in/{0}\n    outs:\n    - out/{0}\n")
TOOLS = {  # what makes a repository its own; its file, how that begins and what it says for each stage; how it runs all
    "mlo": ("mlo init", "mlo.yaml", *YAML, ["mlo", "run", "-q"]),
    "dvc": ("dvc init -q", "dvc.yaml", *YAML, ["dvc", "repro", "-q"]),
    "snakemake": ("", "Snakefile", "import pathlib\nNAMES = sorted(path.name for path in pathlib.Path('in').iterdir())\n"
                  "rule all:\n    input: expand('out/{{name}}', name=NAMES)\nrule cp:\n    input: 'in/{{name}}'\n    output: 'out/{{name}}'\n"
                  "    shell: 'cp {{input}} {{output}}'\n", "", ["snakemake", "--cores", "2", "--quiet", "all"]),
    "ninja": ("", "build.ninja", "rule cp\n  command = cp $in $out\n", "build out/{0}: cp in/{0}\n", ["ninja", "-j2", "--quiet"])}


def pipeline(tool, stages):
    """A repository with `stages` stages that each copy a file."""
    setup, file, head, stage, _ = TOOLS[tool]
    where = bench.repository(f"run-{tool}-{stages}", setup)
    (where / "in").mkdir()
    (where / "out").mkdir()
    for name in names(stages):
        (where / "in" / name).write_text(name)
    (where / file).write_text(head.format() + "".join(stage.format(name) for name in names(stages)))
    bench.sh(where, "git add -A && git commit -q -m pipeline")
    return where


def run(tool, where, times=1):
    return bench.seconds(where, TOOLS[tool][-1], times)


def pretend_dvc_ran(where, stages):
    """What `dvc repro` leaves: outputs, cache and lock."""
    lock = ["schema: '2.0'\nstages:\n"]
    for name in names(stages):
        md5 = hashlib.md5(name.encode()).hexdigest()
        (where / "out" / name).write_text(name)
        cached = where / ".dvc/cache/files/md5" / md5[:2] / md5[2:]
        cached.parent.mkdir(parents=True, exist_ok=True)
        cached.write_text(name)
        file = f"      hash: md5\n      md5: {md5}\n      size: {len(name)}\n"
        lock.append(f"  s{name}:\n    cmd: cp in/{name} out/{name}\n    deps:\n    - path: in/{name}\n{file}    outs:\n    - path: out/{name}\n{file}")
    (where / "dvc.lock").write_text("".join(lock))


def change_input(where, stages):
    (where / "in" / names(stages)[stages // 2]).write_text("changed")


def runs(stages):
    """First, with nothing to do, and with one input changed."""
    slow = stages <= args.dvc_stages
    where = {tool: pipeline(tool, stages) for tool in TOOLS if slow or tool in ("mlo", "ninja")}
    first = {tool: run(tool, where[tool]) for tool in where if tool != "dvc"}
    report(f"{stages:,} stages: first run", **first)
    if slow:
        pretend_dvc_ran(where["dvc"], stages)
    null, one = {}, {}
    for tool in where:
        run(tool, where[tool])  # each may note what it saw
        null[tool] = run(tool, where[tool], 11 if tool in ("mlo", "ninja") else 1)
        change_input(where[tool], stages)
        one[tool] = run(tool, where[tool])
    report(f"{stages:,} stages: nothing to do", **null)
    report(f"{stages:,} stages: one input changed", **one)
    report(f"search {stages + 2:,} recorded runs", mlo=bench.seconds(where["mlo"], ["mlo", "track", "search", "attributes.stage = 's00007'", "--stages"], 11))
    last = bench.sh(where["mlo"], "mlo track list --json").split('"id": "')[1][:32]
    report(f"lineage through {stages + 2:,} recorded runs", mlo=bench.seconds(where["mlo"], ["mlo", "lineage", "--json", last], 3))
    if slow:
        floor = spawned(where["ninja"], "sh -c 'cp in/00000 out/00000'", 301)
        bench.row(f"{stages:,} stages: each stage, above what `sh` and `cp` alone take ({spelled(floor / 2)} on two cores)",
                  *(spelled(max(first[tool] / stages - floor / 2, 0)) if tool in first else "" for tool in TOOLS))


def jobs():
    """Independent stages that keep a core busy, on one and on two."""
    count = 16
    where = bench.repository("jobs", "mlo init")
    stage = "  s{0}:\n    cmd: i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done; echo $i > out{0}\n    outs:\n    - out{0}\n"
    (where / "mlo.yaml").write_text("stages:\n" + "".join(stage.format(i) for i in range(count)))
    bench.sh(where, "git add -A && git commit -q -m pipeline")
    taken = {n: bench.seconds(where, ["mlo", "run", "-q", "--force", "-j", str(n)], 3) for n in (1, 2)}
    bench.row(f"{count} independent stages with `-j2`, beside {spelled(taken[1])} with `-j1` ({taken[1] / taken[2]:.2f}x)", spelled(taken[2]), "", "", "")


def verify():
    """Proving a result beside making it."""
    where = bench.repository("verify", "mlo init")
    (where / "make.py").write_text("import random\nrandom.seed(1)\nopen('numbers', 'w').writelines(f'{random.random()}\\n' for _ in range(1_000_000))\n")
    (where / "mlo.yaml").write_text("stages:\n  make:\n    cmd: python3 make.py\n    deps:\n    - make.py\n    outs:\n    - numbers\n")
    bench.sh(where, "git add -A && git commit -q -m pipeline && mlo run -q && git add -A && git commit -q -m lock")
    plain = bench.seconds(where, ["mlo", "run", "-q", "--force"], 5)
    proof = bench.seconds(where, ["mlo", "run", "verify", "make"], 5)
    bench.row(f"`run verify` of a stage, beside {spelled(plain)} to run it ({proof / plain:.2f}x)", spelled(proof), "", "", "")


with Bench(args.scratch, [args.mlo, args.venv / "bin/dvc", args.spawn], args.verbose) as bench:
    if args.only in (None, "startup"):
        startup()
    if args.only in (None, "run"):
        first = {tool: run(tool, pipeline(tool, args.first)) for tool in TOOLS}
        report(f"{args.first:,} stages: first run", **first)
        for count in args.stages.split(","):
            runs(int(count))
    if args.only in (None, "jobs"):
        jobs()
    if args.only in (None, "verify"):
        verify()
    versions = [bench.sh(bench.scratch, command).split("\n")[0] for command in ("mlo version", "dvc --version", "snakemake --version", "ninja --version")]

print(f"{machine()}; {versions[0]}, DVC {versions[1]}, Snakemake {versions[2]}, ninja {versions[3]}.")
print("In brackets: how many times as long as mlo it takes.\n")
bench.table("", "mlo", "DVC", "Snakemake", "ninja")
