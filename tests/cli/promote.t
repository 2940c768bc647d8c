# A stage is held by a tag that only promote and rollback can make.

$ mlo init -q && printf 'age\n1\n' > train.csv && printf 'age\n2\n' > late.csv && echo '[{"name": "age", "type": "integer"}]' > f.json && echo numpy==1 > requirements.txt
...
$ mlo version-data add -q train.csv --name flights && mlo version-data add -q late.csv --name late-holdout
...
$ cat > mlo.yaml <<'Y'
> stages:
>   train: {cmd: cat train.csv > model.txt, deps: [train.csv], outs: [model.txt]}
>   score: {cmd: "echo '{\"auc\": 0.8}' > m.json", deps: [model.txt, late.csv], metrics: [m.json: {cache: false}]}
> Y
$ git add -A && git commit -qm pipeline && mlo run -q --name first && git add -A && git commit -qm lock
...
$ for i in 1 2 3; do mlo register delay -q --run first --model model.txt --features f.json > /dev/null; done; git tag
delay@v0.0.1
delay@v0.0.2
delay@v0.0.3
$ mlo promote delay@0.0.1 --to prod
promoted delay@v0.0.1 to prod: tag delay#prod#1
  no policy for prod in HEAD: nothing was asked
hint: share it with `mlo push`
$ mlo promote delay@0.0.1 --to prod
delay@v0.0.1 holds prod already
$ mlo promote delay@0.0.2 --to prod --dry-run
would promote delay@v0.0.2 to prod
  no policy for prod in HEAD: nothing was asked
$ mlo promote delay@0.0.2 --to prod -q && mlo promote delay@0.0.3 --to prod -q
promoted delay@v0.0.2 to prod: tag delay#prod#2
  no policy for prod in HEAD: nothing was asked
promoted delay@v0.0.3 to prod: tag delay#prod#3
  no policy for prod in HEAD: nothing was asked
$ git tag -l --format='%(contents)' 'delay#prod#3'
promote delay v0.0.3 to prod

over v0.0.2
no policy for prod: nothing was asked

mlo: gate-report/1
...
Mlo-Tag: delay#prod#3
Mlo-Report: <digest>

# Back, and back again.

$ mlo promote rollback delay --stage prod --reason 'late alerts' -q
rolled back delay in prod: v0.0.3 -> v0.0.2, tag delay#prod#4
$ mlo promote rollback delay --stage prod -q
rolled back delay in prod: v0.0.2 -> v0.0.1, tag delay#prod#5
$ mlo promote rollback delay --stage prod
error: nothing to go back to: v0.0.1 is the first that held `prod`
hint: promote another version: mlo promote delay@VERSION --to prod
[1]
$ mlo promote history delay
WHEN                 STAGE  VERSION  WHO              TAG           REMARK
<any>
<any>
<any>
<any>
<any>
$ mlo promote history delay --at 2000-01-01
no version held a stage then

# A tag made by hand is shown and never counts.

$ git tag -a -m 'promote delay v0.0.3 to prod' 'delay#prod#6' delay@v0.0.3^{} && mlo register show delay@prod | head -n 1
warning: `delay#prod#6` is unverified and does not count: its message holds no report: it was not made by `mlo promote`
delay@v0.0.1
$ git tag 'delay#test#7' delay@v0.0.3^{} && mlo register show delay@test
error: `delay#test#7` is unverified: a tag without annotation, made by hand
hint: promote a version: mlo promote delay@VERSION --to test
[3]
$ git tag -l --format='%(contents)' 'delay#prod#3' | git tag -a --cleanup=verbatim -F - 'delay#prod#8' delay@v0.0.3^{} && mlo status | tail -n 5
models    1 model
  delay  newest v0.0.3  prod v0.0.1
    unverified delay#prod#6
    unverified delay#test#7
    unverified delay#prod#8
$ mlo promote history delay --stage prod | grep unverified
<any>its message is that of another tag<any>
<any>its message holds no report: it was not made by `mlo promote`<any>

# Nothing is asked for that cannot be.

$ mlo promote delay --to prod
error: `delay` names no version
hint: mlo promote delay@VERSION --to prod
[2]
$ mlo promote delay@0.0.9 --to prod
error: model `delay` has no version 0.0.9
hint: list them with `mlo register list delay`
[1]
$ mlo promote delay@0.0.2 --to Prod
error: `Prod` cannot name a stage
hint: lower-case letters and digits, joined by `-` or `_`: prod, staging, eu-west
[2]
$ mlo promote delay@0.0.2 --to prod --override auc
error: `--override` needs `--reason TEXT`
[2]
