# A dvc.yaml is read as it is: variables, foreach, matrix, groups as targets.

$ mlo init && git add -A && git commit -qm "mlo init"
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ cat > params.yaml <<'EOP'
> carriers: [AA, UA]
> models:
>   small: {depth: 2}
>   large: {depth: 8}
> EOP
$ cat > dvc.yaml <<'EOP'
> vars:
>   - greeting: hello
> stages:
>   fetch:
>     foreach: ${carriers}
>     do:
>       cmd: echo ${greeting} ${item} > ${item}.txt
>       outs: [{'${item}.txt': {persist: true}}]
>   fit:
>     foreach: ${models}
>     do:
>       cmd: echo ${key} > ${key}.model; echo --depth ${item.depth}
>       deps: [AA.txt, UA.txt]
>       outs: ['${key}.model']
>   grid:
>     matrix:
>       size: [1, 2]
>       kind: [x, y]
>     cmd: echo ${item.size}${item.kind} > grid-${key}
>     outs:
>       - grid-${key}
> plots: [{loss.csv: {x: step, y: loss}}]
> EOP
$ mlo run graph
fit@small
<- fetch@AA
<- fetch@UA
fit@large
<- fetch@AA
<- fetch@UA
grid@1-x
grid@1-y
grid@2-x
grid@2-y
$ mlo run -j 1 fit@small
[1/3] fetch@AA (<duration>)
[2/3] fetch@UA (<duration>)
--depth 2
[3/3] fit@small (<duration>)
run <name> (<id>): 3 ran
$ mlo run -j 1 grid
[1/4] grid@1-x (<duration>)
[2/4] grid@1-y (<duration>)
[3/4] grid@2-x (<duration>)
[4/4] grid@2-y (<duration>)
run <name> (<id>): 4 ran
$ mlo run status
STAGE      STATE       WHY
fetch@AA   up-to-date
fetch@UA   up-to-date
fit@small  up-to-date
fit@large  stale       it has never run
grid@1-x   up-to-date
grid@1-y   up-to-date
grid@2-x   up-to-date
grid@2-y   up-to-date
$ mlo run fit@medium
error: no stage or output named `fit@medium`
hint: list the stages with `mlo run status`
[1]
$ mlo run graph --mermaid fit
flowchart LR
  s0["fetch@AA"]
  s1["fetch@UA"]
  s2["fit@small"]
  s0 --> s2
  s1 --> s2
  s3["fit@large"]
  s0 --> s3
  s1 --> s3
$ mlo run graph --dot fit@small
digraph pipeline {
  rankdir=LR;
  node [shape=box];
  "fetch@AA";
  "fetch@UA";
  "fit@small";
  "fetch@AA" -> "fit@small";
  "fetch@UA" -> "fit@small";
}
$ ls
AA.txt
README.md
UA.txt
dvc.yaml
grid-1-x
grid-1-y
grid-2-x
grid-2-y
mlo.lock
params.yaml
small.model
$ mlo run -j 1
--depth 8
[1/1] fit@large (<duration>)
run <name> (<id>): 1 ran, 7 up to date
$ sed -i 's/UA/DL/' params.yaml dvc.yaml
$ mlo run status fetch
STAGE     STATE       WHY
fetch@AA  up-to-date
fetch@DL  stale       it has never run
$ mkdir sub && cd sub && mlo run -n ../AA.txt
everything is up to date
$ git status --short
?? .gitignore
?? dvc.yaml
?? mlo.lock
?? params.yaml
