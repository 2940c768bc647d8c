# A repository as DVC 2.x and 3.x leave it: `.dvc` files, a cache by MD5, `.dir` objects.

$ cat > .git/cache.sh <<'S'
> # cache.sh 2|3 FILE [SUFFIX]: puts FILE into DVC's cache of that version and prints its MD5; 2.x counts CRLF as LF.
> if [ $1 = 2 ]; then sum=$(tr -d '\r' < $2 | md5sum | cut -c1-32); at=.dvc/cache; else sum=$(md5sum < $2 | cut -c1-32); at=.dvc/cache/files/md5; fi
> mkdir -p $at/$(echo $sum | cut -c1-2) && cp $2 $at/$(echo $sum | cut -c1-2)/$(echo $sum | cut -c3-)$3 && echo $sum
> S
$ mlo init -q && mkdir -p .dvc data/raw/deep models && printf '[core]\n    remote = far\n[%sremote "far"%s]\n    url = ../.git/far\n' "'" "'" > .dvc/config && printf '/cache\n/tmp\n' > .dvc/.gitignore
...
$ echo 1 > data/raw/a.csv && echo 2 > data/raw/deep/b.csv && printf 'x\r\ny\r\n' > notes.txt && echo weights > models/m.bin
$ printf '[{"md5": "%s", "relpath": "a.csv"}, {"md5": "%s", "relpath": "deep/b.csv"}]' $(sh .git/cache.sh 3 data/raw/a.csv) $(sh .git/cache.sh 3 data/raw/deep/b.csv) > .git/raw.json
$ printf 'outs:\n- md5: %s.dir\n  size: 4\n  nfiles: 2\n  hash: md5\n  path: raw\n  desc: two numbers\n' $(sh .git/cache.sh 3 .git/raw.json .dir) > data/raw.dvc
$ printf 'outs:\n- md5: %s\n  size: 6\n  path: notes.txt\n' $(sh .git/cache.sh 2 notes.txt) > notes.txt.dvc
$ printf 'deps:\n- path: https://example.org/m.bin\n  etag: abc\nouts:\n- md5: %s\n  hash: md5\n  path: models/m.bin\n- path: s3://b/x\n  md5: 00000000000000000000000000000000\n' $(sh .git/cache.sh 3 models/m.bin) > m.dvc
$ printf '/raw\n' > data/.gitignore && printf '/notes.txt\n/models\n' > .gitignore && git add -A && git commit -qm 'under DVC' && git tag v1
$ mlo version-data import --from dvc --dry-run
would import data/raw (data/raw.dvc)
would import models/m.bin (m.dvc)
would import notes.txt (notes.txt.dvc)
skipped `s3://b/x` of m.dvc: it lies outside the repository
$ rm notes.txt && mlo version-data import --from dvc -m 'under mlo'
imported data/raw: 2 files, 4 B, sha256:c1c6fca98aca (data/raw.dvc)
imported models/m.bin: 1 file, 8 B, sha256:1b465fa6b6bc (m.dvc)
imported notes.txt: 1 file, 6 B, sha256:6adc129c2038 (notes.txt.dvc)
skipped `s3://b/x` of m.dvc: it lies outside the repository
committed <id>
hint: DVC's cache is as it was; once nothing needs it: rm -r .dvc/cache
$ mlo version-data status && od -c notes.txt | head -n 1 && cat .mlo/data/data/raw.yaml && git status --short
unchanged data/raw
unchanged models/m.bin
  from https://example.org/m.bin
unchanged notes.txt
0000000   x  \r  \n   y  \r  \n
mlo: dataset/1
name: data/raw
path: data/raw
type: directory
tree: sha256:c1c6fca98aca00cdf6abb3469afe4a367287c10985e9502b4308f8b9d976c7df
bytes: 4
files: 2
description: two numbers
$ mlo version-data import --from dvc
unchanged data/raw: 2 files, 4 B, sha256:c1c6fca98aca (data/raw.dvc)
unchanged models/m.bin: 1 file, 8 B, sha256:1b465fa6b6bc (m.dvc)
unchanged notes.txt: 1 file, 6 B, sha256:6adc129c2038 (notes.txt.dvc)
skipped `s3://b/x` of m.dvc: it lies outside the repository
$ mlo version-data fsck
read 7 objects (318 B): none is damaged

# A later version there; the past comes as branches and tags of its own.

$ mlo version-data remove data/raw --keep-files --yes -q; echo 3 >> data/raw/a.csv && printf '[{"md5": "%s", "relpath": "a.csv"}]' $(sh .git/cache.sh 3 data/raw/a.csv) > .git/raw.json && rm -r data/raw/deep && git checkout -q HEAD -- data/.gitignore
...
$ sed -i "s/md5: .*dir/md5: $(sh .git/cache.sh 3 .git/raw.json .dir).dir/" data/raw.dvc && git add -A && git commit -qm 'second under DVC'
$ mlo version-data import --from dvc --history data
imported data/raw: 1 file, 4 B, sha256:6e8f810d7aff (data/raw.dvc)
history: 2 commits on dvc/main, dvc/v1
hint: the manifests are staged; commit them with `git commit`
hint: DVC's cache is as it was; once nothing needs it: rm -r .dvc/cache
$ git log --format=%s dvc/main && git ls-tree -r --name-only dvc/v1 && mlo version-data get data/raw@dvc/v1:deep/b.csv -o got/old && cat got/old
second under DVC
under DVC
.mlo/data/data/raw.yaml
got data/raw:deep/b.csv: 1 file, 2 B, in got/old
2
$ git log --format=%s main && mlo version-data import --from dvc --history data
second under DVC
under mlo
under DVC
init
unchanged data/raw: 1 file, 4 B, sha256:6e8f810d7aff (data/raw.dvc)
history: 2 commits

$ mlo version-data import --from dvc data/nope
error: no `.dvc` file here tracks `data/nope`
hint: see what there is: mlo version-data import --from dvc --dry-run
[1]
$ mlo version-data import --from dvc data/raw.dvc
unchanged data/raw: 1 file, 4 B, sha256:6e8f810d7aff (data/raw.dvc)

# What lacks, and what is damaged: nothing changes.

$ git add -A && git commit -qm third && mv .dvc/cache .git/far && echo 4 >> data/raw/a.csv && mlo version-data import --from dvc data
unchanged data/raw: 1 file, 4 B, sha256:6e8f810d7aff (data/raw.dvc)
$ rm -rf .git/far .git/mlo/objects .git/mlo/packs .mlo/data && mlo version-data import --from dvc data && git status --short
error: 1 file is neither in DVC's cache nor on its remotes, the first is `data/raw` (md5 45311d1049406dd10acf9b952d4f3561.dir)
hint: nothing was imported; fetch what lacks with `dvc pull`, and repeat
[1]
$ cp .dvc/config .git/dvc-config && printf '[%sremote "far"%s]\n    url = ssh://me@nas.invalid/dvc\n[%sremote "lab"%s]\n    url = gs://bucket/dvc\n' "'" "'" "'" "'" > .dvc/config && mlo version-data import --from dvc data; mv .git/dvc-config .dvc/config
error: 1 file is neither in DVC's cache nor on its remotes, the first is `data/raw` (md5 45311d1049406dd10acf9b952d4f3561.dir); mlo cannot read the remote `far` (ssh://me@nas.invalid/dvc), `lab` (gs://bucket/dvc)
hint: nothing was imported; fetch what lacks with `dvc pull`, and repeat
$ mkdir -p .dvc/cache/files/md5 && f=$(sed -n 's/.*md5: \(.*\).dir/\1/p' data/raw.dvc) && mkdir -p .dvc/cache/files/md5/$(echo $f | cut -c1-2) && echo '[]' > .dvc/cache/files/md5/$(echo $f | cut -c1-2)/$(echo $f | cut -c3-).dir && mlo version-data import --from dvc data
error: `<dir>/.dvc/cache/files/md5/45/311d1049406dd10acf9b952d4f3561.dir` of DVC's cache is damaged: its MD5 is not its name
hint: it belongs to `data/raw`; remove it and fetch it again with `dvc pull`
[1]
$ printf 'outs:\n- md5: %s\n  path: ../../etc/passwd\n' 00000000000000000000000000000000 > evil.dvc && mlo version-data import --from dvc evil.dvc
error: evil.dvc:2:3: `../../etc/passwd` is outside the repository
[1]

# The .dvc files go only if asked, and only if git has them.

$ rm -r evil.dvc .dvc/cache && git checkout -q HEAD -- .mlo && sh .git/cache.sh 3 models/m.bin >/dev/null && sh .git/cache.sh 2 notes.txt >/dev/null && mlo version-data import --from dvc notes.txt --remove-dvc
error: cannot ask off a terminal: Remove the .dvc files of what is imported?
hint: add `--yes` to agree, or look first with `--dry-run`
[2]
$ echo '# mine' >> notes.txt.dvc && mlo version-data import --from dvc notes.txt --remove-dvc --yes
error: `notes.txt.dvc` is in no commit as it is, so nothing could bring it back
hint: commit it first, or leave --remove-dvc out
[4]
$ git checkout -q notes.txt.dvc && mlo version-data import --from dvc notes.txt --remove-dvc --yes && git status --short
unchanged notes.txt: 1 file, 6 B, sha256:6adc129c2038 (notes.txt.dvc)
removed notes.txt.dvc
D  notes.txt.dvc
