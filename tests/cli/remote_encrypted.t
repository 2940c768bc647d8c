# Everything at a remote can be encrypted, names included.

$ mlo init && git commit -qm init
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ mlo remote new-key .git/team.key
made a key in <dir>/.git/team.key
hint: keep a copy elsewhere, and never commit it: without it nothing can be read
$ mlo remote new-key .git/team.key
error: `<dir>/.git/team.key` exists
hint: a key that is replaced is lost, and so is what it encrypted: name another file
[4]
$ stat -c %a .git/team.key && head -n 1 .git/team.key
600
mlo key 1
$ mlo remote add store .git/store --key-file .git/team.key
remote store: .git/store
hint: commit .mlo/config.yaml, so that others have it too
$ head -n 1 .git/store/format
mlo encrypted remote 1
$ printf '1\n' > raw.csv && mlo version-data add raw.csv -m data
added raw.csv: 1 file, 2 B, sha256:4355a46b19d3
committed 1c0d8088957f
$ mlo push
pushed 1 object (2 B)
$ mlo push
everything up to date
$ chmod -R u+w .git/mlo && rm -rf .git/mlo/objects raw.csv && mlo pull && cat raw.csv
pulled 1 object (2 B)
checked out raw.csv
1
$ mlo remote new-key .git/new.key
made a key in <dir>/.git/new.key
hint: keep a copy elsewhere, and never commit it: without it nothing can be read
$ mlo remote rotate-key store .git/new.key
remote store: the new key opens it, the old one does not
hint: give the new key to everybody who uses the remote; .mlo/config.yaml names it, .mlo/local/config.yaml may name the old one
$ mlo remote check store
store: reachable and writable
$ mlo remote rotate-key store .git/new.key
remote store: that key opens it already
hint: give the new key to everybody who uses the remote; .mlo/config.yaml names it, .mlo/local/config.yaml may name the old one
$ sed -i s/new.key/team.key/ .mlo/config.yaml && mlo push
error: remote `store`: the key is not the one that it was encrypted with
hint: name the right key file; after `mlo remote rotate-key` that is the new one
[5]
$ sed -i '/encryption/d; /key_file/d' .mlo/config.yaml && mlo push
error: remote `store`: `<dir>/.git/store` is encrypted, and its configuration names no key
hint: name it in .mlo/config.yaml or .mlo/local/config.yaml: `encryption: {key_file: FILE}`
[5]
$ mlo remote add plain .git/store --key-file .git/nowhere.key
error: there is no key file `<dir>/.git/nowhere.key`
hint: get it from whoever has it, or name yours in .mlo/local/config.yaml: `encryption: {key_file: FILE}`
[1]
