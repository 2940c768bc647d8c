$ mlo init -q && cat > mlo.yaml <<'EOF'
> stages:
>   train:   # the model
>     cmd: sh train.sh
>     deps:
>       - raw.csv   # what it learns from
>     outs: [model]
>   report:
>     foreach: [a, b]
>     do: {cmd: 'cat model names > ${item}.txt', deps: [model], outs: ['${item}.txt']}
> EOF
made `.mlo` in <dir>
$ echo 1 > raw.csv; echo 2 > extra.csv; echo n > names
$ echo 'cat raw.csv extra.csv > model.tmp; mv model.tmp model; echo done > note.log' > train.sh
$ mlo run deps
train: it has not run yet, or not traced
report@a: it has not run yet, or not traced
report@b: it has not run yet, or not traced
$ mlo run -j1
[1/3] train (<duration>)
[2/3] report@a (<duration>)
[3/3] report@b (<duration>)
warning: stage `report@a` read 1 file that it does not declare: `names`
warning: stage `report@b` read 1 file that it does not declare: `names`
warning: stage `train` read 2 files that it does not declare: `extra.csv`, `train.sh`
hint: declare them with `mlo run deps --fix`
run <name> (<id>): 3 ran
$ mlo run deps
train: reads what it does not declare
  extra.csv
  train.sh
train: writes what is none of its outputs
  note.log
report@a: reads what it does not declare
  names
report@b: reads what it does not declare
  names
hint: `mlo run deps --fix` declares them
$ mlo run deps train --json
{
  "stages": [
    {
      "stage": "train",
      "run": "<id>",
      "complete": true,
      "reason": "",
      "reads": [
        "extra.csv",
        "train.sh"
      ],
      "writes": [
        "note.log"
      ],
      "deps": [
        "extra.csv",
        "train.sh"
      ],
      "fixed": false,
      "error": ""
    }
  ]
}
hint: `mlo run deps train --fix` declares them

# The stage's own files, and what it made, are no inputs. --fix writes the others into the pipeline.
$ mlo run deps --fix
train: declared in `mlo.yaml`
  extra.csv
  train.sh
train: writes what is none of its outputs
  note.log
report@a: reads what it does not declare
  names
report@b: reads what it does not declare
  names
warning: cannot add to the `deps` of stage `report` in `mlo.yaml`: a template makes it
hint: add them by hand: names
[1]
$ cat mlo.yaml
stages:
  train:   # the model
    cmd: sh train.sh
    deps:
      - raw.csv   # what it learns from
      - extra.csv
      - train.sh
    outs: [model]
  report:
    foreach: [a, b]
    do: {cmd: 'cat model names > ${item}.txt', deps: [model], outs: ['${item}.txt']}
$ mlo run -s train
[1/1] train (<duration>)
warning: stage `train` wrote 1 file that it does not declare: `note.log`
run <name> (<id>): 1 ran
$ mlo run deps train
train: writes what is none of its outputs
  note.log
$ echo >> extra.csv
$ mlo run why train
train will run
  dependency `extra.csv` changed: sha256:53c234e5e847 -> sha256:b182162abfa9
