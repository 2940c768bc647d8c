# Older versions travel if that is asked for.

$ mlo init && git commit -qm init
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ mkdir raw && echo 1 > raw/a && mlo version-data add raw -m first && git tag first
added raw: 1 file, 2 B, sha256:29b4a96b2ece
committed <id>
$ echo 2 > raw/a && mlo version-data add raw -m second
added raw: 1 file, 2 B, sha256:4edcdc0f92a2
committed <id>
$ mlo remote add store "$PWD/.git/store" && git add -A && git commit -qm remote && mlo push --all --dry-run && mlo push
remote store: <dir>/.git/store
hint: commit .mlo/config.yaml, so that others have it too
would have pushed 4 objects (114 B)
pushed 2 objects (57 B)
$ mlo push --all --dry-run
would have pushed 2 objects (57 B)
$ mlo push --all
pushed 2 objects (57 B)
$ mlo push --all
everything up to date
$ git clone -q . .git/clone && cd .git/clone && mlo pull && cat raw/a
pulled 2 objects (57 B)
checked out raw
2
$ cd .git/clone && mlo version-data checkout raw --rev first
error: object `sha256:29b4a96b2ece` is not in the store
hint: fetch it with `mlo pull`, or check out a version that is here
[1]
$ cd .git/clone && mlo pull --all && mlo version-data checkout raw --rev first && cat raw/a
pulled 2 objects (57 B)
raw: 1 file, 2 B written, 0 removed
1
$ mlo push raw --all
error: --all takes no names
hint: one version: NAME@REV, or NAME@VERSION of a model
[2]
$ mlo pull raw --all
error: --all takes no names
hint: one version: NAME@REV, or NAME@VERSION of a model
[2]
