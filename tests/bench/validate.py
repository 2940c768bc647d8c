"""The measurements of tests/bench/validate.sh: one Parquet file, one suite, the same verdicts and counts."""
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
parser.add_argument("--gx", nargs=2, help="internal: run Great Expectations on a file and a suite, print JSON")
args = parser.parse_args()


def table(rows):
    """Ten columns with some nulls, strays and doubles."""
    import numpy
    import pandas

    random = numpy.random.default_rng(1)
    columns = {f"real{i}": random.normal(0, 1 + i, rows) for i in range(4)}
    columns["real0"][random.random(rows) < 0.01] = numpy.nan
    columns["id"] = numpy.arange(rows) - (numpy.arange(rows) == rows - 1) * 7
    columns["count"] = random.integers(0, 5000, rows)
    columns["carrier"] = random.choice(["AA", "DL", "UA", "WN"], rows)
    columns["airport"] = random.choice([f"A{i:03}" for i in range(300)], rows)
    columns["tail"] = random.choice([f"N{i:05}" for i in range(5000)] + ["?"], rows)
    columns["day"] = pandas.Timestamp("2013-01-01") + pandas.to_timedelta(numpy.sort(random.integers(0, 365 * 86400, rows)), unit="s")
    return pandas.DataFrame(columns)


def suite():
    def entry(kind, **kwargs):
        return dict(type="expect_" + kind, kwargs=kwargs)

    entries = [entry("table_row_count_to_be_between", min_value=1)]
    for name in ("real0", "real1", "real2", "real3", "id", "count", "carrier", "airport", "tail", "day"):
        entries.append(entry("column_values_to_not_be_null", column=name, mostly=0.95))
    for name in ("real0", "real1", "real2", "real3", "count"):
        entries += [entry("column_values_to_be_between", column=name, min_value=-4, max_value=4900), entry("column_mean_to_be_between", column=name, min_value=-1, max_value=3000)]
    entries += [entry("column_values_to_be_unique", column="id"), entry("column_values_to_be_increasing", column="id"),
                entry("column_values_to_be_in_set", column="carrier", value_set=["AA", "DL", "UA"]), entry("column_values_to_match_regex", column="tail", regex="^N[0-9]{5}$"),
                entry("column_value_lengths_to_be_between", column="airport", min_value=4, max_value=4), entry("column_unique_value_count_to_be_between", column="airport", max_value=300),
                entry("column_median_to_be_between", column="real1", min_value=-1, max_value=1), entry("column_stdev_to_be_between", column="real3", min_value=3.9, max_value=4.1),
                entry("column_pair_values_a_to_be_greater_than_b", column_A="count", column_B="real1")]
    return dict(name="bench", expectations=entries, meta={}, suite_parameters={})


def run_gx(file, suite_file):
    started = time.perf_counter()
    import great_expectations as gx
    import pandas

    imported = time.perf_counter()
    os.environ["TQDM_DISABLE"] = "1"
    context = gx.get_context(mode="ephemeral")
    batch = (context.data_sources.add_pandas("p").add_dataframe_asset("t").add_batch_definition_whole_dataframe("all")
             .get_batch(dict(dataframe=pandas.read_parquet(file))))
    document = json.loads(pathlib.Path(suite_file).read_text())
    asked = gx.ExpectationSuite(name="bench", expectations=document["expectations"])
    answer = batch.validate(asked, result_format="SUMMARY").to_json_dict()
    ended = time.perf_counter()
    found = [[r["success"], r["result"].get("unexpected_count")] for r in answer["results"]]
    print(json.dumps(dict(imports=imported - started, run=ended - imported, found=sorted(map(str, found)))))


def measure(command, codes):
    """Wall time, peak memory in KiB and stdout of the best of several runs."""
    best = None
    for _ in range(args.times):
        started = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            out = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        assert process.returncode in codes, (command, process.returncode)
        if best is None or seconds < best[0]:
            best = (seconds, usage.ru_maxrss, out)
    return best


def main():
    args.scratch.mkdir(parents=True, exist_ok=True)
    file, suite_file = args.scratch / f"{args.rows}.parquet", args.scratch / "suite.json"
    if not file.exists():
        table(args.rows).to_parquet(file, index=False)
    suite_file.write_text(json.dumps(suite()))
    ours = measure([args.mlo, "version-data", "validate", file, "--suite", suite_file, "--json"], (0, 3))
    theirs = measure([sys.executable, __file__, "--gx", file, suite_file], (0,))
    results = json.loads(ours[2])["reports"][0]["results"]
    mine = sorted(str([r["success"], r["unexpected"]]) for r in results)
    gx = json.loads(theirs[2])
    assert mine == gx["found"], [pair for pair in zip(mine, gx["found"]) if pair[0] != pair[1]]
    print(f"{platform.machine()}, {os.cpu_count()} CPUs, {args.rows:,} x 10, {len(results)} expectations, Parquet; "
          f"great_expectations {importlib.metadata.version('great_expectations')}; best of {args.times}\n")
    print("| | seconds | peak memory |\n|---|---|---|")
    print(f"| mlo version-data validate | {ours[0]:.2f} | {ours[1] / 1024:,.0f} MiB |")
    print(f"| Great Expectations, whole process | {theirs[0]:.2f} | {theirs[1] / 1024:,.0f} MiB |")
    print(f"| Great Expectations, without its imports | {gx['run']:.2f} | |")
    print(f"| ratio | {theirs[0] / ours[0]:.1f}x | {theirs[1] / ours[1]:.1f}x |")


if args.gx:
    run_gx(*args.gx)
else:
    main()
