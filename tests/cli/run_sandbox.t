$ mlo init -q && mkdir data && cat > mlo.yaml <<'EOF'
> stages:
>   train:
>     cmd: sh train.sh
>     deps: [raw.csv, data, train.sh]
>     outs: [model, plots]
> EOF
made `.mlo` in <dir>
$ echo 1 > raw.csv; echo 2 > extra.csv; echo 3 > data/x; cat > train.sh <<'EOF'
> cat raw.csv data/x > model.tmp && mv model.tmp model && cat model
> mkdir plots && echo svg > plots/roc.svg && date > /dev/null
> mlo track log metric auc=0.9
> mktemp > plots/tmp
> EOF
$ mlo run --sandbox
1
3
[1/1] train (<duration>)
run <name> (<id>): 1 ran

# What is not declared cannot be read, and nothing but outputs written.
$ echo 'cat raw.csv extra.csv > model; mkdir plots; echo 1 > plots/x' > train.sh
$ mlo run --sandbox
cat: extra.csv: Permission denied
[1/1] train failed: it was kept from `extra.csv`, which it does not declare
run <name> (<id>): 1 failed
  train: see `mlo run logs <name> train`
[1]
$ echo 'cat raw.csv > model; mkdir plots; echo 1 > raw.csv; exit 1' > train.sh
$ mlo run --sandbox
train.sh: 1: cannot create raw.csv: Permission denied
[1/1] train failed: exit code 1: `sh train.sh`; kept from `raw.csv`, which it does not declare
run <name> (<id>): 1 failed
  train: see `mlo run logs <name> train`
[1]
$ echo 'cat raw.csv > model; mkdir plots; cat extra.csv 2>/dev/null || echo absent' > train.sh
$ mlo run --sandbox
absent
[1/1] train failed: it was kept from `extra.csv`, which it does not declare
run <name> (<id>): 1 failed
  train: see `mlo run logs <name> train`
[1]
$ echo 'cat raw.csv > model; mkdir plots data/other; rm data/x; mv extra.csv plots; touch data/new; echo 1 >> raw.csv' > train.sh
$ mlo run --sandbox
mkdir: cannot create directory ‘data/other’: Permission denied
rm: cannot remove 'data/x': Permission denied
mv: cannot move 'extra.csv' to 'plots/extra.csv': Permission denied
touch: cannot touch 'data/new': Permission denied
train.sh: 1: cannot create raw.csv: Permission denied
[1/1] train failed: exit code 2: `sh train.sh`; kept from `data/new`, `data/other`, `data/x` and 2 more, which it does not declare
run <name> (<id>): 1 failed
  train: see `mlo run logs <name> train`
[1]
$ cat raw.csv extra.csv data/*
1
2
3
