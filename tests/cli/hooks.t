# Hooks are installed beside the user's own, never over them.

$ mlo init
...
$ mkdir -p .git/hooks && echo 'make lint' > .git/hooks/post-merge
$ mlo hooks install
installed pre-commit    refuses commits whose data is not in the store
installed post-checkout tells which data differs from what was checked out, or brings it
foreign   post-merge    tells which data differs from what was merged, or brings it
  yours is kept; to chain mlo to it, add: mlo hooks run post-merge "$@" || :
installed pre-push      pushes the data first that the pushed commits name
[4]
$ cat .git/hooks/post-merge
make lint
$ mlo hooks status --json
{
  "hooks": [
    {
      "name": "pre-commit",
      "state": "installed",
      "file": "<dir>/.git/hooks/pre-commit",
      "purpose": "refuses commits whose data is not in the store"
    },
    {
      "name": "post-checkout",
      "state": "installed",
      "file": "<dir>/.git/hooks/post-checkout",
      "purpose": "tells which data differs from what was checked out, or brings it"
    },
    {
      "name": "post-merge",
      "state": "foreign",
      "file": "<dir>/.git/hooks/post-merge",
      "purpose": "tells which data differs from what was merged, or brings it"
    },
    {
      "name": "pre-push",
      "state": "installed",
      "file": "<dir>/.git/hooks/pre-push",
      "purpose": "pushes the data first that the pushed commits name"
    }
  ]
}
$ mlo hooks uninstall
removed pre-commit
removed post-checkout
removed pre-push
$ mlo hooks uninstall
no hooks of mlo's here
$ git config core.hooksPath /nowhere && mlo hooks install
error: cannot install hooks in `/nowhere`: core.hooksPath leads out of this repository
hint: git config --local core.hooksPath <dir>/.git/hooks
[1]
