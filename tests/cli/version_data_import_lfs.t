# A repository as git-lfs leaves it: pointers in git, objects by SHA-256 beside it.

$ cat > .git/point.sh <<'S'
> # point.sh FILE: puts FILE into git-lfs's objects and its pointer into git's index, as git-lfs's filter does.
> id=$(sha256sum < $1 | cut -c1-64); at=.git/lfs/objects/$(echo $id | cut -c1-2)/$(echo $id | cut -c3-4)
> mkdir -p $at && cp $1 $at/$id
> blob=$(printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %s\n' $id $(stat -c %s $1) | git hash-object -w --stdin)
> git update-index --add --cacheinfo 100644,$blob,$1
> S
$ mlo init -q && mkdir -p data/img docs && echo 1 > data/img/a.png && echo 2 > data/img/b.png && echo 3 > data/x.bin && echo text > docs/README && echo 4 > docs/fig.png
...
$ for f in data/img/a.png data/img/b.png data/x.bin docs/fig.png; do sh .git/point.sh $f; done; git add docs/README && git commit -qm 'under git-lfs' && git tag v1
$ mlo version-data import --from lfs --dry-run
would import data (3 pointers)
would import docs/fig.png (1 pointer)
$ mlo version-data import --from lfs docs
error: `docs` cannot be a dataset of git-lfs's files: `docs/README` is none of them
hint: name the directories or files below it that are
[1]
$ git cat-file blob HEAD:data/x.bin > data/x.bin && mlo version-data import --from lfs --history -m 'under mlo'
imported data: 3 files, 6 B, sha256:ca35644b61fa (3 pointers)
imported docs/fig.png: 1 file, 2 B, sha256:7de1555df0c2 (1 pointer)
history: 1 commit on lfs/main, lfs/v1
committed <id>
hint: git-lfs's objects are as they were; once nothing needs them: git lfs uninstall
$ mlo version-data status && cat data/x.bin && git ls-files data docs && git status --short
unchanged data
unchanged docs/fig.png
3
docs/.gitignore
docs/README
$ echo /got > .git/info/exclude && mlo version-data get data@lfs/v1:img/b.png -o got/b && cat got/b && git log --format=%s main
got data:img/b.png: 1 file, 2 B, in got/b
2
under mlo
under git-lfs
init

# What is not here, and what is damaged.

$ git reset -q --hard v1 && echo 5 > data/x.bin && sh .git/point.sh data/x.bin && git commit -qm fifth && echo other > data/x.bin && find .git/lfs -type f -newer got/b -delete; git config --local lfs.url file:///nowhere; mlo version-data import --from lfs data/x.bin
error: 1 file of git-lfs is not here, the first is `data/x.bin`; git lfs failed: failed to fetch some objects from 'file:///nowhere'
hint: nothing was imported; fetch what lacks with `git lfs pull`, and repeat
[1]
$ git status --short; id=$(git cat-file blob HEAD:data/x.bin | sed -n 's/oid sha256://p'); mkdir -p .git/lfs/objects/$(echo $id | cut -c1-2)/$(echo $id | cut -c3-4) && echo 6 > .git/lfs/objects/$(echo $id | cut -c1-2)/$(echo $id | cut -c3-4)/$id && mlo version-data import --from lfs data/x.bin
 M data/x.bin
error: `f0b5c2c2211c8d67ed15e75e656c7862d086e9245420892a7de62cd9ec582a06` of git-lfs is damaged: its SHA-256 is not its name
hint: it belongs to `data/x.bin`; `git lfs fsck` moves it away, `git lfs pull` fetches it again
[1]
