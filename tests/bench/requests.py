"""The measurements of tests/bench/requests.sh: what mlo and DVC ask of an S3 server, counted by a proxy between them and rclone's server."""
import argparse, collections, http.client, http.server, os, pathlib, random, socket, socketserver, subprocess, sys, threading, time

from measure import Bench, machine, ratio, spelled

parser = argparse.ArgumentParser()
parser.add_argument("--mlo", type=pathlib.Path, required=True)
parser.add_argument("--venv", type=pathlib.Path, required=True, help="where DVC and dvc-s3 are installed")
parser.add_argument("--rclone", type=pathlib.Path, required=True)
parser.add_argument("--scratch", type=pathlib.Path, required=True)
parser.add_argument("--files", type=int, default=10_000, help="of 4 KiB, and ten of 2 MiB")
parser.add_argument("-v", "--verbose", action="store_true")
args = parser.parse_args()

KEY, SECRET = "AKIALOOPBACK", "a/secret+of=40"
counted = collections.Counter()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Proxy(http.server.BaseHTTPRequestHandler):
    """Hands each request on as it is, host and all: it is signed."""
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    behind = 0

    def hand_on(self):
        counted[self.command] += 1
        if not hasattr(self, "far"):
            self.far = http.client.HTTPConnection("127.0.0.1", Proxy.behind)
            self.far.connect()
            self.far.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.far.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in ("expect", "connection"):
                self.far.putheader(name, value)
        self.far.endheaders(body)
        answer = self.far.getresponse()
        data = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", answer.getheader("Content-Length", "0") if self.command == "HEAD" else str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = hand_on

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128


def make_files(where):
    rng = random.Random(1)
    (where / "data").mkdir()
    for i in range(args.files):
        (where / f"data/{i:06}.bin").write_bytes(rng.randbytes(4096))
    for i in range(10):
        (where / f"data/large-{i}.bin").write_bytes(rng.randbytes(2 << 20))


def measured(bench, where, command):
    counted.clear()
    taken, _ = bench.measure(where, command)
    return sum(counted.values()), taken


with Bench(args.scratch, [args.mlo, args.venv / "bin/dvc"], args.verbose) as bench:
    (bench.scratch / "served/bucket").mkdir(parents=True)
    Proxy.behind = free_port()
    rclone = subprocess.Popen([args.rclone.absolute(), "serve", "s3", "--auth-key", f"{KEY},{SECRET}", "--addr", f"127.0.0.1:{Proxy.behind}",
                               bench.scratch / "served"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", Proxy.behind)).close()
                break
            except ConnectionRefusedError:
                if rclone.poll() is not None:
                    sys.exit("rclone does not serve")
                time.sleep(0.05)
        server = Server(("127.0.0.1", 0), Proxy)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        bench.env |= {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}
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
        rclone.terminate()
        rclone.wait()

    print(f"{machine()}; {args.files:,} files of 4 KiB and ten of 2 MiB, S3 on loopback behind a proxy that counts (its own time is in the seconds).\n")
    for step, (requests, seconds) in figures["mlo"].items():
        others, taken = figures["dvc"][step]
        bench.row(step, f"{requests:,}", f"{others:,}", spelled(seconds), f"{spelled(taken)} ({ratio(taken, seconds)})")
bench.table("", "mlo, requests", "DVC, requests", "mlo", "DVC")
