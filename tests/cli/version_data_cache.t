# Objects lie in the repository, or in a cache that repositories share.

$ mlo init && git commit -qm init && mlo version-data cache
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
objects lie in <dir>/.git/mlo, the repository's own
$ mkdir raw && for i in $(seq 20); do echo $i > raw/$i; done && mlo version-data add raw -m data
added raw: 20 files, 51 B, sha256:426b4f4a80c4
committed 8c5b6f419a29
$ mlo version-data cache .git/cache
error: the directory `<dir>/.git/cache` is not there
hint: mount its disk, or make it: mkdir -p <dir>/.git/cache
[1]
$ mkdir .git/cache && mlo version-data cache .git/cache
moved <any>
objects lie in <dir>/.git/cache
  used by <dir>
$ mlo version-data cache --json
{
  "dir": "<dir>/.git/cache",
  "own": false,
  "repositories": [
    "<dir>"
  ],
  "moved": null
}
$ cat .mlo/local/config.yaml && ls .git/mlo
mlo: config/1
cache:
  dir: <dir>/.git/cache
config.yaml
locks
stat
$ rm -r raw && mlo version-data checkout && mlo version-data fsck
raw: 20 files, 51 B written, 0 removed
read 21 objects (852 B): none is damaged
$ git init -q .git/other && mlo -C .git/other init -q && mlo -C .git/other version-data cache ../cache
made `.mlo` in <dir>/.git/other
moved 0 files, 0 B
objects lie in <dir>/.git/cache
  used by <dir>
  used by <dir>/.git/other
$ mlo version-data cache --own
moved <any>
objects lie in <dir>/.git/mlo, the repository's own
the old cache stays, for 1 other repository
$ mlo -C .git/other version-data cache
objects lie in <dir>/.git/cache
  used by <dir>/.git/other
$ mlo version-data cache --own --json
{
  "dir": "<dir>/.git/mlo",
  "own": true,
  "repositories": [],
  "moved": {
    "files": 0,
    "bytes": 0,
    "left_for": 0
  }
}
$ mlo version-data cache .git --own
error: --own goes without DIR
[2]
