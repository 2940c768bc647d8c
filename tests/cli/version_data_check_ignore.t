# Which line of which .mloignore leaves a path out.

$ mlo init -q && git commit -qm init && mkdir -p data/raw/deep data/other && printf '# of all\n*.tmp\n\nlogs/\n' > .mloignore && printf '!keep.tmp\n/only-here\nsub/*.bin\n' > data/raw/.mloignore
made `.mlo` in <dir>
$ touch data/raw/a.tmp data/raw/keep.tmp data/raw/a.csv data/other/keep.tmp && mlo version-data add data/raw
added data/raw: 3 files, 31 B, sha256:d4461dddaa82
hint: the manifest is staged; commit it with `git commit`
$ mlo version-data check-ignore data/raw/a.tmp data/raw/keep.tmp data/raw/a.csv data/other/keep.tmp
data/raw/a.tmp: ignored, .mloignore:2: *.tmp
data/raw/keep.tmp: not ignored, data/raw/.mloignore:1: !keep.tmp
data/raw/a.csv: not ignored
data/other/keep.tmp: ignored, .mloignore:2: *.tmp
$ mlo version-data check-ignore data/raw/logs data/raw/logs/x data/raw/only-here data/raw/deep/only-here data/raw/sub/x.bin data/raw/.mlo-tmp-abc
data/raw/logs: not ignored
data/raw/logs/x: ignored, .mloignore:4: logs/
data/raw/only-here: ignored, data/raw/.mloignore:2: /only-here
data/raw/deep/only-here: not ignored
data/raw/sub/x.bin: ignored, data/raw/.mloignore:3: sub/*.bin
data/raw/.mlo-tmp-abc: always ignored
$ mkdir data/raw/logs && cd data/raw && mlo version-data check-ignore logs logs/deep/x; cd ../..
data/raw/logs: ignored, .mloignore:4: logs/
data/raw/logs/deep/x: ignored, .mloignore:4: logs/
$ mlo version-data check-ignore data/raw/a.csv data/raw
data/raw/a.csv: not ignored
data/raw: not ignored
[3]
$ mlo version-data check-ignore data/raw/a.tmp data/raw/a.csv --json
{
  "paths": [
    {
      "path": "data/raw/a.tmp",
      "ignored": true,
      "file": ".mloignore",
      "line": 2,
      "pattern": "*.tmp"
    },
    {
      "path": "data/raw/a.csv",
      "ignored": false,
      "file": null,
      "line": null,
      "pattern": null
    }
  ]
}
$ mlo version-data status | head -n 1
unchanged data/raw

# Directories around a dataset are not asked: it is there by name.

$ printf 'data/\n' > .mloignore && mlo version-data check-ignore data/raw/a.csv
data/raw/a.csv: not ignored
[3]
$ mlo version-data check-ignore data/other/x
data/other/x: ignored, .mloignore:1: data/
$ mlo version-data check-ignore ../outside
error: cannot use `../outside`: it is outside the repository `<dir>`
[2]
$ mlo version-data check-ignore
error: missing argument `PATH`
[2]
