# init makes the workspace once and stages its files; hooks are added only when asked for.

$ mlo hooks status
error: no `.mlo` in `<dir>`
hint: type `mlo init`
[1]
$ mlo init
made `.mlo` in <dir>
next: commit it with `git commit -m "mlo init"`, then `mlo version-data add PATH`
$ git status --short
A  .mlo/.gitignore
A  .mlo/config.yaml
$ cat .mlo/config.yaml .mlo/.gitignore
mlo: config/1
/local
.mlo-tmp-*
$ readlink .mlo/local
../.git/mlo
$ mlo init
there already is a `.mlo` in <dir>
$ mlo init --json
{
  "made": false,
  "root": "<dir>",
  "hooks": []
}
$ git commit -qm "mlo init" && git clean -qfdx && mlo init
there already is a `.mlo` in <dir>
$ readlink .mlo/local
../.git/mlo
