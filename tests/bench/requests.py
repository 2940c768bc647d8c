"""The measurements of tests/bench/requests.sh: what mlo and DVC ask of an S3 server, counted by a proxy between them and rclone's server."""
import argparse, pathlib, random, sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
from counting_proxy import CountingProxy
from measure import Bench, machine, ratio, spelled
from s3_server import ENVIRONMENT, Rclone

parser = argparse.ArgumentParser()
parser.add_argument("--mlo", type=pathlib.Path, required=True)
parser.add_argument("--venv", type=pathlib.Path, required=True, help="where DVC and dvc-s3 are installed")
parser.add_argument("--scratch", type=pathlib.Path, required=True)
parser.add_argument("--files", type=int, default=10_000, help="of 4 KiB, and ten of 2 MiB")
parser.add_argument("-v", "--verbose", action="store_true")
args = parser.parse_args()


def make_files(where):
    rng = random.Random(1)
    (where / "data").mkdir()
    for i in range(args.files):
        (where / f"data/{i:06}.bin").write_bytes(rng.randbytes(4096))
    for i in range(10):
        (where / f"data/large-{i}.bin").write_bytes(rng.randbytes(2 << 20))


def measured(bench, where, command):
    proxy.clear()
    taken, _ = bench.measure(where, command)
    return sum(proxy.requests.values()), taken


with Bench(args.scratch, [args.mlo, args.venv / "bin/dvc"], args.verbose) as bench:
    served = Rclone(bench.scratch / "served")
    try:
        proxy = CountingProxy(served.port)
        url = f"http://127.0.0.1:{proxy.port}"
        bench.env |= ENVIRONMENT
        tools = {
            "mlo": (f"mlo init && mlo remote add far s3://bucket/mlo --endpoint {url}",
                    "mlo version-data add data", ["mlo", "push"], ["mlo", "pull"]),
            "dvc": (f"dvc init -q && dvc remote add -d far s3://bucket/dvc && dvc remote modify far endpointurl {url}",
                    "dvc add -q data", ["dvc", "push", "-q"], ["dvc", "pull", "-q"]),
        }
        figures = {}
        for tool, (setup, add, push, pull) in tools.items():
            where = bench.repository(tool, setup)
            make_files(where)
            save = f"{add} && git add . && git commit -q -m data"
            bench.sh(where, save)
            steps = figures[tool] = {}
            steps["push of all"] = measured(bench, where, push)
            steps["push again, nothing new"] = measured(bench, where, push)
            clone = bench.clone(where)
            steps["pull into a fresh clone"] = measured(bench, clone, pull)
            steps["pull again, nothing new"] = measured(bench, clone, pull)
            (where / "data/000000.bin").write_bytes(b"changed")
            bench.sh(where, save)
            steps["push after one file changed"] = measured(bench, where, push)
    finally:
        served.close()

    print(f"{machine()}; {args.files:,} files of 4 KiB and ten of 2 MiB, S3 on loopback behind a proxy that counts (its own time is in the seconds).\n")
    for step, (requests, seconds) in figures["mlo"].items():
        others, taken = figures["dvc"][step]
        bench.row(step, f"{requests:,}", f"{others:,}", spelled(seconds), f"{spelled(taken)} ({ratio(taken, seconds)})")
bench.table("", "mlo, requests", "DVC, requests", "mlo", "DVC")
