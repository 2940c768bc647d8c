# Two repositories with one cache: what both have lies there once, and a gc in one keeps what the other needs.

$ mlo init && git commit -qm init && mkdir .git/cache
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ printf 'mlo: config/1\ncache: {dir: .git/cache}\n' > .mlo/local/config.yaml
$ git init -q .git/other && mlo -C .git/other init -q && printf 'mlo: config/1\ncache: {dir: ../cache}\n' > .git/other/.mlo/local/config.yaml
made `.mlo` in <dir>/.git/other
$ echo same > a.csv && cp a.csv .git/other && mlo version-data add a.csv && mlo -C .git/other version-data add a.csv
added a.csv: 1 file, 5 B, sha256:a6328afc76e9
hint: the manifest is staged; commit it with `git commit`
added a.csv: 1 file, 5 B, sha256:a6328afc76e9
hint: the manifest is staged; commit it with `git commit`
$ find .git/cache/objects -type f | wc -l
1
$ echo mine > .git/other/a.csv && mlo -C .git/other version-data add a.csv && rm a.csv && mlo version-data remove a.csv --yes --force
added a.csv: 1 file, 5 B, sha256:fcbc800db3f1
hint: the manifest is staged; commit it with `git commit`
removed a.csv and 0 files of data
$ mlo version-data gc --older-than 0 --unpushed --yes
needed: 1 object (5 B), by 2 commits and the work trees of 2 repositories
moved to trash: 1 object (5 B)
in trash: 1 file (5 B)
$ rm .git/other/a.csv && mlo -C .git/other version-data checkout
a.csv: 1 file, 5 B written, 0 removed
$ mv .git/other .git/moved && mlo version-data gc
error: cannot tell what `<dir>/.git/other/.git` needs of the cache: it is not there
hint: mount it; if it is gone for good: mlo version-data gc --forget <dir>/.git/other/.git
[1]
$ mlo version-data gc --forget .git/other --yes
needed: 0 objects (0 B), by 2 commits and the work tree
kept: 1 object (5 B), stored lately
moved to trash: 0 objects (0 B)
in trash: 1 file (5 B)
$ mv .git/cache .git/unmounted && mlo status
error: the cache `<dir>/.git/cache` is not there
hint: mount its disk, or make it: mkdir -p <dir>/.git/cache
[1]
$ printf 'mlo: config/1\ncache: {dir: /tmp}\n' > .mlo/config.yaml && rm .mlo/local/config.yaml && mlo status
error: .mlo/config.yaml:2:8: a repository may not say where a machine writes: move it to .mlo/local/config.yaml
[1]
