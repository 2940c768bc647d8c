# A pipeline of three stages, from the first run to a parameter set on the command line.

$ mlo init && git commit -qm "mlo init"
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ printf 'x\ny\nz\n' > raw.txt
$ cat > params.yaml <<'EOP'
> # what we tune
> train:
>   rate: 2   # steps
>   mode: slow
> EOP
$ cat > mlo.yaml <<'EOP'
> stages:
>   prepare:
>     cmd: head -n 2 raw.txt > prepared.txt
>     deps: [raw.txt]
>     outs: [prepared.txt]
>     desc: first lines only
>   train:
>     cmd: |
>       echo "rate ${train.rate}"
>       sed s/x/${train.rate}/ prepared.txt > model.txt
>     deps: [prepared.txt]
>     params: [train]
>     outs: [model.txt]
>   evaluate:
>     cmd: echo '{"auc":' 0.${train.rate}'}' > scores.json
>     deps: [model.txt]
>     metrics: [{scores.json: {cache: false}}]
> EOP
$ git add -A && git commit -qm pipeline
$ mlo run -n
prepare will run
  it has never run
train may run
  stage `prepare` runs first
  it has never run
evaluate may run
  stage `train` runs first
  it has never run
$ mlo run graph
evaluate
<- train
   <- prepare  first lines only
$ mlo run -j 1
[1/3] prepare (<duration>)
rate 2
[2/3] train (<duration>)
[3/3] evaluate (<duration>)
run <name> (<id>): 3 ran
$ cat model.txt .gitignore
2
y
/model.txt
/prepared.txt
$ mlo run
everything is up to date
$ mlo run status
STAGE     STATE       WHY
prepare   up-to-date
train     up-to-date
evaluate  up-to-date
$ git status --short
?? .gitignore
?? mlo.lock
?? scores.json

# A parameter on the command line is an edit of its file; early stages stay as they are.

$ mlo run -n -P train.rate=7
train will run
  command changed: `echo "rate 2"; sed s/x/2/ prepared.txt > model.txt` -> `echo "rate 7"; sed s/x/7/ prepared.txt > model.txt`
  parameter `train.rate` changed: 2 -> 7
evaluate may run
  stage `train` runs first
  command changed: `echo '{"auc":' 0.2'}' > scores.json` -> `echo '{"auc":' 0.7'}' > scores.json`
$ git diff --stat
$ mlo run -j 1 -P train.rate=7 --name seven
rate 7
[1/2] train (<duration>)
[2/2] evaluate (<duration>)
run seven (<id>): 2 ran, 1 up to date
$ git diff -U0 params.yaml | tail -n 2
-  rate: 2   # steps
+  rate: 7   # steps
$ mlo run logs seven train
rate 7
$ mlo run logs
==> train (finished) <==
rate 7
==> evaluate (finished) <==

# Each reason is the exact difference, old -> new.

$ sed -i 's/mode: slow/mode: fast/; /rate/d' params.yaml && sed -i 's/head -n 2/head -n 1/; s/${train.rate}/3/' mlo.yaml && echo more >> raw.txt && echo edited >> model.txt
$ mlo run why
prepare will run
  command changed: `head -n 2 raw.txt > prepared.txt` -> `head -n 1 raw.txt > prepared.txt`
  dependency `raw.txt` changed: sha256:81884b5f2cb6 -> sha256:753b13a9ce34
train may run
  stage `prepare` runs first
  command changed: `echo "rate 7"; sed s/x/7/ prepared.txt > model.txt` -> `echo "rate 3"; sed s/x/3/ prepared.txt > model.txt`
  parameter `train.mode` changed: slow -> fast
evaluate may run
  stage `train` runs first
  command changed: `echo '{"auc":' 0.7'}' > scores.json` -> `echo '{"auc":' 0.3'}' > scores.json`
  dependency `model.txt` changed: sha256:b5bedd82b700 -> sha256:05c332fe1f68
$ mlo run why evaluate
evaluate may run
  stage `train` runs first
  command changed: `echo '{"auc":' 0.7'}' > scores.json` -> `echo '{"auc":' 0.3'}' > scores.json`
  dependency `model.txt` changed: sha256:b5bedd82b700 -> sha256:05c332fe1f68
$ mlo run status
STAGE     STATE    WHY
prepare   stale    command changed: `head -n 2 raw.txt > prepared.txt` -> `head -n 1 raw.txt > prepared.txt` (and 1 more)
train     waiting  stage `prepare` runs first (and 2 more)
evaluate  waiting  stage `train` runs first (and 2 more)
$ git checkout -q mlo.yaml params.yaml && printf 'x\ny\nz\n' > raw.txt

# Going back to what ran before costs nothing: the results are in the cache.

$ mlo run -n
train will come from the cache
  command changed: `echo "rate 7"; sed s/x/7/ prepared.txt > model.txt` -> `echo "rate 2"; sed s/x/2/ prepared.txt > model.txt`
  parameter `train.rate` changed: 7 -> 2
evaluate will come from the cache
  command changed: `echo '{"auc":' 0.7'}' > scores.json` -> `echo '{"auc":' 0.2'}' > scores.json`
  dependency `model.txt` changed: sha256:b5bedd82b700 -> sha256:0a2509050bef
$ mlo run -j 1
[1/2] train (cached)
[2/2] evaluate (cached)
run <name> (<id>): 2 cached, 1 up to date
$ cat model.txt
2
y
$ mlo run -j 1 --force prepare
[1/1] prepare (<duration>)
run <name> (<id>): 1 ran
$ mlo run -j 1 --force --single train
rate 2
[1/1] train (<duration>)
run <name> (<id>): 1 ran
$ mlo run -n train --force --json
{
  "stages": [
    {
      "stage": "prepare",
      "state": "stale",
      "reasons": [
        {
          "kind": "forced",
          "subject": "",
          "before": "",
          "after": "",
          "text": "--force"
        }
      ]
    },
    {
      "stage": "train",
      "state": "waiting",
      "reasons": [
        {
          "kind": "upstream",
          "subject": "prepare",
          "before": "",
          "after": "",
          "text": "stage `prepare` runs first"
        },
        {
          "kind": "forced",
          "subject": "",
          "before": "",
          "after": "",
          "text": "--force"
        }
      ]
    }
  ]
}
