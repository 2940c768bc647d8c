# What datasets and the store take of the disk.

$ mlo init && git commit -qm init
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ mlo version-data du
the store takes 0 B
$ mkdir raw && for i in 1 2 3; do echo $i > raw/$i.csv; done && cp -r raw copy && echo 4 > copy/4.csv && mlo version-data add raw copy -m data
added copy: 4 files, 8 B, sha256:348479ff2d05
added raw: 3 files, 6 B, sha256:ef30c1a60ec7
committed e8626ab5a7ed
$ echo changed > raw/2.csv && mlo version-data add raw -m change
added raw: 3 files, 12 B, sha256:aa6a49de4ccb
committed 732a4fce2053
$ mlo version-data du
DATASET   FILES  SIZE  STORED  SHARED
copy          4   8 B   211 B     4 B
raw           3  12 B   167 B     4 B
together      7  20 B   374 B     4 B
the store takes 529 B: 8 whole files (529 B)
$ mlo version-data du raw --history
DATASET  FILES  SIZE  STORED  SHARED  VERSIONS  OLDER
raw          3  12 B   167 B     4 B         2  155 B
the store takes 529 B: 8 whole files (529 B)
$ rm .git/mlo/objects/43/* && mlo version-data du copy --json
{
  "datasets": [
    {
      "name": "copy",
      "files": 4,
      "bytes": 8,
      "stored_bytes": 209,
      "shared_bytes": 2,
      "absent_objects": 1
    }
  ],
  "total": {
    "stored_bytes": 209,
    "shared_bytes": 2
  },
  "store": {
    "objects": {
      "files": 7,
      "bytes": 527
    },
    "packs": {
      "files": 0,
      "bytes": 0
    },
    "indexes": {
      "files": 0,
      "bytes": 0
    },
    "trash": {
      "files": 0,
      "bytes": 0
    },
    "quarantine": {
      "files": 0,
      "bytes": 0
    },
    "bytes": 527
  }
}
$ mlo version-data du nothing
error: no dataset named `nothing`
hint: list datasets with `mlo version-data ls`
[1]
