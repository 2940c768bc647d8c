# Names that hurt: bytes that are no UTF-8, newlines, control characters, a dash in front. They travel as they are, and are shown escaped.

$ mlo init && git commit -qm init
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ mkdir raw && cd raw && printf 1 > "$(printf 'a\377b')" && printf 2 > "$(printf 'new\nline')" && printf 3 > "$(printf 'esc\033[31m')" && printf 4 > ./-rf && printf 5 > ' ' && mkdir "$(printf 'd\376')" && printf 6 > "$(printf 'd\376/\\')" && for i in 1 2 3 4 5; do echo $i > $i; done
$ mlo version-data add raw -m names
added raw: 11 files, 16 B, sha256:4de40dacccfc
committed <id>
$ mlo remote add store .git/store && mlo push
remote store: .git/store
hint: commit .mlo/config.yaml, so that others have it too
pushed 13 objects (585 B)
$ rm -rf raw .git/mlo/objects .git/mlo/packs
$ mlo pull
pulled 13 objects (585 B)
checked out raw
$ cd raw && find . -type f | LC_ALL=C sort | od -An -c
   .   /      \n   .   /   -   r   f  \n   .   /   1  \n   .   /
   2  \n   .   /   3  \n   .   /   4  \n   .   /   5  \n   .   /
   a 377   b  \n   .   /   d 376   /   \  \n   .   /   e   s   c
 033   [   3   1   m  \n   .   /   n   e   w  \n   l   i   n   e
  \n
$ cat raw/a* raw/new* raw/esc* raw/-rf 'raw/ ' raw/d*/*
123456
$ mlo version-data status
unchanged raw
$ mlo version-data diff
raw: no file differs

# The same by what is left of it at the remote: one object is lost, and its file is named.
$ chmod -R u+w .git/store && rm .git/store/packs/*.pack && rm -rf raw .git/mlo/objects .git/mlo/packs
$ mlo pull
error: remote `store`: object `sha256:ef2d127de37b` of dataset `raw` is lost
hint: in a clone that has it, `mlo version-data fsck --heal --remote store --read-remote` sends it again
[5]
