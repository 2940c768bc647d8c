# Where the kernel lets nobody watch a stage it runs unwatched, and what depends on that does not start.
$ mlo init -q && echo 'stages: {train: {cmd: cat extra.csv > model, outs: [model]}}' > mlo.yaml && echo 2 > extra.csv
made `.mlo` in <dir>
$ mlo run
[1/1] train (<duration>)
run <name> (<id>): 1 ran
$ mlo run deps
train: the system refuses to notify of system calls (Operation not permitted); ptrace: Operation not permitted (another trace around it, or kernel.yama.ptrace_scope)
$ mlo run --strict -f
error: stage `train` is strict, which is not possible here: the system refuses to notify of system calls (Operation not permitted); ptrace: Operation not permitted (another trace around it, or kernel.yama.ptrace_scope)
hint: run it without `--strict` here
[1]
$ mlo run --sandbox -f
error: stage `train` is in a sandbox, which is not possible here: the system refuses to notify of system calls (Operation not permitted); ptrace: Operation not permitted (another trace around it, or kernel.yama.ptrace_scope)
hint: run it without `--sandbox` here
[1]
