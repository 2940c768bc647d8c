# Objects go to a directory and come back.

$ mlo push
error: no `.mlo` in `<dir>`
hint: type `mlo init`
[1]
$ mlo init && git commit -qm init
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ mlo push
error: there is no remote
hint: add one with `mlo remote add origin PLACE`
[1]
$ mlo remote add store .git/store
remote store: .git/store
hint: commit .mlo/config.yaml, so that others have it too
$ mlo remote list
NAME   URL
store  .git/store  default
$ mlo remote check store
store: reachable and writable
$ printf '1\n' > raw.csv && mlo version-data add raw.csv -m data
added raw.csv: 1 file, 2 B, sha256:4355a46b19d3
committed <id>
$ mlo push --dry-run
would have pushed 1 object (2 B)
$ mlo push
pushed 1 object (2 B)
$ mlo push
everything up to date
$ chmod -R u+w .git/mlo/objects && rm -rf .git/mlo/objects raw.csv
$ mlo pull
pulled 1 object (2 B)
checked out raw.csv
$ cat raw.csv
1
$ mlo push --remote nowhere
error: no remote named `nowhere`
hint: remotes in .mlo/config.yaml: `store`
[1]
$ rm -rf .git/store
$ mlo push
error: remote `store`: there is no remote at `<dir>/.git/store`
hint: mount it; if it never was there, `mlo remote check store --init` makes it
[5]
$ mlo remote check store
error: remote `store`: there is no remote at `<dir>/.git/store`
hint: mount it; if it never was there, `mlo remote check store --init` makes it
[5]
$ mlo remote remove store
removed remote store; its objects stay in .git/store
$ mlo remote list
no remotes

# Places over the network are looked at before anything is contacted.
$ mlo remote add cloud s3://b
error: remote `cloud`: `s3://b` is not a place in S3
hint: write it as `s3://BUCKET/PREFIX`
[1]
$ mlo remote add cloud s3://bucket/flights --endpoint nowhere
error: the S3 endpoint `nowhere` is not a URL
hint: write it as `https://HOST:PORT`
[1]
$ mlo remote add web https://me:secret@example.org/flights
error: remote `web`: `https://me:secret@example.org/flights` is not a URL that mlo takes
hint: write it as `https://HOST/PATH`; a name and password belong into `~/.netrc`
[1]
$ mlo remote list
no remotes
