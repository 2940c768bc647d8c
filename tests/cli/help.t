# Words that are near to a command get a suggestion; exit code 2 says that the command line is wrong.

$ mlo vresion
error: unknown command `vresion`
hint: did you mean `mlo version`?
[2]
$ mlo version --jsno
error: unknown option `--jsno`
hint: did you mean `--json`?
[2]
$ mlo version extra
error: unexpected argument `extra`
[2]
$ mlo --nope version
error: unknown option `--nope`
hint: see `mlo help`
[2]
$ mlo version --color
error: `--color` needs exactly one value
[2]
$ mlo version --color sometimes
error: `--color` takes auto, always, never, not `sometimes`
[2]
$ mlo -C /nowhere version
error: cannot work in `/nowhere`: no such directory
[2]
$ mlo help vresion
error: no command or topic `vresion`
hint: did you mean `mlo help version`?
[2]
$ mlo version --help
mlo version: show the version of mlo and of its on-disk format

USAGE
  mlo version [options]

The format number rises only when an older mlo could no longer read what this
one writes. --verbose and --json also name the libraries in use.

COMMON OPTIONS
      --json                print the result as JSON
  -q, --quiet               no progress, no hints
  -v, --verbose             say more about what is done
      --color WHEN          auto, always or never; NO_COLOR means never
  -C DIR                    work as if started in DIR
  -h, --help                show this help

EXAMPLES
  # what a report of a bug should have
  mlo version -v
  # for scripts
  mlo version --json

EXIT STATUS
  0    success
  1    an error, said in one line
  2    the command line is wrong
