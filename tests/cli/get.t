# A model without its repository.

$ mlo init -q && printf 'age\n1\n' > train.csv && printf 'age\n2\n' > late.csv && echo '[{"name": "age", "type": "integer"}]' > f.json && echo numpy==1 > requirements.txt
...
$ mlo version-data add -q train.csv --name flights && mlo version-data add -q late.csv --name late-holdout && mkdir -p .git/far && mlo remote add far file://$PWD/.git/far
...
$ cat > mlo.yaml <<'Y'
> stages:
>   train: {cmd: mkdir -p model/deep && cat train.csv > model/deep/weights && touch model/empty, deps: [train.csv], outs: [model]}
>   score: {cmd: "echo '{\"auc\": 0.8}' > m.json", deps: [model, late.csv], metrics: [m.json: {cache: false}]}
> Y
$ git add -A && git commit -qm pipeline && mlo run -q --name first && git add -A && git commit -qm lock
...
$ mlo register delay -q --run first --model model --features f.json && mlo promote -q delay@0.0.1 --to prod
...
$ mlo get delay@prod -o out && find out -type f | sort
got delay@v0.0.1: 2 files, 6 B, in out
out/deep/weights
out/empty
$ mlo get delay@prod -o out
error: `<dir>/out` is there and not empty
hint: name another directory, or replace it with --force
[4]
$ mlo get delay@0.0.1 -o out --force
got delay@v0.0.1: 2 files, 6 B, in out
$ git clone -q --bare . .git/bare.git && mlo get delay@prod --repo file://$PWD/.git/bare.git -o elsewhere
error: cannot get `delay@v0.0.1`: remote `far` has no object `sha256:<id>`
hint: ask who registered it to run `mlo push`
[5]
$ mlo push -q && mlo get delay@prod --repo file://$PWD/.git/bare.git -o elsewhere && cat elsewhere/deep/weights
...
got delay@v0.0.1: 2 files, 6 B, in elsewhere
age
1
$ mlo get delay@0.0.1 --repo file://$PWD/.git/bare.git -o version && ls -A | grep mlo-
got delay@v0.0.1: 2 files, 6 B, in version
[1]
$ mlo get delay@test -o test
error: model `delay` has no version and no stage `test`
hint: list them with `mlo register list delay`
[1]
$ mlo get delay@0.0.7 --repo file://$PWD/.git/bare.git -o test
error: cannot get `delay@0.0.7`: git fetch failed: couldn't find remote ref refs/tags/delay@v0.0.7
hint: look with: git ls-remote --tags <any>
[5]
