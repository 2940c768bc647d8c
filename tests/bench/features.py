"""The measurements of tests/bench/features.sh: the same Parquet files, the same join, the same answers."""
import argparse
import datetime
import importlib.metadata
import json
import os
import pathlib
import platform
import resource
import shutil
import subprocess
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("--mlo", type=pathlib.Path)
parser.add_argument("--scratch", type=pathlib.Path)
parser.add_argument("--rows", type=int, default=10_000_000)
parser.add_argument("--keys", type=int, default=100_000)
parser.add_argument("--spine", type=int, default=1_000_000)
parser.add_argument("--feast-rows", type=int, default=300_000, help="rows that Feast materializes")
parser.add_argument("--feast-spine", type=int, default=100_000, help="spine rows of the training set that Feast makes, of ten feature rows each: all of them are too much for it")
parser.add_argument("--times", type=int, default=3)
parser.add_argument("--only", choices=["duckdb", "feast"])
parser.add_argument("--part", help="internal: run one of the others, print JSON")
args = parser.parse_args()

HERE = os.path.abspath(__file__)
FILES = {"features": "features.parquet", "spine": "spine.parquet", "less": "less.parquet", "less-spine": "less-spine.parquet", "few": "few.parquet"}


def make_data():
    import duckdb

    db = duckdb.connect()
    make_table(db, "features", "spine", args.rows, args.keys, args.spine)
    make_table(db, "less", "less-spine", args.feast_spine * 10, max(1, args.feast_spine // 10), args.feast_spine)
    db.execute(f"COPY (SELECT (i % {max(1, args.feast_rows // 3)})::BIGINT AS driver, now()::TIMESTAMP - to_seconds(i % 3 * 60 + 60) AS event_timestamp, i / 7.0 AS a, "
               f"i / 11.0 AS b, i::BIGINT AS c FROM range({args.feast_rows}) t(i)) TO '{FILES['few']}'")


def make_table(db, features, spine, rows, keys, asks):
    # A month of seconds; nearly each spine row has an answer.
    db.execute(f"COPY (SELECT (hash(i) % {keys})::BIGINT AS driver, TIMESTAMP '2024-01-01' + to_seconds((hash(i + 7) % 2592000)::BIGINT) AS event_timestamp, "
               f"(hash(i + 1) % 1000) / 7.0 AS a, (hash(i + 2) % 1000) / 11.0 AS b, (hash(i + 3) % 100000)::BIGINT AS c FROM range({rows}) t(i)) "
               f"TO '{FILES[features]}'")
    db.execute(f"COPY (SELECT i AS id, (hash(i + 99) % {keys})::BIGINT AS driver, TIMESTAMP '2024-01-01' + to_seconds((hash(i + 55) % 2592000)::BIGINT) AS event_timestamp "
               f"FROM range({asks}) t(i)) TO '{FILES[spine]}'")


def definitions():
    view = lambda name, path: (f"mlo: view/1\nname: {name}\nentities: [driver]\nsource: {{path: {path}, timestamp_field: event_timestamp}}\n"
                               "features: [{name: a, dtype: real}, {name: b, dtype: real}, {name: c, dtype: integer}]\n")
    for name, text in {"driver": "mlo: entity/1\nname: driver\nkeys: [{name: driver, type: integer}]\n",
                       "stats": view("stats", FILES["features"]), "less": view("less", FILES["less"]), "few": view("few", FILES["few"])}.items():
        path = pathlib.Path(".mlo/features", name + ".yaml")
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)


def duckdb_asof():
    import duckdb

    started = time.perf_counter()
    db = duckdb.connect()
    db.execute("SET threads = 2")
    db.execute(f"COPY (SELECT s.*, f.a, f.b, f.c FROM '{FILES['spine']}' s ASOF LEFT JOIN '{FILES['features']}' f "
               "ON s.driver = f.driver AND s.event_timestamp >= f.event_timestamp) TO 'duckdb.parquet'")
    return time.perf_counter() - started


def feast_repo():
    from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig, ValueType
    from feast.types import Float64, Int64

    config = RepoConfig(registry="feast.db", project="bench", provider="local", entity_key_serialization_version=3,
                        offline_store={"type": "dask"}, online_store={"type": "sqlite", "path": "feast-online.db"})
    store = FeatureStore(config=config)
    driver = Entity(name="driver", join_keys=["driver"], value_type=ValueType.INT64)
    fields = [Field(name="a", dtype=Float64), Field(name="b", dtype=Float64), Field(name="c", dtype=Int64)]
    views = [FeatureView(name=name, entities=[driver], ttl=datetime.timedelta(0), schema=fields, online=True,
                         source=FileSource(path=os.path.abspath(FILES[name]), timestamp_field="event_timestamp"))
             for name in ["less", "few"]]
    store.apply([driver, *views])
    return store


def feast_train():
    import pandas

    store = feast_repo()
    started = time.perf_counter()
    spine = pandas.read_parquet(FILES["less-spine"])
    spine["event_timestamp"] = spine["event_timestamp"].dt.tz_localize("UTC")
    store.get_historical_features(entity_df=spine, features=["less:a", "less:b", "less:c"]).to_df().to_parquet("feast.parquet")
    return time.perf_counter() - started


def feast_materialize():
    pathlib.Path("feast-online.db").unlink(missing_ok=True)
    store = feast_repo()
    started = time.perf_counter()
    now = datetime.datetime.now(datetime.timezone.utc)
    store.materialize(now - datetime.timedelta(days=2), now, feature_views=["few"])
    return time.perf_counter() - started


PARTS = {"duckdb": duckdb_asof, "feast-train": feast_train, "feast-materialize": feast_materialize}


def other(part):
    """Seconds and peak memory in MiB of the best of several runs, by what the part says of itself; or why it failed."""
    best = None
    for _ in range(args.times):
        done = subprocess.run([sys.executable, HERE, "--part", part], capture_output=True, text=True)
        if done.returncode != 0:
            return None, None, done.stderr.strip().splitlines()[-1:]
        facts = json.loads(done.stdout.splitlines()[-1])
        if best is None or facts["seconds"] < best[0]:
            best = (facts["seconds"], facts["peak"] / 1024, None)
    return best


def measure_mlo(*words, before=lambda: None):
    """By a small child of its own, so that the peak is that of this command."""
    code = ("import json, resource, subprocess, sys, time; t = time.perf_counter(); subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "
            "print(json.dumps({'seconds': time.perf_counter() - t, 'peak': resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}))")
    best = None
    for _ in range(args.times):
        before()
        out = subprocess.run([sys.executable, "-c", code, str(args.mlo), *words], capture_output=True, text=True)
        if out.returncode != 0:
            sys.exit(out.stderr)
        facts = json.loads(out.stdout)
        if best is None or facts["seconds"] < best[0]:
            best = (facts["seconds"], facts["peak"] / 1024, None)
    return best


def check_answers():
    """Answers that differ from DuckDB's; and how many of those are not the last row of the latest moment, which is none.

    DuckDB may give any of a key's rows at one second."""
    import duckdb

    db = duckdb.connect()
    db.execute("CREATE TABLE differ AS SELECT m.id, m.driver, m.event_timestamp AS moment, m.a, m.b, m.c FROM 'mlo.parquet' m JOIN 'duckdb.parquet' d "
               "USING (id) WHERE (m.a, m.b, m.c) IS DISTINCT FROM (d.a, d.b, d.c)")
    wrong = ("WITH best AS (SELECT d.id, max_by({'a': f.a, 'b': f.b, 'c': f.c}, (f.event_timestamp, f.file_row_number)) AS row FROM differ d JOIN "
             f"read_parquet('{FILES['features']}', file_row_number = true) f ON f.driver = d.driver AND f.event_timestamp <= d.moment GROUP BY d.id) "
             "SELECT count(*) FROM differ d LEFT JOIN best USING (id) WHERE (d.a, d.b, d.c) IS DISTINCT FROM (row.a, row.b, row.c)")
    return db.execute("SELECT count(*) FROM differ").fetchall()[0][0], db.execute(wrong).fetchall()[0][0]


def main():
    if args.part:
        seconds = PARTS[args.part]()
        print(json.dumps({"seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
        return
    args.mlo = args.mlo.resolve()
    shutil.rmtree(args.scratch, ignore_errors=True)
    args.scratch.mkdir(parents=True)
    os.chdir(args.scratch)
    make_data()
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run([args.mlo, "-q", "init"], check=True, stdout=subprocess.DEVNULL)
    definitions()
    forget = lambda: [path.unlink() for path in pathlib.Path(".git/mlo").glob("online.sqlite*")]
    rows = [("training set, mlo", *measure_mlo("materialize", "train", FILES["spine"], "stats:a", "stats:b", "stats:c", "-o", "mlo.parquet"))]
    if args.only != "feast":
        rows.append((f"training set, DuckDB {importlib.metadata.version('duckdb')} ASOF", *other("duckdb")))
        differ, wrong = check_answers()
        print(f"answers that differ: {differ} of {args.spine:,}, all of them ties but {wrong}", file=sys.stderr)
        if wrong > 0:
            sys.exit("mlo gives wrong answers")
    if args.only != "duckdb":
        rows.append((f"training set of {args.feast_spine:,}, mlo", *measure_mlo("materialize", "train", FILES["less-spine"], "less:a", "less:b", "less:c", "-o", "less-mlo.parquet")))
        rows.append((f"training set of {args.feast_spine:,}, Feast {importlib.metadata.version('feast')}", *other("feast-train")))
    rows.append((f"online, {args.feast_rows:,} rows, mlo", *measure_mlo("materialize", "few", before=forget)))
    if args.only != "duckdb":
        rows.append((f"online, {args.feast_rows:,} rows, Feast {importlib.metadata.version('feast')}", *other("feast-materialize")))
    rows.append(("online, nothing to do, mlo", *measure_mlo("materialize", "few")))
    print(f"{args.rows:,} feature rows, {args.keys:,} keys, {args.spine:,} spine rows, 3 features; {platform.processor() or platform.machine()}, {os.cpu_count()} cores\n")
    print("| what | seconds | beside mlo | peak memory |\n|---|---|---|---|")
    own = {}
    for what, seconds, peak, failure in rows:
        if seconds is None:
            print(f"| {what} | failed: {' '.join(failure)} | | |")
            continue
        kind = what.split(",")[0]
        own.setdefault(kind, seconds)
        print(f"| {what} | {seconds:.2f} | {seconds / own[kind]:.1f}x | {peak:,.0f} MiB |")


if __name__ == "__main__":
    main()
