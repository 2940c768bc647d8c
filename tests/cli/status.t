# One screen: code, data, pipeline, runs.

$ mlo init && git commit -qm "mlo init"
...
$ mlo status
code      main at <id>
data      nothing versioned yet; start with `mlo version-data add PATH`
pipeline  none (no mlo.yaml)
runs      none running
$ printf 'a,b\n1,2\n' > raw.csv && mlo version-data add raw.csv && mlo status
...
$ printf 'stages:\n  copy:\n    cmd: cp raw.csv out.csv\n    deps: [raw.csv]\n    outs: [out.csv]\n' > mlo.yaml
$ echo 3,4 >> raw.csv
$ mlo status
code      main at <id>
data      1 dataset, 1 not as the manifest says
  modified  raw.csv
pipeline  1 stage, 1 to do
  stale     copy  it has never run
  `mlo run` brings it up to date; `mlo run why` says more
runs      none running
$ mkdir sub && mlo -C sub status
...
  modified  raw.csv
...
$ mlo status --json
{
  "root": "<dir>",
  "branch": "main",
  "commit": "<id>",
  "datasets": [
    {
      "name": "raw.csv",
      "path": "raw.csv",
      "state": "modified",
      "added": 0,
      "changed": 1,
      "removed": 0
    }
  ],
  "pipeline": "mlo.yaml",
  "pipeline_error": null,
  "stages": [
    {
      "name": "copy",
      "state": "stale",
      "reasons": [
        "it has never run"
      ]
    }
  ],
  "views": [],
  "features_error": null,
  "live_runs": [],
  "models": []
}
$ rm raw.csv
$ mlo status
code      main at <id>
data      1 dataset, 1 not as the manifest says
  missing   raw.csv
  `mlo version-data checkout` brings back what the store has, `mlo pull` the rest
pipeline  1 stage, 1 to do
  stale     copy  dependency `raw.csv` does not exist
  `mlo run why` says more
runs      none running

# A pipeline that cannot be read hides nothing else.

$ printf 'stages:\n  copy:\n    cmd: cp raw.csv out.csv\n    dep: [raw.csv]\n' > mlo.yaml
$ mlo status
code      main at <id>
data      1 dataset, 1 not as the manifest says
  missing   raw.csv
  `mlo version-data checkout` brings back what the store has, `mlo pull` the rest
pipeline  mlo.yaml:4:10: unknown key `dep` in stage `copy`; did you mean `deps`?
runs      none running
[1]
$ touch dvc.yaml && mlo status
code      main at <id>
data      1 dataset, 1 not as the manifest says
  missing   raw.csv
  `mlo version-data checkout` brings back what the store has, `mlo pull` the rest
pipeline  both `mlo.yaml` and `dvc.yaml` exist: which is the pipeline?
runs      none running
[1]

# What was materialized, and is not what its files say any more.

$ rm dvc.yaml mlo.yaml && mkdir .mlo/features && printf 'mlo: entity/1\nname: e\nkeys: [{name: k, type: integer}]\n' > .mlo/features/e.yaml
$ printf 'mlo: view/1\nname: v\nentities: [e]\nsource: {path: v.csv, timestamp_field: t}\nfeatures: [{name: x, dtype: real}]\n' > .mlo/features/v.yaml
$ printf 'k,t,x\n1,2001-01-01,0.5\n' > v.csv && mlo version-data checkout -q && mlo materialize -q && mlo status
...
features  1 view, current in the online store
runs      none running
$ echo 1,2001-01-02,0.75 >> v.csv && mlo status
...
features  1 view, 1 stale
  stale     v  `v.csv` changed
  `mlo materialize` brings it up to date
runs      none running
$ echo 'mlo: view/2' > .mlo/features/v.yaml && mlo status
...
features  .mlo/features/v.yaml:1:6: `view/2` is newer than this mlo, which reads `view/1`
runs      none running
[1]
