"""The kinds of remotes that data_kills.py may be told to use."""
import functools

import far  # which knows where s3_server is
from s3_server import ENVIRONMENT, Rclone, SeaweedFS, find_program


class Directory:
    """How `mlo remote add` names it, and what its commands find in their environment."""
    env = {}

    def __init__(self, mlo, place):
        place.mkdir()
        self.words = str(place)

    def wait(self):
        """Until nothing at the far end still works for those who are gone."""

    def close(self):
        pass


class Ssh(Directory):
    def __init__(self, mlo, place):
        place.mkdir()
        served = far.Far(mlo)
        self.env = {"GIT_SSH_COMMAND": served.env["MLO_SSH"]}
        self.words = f"ssh://127.0.0.1{place}"
        self.wait, self.close = served.wait, served.close


class Bucket(Directory):
    env = ENVIRONMENT

    def __init__(self, server, mlo, place):
        served = server(place)
        self.words = f"s3://bucket/far --endpoint {served.url}"
        self.close = served.close


REMOTES = {"dir": (Directory, "git"), "ssh": (Ssh, far.find_sshd()),
           **{name: (functools.partial(Bucket, server), find_program(server.program))
              for name, server in (("s3", Rclone), ("seaweedfs", SeaweedFS))}}
