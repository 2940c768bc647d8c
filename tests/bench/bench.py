"""The measurements of tests/bench/run.sh. Every tool gets a fresh git repository with the same files and does the same work."""
import argparse, hashlib, pathlib

from measure import Bench, machine, ratio, spelled

parser = argparse.ArgumentParser()
parser.add_argument("--mlo", type=pathlib.Path, required=True)
parser.add_argument("--dvc", type=pathlib.Path, required=True)
parser.add_argument("--spawn", type=pathlib.Path, required=True, help="the program made of spawn.cpp")
parser.add_argument("--scratch", type=pathlib.Path, required=True)
parser.add_argument("--stages", default="1000,10000", help="pipelines to have nothing to do in")
parser.add_argument("--dvc-stages", type=int, default=10_000, help="the largest of them that DVC gets; it takes minutes")
parser.add_argument("--first", type=int, default=100, help="stages of the pipeline that DVC runs too; its time grows with their square")
parser.add_argument("--quick", action="store_true", help="1,000 stages")
parser.add_argument("--only", choices=["startup", "run"])
parser.add_argument("-v", "--verbose", action="store_true", help="say what is measured, and each figure as it comes")
args = parser.parse_args()
if args.quick:
    args.stages = "1000"


def spawned(where, command, times):
    """The same for what takes milliseconds: started by a small program."""
    return float(bench.sh(where, f"spawn {times} {command}"))


def report(what, mlo, dvc=None, other=None, other_name=""):
    beside = f"{spelled(other)} ({other_name})" if other is not None else ""
    bench.row(what, spelled(mlo), spelled(dvc), ratio(dvc, mlo), beside, ratio(other, mlo))


def startup():
    where = bench.repository("startup", "mlo init")
    report("start: `version`", spawned(where, "mlo version", 301), spawned(where, "dvc --version", 5),
           spawned(where, "git --version", 301), "git")
    bench.sh(where, "mlo run -- sh -c 'spawn 301 mlo track log metric loss=0.5 --step 7 > taken'")
    report("`track log` of one metric", float((where / "taken").read_text()))


def stage_names(stages):
    return [f"{i:05}" for i in range(stages)]


def pipeline(tool, stages):
    """A repository with `stages` stages that each copy a file."""
    setup, file, head, stage = {
        "mlo": ("mlo init", "mlo.yaml", "stages:\n", "  s{0}:\n    cmd: cp in/{0} out/{0}\n    deps:\n    - in/{0}\n    outs:\n    - out/{0}\n"),
        "dvc": ("dvc init -q", "dvc.yaml", "stages:\n", "  s{0}:\n    cmd: cp in/{0} out/{0}\n    deps:\n    - in/{0}\n    outs:\n    - out/{0}\n"),
        "ninja": ("", "build.ninja", "rule cp\n  command = cp $in $out\n", "build out/{0}: cp in/{0}\n")}[tool]
    where = bench.repository(f"run-{tool}-{stages}", setup)
    (where / "in").mkdir()
    (where / "out").mkdir()
    for name in stage_names(stages):
        (where / "in" / name).write_text(name)
    (where / file).write_text(head + "".join(stage.format(name) for name in stage_names(stages)))
    bench.sh(where, "git add -A && git commit -q -m pipeline")
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
    taken = [bench.seconds(pipeline(tool, args.first), RUN[tool]) for tool in ("mlo", "dvc", "ninja")]
    report(f"{args.first:,} stages: first run", *taken, "ninja")


def null_run(stages):
    where = {tool: pipeline(tool, stages) for tool in RUN}
    first = {tool: bench.seconds(where[tool], RUN[tool]) for tool in ("mlo", "ninja")}
    report(f"{stages:,} stages: first run", first["mlo"], None, first["ninja"], "ninja")
    null = {}
    if stages <= args.dvc_stages:
        pretend_dvc_ran(where["dvc"], stages)
    else:
        del where["dvc"]
    for tool in where:
        bench.seconds(where[tool], RUN[tool])  # each may note what it saw
        null[tool] = bench.seconds(where[tool], RUN[tool], 1 if tool == "dvc" else 11)
    report(f"{stages:,} stages: nothing to do", null["mlo"], null.get("dvc"), null["ninja"], "ninja")
    report(f"search {stages + 1:,} recorded runs", bench.seconds(where["mlo"], ["mlo", "track", "search", "attributes.stage = 's00007'", "--stages"], 11))
    report(f"lineage through {stages + 1:,} recorded runs", bench.seconds(where["mlo"], ["mlo", "lineage", "--json", bench.sh(where["mlo"], "mlo track list --json").split('"id": "')[1][:32]], 3))


with Bench(args.scratch, [args.mlo, args.dvc, args.spawn], args.verbose) as bench:
    if args.only in (None, "startup"):
        startup()
    if args.only in (None, "run"):
        first_run()
        for count in args.stages.split(","):
            null_run(int(count))
    versions = [bench.sh(bench.scratch, command).split("\n")[0] for command in ("mlo version", "dvc --version", "ninja --version")]

print(f"{machine()}; {versions[0]}, DVC {versions[1]}, ninja {versions[2]}.")
print("Ratios are how many times longer than mlo the other takes.\n")
bench.table("", "mlo", "DVC", "ratio", "beside", "ratio")
