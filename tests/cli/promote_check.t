# What the gates of a stage say about a version, without promoting it.

$ mlo init -q && printf 'group,late,age\na,1,1\na,0,2\nb,1,3\nb,0,4\n' > late.csv && echo 'c,1,5' | cat late.csv - > train.csv
made `.mlo` in <dir>
$ mlo version-data add -q train.csv --name flights && mlo version-data add -q late.csv --name holdout
added flights: 1 file, 45 B, sha256:419503a52b99
added holdout: 1 file, 39 B, sha256:e3f6dcb0cb70
$ cat > mlo.yaml <<'Y'
> stages:
>   train: {cmd: "echo ${good} > model.txt", deps: [train.csv], params: [good], outs: [model.txt]}
>   evaluate:
>     cmd: "awk -F, -v good=$(cat model.txt) 'NR == 1 {print \"group,late,p\"; next} {print $1 \",\" $2 \",\" (NR > 2 + good ? 1 - $2 : $2)}' late.csv > predictions.csv && echo '{\"bytes\": 2}' > metrics.json"
>     deps: [late.csv, model.txt]
>     outs: [predictions.csv]
>     metrics: [metrics.json: {cache: false}]
> Y
$ mkdir .mlo/gates && cat > .mlo/gates/prod.yaml <<'Y'
> mlo: gate/1
> stage: prod
> evaluation:
>   {stage: evaluate, dataset: holdout, predictions: predictions.csv, columns: {label: late, score: p, slices: [group]}}
> gates:
>   - {id: accuracy, metric: accuracy, min: 0.9}
>   - {id: fair, metric: accuracy, slices: [group], max_gap: 0.1, min_support: 2}
>   - {id: size, metric: bytes, direction: lower, max: 1, severity: soft}
>   - {id: lineage, check: commit-on, branch: main}
> Y
$ echo 'good: 3' > params.yaml && echo 'awk==1' > used.txt && printf '[{"name": "age", "type": "integer"}]' > features.json && git add -A && git commit -qm all && mlo run -q --name one && git add -A && git commit -qm lock
run one (<id>): 2 ran
$ mlo register delay --run one --model model.txt --features features.json --dependencies used.txt -q
registered delay@v0.0.1: model.txt, 2 B, sha256:1121cfccd591
  scores on holdout: bytes 2
  commit <id>, tag delay@v0.0.1

$ mlo promote check delay@0.0.1 --to prod
warning: the policy of `prod` is that of HEAD, which whoever commits here can change
hint: name a protected branch: git config mlo.policyRef refs/remotes/origin/main
[1/1] evaluate (cached)
VERDICT      GATE      WHAT                 CANDIDATE  CHAMPION  BOUND                                            REMARK
pass         accuracy  accuracy                     1         -  at least 0.9
pass         fair      accuracy[group]              1         -                                                   2 slices, worst a
pass         fair      accuracy gap[group]          0         -  at most 0.1                                      1 to 1
fail (soft)  size      bytes                        2         -  at most 1                                        2 is above 1
pass         lineage   main                         -         -  made by a commit on `main`, nothing uncommitted

yes: delay@v0.0.1 may go to `prod`
$ mlo promote check delay@0.0.1 --to prod -q | tail -n 1
warning: the policy of `prod` is that of HEAD, which whoever commits here can change
yes: delay@v0.0.1 may go to `prod`
$ mlo promote check delay@0.0.1 --to prod -q -v | grep fair
warning: the policy of `prod` is that of HEAD, which whoever commits here can change
pass         fair      accuracy[group=a]            1         -                                                   2 rows
pass         fair      accuracy[group=b]            1         -                                                   2 rows
pass         fair      accuracy gap[group]          0         -  at most 0.1                                      1 to 1

# A worse one is refused. What it reports of itself does not matter.
$ echo 'good: 2' > params.yaml && git commit -qam worse && mlo run -q --name two && git add -A && git commit -qm lock
run two (<id>): 2 ran
$ mlo register delay --run two --model model.txt --features features.json --dependencies used.txt -q
registered delay@v0.0.2: model.txt, 2 B, sha256:53c234e5e847
  scores on holdout: bytes 2
  commit <id>, tag delay@v0.0.2
$ mlo promote check delay@latest --to prod -q
warning: the policy of `prod` is that of HEAD, which whoever commits here can change
VERDICT      GATE      WHAT                 CANDIDATE  CHAMPION  BOUND                                            REMARK
fail         accuracy  accuracy                  0.75         -  at least 0.9                                     0.75 is below 0.9
pass         fair      accuracy[group]            0.5         -                                                   2 slices, worst b
fail         fair      accuracy gap[group]        0.5         -  at most 0.1                                      0.5 to 1
fail (soft)  size      bytes                        2         -  at most 1                                        2 is above 1
pass         lineage   main                         -         -  made by a commit on `main`, nothing uncommitted

no: delay@v0.0.2 may not go to `prod`
[3]
$ mlo promote check delay@latest --to prod --json -q | head -n 4
warning: the policy of `prod` is that of HEAD, which whoever commits here can change
{
  "mlo": "gate-report/1",
  "stage": "prod",
  "passed": false,
$ git worktree list | wc -l && git status --porcelain
1

# The policy is that of a protected ref, whatever the candidate's commit says.
$ git config mlo.policyRef origin/main
$ mlo promote check delay@0.0.1 --to prod
error: cannot read policies: `mlo.policyRef` is `origin/main`, which is not here
hint: git fetch origin +refs/heads/main:refs/remotes/origin/main
[1]
$ git config mlo.policyRef main
$ echo 'gates: nothing' >> .mlo/gates/prod.yaml && mlo promote check delay@0.0.1 --to prod -q --junit gates.xml --markdown summary.md | tail -n 1
yes: delay@v0.0.1 may go to `prod`
$ head -n 3 gates.xml && head -n 1 summary.md
<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="4" failures="0" errors="0" skipped="1">
  <testsuite name="delay@v0.0.1 to prod" tests="4" failures="0" errors="0" skipped="1" timestamp="<time>">
## ✅ delay\@v0.0.1 → prod: may be promoted

# What a branch adds: the newest version of each model.
$ mlo promote check --since HEAD~3 --to prod -q
VERDICT      GATE      WHAT                 CANDIDATE  CHAMPION  BOUND                                            REMARK
fail         accuracy  accuracy                  0.75         -  at least 0.9                                     0.75 is below 0.9
pass         fair      accuracy[group]            0.5         -                                                   2 slices, worst b
fail         fair      accuracy gap[group]        0.5         -  at most 0.1                                      0.5 to 1
fail (soft)  size      bytes                        2         -  at most 1                                        2 is above 1
pass         lineage   main                         -         -  made by a commit on `main`, nothing uncommitted

no: delay@v0.0.2 may not go to `prod`
[3]
$ mlo promote check --since HEAD~3..HEAD~2 --to prod -q
no new version of a model since HEAD~3..HEAD~2
$ mlo promote check --since HEAD --to prod --json
{
  "since": "HEAD",
  "passed": true,
  "reports": []
}
$ mlo promote check --since HEAD~90 --to prod
error: no commit `HEAD~90` here
hint: git fetch
[1]
$ mlo promote check --since origin/main --to prod
error: no commit `origin/main` here
hint: git fetch --tags origin +refs/heads/main:refs/remotes/origin/main
[1]
$ mlo promote check --to prod
error: `mlo promote check` needs NAME@VERSION or `--since REV`
hint: mlo promote check --since origin/main --to prod
[2]

$ mlo promote check delay@0.0.1
error: `mlo promote check` needs `--to STAGE`
hint: mlo promote check NAME@VERSION --to prod
[2]
$ mlo promote check delay@0.0.1 --to prd
warning: stage `prd` has no policy at `main`: any version may go there
yes: delay@v0.0.1 may go to `prd`
$ mlo promote check delay@9.9.9 --to prod
error: model `delay` has no version 9.9.9
hint: list them with `mlo register list delay`
[1]
