# What git's hooks do: pre-commit refuses what would break a promise, the others only tell.

$ mlo init --hooks && git commit -qm "mlo init"
...
$ echo 1 > raw.csv && mlo version-data add raw.csv && git commit -qm "data: first"
...
$ rm -rf .git/mlo/objects
$ sed -i 's/sha256:..../sha256:0000/' .mlo/data/raw.csv.yaml && git add .mlo && git commit -qm "data: lies"
.mlo/data/raw.csv.yaml names `sha256:0000a46b19d3`, which is not in the store
  mend it: mlo version-data add raw.csv
nothing was committed; to commit anyway: git commit --no-verify
[1]
$ git reset -q --hard && git add -f raw.csv && git commit -qm "data: raw in git"
raw.csv belongs to dataset `raw.csv`, which mlo versions, not git
  mend it: git rm --cached raw.csv
nothing was committed; to commit anyway: git commit --no-verify
[1]
$ git reset -q && echo 2 > raw.csv
$ git checkout -q -b other
mlo: 1 dataset differs from what git checked out; to bring it up to date: mlo version-data checkout raw.csv
$ mlo hooks run pre-push
error: no git hook named `pre-push` in mlo
hint: hooks: pre-commit, post-checkout, post-merge
[2]
$ mlo hooks run pre-commit --json
{
  "problems": []
}
