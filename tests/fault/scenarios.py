"""What run.py stops: a prepared state, one command, and the views in which its result must show."""
from dataclasses import dataclass, field

RUNS = "newest_run.py"
DATA = "mlo version-data status --json"

FEATURES = r"""mkdir -p .mlo/features data
printf 'mlo: entity/1\nname: e\nkeys: [{name: k, type: integer}]\n' > .mlo/features/e.yaml
printf 'mlo: view/1\nname: v\nentities: [e]\nsource: {path: data/*.csv, timestamp_field: t}\nfeatures: [{name: x, dtype: real}]\n' > .mlo/features/v.yaml
(echo k,t,x; for i in $(seq 300); do echo $i,2001-01-01,$i.5; done) > data/a.csv
(echo k,event_timestamp; for i in $(seq 300); do echo $i,2001-01-03; done) > spine.csv
"""
ONLINE = "mlo materialize get v:x --key k=7 --json || true"
TABLE = "seq 1.5 1 60 > table.csv && sed -i 1ix table.csv\n"
INIT = "mlo init && git add -A && git commit -q -m 'mlo init'\n"
RAW = "mkdir raw && for i in 1 2 3; do seq $i 40 > raw/$i.csv; done\nmkdir raw/deep && echo x > raw/deep/x && ln -s 1.csv raw/link\n"
ADDED = INIT + RAW + "mlo version-data add raw --commit\n"
MANY = INIT + "mkdir many && for i in $(seq 30); do echo $i > many/$i; done\n"
MORE = MANY + "mlo version-data add many --commit\n"  # more small objects than lie by themselves
OTHER = ADDED + r"""mkdir .git/far && mlo remote add far file://$PWD/.git/far && mlo push && git add -A && git commit -q -m remote && git tag first
echo more >> raw/2.csv && rm raw/3.csv && mlo version-data add raw --commit && mlo push && git clone -q --bare . .git/bare.git
"""
# Of two packs few objects are needed, of one none, and some that nothing needs lie by themselves.
GARBAGE = MORE + """for i in $(seq 25); do echo new $i > many/$i; done; mlo version-data add many
for i in $(seq 5); do echo newer $i > many/$i; done; mlo version-data add many
for i in $(seq 20); do echo newer still $i > many/$i; done; mlo version-data add many
for i in $(seq 20); do echo newest $i > many/$i; done; mlo version-data add many && git add -A
git commit -q --amend -m amended && git reflog expire --expire=now --all && git update-ref -d ORIG_HEAD
"""
GC = "mlo version-data gc --yes --older-than 0 --unpushed"
# A file that is cut, and a directory whose tree is: its names are long.
PARTS = INIT + r"""printf 'cut:\n  min_bytes: 1048576\n' >> .mlo/config.yaml
cat > cut.py <<'Y'
import hashlib, sys
for n in range(40_000): print(n, hashlib.sha256(str(n if n != 20_000 else sys.argv[1]).encode()).hexdigest(), sep=",")
Y
git add -A && git commit -q -m cut && python3 cut.py 2 > big.csv && mlo version-data add big.csv --commit
"""
PAGES = INIT + "mkdir flat && for i in $(seq 400); do echo $i > flat/$(printf '%0200d' $i); done\nmlo version-data add flat --commit\n"
# The remote `near` is a directory; `far` is the same by ssh, in the copy under test. What a remote names is there, whole.
NEAR = "mkdir .git/store && mlo remote add near .git/store && git add -A && git commit -q -m remote\n"
FAR = NEAR + """cat > .mlo/local/config.yaml <<Y
mlo: config/1
remotes:
  far: {url: "ssh://127.0.0.1$PWD/../trial/.git/store", ssh_command: "$MLO_SSH", far_mlo: "$MLO_FAR"}
Y
"""
# The same by S3.
BUCKET = "mkdir .git/served\n" + NEAR.replace(".git/store", ".git/served/bucket") + """cat > .mlo/local/config.yaml <<Y
mlo: config/1
remotes:
  far: {url: "s3://bucket", endpoint: "$MLO_S3"}
Y
"""
SEALED = "mkdir .git/store && mlo remote new-key .git/key && mlo remote add near .git/store --key-file .git/key && mlo remote check near --init && git add -A && git commit -q -m remote\n"
SEALED_FAR = SEALED + FAR.split("\n", 1)[1].replace('far_mlo: "$MLO_FAR"', 'far_mlo: "$MLO_FAR", encryption: {key_file: $PWD/.git/key}')
NOTHING_LOST = "mlo version-data fsck --remote near --read-remote --json | tee .git/lost | grep -q '\"lost\": \\[\\]' || { cat .git/lost >&2; false; }"
NEXT = "for i in $(seq 30); do echo new $i > many/$i; done; echo more > many/more; mlo version-data add many --commit\n"
CUT_NEXT = "python3 cut.py 3 > big.csv && mlo version-data add big.csv --commit\n"
# The remote has the next version of the file, the store the one before.
OLD_STORE = "mkdir .git/old && cp -a .git/mlo/packs .git/mlo/objects .git/old/\n" + CUT_NEXT + \
    "mlo push --remote near && rm -rf .git/mlo/packs .git/mlo/objects big.csv && mv .git/old/* .git/mlo/ && rmdir .git/old\n"
FORGET = "rm -rf many big.csv .git/mlo/packs .git/mlo/objects\n"
DVC = INIT + r"""put() { mkdir -p .dvc/cache/files/md5/$(md5sum < $1 | cut -c1-2) && cp $1 .dvc/cache/files/md5/$(md5sum < $1 | cut -c1-2)/$(md5sum < $1 | cut -c3-32)${2:-}; md5sum < $1 | cut -c1-32; }
mkdir -p .dvc data && echo '*.tmp' > .dvcignore && echo /cache > .dvc/.gitignore && echo /raw > data/.gitignore && seq 9 > .git/a && seq 8 > .git/b
printf '[{"md5": "%s", "relpath": "a.csv"}, {"md5": "%s", "relpath": "deep/b.csv"}]' $(put .git/a) $(put .git/b) > .git/dir
printf 'outs:\n- md5: %s.dir\n  hash: md5\n  path: raw\n' $(put .git/dir .dir) > data/raw.dvc && git add -A && git commit -q -m dvc
"""
LFS = INIT + r"""point() { id=$(sha256sum < $1 | cut -c1-64); at=.git/lfs/objects/$(echo $id | cut -c1-2)/$(echo $id | cut -c3-4); mkdir -p $at && cp $1 $at/$id
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %s\n' $id $(stat -c %s $1) > $1; }
mkdir data && seq 9 > data/a && seq 8 > data/b && point data/a && point data/b && git add data && git commit -q -m lfs
"""
LINKED = INIT + "printf 'mlo: config/1\\nlink: hardlink\\n' > .git/mlo/config.yaml && mkdir raw && seq 200000 > raw/big && seq 9 > raw/small\n"
SHARED = INIT + RAW + "mkdir .git/cache && printf 'mlo: config/1\\ncache:\\n  dir: .git/cache\\n' > .git/mlo/config.yaml\n"
PIPELINE = ADDED + r"""cat > mlo.yaml <<'Y'
stages:
  first: {cmd: "cat raw/1.csv raw/2.csv > first.txt", deps: [raw], outs: [first.txt]}
  second: {cmd: "mkdir -p model && wc -l < first.txt > model/lines && printf '{\"lines\": 79}' > metrics.json", deps: [first.txt], outs: [model], metrics: [{metrics.json: {cache: false}}]}
Y
git add -A && git commit -q -m pipeline
"""
RECORDED = PIPELINE + "mlo run --name one && mlo run --force --name two\n"
RUN_TAGS = "mlo track list --json | python3 -c 'import json,sys; print(sorted((r[\"name\"], r[\"tags\"], r[\"note\"]) for r in json.load(sys.stdin)[\"runs\"] if r[\"status\"] != \"killed\"))'"

NO_LITTER = ["git worktree list | wc -l", "ls .git/mlo/worktrees | grep -v lock || true", "ls .git/worktrees 2>/dev/null || true"]
ATTESTED = "mlo track show one --json | python3 -c 'import json,sys; print(json.load(sys.stdin)[\"attestations\"][0][\"verdict\"])'"
GATES = INIT + r"""printf 'group,late\na,1\na,0\nb,1\nb,0\n' > late.csv && cp late.csv train.csv
mlo version-data add train.csv --name flights && mlo version-data add late.csv --name holdout
cat > mlo.yaml <<'Y'
stages:
  train: {cmd: echo 3 > model.txt, deps: [train.csv], outs: [model.txt]}
  evaluate: {cmd: "sed 's/late/late,p/; s/,1/,1,1/; s/,0/,0,0/' late.csv > predictions.csv; echo '{\"bytes\": 2}' > metrics.json", deps: [late.csv, model.txt], outs: [predictions.csv], metrics: [{metrics.json: {cache: false}}]}
Y
mkdir .mlo/gates && cat > .mlo/gates/prod.yaml <<'Y'
mlo: gate/1
stage: prod
evaluation: {stage: evaluate, dataset: holdout, predictions: predictions.csv, columns: {label: late, score: p}}
gates:
  - {id: accuracy, metric: accuracy, min: 0.9}
Y
echo 'awk==1' > used.txt && git add -A && git commit -q -m all && mlo run --name one && git add -A && git commit -q -m lock
mlo register delay --run one --model model.txt --dependencies used.txt
"""


SCORED = INIT + r"""printf 'age\n1\n' > train.csv && printf 'age\n2\n' > late.csv && echo '[{"name": "age", "type": "integer"}]' > f.json && echo numpy==1 > requirements.txt
mlo version-data add train.csv --name flights && mlo version-data add late.csv --name late-holdout
cat > mlo.yaml <<'Y'
stages:
  train: {cmd: "mkdir -p model && cat train.csv > model/weights", deps: [train.csv], outs: [model]}
  score: {cmd: "echo '{\"auc\": 0.8}' > m.json", deps: [model, late.csv], metrics: [m.json: {cache: false}]}
Y
git add -A && git commit -q -m pipeline && mlo run --name first && git add -A && git commit -q -m lock
"""
REGISTER = "mlo register delay --run first --model model --features f.json"
REGISTERED = SCORED + f"{REGISTER} && {REGISTER}\n"
PROMOTED = REGISTERED + "mlo promote delay@0.0.1 --to prod && mlo promote delay@0.0.2 --to prod\n"
MODEL_TAGS = "git tag"


@dataclass
class Scenario:
    name: str
    setup: str
    command: str
    views: list = field(default_factory=list)
    codes: tuple = (0,)
    whole: list = field(default_factory=list)  # commands that succeed at every moment
    foreign_output: bool = False  # programs other than mlo write to stderr
    far: str = ""  # ssh: $MLO_SSH leads to an sshd, $MLO_FAR is the far end; s3: a server at $MLO_S3


SCENARIOS = [
    Scenario("init", "", "mlo init"),
    Scenario("version-data add", INIT + RAW, "mlo version-data add raw", [DATA]),
    Scenario("version-data add --commit", INIT + RAW, "mlo version-data add raw --commit", [DATA]),
    Scenario("version-data add, changed", ADDED + "echo more >> raw/2.csv; rm raw/3.csv; echo new > raw/4.csv\n",
             "mlo version-data add raw", [DATA]),
    Scenario("version-data checkout", ADDED + "echo more >> raw/2.csv; rm raw/3.csv; mlo version-data add raw --commit\n",
             "mlo version-data checkout raw --rev HEAD~1", [DATA]),
    Scenario("version-data checkout, missing", ADDED + "rm -r raw\n", "mlo version-data checkout raw", [DATA]),
    Scenario("version-data add, packed", MANY, "mlo version-data add many", [DATA]),
    Scenario("version-data add, more packs", MORE + "for i in $(seq 31 60); do echo $i > many/$i; done\n", "mlo version-data add many", [DATA]),
    Scenario("version-data checkout, packed", MORE + "rm -r many\n", "mlo version-data checkout many", [DATA]),
    Scenario("pull, packed", MORE + "rm -rf ../far; mkdir ../far && mlo remote add far ../far && mlo push --remote far && rm -rf many .git/mlo/packs .git/mlo/objects\n",
             "mlo pull --remote far", [DATA]),
    Scenario("version-data add, in parts", PARTS + "python3 cut.py 3 > big.csv\n", "mlo version-data add big.csv", [DATA]),
    Scenario("version-data checkout, in parts", PARTS + "rm big.csv\n", "mlo version-data checkout big.csv", [DATA]),
    Scenario("version-data add, large tree", PAGES + "rm flat/*007; echo new > flat/$(printf '%0200d' 700)\n", "mlo version-data add flat", [DATA]),
    # Not those by S3 on a full disk: their server would be full.
    *(Scenario(label.format(command), data + there + before, f"mlo {command} --remote {name}", [DATA], whole=[NOTHING_LOST], far=far)
      for label, there, name, far in (("{}, ssh", FAR, "far", "ssh"), ("S3 {}", BUCKET, "far", "s3"), ("{}, encrypted", SEALED, "near", ""))
      for command, data, before in (("push", MORE, "mlo push --remote near && " + NEXT),
                                    ("pull", MORE, "mlo push --remote near && " + FORGET))),
    *(Scenario(label.format(command), PARTS + there + "mlo push --remote near\n" + before, f"mlo {command} --remote {name}", [DATA],
               whole=[NOTHING_LOST], far=far)
      for label, there, name, far in (("{}, directory in parts", NEAR, "near", ""), ("S3 {} in parts", BUCKET, "far", "s3"),
                                      ("{}, encrypted ssh in parts", SEALED_FAR, "far", "ssh"))
      for command, before in (("push", CUT_NEXT), ("pull", OLD_STORE))),
    Scenario("version-data fsck, remote lost a pack", MORE + NEAR + "mlo push --remote near && rm .git/store/packs/*\n",
             "mlo version-data fsck --heal --remote near", [DATA, NOTHING_LOST, "find .git/store/packs -type f | head -n 1 | wc -l"]),
    Scenario("version-data fsck, no index", MORE + "rm -f .git/mlo/packs/*.idx\n", "mlo version-data fsck", [DATA]),
    Scenario("version-data import", OTHER, "mlo version-data import raw@first --repo .git/bare.git -o data/in", [DATA]),
    Scenario("version-data update", OTHER + "mlo version-data import raw@first --repo .git/bare.git -o data/in --commit\n",
             "mlo version-data update --rev main", [DATA]),
    Scenario("version-data get", OTHER, "mlo version-data get raw@first --repo .git/bare.git -o got --force", ["cat got/*.csv 2>/dev/null | wc -c"]),
    Scenario("version-data gc", GARBAGE, GC, [DATA, "mlo version-data fsck --json"]),
    Scenario("version-data gc, trash emptied", GARBAGE + GC + "\n", "mlo version-data gc --yes --older-than 0 --unpushed --empty-trash",
             [DATA, "mlo version-data fsck --json", "find .git/mlo/trash -type f"]),
    Scenario("version-data gc --restore", GARBAGE + GC + "\n", "mlo version-data gc --restore", [DATA, "mlo version-data fsck --json"]),
    Scenario("version-data import --from dvc", DVC, "mlo version-data import --from dvc --commit", [DATA]),
    Scenario("version-data import --from dvc --history", DVC, "mlo version-data import --from dvc --history", [DATA, "git for-each-ref"]),
    Scenario("version-data import --from lfs", LFS, "mlo version-data import --from lfs --commit", [DATA]),
    Scenario("hooks run pre-push", ADDED + "rm -rf ../far; mkdir ../far && mlo remote add far ../far\n",
             "echo \"refs/heads/main $(git rev-parse main) refs/heads/main 0000000000000000000000000000000000000000\" | mlo hooks run pre-push origin",
             ["cd ../far && find . -path ./tmp -prune -o -type f -print | LC_ALL=C sort | head -50"]),
    Scenario("version-data add, shared cache", SHARED, "mlo version-data add raw", [DATA, "ls .git/cache/repositories"]),
    Scenario("version-data add, links", LINKED, "mlo version-data add raw", [DATA, "mlo version-data fsck --json"]),
    Scenario("version-data checkout, links", LINKED + "mlo version-data add raw --commit && rm raw/big && seq 200001 > raw/big && mlo version-data add raw\n",
             "mlo version-data checkout raw --rev HEAD", [DATA, "mlo version-data fsck --json"]),
    Scenario("version-data unprotect", LINKED + "mlo version-data add raw\n", "mlo version-data unprotect raw",
             [DATA, "mlo version-data fsck --json", "stat -c '%a %h' raw/*"]),
    Scenario("version-data cache", MORE + "mkdir .git/cache\n", "mlo version-data cache .git/cache",
             [DATA, "mlo version-data fsck --json", "find .git/mlo -name '*.pack'", "ls .git/cache/repositories"]),
    Scenario("version-data cache --own", MORE + "mkdir .git/cache && mlo version-data cache .git/cache\n", "mlo version-data cache --own",
             [DATA, "mlo version-data fsck --json", "find .git/cache -type f -not -path '*/locks/*'"]),
    Scenario("version-data remove", ADDED, "mlo version-data remove raw --yes", codes=(0, 1)),
    Scenario("remote add", INIT, "mlo remote add origin ../remote", ["mlo remote list --json"], codes=(0, 1, 4)),
    Scenario("run", PIPELINE, "mlo run", [RUNS, DATA]),
    Scenario("run, changed input", PIPELINE + "mlo run && echo 7 >> raw/1.csv && git add -A && git commit -q -m lock\n", "mlo run", [RUNS]),
    Scenario("run -- CMD", INIT, "mlo run -- sh -c 'echo hi > out.txt'"),
    Scenario("track note", PIPELINE + "mlo run && mlo track list --json > ../runs.json\n",
             "mlo track note $(python3 -c 'import json; print(json.load(open(\"../runs.json\"))[\"runs\"][0][\"id\"])') 'worth keeping'", [RUNS]),
    Scenario("track tag", RECORDED + "mlo track tag one stale=yes\n", "mlo track tag one owner=ada --remove stale", [RUN_TAGS], codes=(0, 1)),
    Scenario("track delete", RECORDED, "mlo track delete one --yes", [RUN_TAGS], codes=(0, 1)),
    Scenario("track restore", RECORDED + "mlo track delete one --yes\n", "mlo track restore one", [RUN_TAGS], codes=(0, 1)),
    Scenario("hooks install", INIT, "mlo hooks install", ["mlo hooks status --json", "ls .git/hooks | grep -v sample"]),
    Scenario("remote new-key", INIT, "mlo remote new-key ../k.key", ["wc -c < ../k.key || true"], codes=(0, 4)),
    Scenario("remote rotate-key", INIT + "mlo remote new-key ../old.key && mlo remote new-key ../new.key && mlo remote add far ../far --key-file ../old.key\n",
             "mlo remote rotate-key far ../new.key", ["mlo remote rotate-key far ../new.key >/dev/null; mlo remote check far"]),
    Scenario("remote modify", INIT + "mkdir ../far && mlo remote add far ../far\n", "mlo remote modify far --connections 3 --url ../elsewhere --default",
             ["mlo remote list --json", "cat .mlo/config.yaml"]),
    Scenario("remote remove", INIT + "mkdir ../far && mlo remote add far ../far\n", "mlo remote remove far", ["mlo remote list --json"], codes=(0, 1)),
    Scenario("push", PIPELINE + "mlo run && mkdir ../far && mlo remote add far ../far\n", "mlo push --remote far",
             ["cd ../far && find . -path ./tmp -prune -o -type f -print | LC_ALL=C sort | head -50"]),
    Scenario("pull", ADDED + "rm -rf ../far; mkdir ../far && mlo remote add far ../far && mlo push --remote far && rm -rf raw .git/mlo/objects\n",
             "mlo pull --remote far", [DATA]),
    Scenario("drift baseline", INIT + TABLE, "mlo drift baseline delay table.csv", ["mlo drift baseline --json"]),
    Scenario("drift baseline, changed", INIT + TABLE + "mlo drift baseline delay table.csv && git add -A && echo 7.5 >> table.csv\n",
             "mlo drift baseline delay table.csv --test psi", ["mlo drift baseline --json"]),
    Scenario("drift baseline --remove", INIT + TABLE + "mlo drift baseline delay table.csv && git add -A && git commit -q -m baseline\n",
             "mlo drift baseline delay --remove", ["mlo drift baseline --json"], codes=(0, 1)),
    Scenario("drift check", INIT + TABLE, "mlo drift check table.csv table.csv --html .git/drift.html --prometheus .git/drift.prom",
             ["tail -n 1 .git/drift.html", "tail -n 1 .git/drift.prom | cut -d ' ' -f 1", "mlo drift report | tail -n 1"],
             whole=["test ! -e .git/drift.html || tail -n 1 .git/drift.html | grep -q '</html>'",
                    "test ! -e .git/drift.prom || tail -n 1 .git/drift.prom | grep -q '^mlo_drift_last_run.* [0-9.e+]*$'",
                    "mlo drift report || test $? = 1"]),
    Scenario("materialize train", INIT + FEATURES, "mlo materialize train spine.csv v:x -o out/train.csv", ["test ! -e out/train.csv || cksum < out/train.csv"]),
    Scenario("materialize train, again", INIT + FEATURES + "mkdir out && echo old > out/train.parquet\n",
             "mlo materialize train spine.csv v:x -o out/train.parquet", ["cksum < out/train.parquet"]),
    Scenario("materialize", INIT + FEATURES, "mlo materialize", [ONLINE]),
    Scenario("materialize, changed", INIT + FEATURES + "mlo materialize && (echo k,t,x; for i in $(seq 400); do echo $i,2001-01-02,$i.75; done) > data/b.csv\n",
             "mlo materialize", [ONLINE]),
    Scenario("materialize, another definition", INIT + FEATURES + "mlo materialize && sed -i 's/name: x/name: x, description: changed/; s/t}/t, null_values: NA}/' .mlo/features/v.yaml\n",
             "mlo materialize", ["mlo materialize status --json | grep -c '\"state\": \"missing\"' || true"]),
    Scenario("register", SCORED, REGISTER + " --version 1.0.0", [MODEL_TAGS], codes=(0, 4)),
    Scenario("promote", REGISTERED, "mlo promote delay@0.0.2 --to prod", [MODEL_TAGS]),
    Scenario("promote rollback", PROMOTED, "mlo promote rollback delay --stage prod --to 0.0.1", [MODEL_TAGS], codes=(0, 4)),
    Scenario("get", PROMOTED, "mlo get delay@prod -o got --force"),
    Scenario("promote check", GATES, "mlo promote check delay@0.0.1 --to prod", [*NO_LITTER, "git tag -l"]),
    Scenario("run verify", PIPELINE + "mlo run --name one && git add -A && git commit -q -m lock\n", "mlo run verify all --twice", [*NO_LITTER, RUN_TAGS, ATTESTED, "cat mlo.lock"]),
]
