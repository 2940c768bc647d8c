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
error: no dataset and no run named `nothing`
hint: list them with `mlo version-data status` and `mlo track list`
[1]
$ mlo lineage flights@sha256:0000
error: dataset `flights` never had the version `sha256:0000`
hint: see its versions with `mlo version-data history flights`
[1]
$ mlo lineage flights --depth -2
error: `--depth` cannot be negative
[2]
