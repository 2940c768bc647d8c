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
  "live_runs": [],
  "models": []
}
$ rm raw.csv
$ mlo status
code      main at <id>
data      1 dataset, 1 not as the manifest says
  missing   raw.csv
pipeline  1 stage, 1 to do
  stale     copy  dependency `raw.csv` does not exist
  `mlo run` brings it up to date; `mlo run why` says more
runs      none running

# A pipeline that cannot be read hides nothing else.

$ printf 'stages:\n  copy:\n    cmd: cp raw.csv out.csv\n    dep: [raw.csv]\n' > mlo.yaml
$ mlo status
code      main at <id>
data      1 dataset, 1 not as the manifest says
  missing   raw.csv
pipeline  mlo.yaml:4:10: unknown key `dep` in stage `copy`; did you mean `deps`?
runs      none running
[1]
$ touch dvc.yaml && mlo status
code      main at <id>
data      1 dataset, 1 not as the manifest says
  missing   raw.csv
pipeline  both `mlo.yaml` and `dvc.yaml` exist: which is the pipeline?
runs      none running
[1]
