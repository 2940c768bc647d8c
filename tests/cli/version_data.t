# A dataset from its first version to its removal.

$ mlo init && git commit -qm init
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ mkdir -p raw/sub && printf '1\n' > raw/a.csv && printf '22\n' > raw/sub/b.csv
$ mlo version-data add raw -m 'data: first'
added raw: 2 files, 5 B, sha256:e3825bb77a18
committed <id>
$ mlo data status
unchanged raw
$ printf '333\n' > raw/a.csv && rm raw/sub/b.csv && printf '4\n' > raw/c.csv
$ mlo version-data status --granular
modified raw  1 added, 1 changed, 1 removed
M raw/a.csv  (2 B -> 4 B)
A raw/c.csv  (2 B)
D raw/sub/b.csv  (3 B)
$ mlo version-data diff raw
M raw/a.csv  (2 B -> 4 B)
A raw/c.csv  (2 B)
D raw/sub/b.csv  (3 B)
raw: 1 added, 1 changed, 1 removed; +6 B -5 B
$ mlo version-data checkout raw
error: `raw/a.csv` has unsaved changes, and so has 1 more
hint: save them with `mlo version-data add raw`, or lose them with --force
[4]
$ mlo version-data add raw -m 'data: second'
added raw: 2 files, 6 B, sha256:0884350604ea
committed <id>
$ mlo version-data history raw
COMMIT      DATE                 AUTHOR      VERSION              FILES  SIZE  SUBJECT
<id>  <time>  Ada Tester  sha256:0884350604ea      2   6 B  data: second
<id>  <time>  Ada Tester  sha256:e3825bb77a18      2   5 B  data: first
$ mlo version-data diff raw HEAD~1 HEAD --json
{
  "datasets": [
    {
      "name": "raw",
      "path": "raw",
      "counts": {
        "added": 1,
        "changed": 1,
        "removed": 1,
        "bytes_added": 6,
        "bytes_removed": 5
      },
      "changes": [
        {
          "path": "a.csv",
          "change": "changed",
          "old_bytes": 2,
          "new_bytes": 4
        },
        {
          "path": "c.csv",
          "change": "added",
          "old_bytes": 0,
          "new_bytes": 2
        },
        {
          "path": "sub/b.csv",
          "change": "removed",
          "old_bytes": 3,
          "new_bytes": 0
        }
      ]
    }
  ]
}
$ mlo version-data checkout raw@HEAD raw@HEAD~1
error: `raw@HEAD` and `raw@HEAD~1` are two versions of one dataset
hint: name one; `mlo version-data get` writes another beside it
[2]
$ mlo version-data -q -C . ls && mlo data --json status | head -n 2; mlo data --json >.git/said; echo $?; mlo data --frob ls
NAME  FILES  SIZE  VERSION              PATH
raw       2   6 B  sha256:0884350604ea  raw
{
  "datasets": [
2
error: unknown option `--frob`
hint: see `mlo help`
[2]
$ mlo version-data checkout raw --rev HEAD~1
raw: 2 files, 5 B written, 1 removed
$ cat raw/sub/b.csv
22
$ git status --short
M  .mlo/data/raw.yaml
$ mlo version-data ls raw -R
SIZE  ID                   PATH
 2 B  sha256:4355a46b19d3  a.csv
 3 B  sha256:5fed119f9f4f  sub/
 3 B  sha256:f14b4987904b  sub/b.csv
$ mlo version-data ls raw nope
error: `raw` has no `nope`
hint: list it with `mlo version-data ls raw`
[1]
$ mlo version-data remove raw --dry-run
would remove raw and 2 files of data
$ mlo version-data remove raw
error: cannot ask off a terminal: remove dataset `raw` and 2 files of data?
hint: add `--yes` to agree, or look first with `--dry-run`
[2]
$ mlo version-data remove raw --yes
removed raw and 2 files of data
$ mlo version-data ls
no datasets
$ mlo version-data add mlo.yaml
error: cannot add `mlo.yaml`: it belongs in git itself
hint: git add mlo.yaml
[1]
$ touch mlo.yaml && mlo run
the pipeline has no stages

# What an older revision has is refused where it would lie in another dataset of now.

$ mkdir -p p/q && echo 1 > p/q/a && mlo version-data add -q p/q -m inner && git tag inner && mlo version-data remove -q p/q --yes --keep-files && git commit -qm out && mlo version-data add -q p -m outer
...
$ mlo version-data checkout --rev inner; mlo version-data checkout p/q@inner --dry-run; mlo version-data ls; git status --short
error: `p/q` at `p/q` overlaps the dataset `p` at `p`
hint: a file belongs to one dataset at most; first: mlo version-data remove p --keep-files
error: `p/q` at `p/q` overlaps the dataset `p` at `p`
hint: a file belongs to one dataset at most; first: mlo version-data remove p --keep-files
NAME  FILES  SIZE  VERSION              PATH
p         1   2 B  sha256:68c39da0f697  p
?? mlo.yaml
