# Side by side, differences first.

$ mlo init && printf 'mlo track log metric auc=$1 rows=100\nmlo track log param model=$2 depth=6\n' > train.sh && git add -A && git commit -qm "mlo init"
...
$ mlo run --name first -- sh train.sh 0.5 gbt && mlo run --name second -- sh train.sh 0.75 linear
...
$ mlo track compare first second
           first                second
metrics
  auc      0.5                  0.75 (+0.25)
params
  model    gbt                  linear
run
  command  sh train.sh 0.5 gbt  sh train.sh 0.75 linear
<n> facts are the same in all; `--all` shows them
$ mlo track compare first second --all | head -n 12
                 first                           second
metrics
  auc            0.5                             0.75 (+0.25)
params
  model          gbt                             linear
run
  command        sh train.sh 0.5 gbt             sh train.sh 0.75 linear
the same in all
metrics
  rows           100                             100
params
  depth          6                               6
$ mlo track compare first
error: comparing takes two different runs
hint: list them with `mlo track list`
[2]
$ mlo track compare first frist
error: no run `frist`
hint: did you mean `first`?
[1]
