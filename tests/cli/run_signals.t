# However mlo is stopped, nothing of its stages goes on writing.

$ mlo init && mkfifo go && cat > work.sh <<'EOT'
> echo $$ > pid.new; mv pid.new pid
> [ -e quick ] || cat go > went
> echo x >> b
> EOT
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ cat > mlo.yaml <<'EOT'
> stages:
>   b: {cmd: 'sh work.sh; true', deps: [work.sh], outs: [b], trace: off}
> EOT
$ cat > lives.sh <<'EOT'
> case $(sed 's/.*) //; s/ .*//' "/proc/$(cat pid)/stat" 2>/dev/null) in ''|Z|X) echo ended;; *) echo lives;; esac
> EOT

# SIGHUP is heard as SIGTERM is; a shell calls it 129.

$ mlo run --name hung-up > log 2>&1 & mlo=$!; until [ -e pid ]; do sleep 0.01; done; kill -HUP $mlo; wait $mlo
[129]
$ tail -n 3 log; sh lives.sh; mlo track list | grep -o 'hung-up.*killed'
[1/1] b interrupted
error: interrupted; what finished is kept
hint: `mlo run` goes on from there
ended
hung-up  <id>  killed

# Of a run that nobody could end, the next one ends what is left, and says so.

$ rm pid; mlo run --name shot > log 2>&1 & mlo=$!; until [ -e pid ]; do sleep 0.01; done; kill -KILL $mlo; wait $mlo 2>/dev/null
[137]
$ sh lives.sh
lives
$ touch quick; cp pid old; mlo run --name second
warning: ended <n> processes that run shot had left when it was killed
[1/1] b (<duration>)
run second (<id>): 1 ran
$ mv pid new; mv old pid; sh lives.sh; cat b
ended
x
$ rm b; mlo run --name third; cat b
[1/1] b (cached)
run third (<id>): 1 cached
x

# A second Ctrl-C waits for nobody, wherever it has gone.

$ cat > mlo.yaml <<'EOT'
> stages:
>   b: {cmd: "trap 'touch told' TERM; setsid sh work.sh & while :; do sleep 0.01; done", deps: [work.sh], outs: [b], trace: off}
> EOT
$ rm -f pid quick; mlo run --name twice > log 2>&1 & mlo=$!; until [ -e pid ]; do sleep 0.01; done; kill -INT $mlo; until [ -e told ]; do sleep 0.01; done; kill -INT $mlo; wait $mlo
[130]
$ sh lives.sh; ls b 2>/dev/null
ended
[2]
