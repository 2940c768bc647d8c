"""The hostile inputs. BASE prepares a small repository with data, a pipeline and a run; each row breaks something in a copy."""
from dataclasses import dataclass

BASE = r"""
git init -q -b main .
mlo init && git add -A && git commit -q -m init
mkdir raw && seq 9 > raw/a.csv && seq 5 > raw/b.csv
mlo version-data add raw --commit
cat > mlo.yaml <<'Y'
stages:
  count: {cmd: "wc -l < raw/a.csv > lines.txt", deps: [raw], outs: [lines.txt]}
Y
printf 'lr: 0.1\n' > params.yaml
git add -A && git commit -q -m pipeline
mlo run
git add -A && git commit -q -m lock
mkdir ../far && mlo remote add far ../far && mlo push --remote far
git add -A && git commit -q -m remote
"""

MANIFEST = ".mlo/data/raw.yaml"
OBJECT = r"f=.git/mlo/objects/$(sha256sum raw/a.csv | sed -E 's|^(..)([0-9a-f]+).*|\1/\2|'); chmod u+w $f"
RUN = "mlo track list --json | sed -n 's/^ *\"id\": \"\\(.*\\)\",*/\\1/p' | head -n 1 > ../run"
TREE_ID = "sed -n 's/^tree: //p' .mlo/data/raw.yaml"


@dataclass
class Row:
    name: str
    setup: str
    command: str
    code: int
    says: str
    unchanged: bool = True


def pipeline(name, yaml, code, says, command="mlo run"):
    return Row(name, f"cat > mlo.yaml <<'Y'\n{yaml}\nY", command, code, says)


# One column `x` of three doubles.
PARQUET = ("UEFSMRUAFTwVPCwVBhUAFQYVBhwAAAACAAAABgEAAAAAAAD4PwAAAAAAAARAAAAAAAAADEAVBBksNQAYBnNjaGVtYRUCABUKJQIYAXgAFgYZHBkcJgAcFQoZJQYAGRgB"
           "eBUAFgYWYhZiJghJHBUAFQAVAgA8KQYZJgAGAAAAFmIWBiYIFmIAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI2LjAuMRkcHAAAAHoAAABQQVIx")


def drift(name, setup, command, code, says):
    return Row("drift: " + name, "printf 'x,y\\n1.5,a\\n2.5,b\\n3.5,a\\n' > a.csv\n" + setup, "mlo " + command, code, says)


def validate(name, suite, data, code, says):
    """A table `t.csv` and a suite of one expectation (the text after its dash), or a whole file."""
    text = suite if suite.startswith(("mlo:", '{"name')) or not suite else f"mlo: suite/1\nname: s\nexpectations:\n  - {suite}\n"
    return Row("validate: " + name, f"cat > s.yaml <<'END'\n{text}\nEND\nprintf {data!r} > t.csv", "mlo version-data validate t.csv --suite s.yaml", code, says)


TRAIN = "materialize train s.csv v:x -o o.csv"


def features(name, setup, command, code, says, unchanged=True):
    """A view `v` of `v.csv`, and a spine `s.csv` that asks for it."""
    prepare = (
        "mkdir .mlo/features; printf 'mlo: entity/1\\nname: e\\nkeys: [{name: k, type: string}]\\n' > .mlo/features/e.yaml\n"
        "printf 'mlo: view/1\\nname: v\\nentities: [e]\\nsource: {path: v.csv, timestamp_field: t}\\nfeatures: [{name: x, dtype: real}]\\n' > .mlo/features/v.yaml\n"
        "printf 'k,t,x,y\\na,2001-01-01,1,2\\na,2001-01-01,1,2\\n' > v.csv; printf 'k,event_timestamp\\na,2001-01-02\\n' > s.csv\n")
    return Row("features: " + name, prepare + setup, "mlo " + command, code, says, unchanged)


def policy(name, body, code, says, command="mlo promote check m@1.0.0 --to prod", after=""):
    """A policy on the branch that decides."""
    return Row(f"gates: {name}", f"mkdir .mlo/gates && cat > .mlo/gates/prod.yaml <<'P'\n{body}\nP\ngit add -A && git commit -q -m policy && git config mlo.policyRef main\n{after}",
               command, code, says)


def gate(name, fields, says):
    return policy(name, f"mlo: gate/1\nstage: prod\nevaluation: {{stage: count, dataset: raw, predictions: p.csv, columns: {{label: t, score: s, slices: [g]}}}}\ngates:\n  - {fields}", 1,
                  f".mlo/gates/prod.yaml:5:{says}")


GATE = "mlo: gate/1\nstage: prod\ngates:\n  - {id: a, check: commit-on, branch: main}"
ROWS = [
    # names and arguments
    Row("unknown command", "", "mlo runn", 2, "`runn`"),
    Row("unknown option", "", "mlo run --frobnicate", 2, "--frobnicate"),
    Row("escape codes in an argument", "", r"mlo $'\e[31mred\e[0m'", 2, r"\x1b[31m"),
    Row("dataset name out of grammar", "", "mlo version-data add raw --name '../../etc'", 1, "../../etc"),
    Row("no such dataset", "", "mlo version-data checkout rav", 1, "`rav`"),
    Row("no such run", "", "mlo track show ffffffff", 1, "`ffffffff`"),
    Row("no such revision", "", "mlo version-data checkout raw --rev nowhere", 1, "`nowhere`"),
    Row("run id with a path in it", "", "mlo track show ../../../etc/passwd", 1, "../../../etc/passwd"),
    Row("outside a repository", "rm -rf .git .mlo", "mlo status", 1, "git"),
    Row("before init", "rm -rf .mlo", "mlo status", 1, ".mlo"),
    Row("a filter that ends early", "", "mlo track search 'metrics.auc >'", 2, "metrics.auc >"),
    Row("a filter with SQL in it", "", "mlo track search \"params.x = 'a'; DROP TABLE runs\"", 2, ";"),
    Row("a metric key with a newline", "", "mlo run -q -- mlo track log metric $'a\\nb=1'", 1, r"a\x0ab", unchanged=False),
    Row("a metric outside a run", "", "mlo track log metric auc=1", 2, "run"),
    Row("a metric that is no number", "", "mlo run -q -- mlo track log metric auc=high", 2, "high", unchanged=False),
    # paths
    Row("data outside the repository", "", "mlo version-data add ../far", 2, "../far"),
    Row("data inside .git", "", "mlo version-data add .git/hooks", 2, ".git"),
    Row("data inside .mlo", "", "mlo version-data add .mlo/data", 2, ".mlo"),
    Row("data that does not exist", "", "mlo version-data add nowhere", 1, "nowhere"),
    Row("data through a link out of the repository", "ln -s /etc out", "mlo version-data add out/hosts", 2, "out"),
    Row("a fifo in the data", "mkfifo raw/pipe", "mlo version-data add raw", 1, "raw/pipe"),
    Row("overlapping datasets", "", "mlo version-data add raw/a.csv", 1, "raw"),
    Row("unreadable data directory entry", "mkdir -p raw/sub && ln -s loop raw/sub/loop && mkfifo raw/sub/q", "mlo version-data add raw", 1, "raw/sub/q"),
    # manifests
    Row("manifest: malformed YAML", f"echo 'x: [' >> {MANIFEST}", "mlo version-data status", 1, "raw.yaml:"),
    Row("manifest: unknown key", f"echo 'surprise: 1' >> {MANIFEST}", "mlo version-data status", 1, "surprise"),
    Row("manifest: duplicate key", f"echo 'path: raw' >> {MANIFEST}", "mlo version-data status", 1, "path"),
    Row("manifest: truncated", f"head -c 40 {MANIFEST} > t && mv t {MANIFEST}", "mlo version-data status", 1, "raw.yaml"),
    Row("manifest: empty", f": > {MANIFEST}", "mlo version-data status", 1, "raw.yaml"),
    Row("manifest: of a newer mlo", f"sed -i 's,dataset/1,dataset/2,' {MANIFEST}", "mlo version-data status", 1, "dataset/2"),
    Row("manifest: origin without a commit", f"printf 'origin: {{repo: x, dataset: there}}\n' >> {MANIFEST}", "mlo version-data status", 1, "commit"),
    Row("manifest: origin of two kinds", f"printf 'origin: {{url: https://h/x, repo: there}}\n' >> {MANIFEST}", "mlo version-data status", 1, "repo"),
    Row("manifest: origin with a path out of it", f"printf 'origin: {{repo: x, dataset: there, path: ../z, commit: git-sha1:{'0' * 40}}}\n' >> {MANIFEST}", "mlo version-data status", 1, "../z"),
    Row("manifest: origin that would run a command", f"printf 'origin: {{repo: \"ext::touch pwned\", dataset: there, commit: git-sha1:{'0' * 40}}}\n' >> {MANIFEST}", "mlo version-data update", 5, "ext"),
    Row("manifest: origin that is an option of git's", f"printf 'origin: {{repo: --upload-pack=touch, dataset: there, commit: git-sha1:{'0' * 40}}}\n' >> {MANIFEST}", "mlo version-data update", 5, "upload-pack"),
    Row("manifest: of another kind", f"sed -i 's,dataset/1,config/1,' {MANIFEST}", "mlo version-data status", 1, "config/1"),
    Row("manifest: path climbs out", f"sed -i 's,^path: .*,path: ../../etc,' {MANIFEST}", "mlo version-data checkout raw --force", 1, "../../etc"),
    Row("manifest: absolute path", f"sed -i 's,^path: .*,path: /etc,' {MANIFEST}", "mlo version-data checkout raw --force", 1, "/etc"),
    Row("manifest: path into .git", f"sed -i 's,^path: .*,path: .git/hooks,' {MANIFEST}", "mlo version-data checkout raw --force", 1, ".git/hooks"),
    Row("manifest: digest that is none", f"sed -i 's,^tree: .*,tree: sha256:zz,' {MANIFEST}", "mlo version-data status", 1, "zz"),
    Row("manifest: not UTF-8", f"printf 'description: \"\\377\\376\"\\n' >> {MANIFEST}", "mlo version-data status", 1, "UTF-8"),
    Row("manifest: aliases that explode", f"printf 'x-a: &a [1,1,1,1,1,1,1,1,1]\\nx-b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\\nx-c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\\nx-d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\\nx-e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\\nx-f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\\nx-g: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\\nx-h: [*g,*g,*g,*g,*g,*g,*g,*g,*g]\\n' >> {MANIFEST}", "mlo version-data status", 1, "raw.yaml"),
    Row("manifest: nested a thousand deep", f"(printf 'x-deep: '; printf '[%.0s' $(seq 1000)) >> {MANIFEST}", "mlo version-data status", 1, "raw.yaml"),
    Row("manifest: a directory in its place", f"rm {MANIFEST} && mkdir {MANIFEST}", "mlo version-data status", 1, "raw.yaml"),
    Row("config: of a newer format", "sed -i 's,config/1,config/9,' .mlo/config.yaml", "mlo status", 1, "config/9"),
    Row("config: unknown key", "echo 'evil: 1' >> .mlo/config.yaml", "mlo version-data add raw", 1, "evil"),
    # objects
    Row("object: flipped bit", f"{OBJECT}; printf X | dd of=$f bs=1 seek=0 conv=notrunc status=none; rm -rf raw", "mlo version-data checkout raw", 1, "damaged",
        unchanged=False),  # it is set aside in quarantine
    Row("object: truncated", f"{OBJECT}; : > $f; rm -rf raw", "mlo version-data checkout raw", 1, "damaged"),
    Row("object: missing", "chmod -R u+w .git/mlo/objects; rm -rf .git/mlo/objects raw", "mlo version-data checkout raw", 1, "not in the store"),
    Row("checkout over unsaved work", "echo mine >> raw/a.csv", "mlo version-data checkout raw", 4, "raw"),
    Row("checkout through a planted link", "rm -rf raw && mkdir ../outside && ln -s ../outside raw && mkdir ../outside/x && echo keep > ../outside/a.csv",
        "mlo version-data checkout raw", 4, "raw"),
    # remotes
    Row("remote that does not exist", "", "mlo push --remote nowhere", 1, "`nowhere`"),
    Row("remote directory gone", "rm -rf ../far", "mlo push --remote far", 5, "far"),
    Row("remote: flipped bit", "chmod -R u+w .git/mlo/objects; rm -rf .git/mlo/objects; for f in $(find ../far -type f -path '*/??/*'); do chmod u+w $f; printf X | dd of=$f bs=1 seek=0 conv=notrunc status=none; done",
        "mlo pull --remote far", 5, "far"),
    # pipelines
    pipeline("pipeline: malformed YAML", "stages: {a: {cmd: [}", 1, "mlo.yaml:1:"),
    pipeline("pipeline: deterministic is no boolean", "stages: {a: {cmd: x, deterministic: often}}", 1, "mlo.yaml:1:"),
    pipeline("pipeline: a tolerance of everything", "stages: {a: {cmd: x, tolerance: 1}}", 1, "`tolerance` must be at least 0 and below 1"),
    pipeline("pipeline: unknown key", "stages: {a: {cmd: 'true', depz: [x]}}", 1, "depz"),
    pipeline("pipeline: no command", "stages: {a: {deps: [x]}}", 1, "cmd"),
    pipeline("pipeline: cycle", "stages:\n  a: {cmd: 'true', deps: [y], outs: [x]}\n  b: {cmd: 'true', deps: [x], outs: [y]}", 1, "in a circle"),
    pipeline("pipeline: two stages, one output", "stages:\n  a: {cmd: 'true', outs: [x]}\n  b: {cmd: 'true', outs: [x]}", 1, "`x`"),
    pipeline("pipeline: output climbs out", "stages: {a: {cmd: 'true', outs: [../../etc/passwd]}}", 1, "../../etc/passwd"),
    pipeline("pipeline: absolute output", "stages: {a: {cmd: 'true', outs: [/etc/passwd]}}", 1, "/etc/passwd"),
    pipeline("pipeline: output is the repository", "stages: {a: {cmd: 'true', outs: ['.']}}", 1, "."),
    pipeline("pipeline: output inside .git", "stages: {a: {cmd: 'true', outs: [.git/hooks]}}", 1, ".git/hooks"),
    pipeline("pipeline: output over raw data", "stages: {a: {cmd: 'true', outs: [raw]}}", 4, "overlaps the dataset `raw`"),
    pipeline("pipeline: unknown interpolation", "stages: {a: {cmd: 'echo ${nope.x}'}}", 1, "nope"),
    pipeline("pipeline: missing dependency", "stages: {a: {cmd: 'true', deps: [ghost.csv], outs: [x]}}", 1, "ghost.csv"),
    pipeline("pipeline: unknown parameter", "stages: {a: {cmd: 'true', params: [depth], outs: [x]}}", 1, "depth"),
    pipeline("pipeline: more memory than there can be", "stages: {a: {cmd: 'true', resources: {mem: 99999999999TiB}}}", 1, "`mem`"),
    pipeline("pipeline: more memory than the machine has", "stages: {a: {cmd: 'true', outs: [x], resources: {mem: 900TiB}}}", 1, "900TiB"),
    pipeline("pipeline: a mutex that is a path", "stages: {a: {cmd: 'true', mutex: ../../etc/passwd}}", 1, "../../etc/passwd"),
    pipeline("pipeline: no such target", "stages: {train: {cmd: 'true'}}", 1, "`trian`", command="mlo run trian"),
    pipeline("pipeline: a tag that builds objects", "stages: {a: {cmd: !!python/object/apply:os.system ['touch pwned']}}", 1, "mlo.yaml:"),
    Row("two pipeline files", "printf 'stages: {}\\n' > dvc.yaml", "mlo run", 1, "dvc.yaml"),
    pipeline("pipeline: the lock as an output", "stages: {a: {cmd: 'echo > mlo.lock', outs: [mlo.lock]}}", 1, "`mlo.lock` cannot be an output"),
    pipeline("pipeline: itself as an output", "stages: {a: {cmd: 'true', outs: [mlo.yaml]}}", 1, "`mlo.yaml` cannot be an output"),
    Row("parameters: one that makes an impossible pipeline", "printf 'stages: {a: {cmd: x, params: [lr], deps: [\"no/${lr}\"]}}\\n' > mlo.yaml", "mlo run -P lr=5", 1, "no/5"),
    Row("parameters: for a stage that is not there", "sed -i 's/outs/params: [lr], outs/' mlo.yaml", "mlo run typo -P lr=5", 1, "typo"),
    Row("parameters: malformed", "printf 'lr: [\\n' > params.yaml; sed -i 's/outs/params: [lr], outs/' mlo.yaml", "mlo run", 1, "params.yaml:"),
    Row("lock file: malformed", "printf 'mlo: lock/1\\nstages: 7\\n' > mlo.lock", "mlo run why", 1, "mlo.lock"),
    Row("-P without a value", "", "mlo run -P lr", 2, "lr"),
    # history
    Row("a run record that was tampered with", "c=$(git rev-parse refs/mlo/runs); p=$(git ls-tree -r --name-only $c | grep 'run.yaml$' | head -n 1); b=$(echo 'mlo: run/1' | git hash-object -w --stdin); export GIT_INDEX_FILE=$PWD/../idx; git read-tree $c; git update-index --cacheinfo 100644,$b,$p; t=$(git write-tree); unset GIT_INDEX_FILE; rm ../idx; git update-ref refs/mlo/runs $(git commit-tree $t -p $c -m forged)",
        "mlo track list", 0, "a run is left out"),
    Row("commit in the middle of a merge", "git rev-parse HEAD > .git/MERGE_HEAD; echo 1 > raw/c.csv", "mlo version-data add raw --commit", 4, "merge"),
    Row("git's index is locked", ": > .git/index.lock; echo 1 > raw/c.csv", "mlo version-data add raw --commit", 4, "lock"),
    # suites
    validate("an empty suite", "", "x\n1\n", 1, "s.yaml: the suite must be a mapping"),
    validate("a suite that is no YAML", "mlo: [", "x\n1\n", 1, "s.yaml:"),
    validate("a suite that is cut JSON", '{"name": "s", "expectations": [', "x\n1\n", 1, "s.yaml:"),
    validate("a newer suite", "mlo: suite/2\nname: s", "x\n1\n", 1, "s.yaml"),
    validate("an unknown expectation", "{type: expect_column_values_to_be_uniqe, column: x}", "x\n1\n", 1, "did you mean `expect_column_values_to_be_unique`"),
    validate("an unknown field", "{type: expect_column_to_exist, column: x, columm: z}", "x\n1\n", 1, "did you mean `column`"),
    validate("a mostly above 1", "{type: expect_column_values_to_be_null, column: x, mostly: 2}", "x\n1\n", 1, "s.yaml:4:"),
    validate("ragged rows", "{type: expect_column_to_exist, column: x}", "x,y\n1,2\n3\n4,5,6\n", 1, "t.csv"),
    Row("validate: a sample of all", "printf 'x\\n1\\n' > t.csv", "mlo version-data validate t.csv --suite t.csv --sample 1000000000", 2, "--sample"),
    Row("validate: a suite outside the repository for the record", "printf 'x\\n1\\n' > t.csv", "mlo version-data add t.csv --suite ../s.yaml", 2, "../s.yaml"),
    # tables compared by drift
    drift("not a table", "echo hi > b.txt", "drift check a.csv b.txt", 1, "b.txt"),
    drift("empty file", ": > b.csv", "drift check a.csv b.csv", 1, "b.csv"),
    drift("header alone", "echo x,y > b.csv", "drift check a.csv b.csv", 1, "b.csv"),
    drift("ragged CSV", "printf 'x,y\\n1,2\\n3\\n4,5,6\\n' > b.csv", "drift check a.csv b.csv", 1, "b.csv"),
    drift("NUL bytes in CSV", "head -c 400 /dev/zero > b.csv", "drift check a.csv b.csv", 1, "b.csv"),
    drift("malformed JSON lines", "printf '{\"x\": 1}\\n{\"x\": \\n' > b.jsonl", "drift check a.csv b.jsonl", 1, "b.jsonl"),
    drift("truncated gzip", "gzip < a.csv | head -c 30 > b.csv.gz", "drift check a.csv b.csv.gz", 1, "b.csv.gz"),
    drift("truncated Parquet", f"echo {PARQUET} | base64 -d | head -c 120 > b.parquet", "drift check a.csv b.parquet", 1, "b.parquet"),
    drift("Parquet with a hole", f"echo {PARQUET} | base64 -d > b.parquet; printf '\\377\\377\\377' | dd of=b.parquet bs=1 seek=6 conv=notrunc status=none",
          "drift check a.csv b.parquet", 1, "b.parquet"),
    drift("Parquet whose footer lies about its size", f"echo {PARQUET} | base64 -d > b.parquet; printf '\\377\\377\\377\\177' | dd of=b.parquet bs=1 seek=175 conv=notrunc status=none",
          "drift check a.csv b.parquet", 1, "b.parquet"),
    drift("a fifo", "mkfifo b.csv", "drift check a.csv b.csv", 1, "b.csv"),
    drift("formats mixed", "mkdir b && cp a.csv b && echo '{}' > b/b.jsonl", "drift check a.csv b", 1, "`b`"),
    drift("nothing in common", "printf 'z\\n1\\n' > b.csv", "drift check b.csv b.csv --ignore z", 1, "b.csv"),
    drift("a dataset that is none", "", "drift check a.csv raww", 1, "`raww`"),
    drift("a dataset that holds no table", "mkdir docs && echo hi > docs/x && mlo version-data add docs", "drift check a.csv docs@HEAD", 1, "docs"),
    drift("a revision that is none", "", "drift check raw@nowhere a.csv", 1, "`nowhere`"),
    drift("a directory without tables", "mkdir b && echo hi > b/README", "drift check a.csv b", 1, "`b`"),
    drift("a table through a dangling link", "ln -s nowhere.csv b.csv", "drift check a.csv b.csv", 1, "b.csv"),
    drift("nothing but NaN on both sides", "printf 'x\\nnan\\nNaN\\n' > b.csv", "drift check b.csv b.csv", 1, "b.csv"),
    drift("an unknown test for a column named like SQL", "printf '\"x\"\"; DROP TABLE t; --\",y\\n1.5,1\\n2.5,2\\n' > b.csv", "drift check b.csv b.csv --test 'x\"; DROP TABLE t; --=ksy'", 2, "`ksy`"),
    drift("a column for a test that cannot read it", "", "drift check a.csv a.csv --test y=ks --as y=category", 2, "`y`"),
    drift("words as a number", "", "drift check a.csv a.csv --as y=number", 2, "`y`"),
    drift("a page into a directory that is a file", "", "drift check a.csv a.csv --html a.csv/x.html", 1, "a.csv"),
    drift("only nulls", "printf 'x,y\\n,\\n,\\n' > b.csv", "drift check b.csv b.csv", 1, "b.csv"),
    drift("a test that is none", "", "drift check a.csv a.csv --test 'x=$(touch pwned)'", 2, "touch pwned"),
    drift("a threshold that is no number", "", "drift check a.csv a.csv --threshold nan", 2, "nan"),
    drift("a share above 1", "", "drift check a.csv a.csv --share 2", 2, "`2`"),
    drift("an unknown column with escape codes", "", "drift check a.csv a.csv --column $'\\e[31m'", 2, r"\x1b[31m"),
    drift("a baseline's name climbs out", "", "drift baseline ../../x a.csv", 2, "../../x"),
    drift("no such baseline", "", "drift check baseline:eta a.csv", 1, "`eta`"),
    drift("baseline: of many tables that are no dataset", "mkdir b && cp a.csv b/1.csv && cp a.csv b/2.csv", "drift baseline eta b", 2, "`b`"),
    drift("baseline: empty", "mlo drift baseline eta a.csv; : > .mlo/baselines/eta.yaml", "drift check baseline:eta a.csv", 1, "eta.yaml"),
    drift("baseline: cut off", "mlo drift baseline eta a.csv; head -c 90 .mlo/baselines/eta.yaml > t && mv t .mlo/baselines/eta.yaml", "drift check baseline:eta a.csv", 1, "eta.yaml"),
    drift("baseline: a column chosen twice", "mlo drift baseline eta a.csv --test x=psi; printf '    - column: x\\n      test: ks\\n' >> .mlo/baselines/eta.yaml", "drift check baseline:eta a.csv", 1, "`x` is there twice"),
    drift("baseline: a share that is no number", "mlo drift baseline eta a.csv --share 0.25; sed -i 's/0.25/.nan/' .mlo/baselines/eta.yaml", "drift check baseline:eta a.csv", 1, "eta.yaml:"),
    drift("baseline: a file name that climbs out", "mlo drift baseline eta a.csv; sed -i 's,^file_name: .*,file_name: ../../../etc/passwd,' .mlo/baselines/eta.yaml", "drift check baseline:eta a.csv", 1, "a.csv"),
    drift("baseline: names data of another kind", "mlo drift baseline eta a.csv; sed -i 's,^type: .*,type: directory,; /^file_name/d' .mlo/baselines/eta.yaml", "drift check baseline:eta a.csv", 1, ""),
    drift("baseline: unknown field", "mlo drift baseline eta a.csv; echo 'extra: 1' >> .mlo/baselines/eta.yaml", "drift check baseline:eta a.csv", 1, ".mlo/baselines/eta.yaml:"),
    drift("baseline: newer version", "mlo drift baseline eta a.csv; sed -i 's|drift-baseline/1|drift-baseline/9|' .mlo/baselines/eta.yaml", "drift check baseline:eta a.csv", 1, "eta.yaml"),
    drift("baseline: of another model", "mlo drift baseline eta a.csv; mv .mlo/baselines/eta.yaml .mlo/baselines/theta.yaml", "drift check baseline:theta a.csv", 1, "theta.yaml"),
    drift("baseline: a test that is none", "mlo drift baseline eta a.csv --test psi; sed -i 's/- psi/- pssi/' .mlo/baselines/eta.yaml", "drift check baseline:eta a.csv", 1, "eta.yaml:"),
    drift("baseline: its data is gone", "mlo drift baseline eta a.csv; rm -rf .git/mlo/objects", "drift check baseline:eta a.csv", 1, "a.csv"),
    drift("baseline: a directory that is a planted link", "mkdir ../outside && ln -s ../../outside .mlo/baselines", "drift baseline eta a.csv", 1, "baselines"),
    drift("a report that is none", "echo '[]' > r.json", "drift report r.json", 1, "r.json"),
    drift("a report whose parts do not fit", "mlo drift check a.csv a.csv --json > r.json; sed -i '0,/\"edges\": \\[/s//\"edges\": [1,/' r.json", "drift report r.json", 1, "r.json:"),
    features("no such service", "", "materialize train s.csv nothing -o o.csv", 1, "`nothing`"),
    features("truncated Parquet", "head -c 300 v.csv > v.parquet; sed -i 's/v.csv/v.parquet/' .mlo/features/v.yaml", TRAIN, 1, "`v.parquet`"),
    features("Parquet with its end cut off", "mlo materialize train s.csv v:x -o v.parquet && head -c -9 v.parquet > t && mv t v.parquet; sed -i 's/v.csv/v.parquet/' .mlo/features/v.yaml", TRAIN, 1, "`v.parquet`"),
    features("ragged CSV", "printf 'k,t,x,y\na,2001-01-01,1,2\na,2001-01-02\nb,2001-01-01,1,2,3\n' > v.csv", TRAIN, 1, "`v.csv`"),
    features("CSV of no columns", ": > v.csv", TRAIN, 1, "`v"),
    features("NaN and infinities are numbers", "printf 'k,t,x,y\na,2001-01-01,nan,1\nb,2001-01-01,-inf,1\n' > v.csv", TRAIN, 0, "", unchanged=False),
    features("an infinite time", "printf 'k,t,x,y\na,infinity,1,1\n' > v.csv", TRAIN, 1, "row 1 of `v.csv`"),
    features("a time that is none", "printf 'k,t,x,y\na,2001-01-01,1,1\na,2001-02-30,1,1\n' > v.csv", TRAIN, 1, "row 2 of `v.csv`: column `t`: `2001-02-30`"),
    features("times without zone are UTC", "printf 'k,t,x,y\na,2001-01-01 00:00,1,1\n' > v.csv", TRAIN, 0, "", unchanged=False),
    features("a time in a zone that is none", "printf 'k,t,x,y\na,2001-01-01 00:00 Mars/Olympus,1,1\n' > v.csv", TRAIN, 1, "Mars/Olympus"),
    features("a time with escape codes", "printf 'k,t,x,y\na,\\033[31m,1,1\n' > v.csv", TRAIN, 1, r"\x1b[31m"),
    features("duplicate columns of the spine", "printf 'k,k,event_timestamp\na,b,2001-01-02\n' > s.csv", TRAIN, 0, "", unchanged=False),
    features("a spine without its time", "printf 'k,time\na,2001-01-02\n' > s.csv", TRAIN, 1, "`event_timestamp`"),
    features("a spine without the join key", "printf 'j,event_timestamp\na,2001-01-02\n' > s.csv", TRAIN, 1, "`k`"),
    features("a missing column", "printf 'k,t,y\na,2001-01-02,1\n' > v.csv", TRAIN, 1, "no column `x`"),
    features("a missing file", "rm v.csv", TRAIN, 1, "`v.csv`"),
    features("a file that is a link out", "echo 'k,t,x,y' > ../out.csv; rm v.csv; ln -s ../out.csv v.csv", TRAIN, 1, "`v.csv` is a symlink"),
    features("a fifo in place of a file", "rm v.csv; mkfifo v.csv", TRAIN, 1, "`v.csv`"),
    features("no gzip in a .gz", "mv v.csv v.csv.gz; sed -i 's/v.csv/v.csv.gz/' .mlo/features/v.yaml", TRAIN, 1, "v.csv.gz"),
    features("JSON lines cut off", "printf '{\"k\": \"a\", \"t\": \"2001-01-01\", \"x\": 1}\n{\"k\": ' > v.jsonl; sed -i 's/v.csv/v.jsonl/' .mlo/features/v.yaml", TRAIN, 1, "`v`"),
    features("JSON of another shape", "echo '[1, 2]' > v.jsonl; sed -i 's/v.csv/v.jsonl/' .mlo/features/v.yaml", TRAIN, 1, "`v.jsonl`"),
    features("a query that fails", "sed -i 's/source: .*/source: {sql: SELECT nothing FROM v, tables: {v: v.csv}, timestamp_field: t}/' .mlo/features/v.yaml", TRAIN, 1, "view `v`: the query failed"),
    features("a query that reads /etc/passwd", "sed -i \"s|source: .*|source: {sql: \\\"SELECT content AS k, now() AS t, 1.0 AS x FROM read_text('/etc/passwd')\\\", tables: {v: v.csv}, timestamp_field: t}|\" .mlo/features/v.yaml", TRAIN, 1, "`read_text` may not be used"),
    features("a query that writes", "sed -i \"s|source: .*|source: {sql: \\\"COPY v TO 'pwned.csv'\\\", tables: {v: v.csv}, timestamp_field: t}|\" .mlo/features/v.yaml", TRAIN, 1, "only SELECT may be used"),
    features("a query that takes the engine down", "sed -i \"s|source: .*|source: {sql: \\\"SELECT v.* FROM v, enable_logging('QueryLog', storage = 'file', storage_path = '/nowhere')\\\", tables: {v: v.csv}, timestamp_field: t}|\" .mlo/features/v.yaml", TRAIN, 1, "`enable_logging` may not be used"),
    features("a path out of the repository", "sed -i 's|path: v.csv|path: ../../etc/passwd|' .mlo/features/v.yaml", TRAIN, 1, ".mlo/features/v.yaml:4:"),
    features("a path into .git", "sed -i 's|path: v.csv|path: .git/config|' .mlo/features/v.yaml", TRAIN, 1, ".mlo/features/v.yaml:4:"),
    features("an unknown field", "echo 'tll: 1h' >> .mlo/features/v.yaml", TRAIN, 1, "did you mean `ttl`"),
    features("an unknown type", "sed -i 's/dtype: real/dtype: Float32/' .mlo/features/v.yaml", TRAIN, 1, "`Float32` is no type"),
    features("an unknown entity", "sed -i 's/entities: .*/entities: [ee]/' .mlo/features/v.yaml", TRAIN, 1, ".mlo/features/v.yaml:3:12: no entity `ee`"),
    features("a definition twice", "cp .mlo/features/v.yaml .mlo/features/w.yaml", TRAIN, 1, "already defined"),
    features("a definition that is a link", "mv .mlo/features/v.yaml ../v.yaml; ln -s ../../../v.yaml .mlo/features/v.yaml", TRAIN, 1, "v.yaml"),
    features("a definition of another kind", "echo 'mlo: dataset/1' > .mlo/features/w.yaml", TRAIN, 1, ".mlo/features/w.yaml:1:6"),
    features("a newer definition", "sed -i 's|view/1|view/9|' .mlo/features/v.yaml", TRAIN, 1, "newer"),
    features("a view named like a command", "sed -i 's/name: v/name: train/' .mlo/features/v.yaml", TRAIN, 1, "is a command"),
    features("a thousand dots of YAML", "python3 -c \"print('mlo: view/1\\nname: v\\nsource: ' + '[' * 1000)\" > .mlo/features/v.yaml", TRAIN, 1, ".mlo/features/v.yaml:"),
    features("a training set over a directory", "mkdir o.csv", TRAIN, 1, "o.csv"),
    features("a training set of no format", "", "materialize train s.csv v:x -o o", 2, "`o`"),
    features("materialize: a failing view", "printf 'k,t,x,y\na,never,1,1\n' > v.csv", "materialize", 1, "row 1 of `v.csv`", unchanged=False),
    features("materialize: the store is no database", "head -c 5000 /dev/urandom > .git/mlo/online.sqlite", "materialize", 1, "online.sqlite", unchanged=False),
    features("materialize: the store is of another version", "python3 -c \"import sqlite3; sqlite3.connect('.git/mlo/online.sqlite').execute('PRAGMA user_version = 9')\"", "materialize get v:x --key k=a", 1, "another version"),
    features("get: a key that is no integer", "sed -i 's/type: string/type: integer/' .mlo/features/e.yaml", "materialize get v:x --key k=a", 1, "`v`"),
    features("get: escape codes in a key's name", "", "materialize get v:x --key k=a --key $'\\e[31m=b'", 2, r"\x1b[31m"),
    # models
    Row("model: name out of grammar", "", "mlo register ../../etc --run x --model y", 2, "../../etc"),
    Row("model: a subcommand's name", "", "mlo register rollback --run x --model y", 2, "`rollback`"),
    Row("model: no such run", "", "mlo register delay --run ffffffff --model lines.txt", 1, "`ffffffff`"),
    Row("model: version that is none", "", "mlo register delay --run x --model y --version 1.2", 2, "`1.2`"),
    Row("model: output that is none", f"{RUN}", "mlo register delay --run $(cat ../run) --model ../../etc/passwd", 1, "../../etc/passwd"),
    Row("model: run without scores", f"{RUN}", "mlo register delay --run $(cat ../run) --model lines.txt", 1, "--evaluation RUN"),
    Row("model: bytes damaged in the store", f"{RUN}; f=.git/mlo/objects/$(sha256sum lines.txt | sed -E 's|^(..)([0-9a-f]+).*|\\1/\\2|'); chmod u+w $f; echo evil > $f", "mlo register delay --run $(cat ../run) --model lines.txt", 1, "damaged"),
    Row("model: a tag that exists", "git tag delay@v1.0.0", "mlo register delay --run x --model y --version 1.0.0", 4, "delay@v1.0.0"),
    Row("model: a lightweight version tag", "git tag delay@v1.0.0", "mlo register show delay@1.0.0", 3, "unverified"),
    Row("model: a version tag made by hand", "git tag -a -m mine delay@v1.0.0", "mlo get delay@1.0.0 -o out", 3, "unverified"),
    Row("model: a manifest that is none", "mkdir -p .mlo/models/delay && echo 'mlo: model/1' > .mlo/models/delay/1.0.0.yaml && git add -A && git commit -qm x && printf 'r\\n\\nMlo-Manifest: sha256:%s\\n' $(sha256sum < .mlo/models/delay/1.0.0.yaml | cut -c1-64) | git tag -a -F - delay@v1.0.0",
        "mlo register show delay@1.0.0", 3, "missing `name`"),
    Row("model: a tag whose manifest is another", "mkdir -p .mlo/models/delay && echo 'mlo: model/1' > .mlo/models/delay/1.0.0.yaml && git add -A && git commit -qm x && printf 'r\\n\\nMlo-Manifest: sha256:00\\n' | git tag -a -F - delay@v1.0.0",
        "mlo register show delay@1.0.0", 3, "not the manifest that was registered"),
    Row("stage: a tag made by hand", "git tag -a -m mine delay@v1.0.0; git tag -a -m mine 'delay#prod#1'", "mlo get delay@prod -o out", 3, "unverified"),
    Row("stage: a tag in a tag", "git tag -a -m mine delay@v1.0.0; git tag -a -m mine 'delay#prod#1' delay@v1.0.0", "mlo register show delay@prod", 3, "unverified"),
    Row("stage: a tag of a blob", "git tag -a -m mine delay@v1.0.0; git tag -a -m mine 'delay#prod#1' $(git rev-parse HEAD:mlo.yaml)", "mlo register show delay@prod", 3, "unverified"),
    Row("stage: a report in a hand-made tag", "git tag -a -m mine delay@v1.0.0; printf 'x\\n\\nmlo: gate-report/1\\n\\nMlo-Tag: delay#prod#1\\nMlo-Report: sha256:00\\n' | git tag -a --cleanup=verbatim -F - 'delay#prod#1'", "mlo register show delay@prod", 3, "its report was altered"),
    Row("promote: no such model", "", "mlo promote delay@1.0.0 --to prod", 1, "`delay`"),
    Row("promote: a stage with a path in it", "", "mlo promote delay@1.0.0 --to ../x", 2, "../x"),
    Row("register in the middle of a merge", "git rev-parse HEAD > .git/MERGE_HEAD", "mlo register delay --run x --model y", 4, "merge"),
    Row("get from a repository that is none", "", "mlo get delay@1.0.0 --repo ../nowhere -o out", 5, "nowhere"),
    # gates
    policy("malformed YAML", "mlo: gate/1\nstage: [", 1, ".mlo/gates/prod.yaml:"),
    policy("an empty policy", "", 1, "prod.yaml"),
    policy("a policy that is no mapping", "- 1", 1, "prod.yaml:1:1"),
    policy("a policy of a newer mlo", GATE.replace("gate/1", "gate/2"), 1, "gate/2"),
    policy("an unknown field", GATE + "\napprovals: {min: 2}", 1, "prod.yaml:5:12: unknown key `approvals`"),
    policy("a field twice", GATE + "\nstage: dev", 1, "prod.yaml:5:"),
    policy("a policy of another stage", GATE.replace("prod", "dev"), 1, "stage: dev"),
    policy("a policy without gates", "mlo: gate/1\nstage: prod\ngates: []", 1, "prod.yaml:3:8"),
    policy("two gates of one id", GATE + "\n  - {id: a, check: commit-on, branch: main}", 1, "two gates have the id `a`"),
    policy("a stage that climbs out", GATE, 2, "../../x", command="mlo promote check m@1.0.0 --to ../../x"),
    policy("a stage with escape codes", GATE, 2, r"\x1b[31m", command=r"mlo promote check m@1.0.0 --to $'\e[31m'"),
    policy("a policy behind a link", GATE, 1, "prod.yaml", after="cd .mlo/gates && mv prod.yaml x && ln -s x prod.yaml && cd ../.. && git add -A && git commit -q -m link"),
    policy("a directory as a policy", GATE, 1, "prod.yaml", after="git rm -q .mlo/gates/prod.yaml && mkdir -p .mlo/gates/prod.yaml && touch .mlo/gates/prod.yaml/x && git add -A && git commit -q -m d"),
    policy("a policy ref that is not here", GATE, 1, "origin/rules", after="git config mlo.policyRef origin/rules"),
    policy("a policy ref with an option in it", GATE, 1, "--help", after="printf '[mlo]\\n\\tpolicyRef = --help\\n' >> .git/config"),
    policy("no such model", GATE, 1, "`m`"),
    policy("a model's name that climbs out", GATE, 1, "../../etc", command="mlo promote check ../../etc@1.0.0 --to prod"),
    policy("predictions outside the repository", "mlo: gate/1\nstage: prod\nevaluation: {stage: e, dataset: raw, predictions: /etc/passwd, columns: {label: a, score: b}}\ngates:\n  - {id: a, metric: auc, min: 0}", 1, "`/etc/passwd`"),
    policy("a model's place inside .git", "mlo: gate/1\nstage: prod\nevaluation: {stage: e, dataset: raw, model: .git/hooks/pre-commit}\ngates:\n  - {id: a, metric: auc, min: 0}", 1, "`.git/hooks/pre-commit`"),
    gate("an unknown check", "{id: a, check: comit-on}", "20: unknown check `comit-on`"),
    gate("an unknown field of a gate", "{id: a, metric: auc, min: 0.8, mni: 1}", "41: unknown key `mni`"),
    gate("a bound that is not a number", "{id: a, metric: auc, min: .nan}", "31: `min` must be a finite number"),
    gate("a bound that is text", "{id: a, metric: auc, min: high}", "31: `min` must be a number"),
    gate("a confidence of 95", "{id: a, metric: auc, max_regression: {abs: 0}, confidence: 95}", "64: `confidence`"),
    gate("a slice that is no column", "{id: a, metric: auc, slices: [\"g' OR 1=1\"], min: 0}", "34:"),
    gate("a metric that is a path", "{id: a, metric: ../../etc/passwd, min: 0}", "21: `../../etc/passwd` cannot name a metric"),
    gate("requests outside the repository", "{id: a, metric: latency_ms.p50, max: 1, command: cat, requests: ../../etc/passwd}", "69: `../../etc/passwd`"),
    gate("more samples than anybody wants", "{id: a, metric: latency_ms.p50, max: 1, command: cat, samples: 9999999999}", "68: `samples`"),
]
