# Odd requests and odd states of a pipeline, each told as it is.

$ mlo init && git commit -qm "mlo init"
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ cat > mlo.yaml <<'EOP'
> stages:
>   a: {cmd: echo 1 > a.txt, outs: [a.txt]}
>   b: {cmd: cp a.txt b.txt, deps: [a.txt], outs: [b.txt]}
> EOP
$ mlo run -q --name first
run first (<id>): 2 ran

# The commit has no pipeline, though the work tree has.
$ mlo run verify a
error: cannot verify `mlo.lock`: commit `<id>` has neither `mlo.yaml` nor `dvc.yaml` here or above
hint: commit the pipeline and `mlo.lock`; to verify a run from before that, make it again: `mlo run --force`
[1]
$ git add -A && git commit -qm pipeline && mlo run verify a
[1/1] a (<duration>)
a  identical
mlo.lock at <id>: identical

# Nothing that was asked for comes after `b`.
$ mlo run --from b a
nothing to run: no stage that was asked for is `b` or comes after it
$ mlo run -n --from b a
nothing to run: no stage that was asked for is `b` or comes after it

# A frozen stage never runs, and what it lacks is nowhere.
$ sed -i 's/^  b: {/  b: {frozen: true, /' mlo.yaml
$ rm -rf b.txt .mlo/local/objects .mlo/local/cache
$ mlo run status
STAGE  STATE       WHY
a      up-to-date
b      frozen      output `b.txt` is missing
$ mlo run
warning: stage `b` is frozen and never runs, but its output `b.txt` is missing
hint: `mlo pull` brings back what was pushed; a stage without `frozen` makes it anew
everything else is up to date
$ mlo run -s b
warning: stage `b` is frozen and never runs, but its output `b.txt` is missing
hint: `mlo pull` brings back what was pushed; a stage without `frozen` makes it anew
nothing to run
$ git checkout -q mlo.yaml && mlo run -q --name again
run again (<id>): 1 ran, 1 up to date

# A merge that nobody resolved.
$ cp mlo.lock .git/lock
$ printf '<<<<<<< HEAD\nmlo: lock/1\n=======\nmlo: lock/1\n>>>>>>> other\n' > mlo.lock
$ mlo run
error: mlo.lock:1:1: a merge is not resolved here: conflict markers
hint: either side will do: `git checkout --ours mlo.lock`, then `mlo run`
[1]
$ cp .git/lock mlo.lock
$ printf 'rate: 1\n<<<<<<< HEAD\nmode: a\n=======\nmode: b\n>>>>>>> other\n' > params.yaml
$ mlo run
error: params.yaml:2:1: a merge is not resolved here: conflict markers
hint: mend it by hand, or take one side: `git checkout --ours params.yaml` or `git checkout --theirs params.yaml`
[1]
$ rm params.yaml

# Numbers as Python writes them, and a parameter that has no value yet.
$ printf 'none:\nrate: 1\n' > params.yaml && echo '{"lr": Infinity}' > p.json
$ cat > mlo.yaml <<'EOP'
> vars: [p.json]
> stages:
>   a: {cmd: 'echo "{\"lr\": ${lr}, \"loss\": NaN}" > m.json; echo 0.5 > auc.json', metrics: [m.json, auc.json]}
> EOP
$ mlo run -q --name numbers -P none=3 -P p.json:lr=0.25 && cat params.yaml p.json
run numbers (<id>): 1 ran
none: 3
rate: 1
{"lr": 0.25}
$ mlo track list --max 1
NAME     ID            STATUS    STARTED  auc  loss    lr
numbers  <id>  finished  <duration> ago  0.5   nan  0.25
hint: only the newest 1 are shown; `--max 0` shows all

# Variables in variables.
$ printf "vars: [{a: '\${b}', b: c}]\nstages: {s: {cmd: 'echo \${a}'}}\n" > mlo.yaml && mlo run
error: mlo.yaml:1:12: `vars` cannot use variables: `${b}` in `a`
hint: write the value itself, or `\${..}` for the text `${..}`; commands and paths can use variables
[1]
