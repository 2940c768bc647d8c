# A result is proved by doing it again, and the proof stays with the run.

$ mlo init && git commit -qm "mlo init"
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ printf 'x\ny\nz\n' > raw.txt
$ cat > mlo.yaml <<'EOP'
> stages:
>   prepare: {cmd: head -n 2 raw.txt > prepared.txt, deps: [raw.txt], outs: [prepared.txt]}
>   train: {cmd: sh train.sh prepared.txt > model.txt, deps: [train.sh, prepared.txt], outs: [model.txt]}
> EOP
$ echo 'sed s/x/1/ $1' > train.sh
$ git add -A && git commit -qm pipeline
$ mlo run --name first -q
run first (<id>): 2 ran
$ git add -A && git commit -qm lock
$ mlo run verify all
[1/2] prepare (<duration>)
[2/2] train (<duration>)
prepare  identical
train  identical
mlo.lock at <id>: identical
$ mlo run verify first --twice -q
prepare  identical
train  identical
first at <id>: identical
$ mlo track show first | sed -n '/^verified/,/^$/p'
verified
  identical  by ada@example.org, <time> UTC, 2 stages, run twice
  identical  by ada@example.org, <time> UTC, 2 stages
$ git log -1 --format=%s refs/mlo/runs
verify <id>: identical
$ git worktree list | wc -l
1

# The stage changed, and nobody ran it.
$ echo 'sed s/x/2/ $1' > train.sh && git commit -qam 'another model'
$ mlo run verify train
[1/1] train (<duration>)
train  unverifiable
  cannot be verified: `train.sh` at that commit is not what it was made with: not committed then, or changed and not run since
mlo.lock at <id>: unverifiable, first `train`
[3]

# Made from uncommitted changes: the run kept them, the commit did not.
$ echo 'sed s/x/3/ $1' > train.sh
$ mlo run --name dirty -q
run dirty (<id>): 1 ran, 1 up to date
$ mlo run verify all -q
prepare  identical
train  unverifiable
  cannot be verified: made from uncommitted changes to `train.sh`
mlo.lock at <id>: unverifiable, first `train`
[3]
$ mlo run verify dirty -q
prepare  identical
train  identical
dirty at <id>: identical

# A stage that never gives the same twice.
$ git checkout -q train.sh && mlo run -q && rm raw.txt && printf 'q\nr\n' > raw.txt
run <name> (<id>): 1 ran, 1 up to date
$ cat > mlo.yaml <<'EOP'
> stages:
>   lucky: {cmd: cat /proc/sys/kernel/random/uuid > luck.txt, outs: [luck.txt]}
> EOP
$ git add -A && git commit -qm luck && mlo run -q
run <name> (<id>): 1 ran
$ mlo run verify lucky --twice -q
lucky  different
  two runs here differ from each other: `luck.txt` differs, first at line 1
    -<any>
    +<any>
mlo.lock at <id>: different, first `lucky`
[3]
$ mlo run verify lucky -q --json | grep -c nondeterministic
1

# What has no record of what it read has nothing to be held against.
$ mlo run --name one -q -- true
$ mlo run verify one
error: run `one` names nothing that it read or wrote, so it cannot be verified
hint: make its command a stage of a pipeline: `mlo help pipeline`
[1]
$ mlo run verify nobody
error: no run `nobody`
hint: list them with `mlo track list`
[1]
$ mlo run verify all --tolerance 2
error: `--tolerance` must be at least 0 and below 1
[2]
