# What cannot be written to stderr is dropped, and the work goes on; stdout that cannot be written is an error.

$ mlo init && printf 'stages:\n  a: {cmd: "echo noise; echo a > a.txt", outs: [a.txt]}\n  b: {cmd: "exit 4", outs: [b.txt]}\n' > mlo.yaml
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ mlo run a --name first 2>/dev/full
run first (<id>): 1 ran
$ cat a.txt
a
$ mlo run b --name second 2>/dev/full
run second (<id>): 1 failed
  b: see `mlo run logs second b`
[1]
$ mlo run a -f --json --name third 2>/dev/full | head -n 4
{
  "run": "<id>",
  "name": "third",
  "status": "finished",
$ mlo run nosuch 2>/dev/full
[1]
$ mlo nosuch 2>/dev/full
[2]
$ mlo run --name fourth -- sh -c 'echo gone >&2; exit 3' 2>/dev/full
[3]
$ mlo run a -f --name fifth >/dev/full
noise
[1/1] a (<duration>)
error: cannot write standard output: No space left on device
hint: only what is shown is lost: what was done stays done
[1]
$ mlo track list | grep -c fifth
1
$ mlo run --name sixth -- sh -c 'echo shown; echo done > done.txt' >/dev/full
run sixth (<id>) finished
error: cannot write standard output: No space left on device
hint: only what is shown is lost: what was done stays done
[1]
$ cat done.txt && mlo run logs sixth
done
shown
