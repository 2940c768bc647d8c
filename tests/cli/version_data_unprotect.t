# With `link: hardlink` large files take the disk once, read-only, until they are unprotected. On a file system that has
# reflinks there are no such links.

$ mlo init && git commit -qm init && printf 'mlo: config/1\nlink: hardlink\n' > .mlo/local/config.yaml
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ mkdir raw && seq 300000 > raw/big.csv && seq 9 > raw/small.csv && mlo version-data add raw -m data
added raw: 2 files, 2.0 MB, sha256:6faa1f7e4997
...
committed <id>
$ mlo version-data status && stat -c %a raw/small.csv
unchanged raw
644
$ mlo version-data unprotect raw/small.csv
nothing there is read-only or shared with the store
$ mlo version-data unprotect raw --json
{
  "files": <n>,
  "bytes": <n>
}
$ stat -c '%a %h' raw/big.csv && echo 300001 >> raw/big.csv && mlo version-data add raw -m more
644 1
added raw: 2 files, 2.0 MB, sha256:f0afb9dbe818
...
committed <id>
$ mlo version-data checkout raw --rev HEAD~1
raw: 1 file, 2.0 MB written<any>, 0 removed
$ rm -r raw && mlo version-data checkout raw --json | grep linked
      "linked": <n>,
$ mlo version-data unprotect README.md
error: no dataset at `README.md`
hint: list datasets with `mlo version-data ls`
[1]
$ printf 'mlo: config/1\nlink: softlink\n' > .mlo/local/config.yaml && mlo version-data status
error: .mlo/local/config.yaml:2:7: `softlink` is neither `reflink`, `hardlink` nor `copy`
[1]
