# Two runs of disjoint stages go on side by side; a third waits for the one whose stage it needs, and says so.

$ mlo init && mkfifo go && cat > mlo.yaml <<'EOF'
> stages:
>   slow: {cmd: 'echo waits; touch started; cat go > slow.txt; echo over >&2', outs: [slow.txt]}
>   other: {cmd: 'echo other > other.txt', outs: [other.txt]}
>   after: {cmd: 'cp slow.txt after.txt', deps: [slow.txt], outs: [after.txt]}
> EOF
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ mlo run slow --name first > first.log 2>&1 & until [ -e started ]; do sleep 0.01; done
$ mlo run other --name second
[1/1] other (<duration>)
run second (<id>): 1 ran
$ mlo run logs first
waits
$ mlo run logs -f first > all.log 2>&1 & mlo run logs -f first slow > slow.log 2>&1 & until grep -qs waits all.log && grep -qs waits slow.log; do sleep 0.01; done
$ mlo run after --name third > third.log 2>&1 & until grep -qs waiting third.log; do sleep 0.01; done; echo data > go; until grep -qs over all.log && grep -qs over slow.log && grep -qs 'run third (' third.log; do sleep 0.01; done
$ cat first.log third.log all.log slow.log
waits
over
[1/1] slow (<duration>)
warning: stage `slow` wrote 1 file that it does not declare: `started`
run first (<id>): 1 ran
waiting for run first, which is at `slow`
[1/1] after (<duration>)
run third (<id>): 1 ran, 1 up to date
slow | waits
slow | over
waits
over
$ mlo run logs -f first
slow | waits
slow | over
$ cat after.txt
data
$ mlo run
everything is up to date

# A changed parameter waits for everybody: they read it.

$ rm started && cat > mlo.yaml <<'EOF'
> stages:
>   slow: {cmd: 'touch started; cat go > slow.txt', params: [n], outs: [slow.txt]}
>   other: {cmd: 'echo other > other.txt', params: [m], outs: [other.txt]}
> EOF
$ printf 'n: 1\nm: 1\n' > params.yaml
$ mlo run slow --name fourth > fourth.log 2>&1 & until [ -e started ]; do sleep 0.01; done
$ mlo run other -P m=2 --name fifth > fifth.log 2>&1 & until grep -qs waiting fifth.log; do sleep 0.01; done; cat params.yaml; echo data > go; until grep -qs 'run fifth (' fifth.log; do sleep 0.01; done
n: 1
m: 1
$ cat fourth.log fifth.log params.yaml
[1/1] slow (<duration>)
warning: stage `slow` wrote 1 file that it does not declare: `started`
run fourth (<id>): 1 ran
waiting for run fourth, which is at `slow`
[1/1] other (<duration>)
run fifth (<id>): 1 ran
n: 1
m: 2
