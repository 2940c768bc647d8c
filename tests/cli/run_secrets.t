# What was typed or set in confidence is in no record.

$ mlo init && git commit -qm "mlo init"
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ HF_TOKEN=planted-one mlo run --name one -q -- true --password planted-two --api-key=planted-three planted-one --lr 0.1
$ mlo track show one | grep command
command    true --password '(secret)' '--api-key=(secret)' '(secret)' --lr 0.1
$ git log -p refs/mlo/runs | grep -c planted
0
[1]
$ grep -r planted .mlo .git/mlo | wc -l
0

# A token of the environment reaches the stage, and of what is written only its name. A new one makes nothing run
# again; another value of a variable that is no secret does.
$ cat > mlo.yaml <<'END'
> stages:
>   fetch:
>     cmd: test -n "$API_TOKEN" && echo "$MODE" > data.txt
>     env: {API_TOKEN: , MODE: }
>     outs: [data.txt]
> END
$ git add -A && git commit -qm pipeline
$ API_TOKEN=planted-four MODE=fast mlo run -q --name two
run two (<id>): 1 ran
$ grep -A 2 env: mlo.lock
    env:
      API_TOKEN: "(secret)"
      MODE: fast
$ API_TOKEN=planted-five MODE=fast mlo run
everything is up to date
$ API_TOKEN=planted-five MODE=slow mlo run why
fetch will run
  environment `MODE` changed: fast -> slow
$ git log -p refs/mlo/runs | grep 'env.MODE\|secret.API'
+  env.MODE: fast
+  secret.API_TOKEN: hmac-sha256:<id>:<id>
$ mlo run -q --name three -- sh -c 'mlo track log param db.password=planted-six lr=0.1'
$ mlo track show three | grep -A 2 params
params
  db.password  (secret)
  lr           0.1
$ git log -p --all -- . ':!mlo.yaml' | grep -c planted
0
[1]
$ grep -r planted . | wc -l
0
