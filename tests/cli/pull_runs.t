# What a colleague's runs made comes when asked for, and is not made again.

$ mlo init -q && echo 1 > in && printf 'stages:\n  train: {cmd: echo trained && cat in > out, deps: [in], outs: [out]}\n' > mlo.yaml
made `.mlo` in <dir>
$ mlo remote add -q store "$PWD/.git/store" && mlo remote check -q store --init && git init -q --bare .git/origin.git && git remote add origin .git/origin.git
remote store: <dir>/.git/store
store: reachable and writable
$ mlo run -q && git add -A && git commit -qm trained && git push -q origin HEAD:main && mlo push
trained
run <name> (<id>): 1 ran
pushed 2 objects (10 B)
pushed run history
$ git clone -q -b main .git/origin.git .git/clone && cd .git/clone && mlo pull && mlo run --dry-run
pulled run history
hint: `mlo pull --runs` fetches what those runs made; `mlo run` then reuses what mlo.lock names
train will run
  output `out` is missing
$ cd .git/clone && mlo pull
everything up to date
$ cd .git/clone && mlo pull --runs && mlo run
pulled 2 objects (10 B)
[1/1] train (cached)
run <name> (<id>): 1 cached

# Nor need it be fetched before: a run takes what it lacks, stage by stage, from those who pushed it.

$ git clone -q -b main .git/origin.git .git/other && cd .git/other && mlo run --pull && cat out
[1/1] train (cached)
run <name> (<id>): 1 cached
1
$ git clone -q -b main .git/origin.git .git/third && cd .git/third && rm mlo.lock && mlo run --pull
[1/1] train (cached)
run <name> (<id>): 1 cached

# History goes where git sends branches: here to a fork, and comes from what the branch follows.

$ git init -q --bare .git/fork.git && cd .git/other && git remote add fork ../fork.git && git config remote.pushDefault fork && mlo push
pushed run history to fork
$ cd .git/other && mlo push
everything up to date
$ cd .git/other && git branch -q --set-upstream-to=origin/main && git remote rename origin upstream 2> /dev/null && cd ../clone && mlo push -q && cd ../other && mlo pull
pushed run history
pulled run history from upstream
hint: `mlo pull --runs` fetches what those runs made; `mlo run` then reuses what mlo.lock names
$ cd .git/other && git branch --unset-upstream && git config --unset remote.pushDefault && mlo push
warning: git has several remotes and follows none: run history and tags of models stay here
hint: say which one: git config remote.pushDefault fork; git branch --set-upstream-to=fork/BRANCH
everything up to date

# What the remote lost or damaged is made here.

$ find .git/store -type f | sed 's/[0-9a-f]\{30,\}/H/; s/[^/]*$//' | sort -u
.git/store/
.git/store/objects/43/
.git/store/objects/d8/
$ for f in $(find .git/store -type f -size +0 | grep '/[0-9a-f]*$'); do chmod u+w $f && printf x > $f; done
$ git clone -q -b main .git/origin.git .git/fourth && cd .git/fourth && mlo run --pull
warning: remote `store`: object `sha256:4355a46b19d3` of output `out` is damaged: its bytes are not what its name says
trained
[1/1] train (<duration>)
run <name> (<id>): 1 ran
