# Lineage of a dataset that nothing has used yet, in every form; runs join it by what they read.

$ mlo init && printf 'a,b\n1,2\n' > flights.csv && mlo version-data add flights.csv --name flights && git add -A && git commit -qm data
...
$ mlo lineage flights
dataset flights@sha256:492d5ea49605  flights.csv, 8 B, commit <id>
$ mlo lineage flights --down
dataset flights@sha256:492d5ea49605  flights.csv, 8 B, commit <id>
nothing recorded was made from it
$ mlo lineage flights@HEAD --json
{
  "root": "dataset:flights@sha256:492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470",
  "nodes": [
    {
      "id": "dataset:flights@sha256:492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470",
      "kind": "dataset",
      "name": "flights@sha256:492d5ea49605",
      "detail": "flights.csv, 8 B, commit <id>",
      "digest": "sha256:492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470"
    }
  ],
  "edges": []
}
$ mlo lineage flights --dot
digraph lineage {
  rankdir=LR;
  "dataset:flights@sha256:492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470" [label="dataset flights@sha256:492d5ea49605", shape=cylinder, penwidth=2];
}
$ mlo lineage nothing
error: no dataset, model or run named `nothing`
hint: list them with `mlo version-data status`, `mlo register list` and `mlo track list`
[1]
$ mlo lineage flights@sha256:0000
error: dataset `flights` never had the version `sha256:0000`
hint: see its versions with `mlo version-data history flights`
[1]
$ mlo lineage flights --depth -2
error: `--depth` cannot be negative
[2]

# A run stands between the data and what was made from it.

$ cat > mlo.yaml <<'EOP'
> stages:
>   prepare: {cmd: tail -n 1 flights.csv > rows.csv, deps: [flights.csv], outs: [rows.csv]}
>   train: {cmd: cp rows.csv model, deps: [rows.csv], outs: [model]}
> EOP
$ git add -A && git commit -qm pipeline && mlo run -j 1 --name first && git add -A && git commit -qm lock
[1/2] prepare (<duration>)
[2/2] train (<duration>)
run first (<id>): 2 ran
$ mlo lineage first
run first  <id>, <time>, finished
came from
├─ code <id>  main
└─ stage train  run first, finished
   └─ rows.csv  4 B
      └─ stage prepare  run first, finished
         └─ dataset flights@sha256:492d5ea49605  flights.csv, 8 B, commit <id>
made from it
└─ model  4 B
$ mlo lineage flights
dataset flights@sha256:492d5ea49605  flights.csv, 8 B, commit <id>
made from it
└─ stage prepare  run first, finished
   └─ rows.csv  4 B
      └─ stage train  run first, finished
         ├─ model  4 B
         └─ run first  <id>, <time>, finished
$ mlo lineage first --up --depth 2
run first  <id>, <time>, finished
came from
├─ code <id>  main
└─ stage train  run first, finished
   └─ rows.csv  4 B
$ mlo lineage first --dot
digraph lineage {
  rankdir=LR;
  "artifact:sha256:52186c933993da4082b3cdc7c40bb4bf735b391ff54a2ef78c037dda6c38a680@<id>" [label="artifact rows.csv", shape=note];
  "artifact:sha256:52186c933993da4082b3cdc7c40bb4bf735b391ff54a2ef78c037dda6c38a680@<id>" [label="artifact model", shape=note];
  "code:git-sha1:<id>" [label="code <id>", shape=hexagon];
  "dataset:flights@sha256:492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470" [label="dataset flights@sha256:492d5ea49605", shape=cylinder];
  "run:<id>" [label="run first", shape=ellipse, penwidth=2];
  "stage:<id>" [label="stage prepare", shape=box];
  "stage:<id>" [label="stage train", shape=box];
  "artifact:sha256:52186c933993da4082b3cdc7c40bb4bf735b391ff54a2ef78c037dda6c38a680@<id>" -> "stage:<id>";
  "code:git-sha1:<id>" -> "run:<id>";
  "code:git-sha1:<id>" -> "stage:<id>";
  "code:git-sha1:<id>" -> "stage:<id>";
  "dataset:flights@sha256:492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470" -> "stage:<id>";
  "stage:<id>" -> "artifact:sha256:52186c933993da4082b3cdc7c40bb4bf735b391ff54a2ef78c037dda6c38a680@<id>";
  "stage:<id>" -> "artifact:sha256:52186c933993da4082b3cdc7c40bb4bf735b391ff54a2ef78c037dda6c38a680@<id>";
  "stage:<id>" -> "run:<id>";
}
$ mlo lineage first --up --json
{
  "root": "run:<id>",
  "nodes": [
    {
      "id": "artifact:sha256:52186c933993da4082b3cdc7c40bb4bf735b391ff54a2ef78c037dda6c38a680@<id>",
      "kind": "artifact",
      "name": "rows.csv",
      "detail": "4 B",
      "digest": "sha256:52186c933993da4082b3cdc7c40bb4bf735b391ff54a2ef78c037dda6c38a680"
    },
    {
      "id": "code:git-sha1:<id>",
      "kind": "code",
      "name": "<id>",
      "detail": "main"
    },
    {
      "id": "dataset:flights@sha256:492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470",
      "kind": "dataset",
      "name": "flights@sha256:492d5ea49605",
      "detail": "flights.csv, 8 B, commit <id>",
      "digest": "sha256:492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470"
    },
    {
      "id": "run:<id>",
      "kind": "run",
      "name": "first",
      "detail": "<id>, <time>, finished",
      "run": "<id>"
    },
    {
      "id": "stage:<id>",
      "kind": "stage",
      "name": "prepare",
      "detail": "run first, finished",
      "run": "<id>"
    },
    {
      "id": "stage:<id>",
      "kind": "stage",
      "name": "train",
      "detail": "run first, finished",
      "run": "<id>"
    }
  ],
  "edges": [
...
