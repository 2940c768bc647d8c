"""S3 servers on loopback, each with one bucket `bucket`, which ENVIRONMENT opens; `cmake/setup.sh tests` installs their programs."""
import http.client, json, os, pathlib, shutil, signal, socket, subprocess, sys, time

KEY, SECRET = "AKIALOOPBACK", "a/secret+of=40"
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def find_program(name):
    own = pathlib.Path(__file__).resolve().parents[2] / ".deps/servers/bin" / name
    return str(own) if own.exists() else shutil.which(name)


class S3Server:
    """A server whose data lies below `directory`. `words` is the command that serves it on `port`."""
    program, ready = "", (200,)  # what it answers to a stranger who makes the bucket

    def __init__(self, directory, port=None):
        directory.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        log = directory.parent / f"{directory.name}.log"
        with open(log, "w") as out:
            self.process = subprocess.Popen(self.words(find_program(self.program), directory), cwd=directory, stdout=out, stderr=out,
                                            start_new_session=True)
        for _ in range(600):
            if self.serves() and self.process.poll() is None:  # who answers may be another that took the port
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        self.close()
        sys.exit(f"{self.program} does not serve: {log.read_text()[-2000:]}")

    def words(self, program, directory):
        raise NotImplementedError

    def serves(self):
        try:
            asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            asked.request("PUT", "/bucket")
            return asked.getresponse().status in self.ready
        except OSError:
            return False

    def is_busy(self):
        """Whether a connection is open."""
        lines = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
        return any(fields[1].endswith(f":{self.port:04X}") and fields[3] == "01" for fields in map(str.split, lines))

    def close(self):
        """When it has heard that those who asked are gone."""
        until = time.monotonic() + 2
        while self.is_busy() and time.monotonic() < until:
            time.sleep(0.01)
        for sign in (signal.SIGTERM, signal.SIGKILL):  # some wait for connections that are kept open
            try:
                os.killpg(self.process.pid, sign)
                self.process.wait(timeout=3)
                return
            except ProcessLookupError:
                return
            except subprocess.TimeoutExpired:
                pass
        self.process.wait()


class Rclone(S3Server):
    program, ready = "rclone", (400,)

    def words(self, program, directory):
        (directory / "bucket").mkdir(exist_ok=True)
        return [program, "serve", "s3", "--auth-key", f"{KEY},{SECRET}", "--addr", f"127.0.0.1:{self.port}", directory]


class SeaweedFS(S3Server):
    program = "weed"

    def words(self, program, directory):
        settings = directory / "s3.json"
        settings.write_text(json.dumps({"identities": [
            {"name": "anonymous", "actions": ["Admin"]},  # who makes the bucket
            {"name": "t", "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin", "Read", "Write", "List"]}]}))
        ports = [f"-{part}={free_port()}" for part in ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port",
                                                       "filer.port.grpc", "s3.port.grpc")]
        return [program, "-logtostderr=true", "server", "-s3", f"-dir={directory}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
                f"-s3.port={self.port}", f"-s3.config={settings}", "-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
                "-master.volumeSizeLimitMB=2048", "-volume.max=20", *ports]
