$ mlo init -q && cat > mlo.yaml <<'EOF'
> stages:
>   train: {cmd: 'cat raw.csv extra.csv > model', deps: [raw.csv], outs: [model]}
> EOF
made `.mlo` in <dir>
$ echo 1 > raw.csv; echo 2 > extra.csv
$ mlo run --strict
[1/1] train failed: read 1 file that it does not declare: `extra.csv`
hint: declare them with `mlo run deps train --fix`
run <name> (<id>): 1 failed
  train: see `mlo run logs <name> train`
[1]
$ mlo run status
STAGE  STATE  WHY
train  stale  it has never run
$ mlo run
[1/1] train (<duration>)
warning: stage `train` read 1 file that it does not declare: `extra.csv`
hint: declare them with `mlo run deps train --fix`
run <name> (<id>): 1 ran
$ mlo run deps --fix
train: declared in `mlo.yaml`
  extra.csv
$ mlo run --strict
[1/1] train (<duration>)
run <name> (<id>): 1 ran
$ mlo run --strict --no-trace
error: `--no-trace` excludes `--strict` and `--sandbox`
[2]

# A stage may say so itself, and then it must be possible.
$ sed -i 's/train: {/train: {strict: true, trace: off, /' mlo.yaml
$ mlo run -f
error: stage `train` is strict, and not to be traced: the stage says `trace: off`
hint: `trace: on` in stage `train`, or run it without `--strict`
[1]
$ sed -i 's/strict: true, //' mlo.yaml
$ mlo run -f
[1/1] train (<duration>)
run <name> (<id>): 1 ran
$ mlo run deps
train: the stage says `trace: off`
