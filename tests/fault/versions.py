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
    """The versions that commits of a repository name and that come back from its store now. `look` is a directory for copies of it."""

    def __init__(self, where, look, env):
        self.look, self.env = look, env
        self.known = []  # (commit, dataset, path, fingerprint)
        self.copy(where)
        for commit in self.git("rev-list", "--all").split():
            for file in self.git("ls-tree", "-r", "--name-only", commit, ".mlo/data/").split("\n"):
                if file.endswith(".yaml"):
                    fields = dict(line.split(": ", 1) for line in self.git("show", f"{commit}:{file}").splitlines() if ": " in line)
                    got = self.bring(commit, fields["name"], fields["path"])
                    if got:
                        self.known.append((commit, fields["name"], fields["path"], got))

    def complaints(self, where):
        """Of a repository in which something happened since; it stays as it is."""
        if not self.known:
            return []
        self.copy(where)
        for lock in (self.look / ".git").rglob("*.lock"):  # of a git that was cut; the user would remove these
            if not str(lock.relative_to(self.look / ".git")).startswith("mlo"):
                lock.unlink()
        return [f"{name} at {commit[:12]} does not come back" for commit, name, path, known in self.known if self.bring(commit, name, path) != known]

    def copy(self, where):
        shutil.rmtree(self.look, ignore_errors=True)
        subprocess.run(["cp", "-a", where, self.look], check=True)

    def git(self, *words):
        return subprocess.run(["git", *words], cwd=self.look, env=self.env, capture_output=True, text=True, check=True).stdout

    def bring(self, commit, name, path):
        words = ["mlo", "version-data", "checkout", "-q", "--force", name, "--rev", commit]
        done = subprocess.run(words, cwd=self.look, env=self.env, capture_output=True)
        return fingerprint(self.look / path) if done.returncode == 0 else None
