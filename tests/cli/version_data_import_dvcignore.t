# What a .dvcignore names stays no part of the data.

$ mlo init -q && mkdir -p .dvc/cache/files/md5/b0 raw && echo /cache > .dvc/.gitignore && echo /raw > .gitignore && echo 1 > raw/a && echo half > raw/a.tmp && echo '*.tmp' > .dvcignore
made `.mlo` in <dir>
$ cp raw/a .dvc/cache/files/md5/b0/26324c6904b2a9cb4b88d6d61c81d1 && printf '[{"md5": "b026324c6904b2a9cb4b88d6d61c81d1", "relpath": "a"}]' > .git/dir
$ sum=$(md5sum < .git/dir | cut -c1-32) && at=.dvc/cache/files/md5/$(echo $sum | cut -c1-2) && mkdir -p $at && cp .git/dir $at/$(echo $sum | cut -c3-).dir && printf 'outs:\n- md5: %s.dir\n  hash: md5\n  path: raw\n' $sum > raw.dvc && git add -A && git commit -qm dvc
$ mlo version-data import --from dvc --dry-run
would import raw (raw.dvc)
would copy .dvcignore to a .mloignore
$ mlo version-data import --from dvc -m 'under mlo' && cat .mloignore && git status --short && mlo version-data status
imported raw: 1 file, 2 B, sha256:29b4a96b2ece (raw.dvc)
copied .dvcignore to a .mloignore
committed e6ce326f2a42
hint: DVC's cache is as it was; once nothing needs it: rm -r .dvc/cache
*.tmp
unchanged raw
$ echo '*.log' >> .mloignore && mlo version-data import --from dvc
unchanged raw: 1 file, 2 B, sha256:29b4a96b2ece (raw.dvc)
skipped `.dvcignore`: there is another `.mloignore` beside it
