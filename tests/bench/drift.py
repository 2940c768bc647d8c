"""The measurements of tests/bench/drift.sh: the same two Parquet files, the same default tests, the same verdicts."""
import argparse
import importlib.metadata
import json
import os
import pathlib
import platform
import resource
import subprocess
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("--mlo", type=pathlib.Path)
parser.add_argument("--scratch", type=pathlib.Path)
parser.add_argument("--rows", type=int, default=1_000_000)
parser.add_argument("--times", type=int, default=3)
parser.add_argument("--evidently", nargs=2, help="internal: run Evidently on two files, print JSON")
args = parser.parse_args()


def table(rows, seed, shift):
    """Seven reals, an integer and two categories; half of them move with `shift`."""
    import numpy
    import pandas

    random = numpy.random.default_rng(seed)
    columns = {f"real{i}": random.normal(shift * (i % 2), 1 + i, rows) for i in range(5)}
    columns["skewed"] = random.lognormal(shift, 1, rows)
    columns["rounded"] = random.normal(10 + shift, 3, rows).round(1)
    columns["integer"] = random.integers(0, 5000, rows)
    shares = [0.4, 0.3, 0.2, 0.1]
    columns["carrier"] = random.choice(["AA", "DL", "UA", "WN"], rows, p=shares if shift == 0 else shares[::-1])
    columns["airport"] = random.choice([f"A{i:03}" for i in range(300)], rows)
    return pandas.DataFrame(columns)


def run_evidently(reference, current):
    started = time.perf_counter()
    import pandas
    from evidently import Report
    from evidently.presets import DataDriftPreset

    imported = time.perf_counter()
    snapshot = Report([DataDriftPreset()]).run(pandas.read_parquet(current), pandas.read_parquet(reference))
    ended = time.perf_counter()
    found = {}
    for metric in snapshot.dict()["metrics"]:
        config = metric.get("config", {})
        if "column" in config:
            found[config["column"]] = float(metric["value"])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"imports": imported - started, "run": ended - imported, "peak": peak, "scores": found}))


def measure(command):
    """Wall time, peak memory in KiB and stdout of the best of several runs."""
    best = None
    for _ in range(args.times):
        started = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out = child.stdout.read()
        error = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        took = time.perf_counter() - started
        if os.waitstatus_to_exitcode(status) not in (0, 3):
            sys.exit(f"{command} failed:\n{error.decode()[-2000:]}")
        if best is None or took < best[0]:
            best = (took, usage.ru_maxrss, out)
    return best


def main():
    args.scratch.mkdir(parents=True, exist_ok=True)
    reference, current = (args.scratch / f"{name}-{args.rows}.parquet" for name in ("reference", "current"))
    if not reference.exists() or not current.exists():
        table(args.rows, 1, 0).to_parquet(reference)
        table(args.rows, 2, 0.3).to_parquet(current)
    ours = measure([args.mlo, "drift", "check", reference, current, "--json"])
    theirs = measure([sys.executable, __file__, "--evidently", reference, current])
    report, inside = json.loads(ours[2]), json.loads(theirs[2])
    for column in report["columns"]:
        score, other = column["score"], inside["scores"].get(column["name"])
        if other is None or abs(score - other) > 1e-9 * max(abs(score), abs(other)):
            sys.exit(f"column {column['name']}: mlo says {score}, Evidently {other}")
    without_imports = theirs[0] - inside["imports"]
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("evidently", "pandas", "scipy", "numpy"))
    print(f"{args.rows:,} x {len(report['columns'])} columns against as many, Parquet; {os.cpu_count()} cores, {platform.machine()}; {versions}\n")
    print("| | mlo | Evidently | ratio | without its imports | ratio |\n|---|---|---|---|---|---|")
    print(f"| drift check, default tests, same scores | {ours[0]:.2f} s | {theirs[0]:.1f} s | {theirs[0] / ours[0]:.0f}x "
          f"| {without_imports:.1f} s | {without_imports / ours[0]:.0f}x |")
    print(f"| peak memory | {ours[1] / 1024:.0f} MiB | {theirs[1] / 1024:.0f} MiB | | | |")


if args.evidently:
    run_evidently(*args.evidently)
else:
    main()
