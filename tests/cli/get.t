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
hint: name another place, or replace it with --force
[4]
$ mlo get delay@0.0.1 -o out --force
got delay@v0.0.1: 2 files, 6 B, in out
$ git clone -q --bare . .git/bare.git && mlo get delay@prod --repo file://$PWD/.git/bare.git -o elsewhere
error: cannot get `delay@v0.0.1`: remote `far` has no object `sha256:<id>`
hint: ask who made it to run `mlo push`
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

# A remote that is a directory beside the repository, bare or not, by path or file://.

$ mkdir .git/beside && cp -r .git/far .git/beside/store && mlo remote remove far && mlo remote add near ../store && git add -A && git commit -qm near
...
$ git clone -q . .git/beside/tree && git clone -q --bare . .git/beside/bare.git
$ mlo get delay@prod --repo .git/beside/bare.git -o near1
got delay@v0.0.1: 2 files, 6 B, in near1
$ mlo get delay@0.0.1 --repo file://$PWD/.git/beside/bare.git/ -o near2
got delay@v0.0.1: 2 files, 6 B, in near2
$ mlo get delay@prod --repo file://$PWD/.git/beside/tree/.git -o near3
got delay@v0.0.1: 2 files, 6 B, in near3
$ rm -rf .git/beside/tree/.git/mlo && mlo get delay@prod --repo .git/beside/tree -o near4
got delay@v0.0.1: 2 files, 6 B, in near4
$ mlo get delay@prod --repo nope.git -o no
error: cannot get `delay@prod`: git fetch failed: 'nope.git' does not appear to be a git repository
hint: look with: git ls-remote --tags nope.git
[5]
