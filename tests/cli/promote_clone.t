# A clone that has no data yet asks the gates all the same, and evaluations do not crowd the list of runs.

$ mlo init -q && mkdir -p .git/far .mlo/gates && mlo remote add far file://$PWD/.git/far
...
$ printf 'late,age\n1,1\n0,2\n' > late.csv && printf 'late,age\n1,3\n' > train.csv && echo '[{"name": "age", "type": "integer"}]' > f.json && echo awk==1 > requirements.txt
$ mlo version-data add -q train.csv --name flights && mlo version-data add -q late.csv --name holdout
...
$ cat > mlo.yaml <<'Y'
> stages:
>   train: {cmd: "echo ${good} > model.txt", deps: [train.csv], params: [good], outs: [model.txt]}
>   evaluate:
>     cmd: "sed 's/age/p/; s/,.*[0-9]/,0.9/' late.csv > predictions.csv; echo '{\"n\": 1}' > m.json"
>     deps: [late.csv, model.txt]
>     outs: [predictions.csv]
>     metrics: [m.json: {cache: false}]
> Y
$ cat > .mlo/gates/prod.yaml <<'Y'
> mlo: gate/1
> stage: prod
> evaluation: {stage: evaluate, dataset: holdout, predictions: predictions.csv, columns: {label: late, score: p}}
> gates:
>   - {id: recall, metric: recall, min: 0.9, max_regression: {abs: 0.1}}
> Y
$ echo 'good: 3' > params.yaml && git add -A && git commit -qm all && mlo run -q --name one && git add -A && git commit -qm lock && mlo register -q delay --run one --model model.txt --features f.json
...
$ git config mlo.policyRef main && mlo promote -q delay@0.0.1 --to prod | tail -n 2
yes: delay@v0.0.1 may go to `prod`
promoted delay@v0.0.1 to prod: tag delay#prod#1
$ echo 'good: 4' > params.yaml && git commit -qam better && mlo run -q --name two && git add -A && git commit -qm lock && mlo register -q delay --run two --model model.txt --features f.json
...
$ mlo push -q && git clone -q . .git/clone && cd .git/clone && mlo pull -q
...
$ cd .git/clone && git config mlo.policyRef origin/main && mlo promote check delay@0.0.2 --to prod -q
VERDICT  GATE    WHAT    CANDIDATE  CHAMPION  BOUND                                         REMARK
pass     recall  recall          1         1  at least 0.9; at most 0.1 below the champion

yes: delay@v0.0.2 may go to `prod`; compared with delay@v0.0.1
$ cd .git/clone && mlo track list | sed '1!s/ .*gates/ .. gates/; s/  .*//'
NAME
two
one
3 .. gates` shows them
$ mlo track list --experiment gates | cut -d ' ' -f 1
NAME
delay-0.0.1-prod
$ mlo track list --experiment nosuch
no runs of experiment `nosuch`; there are `default`, `gates`
$ mlo track search | cut -d ' ' -f 1 && mlo track search "experiment = 'gates'" | tail -n 1 | cut -d ' ' -f 1
NAME
two
one
delay-0.0.1-prod

# A policy that is not where policies are read does not count, and that is said.

$ sed s/prod/staging/ .mlo/gates/prod.yaml > .mlo/gates/staging.yaml && mlo promote check delay@0.0.1 --to staging
warning: `.mlo/gates/staging.yaml` is in the work tree, but not at `main`, where policies are read: it does not count, nothing is asked
hint: bring it to `main` by a commit, then ask again
yes: delay@v0.0.1 may go to `staging`
$ mlo promote delay@0.0.1 --to staging -q
warning: `.mlo/gates/staging.yaml` is in the work tree, but not at `main`, where policies are read: it does not count, nothing is asked
promoted delay@v0.0.1 to staging: tag delay#staging#2
  no policy for staging in main: nothing was asked
$ rm -r .git/far && git clone -q . .git/other && cd .git/other && mlo promote check delay@0.0.2 --to prod -q
...
[5]

# Names that are nothing are told by what they should be.

$ mlo lineage deley@prod
error: no dataset or model named `deley`
hint: did you mean `delay`?
[1]
$ mlo lineage flihgts@HEAD
error: no dataset or model named `flihgts`
hint: did you mean `flights`?
[1]
$ mlo lineage nosuch
error: no dataset, model or run named `nosuch`
hint: list them with `mlo version-data status`, `mlo register list` and `mlo track list`
[1]
$ mlo drift check hodlout@1.0.0 late.csv
error: no dataset named `hodlout`
hint: did you mean `holdout`?
[1]
$ mlo drift check holdout@1.0.0 late.csv
error: git knows no revision `1.0.0`
[1]
