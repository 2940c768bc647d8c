# Objects that nothing needs go to trash first, and only if a remote has them.

$ mlo init && git commit -qm init
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ mlo version-data gc
needed: 0 objects (0 B), by 2 commits and the work tree
would move to trash: 0 objects (0 B)
$ mkdir raw && for i in 1 2 3 4 5 6 7 8 9; do echo $i > raw/$i.csv; done && mlo version-data add raw -m data
added raw: 9 files, 18 B, sha256:<id>
committed <id>
$ for i in 1 2 3 4 5 6 7 8 9; do echo one $i > raw/$i.csv; done && mlo version-data add raw
added raw: 9 files, 54 B, sha256:fe985eeee330
hint: the manifest is staged; commit it with `git commit`
$ for i in 1 2 3 4 5 6 7 8 9; do echo two $i > raw/$i.csv; done && mlo version-data add raw -m two
added raw: 9 files, 54 B, sha256:30a824eeb382
committed cdcd114e3f8a

# The version in between was never committed, but it is young.

$ mlo version-data gc
needed: 20 objects (834 B), by 4 commits and the work tree
kept: 10 objects (435 B), stored lately
would move to trash: 0 objects (0 B)
$ mlo version-data gc --older-than 0
needed: 20 objects (834 B), by 4 commits and the work tree
kept: 10 objects (435 B), needed by nothing, but no remote has them
would move to trash: 0 objects (0 B)
hint: there is no remote; --unpushed takes what is nowhere else
$ mlo version-data gc --older-than 0 --unpushed
needed: 20 objects (834 B), by 4 commits and the work tree
would move to trash: 10 objects (435 B)
hint: do it with `mlo version-data gc --yes`
$ mlo version-data gc --older-than 0 --unpushed --yes
needed: 20 objects (834 B), by 4 commits and the work tree
moved to trash: 10 objects (435 B)
in trash: 1 file (846 B)
$ mlo version-data gc --older-than 0 --unpushed --yes
needed: 20 objects (834 B), by 4 commits and the work tree
moved to trash: 0 objects (0 B)
in trash: 1 file (846 B)
$ mlo version-data fsck
read 20 objects (834 B): none is damaged
$ mlo version-data gc --restore
brought back from trash: 10 objects
$ mlo version-data gc --older-than 0 --unpushed --yes --empty-trash --json
{
  "dry_run": false,
  "repositories": 1,
  "commits": 4,
  "manifests": 7,
  "needed": {
    "objects": 20,
    "bytes": 834
  },
  "taken": {
    "objects": 10,
    "bytes": 435
  },
  "packs_taken": 1,
  "packs_rewritten": 0,
  "young": {
    "objects": 0,
    "bytes": 0
  },
  "unpushed": {
    "objects": 0,
    "bytes": 0
  },
  "in_needed_packs": {
    "objects": 0,
    "bytes": 0
  },
  "restored": 0,
  "emptied": {
    "files": 1,
    "bytes": 846
  },
  "trash": {
    "files": 0,
    "bytes": 0
  },
  "quarantine": {
    "files": 0,
    "bytes": 0
  },
  "litter": 0,
  "busy": false
}

# What a remote has may go without asking.

$ mlo remote add store .git/store && echo 0 > raw/0.csv && mlo version-data add raw && mlo push
remote store: .git/store
hint: commit .mlo/config.yaml, so that others have it too
added raw: 10 files, 56 B, sha256:42c58eb8e9fa
hint: the manifest is staged; commit it with `git commit`
pushed 11 objects (547 B)
$ rm raw/0.csv && mlo version-data add raw
added raw: 9 files, 54 B, sha256:30a824eeb382
hint: the manifest is staged; commit it with `git commit`
$ mlo version-data gc --older-than 0 --yes
needed: 20 objects (834 B), by 4 commits and the work tree
moved to trash: 2 objects (493 B)
in trash: 2 files (493 B)
$ mlo version-data checkout raw --rev HEAD~1 && mlo version-data fsck
raw: 9 files, 18 B written, 0 removed
read 20 objects (834 B): none is damaged

# A manifest that cannot be read stops it.

$ echo 'mlo: dataset/1' > .mlo/data/bad.yaml && mlo version-data gc --yes
error: .mlo/data/bad.yaml:1:1: missing `name` in the manifest
[1]
$ rm .mlo/data/bad.yaml && mlo version-data gc --older-than soon
error: `soon` is no length of time
hint: say --older-than 90m, 24h or 7d
[2]
