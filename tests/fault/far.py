"""What a remote of a fault test is behind: an sshd of its own, whose far end of `mlo` can take part in a fault, or an S3 server."""
import fcntl, os, pathlib, shutil, subprocess, sys, tempfile, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from s3_server import ENVIRONMENT, Rclone, find_program, free_port


class Far:
    """`env` names what a scenario's setup needs: MLO_SSH, the ssh command, and MLO_FAR, the far end's program, which is its `mlo`, too."""

    def __init__(self, mlo):
        self.own = tempfile.TemporaryDirectory(prefix="mlo-far-")  # not on the disk that is going to be full
        d = self.dir = pathlib.Path(self.own.name)
        for key in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", d / key], check=True)
        port = free_port()
        shutil.copy(d / "user.pub", d / "allowed")
        (d / "known").write_text(f"[127.0.0.1]:{port} {(d / 'host.pub').read_text()}")
        (d / "client").write_text(f"Host *\nIdentityFile {d}/user\nIdentitiesOnly yes\nUserKnownHostsFile {d}/known\n"
                                  f"StrictHostKeyChecking yes\nBatchMode yes\nPort {port}\nLogLevel ERROR\n")
        (d / "sshd").write_text(f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {d}/host\nAuthorizedKeysFile {d}/allowed\nPidFile none\n"
                                f"SetEnv PATH={d}:/usr/bin:/bin\nUsePAM no\nStrictModes no\nPermitRootLogin yes\nPasswordAuthentication no\nMaxStartups 100\n")
        # The far end takes part in the fault: `fault` names the shim while there is one. Who holds `alive` still runs.
        (d / "fault").write_text("")
        (d / "mlo").write_text(f"#!/bin/sh\nexec 9>{d}/alive\nflock -s 9\n. {d}/fault\nexec {mlo} \"$@\"\n")
        (d / "mlo").chmod(0o755)
        self.env = {"MLO_SSH": f"ssh -F {d}/client", "MLO_FAR": str(d / "mlo")}
        if os.geteuid() == 0:
            pathlib.Path("/run/sshd").mkdir(exist_ok=True)
        self.sshd = subprocess.Popen([find_sshd(), "-D", "-e", "-f", d / "sshd"], stderr=open(d / "log", "w"))
        for _ in range(300):
            if "listening" in (d / "log").read_text():
                break
            time.sleep(0.05)

    def take_part(self, env):
        """From now on far ends run with these variables, or without the shim if there are none."""
        lines = [f"export {key}='{value}'\n" for key, value in env.items() if key.startswith("MLO_FAULT_") or key == "LD_PRELOAD"]
        (self.dir / "fault").write_text("".join(lines))

    def wait(self):
        """Until the last far end is gone: what it still does would hit the next look."""
        with open(self.dir / "alive", "w") as alive:
            fcntl.flock(alive, fcntl.LOCK_EX)

    def close(self):
        self.sshd.terminate()
        self.sshd.wait()
        self.own.cleanup()


def find_sshd():
    return shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


class FarBucket:
    """A server of what `trial` holds in .git/served, for one command at a time: the trial is made anew between them. `env` names its URL,
    MLO_S3, and has its keys."""

    def __init__(self, trial):
        self.trial, self.port, self.server = trial, free_port(), None
        self.env = dict(ENVIRONMENT, MLO_S3=f"http://127.0.0.1:{self.port}")

    def take_part(self, env):
        self.close()
        if env:
            self.server = Rclone(self.trial / ".git/served", self.port)

    def wait(self):
        self.close()

    def close(self):
        if self.server:
            self.server.close()
        self.server = None


def missing_program(kind):
    """What must be installed for a far end of this kind, if it is not."""
    if kind == "ssh" and not find_sshd():
        return "sshd"
    return "rclone" if kind == "s3" and not find_program("rclone") else None
