# From a run to a version: everything it stands on is recorded, and what is missing has an option.

$ mlo init -q && printf 'age,late\n1,0\n' > train.csv && printf 'age,late\n2,1\n' > late.csv
made `.mlo` in <dir>
$ mlo version-data add -q train.csv --name flights && mlo version-data add -q late.csv --name late-holdout
added flights: 1 file, 13 B, sha256:9acb7d868f60
added late-holdout: 1 file, 13 B, sha256:277d109ea195
$ cat > mlo.yaml <<'Y'
> stages:
>   train: {cmd: cat train.csv > model.txt, deps: [train.csv], outs: [model.txt]}
>   score: {cmd: "echo '{\"auc\": 0.8}' > m.json", deps: [model.txt, late.csv], metrics: [m.json: {cache: false}]}
> Y
$ printf '[{"name": "age", "type": "integer"}]' > features.json
$ git add -A && git commit -qm pipeline && mlo run -q --name first && git add -A && git commit -qm lock
run first (<id>): 2 ran
$ mlo register delay --run first --model model.txt --features features.json
error: the code of run `first` does not say which versions the model runs with: no uv.lock, poetry.lock, renv.lock, requirements.lock, requirements.txt, environment.yml, environment.yaml, conda.yaml
hint: pip freeze > used.txt, then --dependencies used.txt
[1]
$ echo 'numpy==1.26.4' > used.txt
$ mlo register delay --run first --model model.txt --features features.json --dependencies used.txt
registered delay@v0.0.1: model.txt, 13 B, sha256:<id>
  scores on late-holdout: auc 0.8
  commit <id>, tag delay@v0.0.1
hint: share it with `mlo push`, the commit with `git push`
$ git log -1 --format=%B
register delay v0.0.1

scores on late-holdout
  auc  0.8

Mlo-Model: delay@v0.0.1
Mlo-Run: <id>
Mlo-Data: flights <digest>
Mlo-Data: late-holdout <digest>

$ git cat-file -t delay@v0.0.1 && git show --stat --format=%s delay@v0.0.1^{} | head -n 3
tag
register delay v0.0.1

 .mlo/models/delay/0.0.1.yaml | <n> <any>
$ mlo register delay --run first --model model.txt --features features.json --dependencies used.txt --bump minor -q
registered delay@v0.1.0: model.txt, 13 B, sha256:<id>
  scores on late-holdout: auc 0.8
  commit <id>, tag delay@v0.1.0
$ mlo register list
MODEL  VERSION  MADE                 RUN           STAGES  SCORES
delay  v0.1.0   <any>  <id>  auc 0.8
delay  v0.0.1   <any>  <id>  auc 0.8
$ mlo register verify delay@0.1.0
delay@v0.1.0  verified
  ok      tag  at commit <id>
  ok      model  sha256:<id>
  ok      training data `flights`  sha256:<id>
  ok      holdout `late-holdout`  sha256:<id>
  ok      run  first (<id>)
  ok      code  <id>
$ mlo register card delay | grep -c late-holdout
1

# What cannot be, says why.

$ mlo register delay --run first --model model.txt --features features.json --dependencies used.txt --version 0.1.0
error: there is a tag `delay@v0.1.0` already
hint: a version is registered once; leave --version out, or choose another
[4]
$ mlo register list --run first
error: unknown option `--run`
hint: see `mlo register list --help`
[2]
$ mlo register delay --run first --model m.txt
error: run `first` did not write `m.txt`
hint: --model takes what it wrote: `m.json`, `model.txt`
[1]
$ mlo register delay --run first --model model.txt --dependencies used.txt --holdout lat
error: run `first` did not read `lat`
hint: --holdout takes what it read: `flights`, `late-holdout`
[1]
$ git tag -a -m mine delay@v9.0.0 && mlo register show delay@9.0.0
error: `delay@v9.0.0` is unverified: its commit has no `.mlo/models/delay/9.0.0.yaml`: it was not made by `mlo register`
hint: if nobody needs the tag: git tag -d delay@v9.0.0
[3]
$ mlo register show deley
error: no model named `deley`
hint: did you mean `delay`?
[1]

# A run of code that was not committed: the hint's own line makes it one of the commit, and runs nothing again.

$ cat > .gitignore <<'Y'
> used.txt
> features.json
> model.txt
> Y
$ cat > mlo.yaml <<'Y'
> stages:
>   train: {cmd: "cat train.csv > model.txt; echo ${alpha} >> model.txt", deps: [train.csv], params: [alpha], outs: [model.txt]}
>   score: {cmd: "echo '{\"auc\": 0.9}' > m.json", deps: [model.txt, late.csv], metrics: [m.json: {cache: false}]}
> Y
$ echo 'alpha: 1' > params.yaml && git add -A && git commit -qm alpha
$ mlo run -q -P alpha=0.5 --name good
run good (<id>): 2 ran
$ mlo register delay --run good --model model.txt --features features.json --dependencies used.txt
error: run `good` came from code with uncommitted changes: `params.yaml`
hint: commit (or git-ignore what is no code), then `mlo run --name good`, which runs nothing that is up to date; or take it as it is with --allow-dirty, which is recorded
[4]
$ git commit -qam 'the better alpha' && mlo run
everything is up to date
$ mlo run --name good
run good (<id>): 2 up to date
$ mlo register delay --run good --model model.txt --features features.json --dependencies used.txt
registered delay@<any>: model.txt, 17 B, sha256:<id>
  scores on late-holdout: auc 0.9
  commit <id>, tag delay@<any>
hint: share it with `mlo push`, the commit with `git push`

# All that is missing is told at once.

$ echo 'alpha: 2' > params.yaml && mlo run -q --name bare
run bare (<id>): 2 ran
$ mlo register delay --run bare --model model.txt --holdout nosuch --training flights --label nosuch
error: run `bare` came from code with uncommitted changes: `params.yaml`; also run `bare` did not read `nosuch`; also `flights` has no column `nosuch`; also the code of run `bare` does not say which versions the model runs with: no uv.lock, poetry.lock, renv.lock, requirements.lock, requirements.txt, environment.yml, environment.yaml, conda.yaml
hint: commit (or git-ignore what is no code), then `mlo run --name bare`, which runs nothing that is up to date; or take it as it is with --allow-dirty, which is recorded; also --holdout takes what it read: `flights`, `late-holdout`; also its columns: `age`, `late`; also pip freeze > used.txt, then --dependencies used.txt
[4]

# What the model does not take is taken away, and must be there.

$ mlo register delay --run good --model model.txt --dependencies used.txt --features train.csv --label lat -n
error: `train.csv` has no column `lat`
hint: did you mean `late`? its columns: `age`, `late`
[1]
$ mlo register delay --run good --model model.txt --dependencies used.txt --features train.csv --label late -n --json | grep -c '"late"'
0
[1]
