# What git's hooks do: pre-commit refuses what would break a promise, the others only tell, or bring data up to date when asked to.

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
$ git reset -q && mlo version-data add -q raw.csv && git commit -qam restored; echo 2 > raw.csv && mlo version-data add -q raw.csv -m second
unchanged raw.csv: 1 file, 2 B, sha256:4355a46b19d3
On branch main
nothing to commit, working tree clean
added raw.csv: 1 file, 2 B, sha256:53c234e5e847
committed <id>

# After git moved, only datasets whose manifests moved are looked at.

$ git checkout -q -b other
$ git checkout -q HEAD~1; git checkout -q other
mlo: 1 dataset differs from what git checked out; to bring it up to date: mlo version-data checkout raw.csv
$ git config mlo.follow checkout && git checkout -q HEAD~1 && cat raw.csv
mlo: brought `raw.csv` up to date
1
$ git checkout -q other && cat raw.csv && git checkout -q main && git merge -q other
mlo: brought `raw.csv` up to date
2
$ echo unsaved > raw.csv && git checkout -q HEAD~1; cat raw.csv
warning: `raw.csv` has unsaved changes
mlo: 1 dataset differs from what git checked out; to bring it up to date: mlo version-data checkout raw.csv
unsaved
$ git checkout -q main && mlo version-data checkout -q raw.csv --force && cat raw.csv
warning: `raw.csv` has unsaved changes
mlo: 1 dataset differs from what git checked out; to bring it up to date: mlo version-data checkout raw.csv
raw.csv: 1 file, 2 B written, 0 removed
2

# A push sends the data of every commit first, and is refused where nobody would have it.

$ git init -q --bare -b main .git/git.git && git remote add origin .git/git.git && git push -q origin main
error: what is pushed names data, and there is no remote that others could get it from
hint: add one with `mlo remote add origin PLACE`; to push all the same: git push --no-verify
error: failed to push some refs to '.git/git.git'
[1]
$ mkdir .git/far && mlo remote add -q far file://$PWD/.git/far && git commit -qm remote .mlo/config.yaml && git push -q origin main
remote far: file://<dir>/.git/far
mlo: pushed 2 objects (4 B)
$ git push -q origin main:again && mlo push -q && git push -q origin other && git push -q origin :again
everything up to date
$ echo 3 > raw.csv && mlo version-data add -q raw.csv -m third && echo 4 > raw.csv && mlo version-data add -q raw.csv -m fourth && rm -rf .git/mlo/objects/$(sed -n 's/^tree: sha256:\(..\).*/\1/p' .mlo/data/raw.csv.yaml) && git push -q origin main
added raw.csv: 1 file, 2 B, sha256:1121cfccd591
committed <id>
added raw.csv: 1 file, 2 B, sha256:7de1555df0c2
committed <id>
error: object `sha256:7de1555df0c2` of dataset `raw.csv` is neither here nor on the remote `far`: what is pushed would name what nobody has
hint: another clone may have it: `mlo push` there; to push all the same: git push --no-verify
error: failed to push some refs to '.git/git.git'
[1]
$ git ls-remote -q origin main | cut -c1-7 | grep -c $(git rev-parse main~2 | cut -c1-7)
1
$ git push -q --no-verify origin main

# Another clone follows what it merges, from the remote if asked to.

$ git reset -q --hard main~1 && git push -qf origin main && mlo version-data checkout -q --force && mlo push -q && git clone -q .git/git.git .git/clone && cd .git/clone && mlo status >/dev/null && mlo hooks install -q && git config mlo.follow pull && mlo pull -q && cat raw.csv
raw.csv: 1 file, 2 B written, 0 removed
pushed 1 object (2 B)
installed pre-commit    refuses commits whose data is not in the store
installed post-checkout tells which data differs from what was checked out, or brings it
installed post-merge    tells which data differs from what was merged, or brings it
installed pre-push      pushes the data first that the pushed commits name
pulled 1 object (2 B)
checked out raw.csv
3
$ echo 5 > raw.csv && mlo version-data add -q raw.csv -m fifth && git push -q origin main && cd .git/clone && git pull -q && cat raw.csv
added raw.csv: 1 file, 2 B, sha256:f0b5c2c2211c
committed <id>
mlo: pushed 1 object (2 B)
mlo: brought `raw.csv` up to date
5
$ mlo hooks run pre-push </dev/null && echo nonsense | mlo hooks run pre-push
error: `nonsense` is not what git tells a pre-push hook
[2]
$ mlo hooks run pre-rebase
error: no git hook named `pre-rebase` in mlo
hint: hooks: pre-commit, post-checkout, post-merge, pre-push
[2]
$ mlo hooks run pre-commit --json
{
  "problems": []
}
