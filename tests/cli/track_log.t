# What a run logs is part of its record; outside of a run there is nothing to log to.

$ mlo init && git add -A && git commit -qm "mlo init"
...
$ mlo track log metric auc=0.5
error: not inside a run: MLO_RUN is not set
hint: log from inside a run: mlo run -- COMMAND
[2]
$ MLO_RUN=../../etc mlo track log metric auc=0.5
error: MLO_RUN does not name a run: `../../etc`
hint: log from inside a run: mlo run -- COMMAND
[2]
$ cat > train.sh <<'EOF2'
> mlo track log param lr=0.1 model=gbt deep=true
> mlo track log metric loss=0.5 auc=0.75 --step 1
> mlo track log metric loss=0.25 'recall[carrier=AA]=nan' --step 2
> mlo track log tag 'team=night flights'
> echo '{"step": 3, "loss": 0.125, "val": {"f1": 1}}' >> "$MLO_METRICS"
> echo 'not json' >> "$MLO_METRICS"
> mlo track log artifact README.md --name docs/readme
> mlo track log metric 'a/../b=1'
> mlo track log metric auc=high
> mlo track log metric auc
> mlo track log thing a=1
> mlo track log artifact absent.txt
> mlo track log metric a=1 --name x
> true
> EOF2
$ mlo run --name logged -- sh train.sh
error: `a/../b` is not a metric key
hint: keys have letters, digits, `_ - . : /` and space, at most 250; slices as `recall[carrier=AA]`
error: metric `auc` is not a number: `high`
error: `auc` is not KEY=VALUE
hint: for example: mlo track log metric auc=0.84 --step 10
error: cannot log a `thing`
hint: mlo track log metric|param|tag|artifact ..
error: cannot store `<dir>/absent.txt`: no such file
error: `--name` goes with one artifact
warning: run logged: line 2 of MLO_METRICS is left out: it is not JSON
run logged (<id>) finished
$ mlo track search "params.model = 'gbt'"
NAME    ID            STATUS    STARTED   auc   loss  val/f1  recall[carrier=AA]
logged  <id>  finished  <duration> ago  0.75  0.125       1                 nan
$ mlo track show logged | sed -n "/^metrics/,/^environment/p"
metrics
  auc                  0.75  step 1
  loss                0.125  step 3
  recall[carrier=AA]    nan  step 2
  val/f1                  1  step 3

params
  lr     0.1
  model  gbt
  deep   true

tags
  team  night flights

artifacts
  docs/readme  sha256:f2ca1bb6c7e9  5 B

environment
