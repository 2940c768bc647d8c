# Data of another repository: got to any place, or imported with its origin.

$ mlo init -q && echo /got > .git/info/exclude && mkdir -p data/raw .git/store && printf 'a\n1\n' > data/raw/2013.csv && printf 'a\n2\n' > data/raw/2014.csv && echo note > data/README && ln -s raw/2013.csv data/latest
...
$ mlo remote add -q far file://$PWD/.git/store && mlo version-data add -q data --name flights && git add -A && git commit -qm first && git tag v1.2 && mlo push -q
...
$ printf 'a\n3\n' > data/raw/2014.csv && mlo version-data add -q data -m second && mlo push -q
...
$ mlo version-data get flights@v1.2:raw/2014.csv && cat 2014.csv
got flights:raw/2014.csv: 1 file, 4 B, in 2014.csv
a
2
$ mlo version-data get flights:raw -o got/raw && ls got/raw
got flights:raw: 2 files, 8 B, in got/raw
2013.csv
2014.csv
$ mlo version-data get flights:raw -o got/raw
error: `<dir>/got/raw` is there and not empty
hint: name another place, or replace it with --force
[4]
$ mlo version-data get flights:raw/2013.csv -o got/raw/ --force && mlo version-data get flights:latest
got flights:raw/2013.csv: 1 file, 4 B, in got/raw/2013.csv
error: cannot get `latest` of dataset `flights`: it is a symlink
hint: name what it points at, or the directory around it
[1]
$ mlo version-data get flights:nope
error: dataset `flights` has no `nope`
[1]
$ mlo version-data get Flights
error: `Flights` does not say which data
hint: write NAME, NAME@REVISION or NAME@REVISION:PATH, such as flights@v1.2:raw/2013.csv
[2]
$ mlo version-data get flights:../../etc/passwd
error: `flights:../../etc/passwd` does not say which data
hint: write NAME, NAME@REVISION or NAME@REVISION:PATH, such as flights@v1.2:raw/2013.csv
[2]
$ rm 2014.csv

# Never where a repository keeps its own, where the user is, or where a dataset lies: forced or not.

$ for place in . .. "$PWD" .git .git/new .mlo .mlo/new; do for force in '' --force; do mlo version-data get flights:raw -o "$place" $force 2>.git/said; test $? = 2 || echo "$place $force"; done; done; ls -A .git .mlo | grep new
[1]
$ for place in data data/raw data/raw/new; do for force in '' --force; do mlo version-data get flights:raw -o "$place" $force 2>.git/said; test $? = 4 || echo "$place $force"; done; done; find data | sort
data
data/README
data/latest
data/raw
data/raw/2013.csv
data/raw/2014.csv
$ mkdir got/deep && cd got/deep && for place in .. ../.. ../../.git; do mlo get flights:raw -o $place --force; mlo get flights -o $place --force; done
error: cannot put anything at `<dir>/got`: the current directory would be replaced with it
hint: name another place with --output
error: cannot put anything at `<dir>/got`: the current directory would be replaced with it
hint: name another place with --output
error: cannot put anything at `<dir>`: the current directory would be replaced with it
hint: name another place with --output
error: cannot put anything at `<dir>`: the current directory would be replaced with it
hint: name another place with --output
error: cannot put anything at `<dir>/.git`: git keeps its own files there
hint: name another place with --output
error: cannot put anything at `<dir>/.git`: git keeps its own files there
hint: name another place with --output
[2]
$ git init -q got/theirs && mlo get flights:raw -o got/theirs --force
error: cannot put anything at `<dir>/got/theirs`: it is a git repository
hint: name another place with --output
[4]
$ rm -r got/theirs && git status --short && ls -A && mlo version-data fsck
.git
.gitignore
.mlo
README.md
data
got
read 9 objects (565 B): none is damaged

# From a bare repository elsewhere: only what is asked for comes from its remote.

$ git clone -q --bare . .git/bare.git && mlo get flights@v1.2:raw/2014.csv --repo .git/bare.git -o got/one.csv && cat got/one.csv
got flights:raw/2014.csv: 1 file, 4 B, in got/one.csv
a
2
$ mlo get flights --repo file://$PWD/.git/bare.git -o got/all && cat got/all/latest got/all/raw/2014.csv
got flights: 3 files, 13 B, in got/all
a
1
a
3
$ mlo version-data get flights@main~1:raw --repo .git/bare.git -o got/older && cat got/older/2014.csv
got flights:raw: 2 files, 8 B, in got/older
a
2
$ mlo version-data get flights@$(git rev-parse --short v1.2):README --repo .git/bare.git -o got/README && cat got/README
got flights:README: 1 file, 5 B, in got/README
note
$ mlo version-data get flights@$(git rev-parse v1.2):README --repo .git/bare.git -o got/README
error: `<dir>/got/README` is there
hint: name another place, or replace it with --force
[4]
$ mlo version-data get flights@v7 --repo .git/bare.git
error: `<dir>/.git/bare.git` has no revision `v7`
hint: look with: git ls-remote <dir>/.git/bare.git
[1]
$ mlo version-data get trains --repo .git/bare.git
error: `<dir>/.git/bare.git` has no dataset `trains`
hint: `mlo version-data ls` in a clone lists those there are
[1]
$ mlo version-data get flights@sha256:0123 --repo .git/bare.git
error: `flights@sha256:0123` cannot be looked up without a clone
hint: name a branch, tag or commit
[2]
$ mlo get trains@v1 --repo .git/bare.git -o got/trains
error: no model named `trains`
hint: register one with `mlo register NAME --run RUN --model PATH`
[1]
$ mlo version-data get flights --repo .git/nowhere.git
error: cannot get `flights`: git fetch failed: '.git/nowhere.git' does not appear to be a git repository
hint: look with: git ls-remote .git/nowhere.git
[5]
$ ls -A .git got | grep -E 'mlo-|trains' ; git status --short

# Imported: the manifest knows where from, and what it was.

$ git init -q -b main .git/mine && cd .git/mine && mlo init -q && git commit -qm init && mlo version-data import flights@v1.2:raw --repo ../bare.git -o data/raw
made `.mlo` in <dir>/.git/mine
imported data/raw: 2 files, 8 B, sha256:42f564479fc3
  from flights@v1.2:raw of <dir>/.git/bare.git, at <id>
hint: the manifest is staged; commit it with `git commit`
$ cd .git/mine && cat .mlo/data/data/raw.yaml data/.gitignore
mlo: dataset/1
name: data/raw
path: data/raw
type: directory
tree: sha256:42f564479fc35481273bbf850334d945d778ab21ad14fc48b614cfa2557062f4
bytes: 8
files: 2
origin:
  repo: <dir>/.git/bare.git
  dataset: flights
  path: raw
  revision: v1.2
  commit: git-sha1:<id>
/raw
$ cd .git/mine && mlo version-data status && git commit -qm imported && mlo version-data history data/raw --json | grep '"revision"'
unchanged data/raw
  from flights@v1.2:raw of <dir>/.git/bare.git, at <id>
        "revision": "v1.2",
$ cd .git/mine && mlo version-data update
unchanged data/raw: 2 files, 8 B, sha256:42f564479fc3
  from flights@v1.2:raw of <dir>/.git/bare.git, at <id>
$ cd .git/mine && mlo version-data update --rev main && cat data/raw/2014.csv
updated data/raw: 2 files, 8 B, sha256:7f196b91e928
  from flights@main:raw of <dir>/.git/bare.git, at <id>
hint: the manifest is staged; commit it with `git commit`
a
3
$ cd .git/mine && echo mine > data/raw/2014.csv && git -C .. tag -f v1.3 main~1 >/dev/null && git -C .. push -q bare.git v1.3 && mlo version-data update --rev v1.3
error: `data/raw/2014.csv` has unsaved changes
hint: save them with `mlo version-data add data/raw`, or lose them with --force
[4]
$ cd .git/mine && mlo version-data update --rev v1.3 --force -m "older flights" && git log --format=%s -n 1
updated data/raw: 2 files, 8 B, sha256:42f564479fc3
  from flights@v1.3:raw of <dir>/.git/bare.git, at <id>
committed <id>
older flights
$ cd .git/mine && mlo version-data import flights:raw --repo ../bare.git -o data/raw
error: `data/raw` is already the dataset `data/raw`
hint: bring it up to date with `mlo version-data update`, or replace it with --force
[4]
$ cd .git/mine && mlo version-data import flights:raw --repo ../bare.git -o data
error: cannot add `data`: it overlaps the dataset `data/raw` at `data/raw`
hint: a file belongs to one dataset at most
[1]
$ cd .git/mine && mkdir other && echo 1 > other/x && mlo version-data import flights:raw --repo ../bare.git -o other
error: `other` is there
hint: choose another place with --output, or replace what is there with --force
[4]
$ cd .git/mine && echo 1 > tracked && git add tracked && mlo version-data import flights:README --repo ../bare.git -o tracked
error: git tracks `tracked`
hint: choose another place with --output, or first: git rm -r --cached tracked
[4]
$ cd .git/mine && mlo version-data import flights:README --repo ../bare.git -o docs/ --name readme && cat docs/README
imported readme: 1 file, 5 B, sha256:389ed6887e49
  from flights:README of <dir>/.git/bare.git, at <id>
hint: the manifest is staged; commit it with `git commit`
note
$ cd .git/mine && mlo version-data import flights --repo https://ada:secret@example.org/x.git
error: the URL holds a password, which would be committed
hint: let git's credential helper know it
[2]
$ cd .git/mine && mlo version-data import flights
error: `flights` is no URL
hint: say which repository has it: mlo version-data import flights --repo URL
[2]
$ cd .git/mine && echo changed > data/raw/2013.csv && mlo version-data add -q data/raw && grep origin .mlo/data/data/raw.yaml
added data/raw: 2 files, 12 B, sha256:6d288be92f8d
[1]
$ cd .git/mine && mlo version-data update data/raw
error: `data/raw` was not imported, so nothing says where a newer one is
hint: make its next version with `mlo version-data add`
[1]
