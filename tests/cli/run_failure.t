# What goes wrong in a pipeline, and what mlo says then.

$ mlo init && git add -A && git commit -qm "mlo init"
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ mlo run
error: no pipeline: neither `mlo.yaml` nor `dvc.yaml` here or above
hint: write one (`mlo help pipeline` has an example), or track a single command with `mlo run -- COMMAND`
[1]
$ cat > mlo.yaml <<'EOP'
> stages:
>   good: {cmd: echo good > good.txt, outs: [good.txt]}
>   bad: {cmd: 'echo about to fail; echo reason >&2; exit 4', outs: [bad.txt]}
>   after_bad: {cmd: cp bad.txt copy.txt, deps: [bad.txt], outs: [copy.txt]}
>   after_good: {cmd: cp good.txt kept.txt, deps: [good.txt], outs: [kept.txt]}
> EOP
$ mlo run bad -j 1 --name first
about to fail
reason
[1/1] bad failed: exit code 4: `echo about to fail; echo reason >&2; exit 4`
run first (<id>): 1 failed
  bad: see `mlo run logs first bad`
[1]
$ mlo run -j 1 --keep-going --name second
[1/4] good (<duration>)
about to fail
reason
[2/4] bad failed: exit code 4: `echo about to fail; echo reason >&2; exit 4`
[3/4] after_bad skipped: stage `bad` did not succeed
[4/4] after_good (<duration>)
run second (<id>): 2 ran, 1 failed, 1 skipped
  bad: see `mlo run logs second bad`
[1]
$ mlo run logs second bad
about to fail
reason
$ mlo run status
STAGE       STATE       WHY
good        up-to-date
bad         stale       it has never run
after_bad   waiting     stage `bad` runs first (and 1 more)
after_good  up-to-date
$ mlo run -j 1 --json --name third bad
{"event":"begin","total":1,"jobs":1}
{"event":"started","stage":"bad"}
{"event":"output","stage":"bad","stream":"stdout","line":"about to fail"}
{"event":"output","stage":"bad","stream":"stderr","line":"reason"}
{"event":"finished","stage":"bad","result":"failed","seconds":<n>,"exit_code":4,"error":"exit code 4: `echo about to fail; echo reason >&2; exit 4`","done":1,"total":1}
{
  "run": "<id>",
  "name": "third",
  "status": "failed",
  "exit_code": 1,
  "up_to_date": 0,
  "stages": [
    {
      "stage": "bad",
      "result": "failed",
      "seconds": <n>,
      "exit_code": 4,
      "undeclared_reads": [],
      "undeclared_writes": [],
      "run": "<id>",
      "error": "exit code 4: `echo about to fail; echo reason >&2; exit 4`",
      "reasons": [
        {
          "kind": "never-ran",
          "subject": "",
          "before": "",
          "after": "",
          "text": "it has never run"
        }
      ]
    }
  ]
}
[1]

# A stage that does not write what it declares.

$ sed -i 's/exit 4/true/' mlo.yaml
$ mlo run -j 1 bad
about to fail
reason
[1/1] bad failed: its commands succeeded but did not write `bad.txt`
run <name> (<id>): 1 failed
  bad: see `mlo run logs <name> bad`
[1]

# A wrong name says what was meant; a wrong pipeline says where.

$ mlo run god
error: no stage or output named `god`
hint: did you mean `good`?
[1]
$ mlo run why afterbad
error: no stage or output named `afterbad`
hint: did you mean `after_bad`?
[1]
$ mlo run good -P rate=1
error: cannot set `rate=1`: no parameter file `params.yaml`
[1]
$ mlo run good -P
error: `--param` needs exactly one value
[2]
$ mlo run -j 0x good
error: `--jobs` takes a number, not `0x`
[2]
$ mlo run --single
error: `--single` needs a stage
[2]
$ cat > mlo.yaml <<'EOP'
> stages:
>   a: {cmd: cp c a, deps: [c], outs: [a]}
>   b: {cmd: cp a b, deps: [a], outs: [b]}
>   c: {cmd: cp b c, deps: [b], outs: [c]}
> EOP
$ mlo run
error: mlo.yaml:2:6: the stages depend on each other in a circle: `a` -> `b` -> `c` -> `a`
[1]
$ printf 'stages:\n  a: {cmd: echo > x, outs: [x]}\n  b: {cmd: echo > x, outs: [x]}\n' > mlo.yaml
$ mlo run
error: mlo.yaml:3:6: stages `a` and `b` both write `x`
[1]
$ printf 'stages:\n  a: {cmd: echo, outs: [x]}\n  b: {cmd: echo, outs: [x/y]}\n' > mlo.yaml
$ mlo run
error: mlo.yaml:3:6: output `x/y` of stage `b` lies inside output `x` of stage `a`
[1]
$ printf 'stages:\n  a: {cmd: cp in out, deps: [in], outs: [out]}\n' > mlo.yaml
$ mlo run
error: cannot run stage `a`: dependency `in` does not exist
hint: create it, or name it in `outs` of the stage that makes it
[1]
$ mlo run -n
error: cannot run stage `a`: dependency `in` does not exist
hint: create it, or name it in `outs` of the stage that makes it
[1]
$ printf 'stages:\n  a: {cmd: cp in out, dep: [in]}\n' > mlo.yaml
$ mlo run
error: mlo.yaml:2:28: unknown key `dep` in stage `a`; did you mean `deps`?
[1]
$ printf 'stages:\n  a: {cmd: echo > README.md, outs: [README.md]}\n' > mlo.yaml
$ mlo run
error: output `README.md` of stage `a` is tracked by git
hint: `git rm -r --cached README.md`, or give it `cache: false`
[4]
$ cp mlo.yaml dvc.yaml
$ mlo run
error: both `mlo.yaml` and `dvc.yaml` exist: which is the pipeline?
hint: keep one of them
[1]
$ git status --short
?? .gitignore
?? dvc.yaml
?? mlo.lock
?? mlo.yaml
$ rm dvc.yaml && printf 'stages:\n  a: {cmd: cp raw/in out, deps: [raw/in], outs: [out]}\n' > mlo.yaml
$ mkdir raw && echo 1 > raw/in && mlo version-data add -q raw --name numbers && rm -r raw && mlo run
added numbers: 1 file, 2 B, sha256:b0f312989cb0
error: cannot run stage `a`: dependency `raw/in` does not exist
hint: it belongs to dataset `numbers`: type `mlo pull numbers`, or `mlo version-data checkout numbers`
[1]
