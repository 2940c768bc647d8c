"""What a dataset holds on disk, and whether each version that a repository's commits name still comes back."""
import hashlib, os, shutil, subprocess


def fingerprint(path):
    """Of names, bytes, targets of symlinks and who may execute; None if nothing is there."""
    if path.is_symlink():
        return "-> " + os.readlink(path)
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    if not path.is_dir():
        return None
    whole = hashlib.sha256()
    for entry in sorted(path.iterdir()):
        whole.update(f"{entry.name} {0 if entry.is_symlink() else entry.stat().st_mode & 0o100} {fingerprint(entry)}\n".encode())
    return whole.hexdigest()


class Versions:
    """The versions that commits of a repository name and that come back from its store now. `aside` is a name for the repository while a
    copy stands in its place: so what knows its path, as a cache does, is a copy too."""

    def __init__(self, where, aside, env):
        self.where, self.aside, self.env = where, aside, env
        self.known = []  # (commit, dataset, path, fingerprint)
        self.in_copy(self.find)

    def find(self):
        for commit in self.git("rev-list", "--all").split():
            for file in self.git("ls-tree", "-r", "--name-only", commit, ".mlo/data/").split("\n"):
                if file.endswith(".yaml"):
                    fields = dict(line.split(": ", 1) for line in self.git("show", f"{commit}:{file}").splitlines() if ": " in line)
                    got = self.bring(commit, fields["name"], fields["path"])
                    if got:
                        self.known.append((commit, fields["name"], fields["path"], got))

    def complaints(self, where):
        """Of a repository that was copied from that one, and in which something happened since; it stays as it is."""
        self.where = where
        return self.in_copy(self.look) if self.known else []

    def look(self):
        for lock in (self.where / ".git").rglob("*.lock"):  # of a git that was cut; the user would remove these
            if not str(lock.relative_to(self.where / ".git")).startswith("mlo"):
                lock.unlink()
        return [f"{name} at {commit[:12]} does not come back" for commit, name, path, known in self.known if self.bring(commit, name, path) != known]

    def in_copy(self, action):
        shutil.rmtree(self.aside, ignore_errors=True)
        self.where.rename(self.aside)
        subprocess.run(["cp", "-a", self.aside, self.where], check=True)
        try:
            return action()
        finally:
            shutil.rmtree(self.where)
            self.aside.rename(self.where)

    def git(self, *words):
        return subprocess.run(["git", *words], cwd=self.where, env=self.env, capture_output=True, text=True, check=True).stdout

    def bring(self, commit, name, path):
        words = ["mlo", "version-data", "checkout", "-q", "--force", name, "--rev", commit]
        done = subprocess.run(words, cwd=self.where, env=self.env, capture_output=True)
        return fingerprint(self.where / path) if done.returncode == 0 else None
