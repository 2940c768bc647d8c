# One tracked run of any command: its output, its exit code.

$ mlo init && git add -A && git commit -qm "mlo init"
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ mlo run --name greeting -- echo hello
hello
run greeting (<id>) finished
$ mlo run --name broken -- sh -c 'echo partly; echo why >&2; exit 7'
partly
why
run broken (<id>) failed
[7]
$ mlo run --name absent -- no-such-command --flag
error: cannot start `no-such-command`: not found in PATH
[127]
$ mlo run --name shot -- sh -c 'kill -9 $$'
run shot (<id>) failed
[137]
$ mlo -q run -- sh -c 'exit 3'
[3]
$ echo typed | mlo run --name reader -- cat
typed
run reader (<id>) finished
$ mlo run logs broken
partly
why
$ mlo run logs greeting nothing
error: run `greeting` has no stage `nothing`
hint: it was one command: name no stage
[1]
$ mlo run --json --name counted -- sh -c 'echo counted'
counted
{
  "run": "<id>",
  "name": "counted",
  "status": "finished",
  "exit_code": 0
}
$ mlo run -n -- echo hello
error: `mlo run -- CMD` takes only `--name` and `--experiment`
[2]
$ mlo run --name greeting -- true
run greeting (<id>) finished
$ mlo run --name 'Not A Name' -- true
run Not A Name (<id>) finished
$ mlo run --
error: missing command after `--`
hint: mlo run -- COMMAND
[2]
$ mlo track show broken
broken  failed
id         <id>
command    sh -c 'echo partly; echo why >&2; exit 7'
user       ada@example.org
started    <time> UTC
took       <duration> (<duration> of processor, at most <size>)
exit code  7
...
