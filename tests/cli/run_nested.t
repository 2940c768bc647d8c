# A stage may run other stages; one that would wait for itself is told so.

$ mlo init && cat > mlo.yaml <<'EOT'
> stages:
>   self: {cmd: mlo run -q self, outs: [self.txt]}
>   first: {cmd: mlo run -q last, outs: [first.txt]}
>   last: {cmd: cp first.txt last.txt, deps: [first.txt], outs: [last.txt]}
>   far: {cmd: "mlo run -q between", outs: [far.txt]}
>   between: {cmd: "mlo run -q --name shell -- mlo run -q far", outs: [between.txt]}
>   outer: {cmd: "mlo run -q inner && echo outer > outer.txt", outs: [outer.txt]}
>   inner: {cmd: "echo inner > inner.txt", outs: [inner.txt]}
> EOT
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ mlo run -q self --name one 2>&1
error: stage `self` waits for itself: the `mlo run` in its command needs stage `self` of the run one it is in
hint: take `mlo run` out of the command of stage `self`: what it reads belongs in its `deps`
[1/1] self failed: exit code 4: `mlo run -q self`
run one (<id>): 1 failed
  self: see `mlo run logs one self`
[1]
$ mlo run -q last --name two 2>&1
first | error: stage `first` waits for itself: the `mlo run` in its command needs stage `first` of the run two it is in
first | hint: take `mlo run` out of the command of stage `first`: what it reads belongs in its `deps`
[1/2] first failed: exit code 4: `mlo run -q last`
run two (<id>): 1 failed, 1 skipped
  first: see `mlo run logs two first`
[1]
$ mlo run -q far --name three 2>&1
error: stage `far` waits for itself: the `mlo run` in its command needs stage `far` of the run three it is in
hint: take `mlo run` out of the command of stage `far`: what it reads belongs in its `deps`
[1/1] between failed: exit code 4: `mlo run -q --name shell -- mlo run -q far`
run <name> (<id>): 1 failed
  between: see `mlo run logs <name> between`
[1/1] far failed: exit code 1: `mlo run -q between`
run three (<id>): 1 failed
  far: see `mlo run logs three far`
[1]
$ mlo run -q --no-trace outer --name four 2>&1; cat outer.txt inner.txt
run <name> (<id>): 1 ran
run four (<id>): 1 ran
outer
inner
