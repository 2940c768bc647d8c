"""The measurements of tests/bench/data.sh: versioning of data beside DVC, git-lfs, restic and Oxen.

Each tool gets a directory of its own with the same files and does the same work; a step that a tool has no word for is left out.
"""
import argparse, os, pathlib, random, shutil, sys, traceback

from measure import Bench, machine, ratio, spelled

parser = argparse.ArgumentParser()
parser.add_argument("--mlo", type=pathlib.Path, required=True)
parser.add_argument("--venv", type=pathlib.Path, required=True, help="where DVC and Oxen are installed")
parser.add_argument("--walk", type=pathlib.Path, required=True, help="the program made of walk.cpp")
parser.add_argument("--scratch", type=pathlib.Path, required=True)
parser.add_argument("--scale", type=float, default=0.1, help="of the number of files, and of the size of large ones; 1 takes hours and 200 GB")
parser.add_argument("--only", default="W1,W2,W3,W4,W5,W6,W6b,W7", help="workloads, by their names")
parser.add_argument("--tools", default="mlo,dvc,lfs,restic,oxen")
parser.add_argument("--steps", default="", help="only these: add,status,checkout,push,pull,diff,gc")
parser.add_argument("-v", "--verbose", action="store_true", help="say what is measured, and each figure as it comes")
args = parser.parse_args()

KIB, MIB = 1 << 10, 1 << 20


def scaled(count):
    return max(1, round(count * args.scale))


def small_files(count, directories, size):
    """`count` files of about `size` bytes that nothing compresses."""
    def make(where):
        rng = random.Random(1)
        each = -(-count // directories)
        for i in range(count):
            if i % each == 0:
                directory = where / f"data/{i // each:04}"
                directory.mkdir(parents=True)
            (directory / f"{i % each:06}.bin").write_bytes(rng.randbytes(rng.randrange(size // 2, size * 3 // 2) if size != 4096 else size))
    return make


def flat_files(count, size):
    def make(where):
        small_files(count, 1, size)(where)
        (where / "data/0000").rename(where / "flat")
        (where / "data").rmdir()
        (where / "flat").rename(where / "data")
    return make


def table_file(size):
    def make(where):
        rng = random.Random(2)
        (where / "data").mkdir()
        with open(where / "data/table.csv", "w", buffering=MIB) as out:
            while out.tell() < size:
                out.write("".join(f"{i},{rng.random():.6f},{rng.randrange(10**6)},{rng.choice('abcdef')}\n" for i in range(10_000)))
    return make


def append_rows(where):
    """One per cent more at the end."""
    table = where / "data/table.csv"
    rng = random.Random(3)
    more = table.stat().st_size // 100
    with open(table, "a") as out:
        end = out.tell() + more
        while out.tell() < end:
            out.write("".join(f"{rng.random():.6f},{rng.randrange(10**6)}\n" for _ in range(1000)))


def insert_row(where):
    table = where / "data/table.csv"
    text = table.read_bytes()
    middle = text.index(b"\n", len(text) // 2) + 1
    table.write_bytes(text[:middle] + b"one,more,row\n" + text[middle:])


def large_file(name, size):
    def make(where):
        rng = random.Random(4)
        (where / "data").mkdir()
        with open(where / f"data/{name}", "wb") as out:
            for _ in range(size // MIB):
                out.write(rng.randbytes(MIB))
    return make


def change_tensors(where):
    """A fifth of the tensors, of 8 MiB each."""
    rng = random.Random(5)
    path = where / "data/model.safetensors"
    tensors = path.stat().st_size // (8 * MIB)
    with open(path, "r+b") as out:
        for i in rng.sample(range(tensors), tensors // 5):
            out.seek(i * 8 * MIB)
            out.write(rng.randbytes(8 * MIB))


def change_one(where):
    next(path for path in sorted((where / "data").rglob("*")) if path.is_file()).write_bytes(b"changed")


WORKLOADS = {  # what it is, how it is made, how it changes afterwards
    "W1": ("{:,} files of 4 KiB in {:,} directories", (scaled(1_000_000), scaled(1000)),
           small_files(scaled(1_000_000), scaled(1000), 4096), {"one file changed": change_one}),
    "W2": ("{:,} files of 7 KB in one directory", (scaled(200_000),), flat_files(scaled(200_000), 7000), {"one file changed": change_one}),
    "W3": ("{:,} files of 50 KB in 101 directories", (scaled(100_000),), small_files(scaled(100_000), 101, 50_000), {}),
    "W4": ("{:,} files of 275 bytes", (scaled(70_000),), small_files(scaled(70_000), 70, 275), {}),
    "W5": ("a CSV file of {:.2f} GB", (1.45 * args.scale,), table_file(int(1.45e9 * args.scale)),
           {"one per cent appended": append_rows, "a row inserted": insert_row}),
    "W6": ("a file of {:.1f} GiB", (10 * args.scale,), large_file("large.bin", int(10 * 1024 * args.scale) * MIB), {}),
    "W6b": ("a video of {:.1f} GiB, which lies whole", (10 * args.scale,), large_file("large.mp4", int(10 * 1024 * args.scale) * MIB), {}),
    "W7": ("a checkpoint of {:.1f} GiB", (2 * args.scale,), large_file("model.safetensors", int(2 * 1024 * args.scale) * MIB),
           {"a fifth of the tensors changed": change_tensors}),
}

RESTIC = ["restic", "--quiet", "--repo", "store", "--password-file", "key"]

# `held`: the directories that hold versions; `save`: what makes an added version one of git's.
TOOLS = {
    "mlo": {"setup": "mlo init && mkdir far && mlo remote add far \"$PWD/far\" && mlo remote check far --init", "save": "git commit -q --all -m data",
            "add": ["mlo", "version-data", "add", "data"], "status": ["mlo", "version-data", "status"], "diff": ["mlo", "version-data", "diff"],
            "checkout": ["mlo", "version-data", "checkout", "--force", "data"], "push": ["mlo", "push"], "pull": ["mlo", "pull"],
            "gc": ["mlo", "version-data", "gc"], "held": [".git/mlo"]},
    "dvc": {"setup": "dvc init -q && mkdir far && dvc remote add -d far \"$PWD/far\"", "save": "git add . && git commit -q -m data",
            "add": ["dvc", "add", "-q", "data"], "status": ["dvc", "status", "-q"], "diff": ["dvc", "diff", "-q"],
            "checkout": ["dvc", "checkout", "-q", "--force"], "push": ["dvc", "push", "-q"], "pull": ["dvc", "pull", "-q"],
            "gc": ["dvc", "gc", "-q", "-w", "--dry"], "held": [".dvc/cache"]},
    "lfs": {"setup": "git lfs install --local && git lfs track 'data/**' && git add .gitattributes", "add": ["git", "add", "data"],
            "status": ["git", "status", "--porcelain"], "checkout": ["git", "checkout", "-q", "--", "data"], "held": [".git/lfs", ".git/objects"]},
    "restic": {"setup": "echo secret > key && " + " ".join(RESTIC) + " init", "add": [*RESTIC, "backup", "data"],
               "checkout": [*RESTIC, "restore", "latest", "--target", "."], "held": ["store"]},
    "oxen": {"setup": "oxen-py init", "add": ["oxen-py", "add"], "status": ["oxen-py", "status"], "held": [".oxen"]},
}


def oxen_program(directory):
    """Oxen's Python library behind a command."""
    program = directory / "oxen-py"
    program.write_text(f"#!{args.venv.absolute()}/bin/python\nimport sys\nfrom oxen import Repo\nfrom oxen.user import config_user\n"
                       "verb, repo = sys.argv[1], Repo('.')\n"
                       "if verb == 'init':\n    config_user('b', 'b@example.org')\n    repo.init()\n"
                       "elif verb == 'add':\n    repo.add('data')\n    try:\n        repo.commit('data')\n    except ValueError:\n        pass  # it says so if nothing changed\n"
                       "else:\n    repo.status()\n")
    program.chmod(0o755)
    return program


def apart(work, where):
    """In a process of its own: the memory of this one would be the least that a command it starts is said to take."""
    child = os.fork()
    if child == 0:
        try:
            work(where)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0:
        sys.exit(f"cannot make the files in {where}")


def apart_all(work, places):
    for where in places.values():
        apart(work, where)


def disk_bytes(where, directories):
    # Not by rglob, which remembers every path.
    return sum(os.lstat(os.path.join(at, name)).st_blocks * 512
               for d in directories for at, below, names in os.walk(where / d) for name in (*below, *names))


class Compared:
    """One workload in the hands of all tools."""

    def __init__(self, bench, name, tools):
        what, numbers, make, self.changes = WORKLOADS[name]
        self.bench, self.name, self.what = bench, name, what.format(*numbers)
        self.where = {}
        for tool in tools:
            self.where[tool] = bench.repository(f"{name}-{tool}", TOOLS[tool]["setup"])
        first = next(iter(self.where.values()))
        apart(make, first)
        for where in list(self.where.values())[1:]:
            shutil.copytree(first / "data", where / "data")

    def step(self, what, verb, before=lambda where: None, times=1, disk=False, where=None):
        if args.steps and verb not in args.steps.split(","):
            return
        taken, memory, stored = {}, {}, {}
        for tool, place in (where or self.where).items():
            command = TOOLS[tool].get(verb)
            if command is None:
                continue
            apart(before, place)
            held = disk_bytes(place, TOOLS[tool]["held"]) if disk else 0
            runs = sorted(self.bench.measure(place, command) for _ in range(times if tool == "mlo" else 1))
            taken[tool], memory[tool] = runs[len(runs) // 2][0], max(peak for _, peak in runs)
            if disk:
                stored[tool] = disk_bytes(place, TOOLS[tool]["held"]) - held
        cells = [f"{self.name} {what}"]
        for tool in self.where:
            cells.append(spelled(taken.get(tool)) + (f" ({ratio(taken[tool], taken['mlo'])})" if tool != "mlo" and tool in taken and "mlo" in taken else ""))
        cells.append(", ".join(f"{peak / 1e6:.0f}" for peak in memory.values()))
        cells.append(", ".join(f"{size / 1e6:.1f}" for size in stored.values()))
        self.bench.row(*cells)

    def bare(self, what, command, times=1):
        """Beside the steps: what a plain program takes for the same bytes."""
        if "mlo" in self.where:
            self.bench.row(f"{self.name} {what}", spelled(self.bench.seconds(self.where["mlo"], command, times)), *[""] * (len(self.where) + 1))

    def run(self):
        self.step(f"{self.what}: add", "add", disk=True)
        if self.name in ("W6", "W6b", "W7"):
            self.bare("a bare cp to disk", ["sh", "-c", "cp data/* ../bare && sync ../bare"])
        self.step("add again, nothing changed", "add", times=3)
        self.step("status, nothing changed", "status", times=3)
        if self.name == "W1":
            self.bare("a bare walk with lstat on all cores", ["walk", "data"], 3)
        self.step("checkout into an empty place", "checkout", before=lambda where: (where / "data").rename(where / "aside"))
        self.step("checkout again, nothing changed", "checkout", times=3)
        self.step("push to a directory", "push")
        self.step("push again, nothing new", "push", times=3)
        for tool, where in self.where.items():
            self.bench.sh(where, TOOLS[tool].get("save", "true"))
        if not args.steps or "pull" in args.steps.split(","):
            clones = {tool: self.bench.clone(where) for tool, where in self.where.items() if "pull" in TOOLS[tool]}
            self.step("pull into a fresh clone", "pull", where=clones)
            self.step("pull again, nothing new", "pull", times=3, where=clones)
        for what, change in self.changes.items():
            if change is change_one:
                self.step(f"checkout, {what}", "checkout", before=change)
            apart_all(change, self.where)
            self.step(f"diff, {what}", "diff", times=3)
            self.step(f"add, {what}", "add", disk=True)
        if self.changes:
            self.step("push, " + what, "push")
        self.step("gc, dry run", "gc")


tools = args.tools.split(",")
bin_dir = args.scratch.absolute() / "bin"
bin_dir.mkdir(parents=True, exist_ok=True)
with Bench(args.scratch, [args.mlo, args.walk, oxen_program(bin_dir), args.venv / "bin/dvc"], args.verbose) as bench:
    for name in args.only.split(","):
        Compared(bench, name, tools).run()
    asked = {"mlo": "mlo version", "dvc": "echo DVC $(dvc --version)", "lfs": "git lfs version", "restic": "restic version"}
    versions = [bench.sh(bench.scratch, asked[tool]).split("\n")[0].split(" (")[0].split(" compiled")[0] for tool in tools if tool in asked]

print(f"{machine()}; {', '.join(versions)}; scale {args.scale}.")
print("In brackets: how many times longer than mlo the other takes. Memory: the peak of the largest process, in MB (what starts them has 21); stored: what the step added to the store, in MB; both in the order of the tools.\n")
bench.table("", *tools, "memory", "stored")
