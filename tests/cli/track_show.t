# A run records what it was made with: programs by their bytes, and what a Python has installed.

$ mlo init && git add -A && git commit -qm "mlo init"
...
$ mkdir -p .git/bin .git/site/numpy-1.26.4.dist-info .git/site/torch-2.1.0.dist-info
$ cat > .git/bin/python3 <<'END'
> #!/bin/sh
> test "$1" = -c && printf "mlo\ncpython 3.11.2\n%s\n/\n/\n$PWD/.git/site\n" "$0"
> true
> END
$ chmod +x .git/bin/python3
$ PATH="$PWD/.git/bin:$PATH" mlo run -q --name one -- python3 train.py
$ mlo track show one | grep 'interpreter\|packages\|program'
  interpreter.python  cpython 3.11.2
  packages.python     2 packages; `--packages` shows them
  program.python3     <dir>/.git/bin/python3 (0d4779fc3b7e)
$ mv .git/site/numpy-1.26.4.dist-info .git/site/numpy-2.0.1.dist-info
$ PATH="$PWD/.git/bin:$PATH" mlo run -q --name two -- python3 train.py
$ mlo track compare one two
                   one                  two
environment
  packages.python  sha256:06a35c9c209b  sha256:014be6c89b36
packages
  python:numpy     1.26.4               2.0.1
<n> facts are the same in all; `--all` shows them
$ mlo track show two --packages | sed -n '/^packages of/,$p'
packages of python
  numpy  2.0.1
  torch  2.1.0
$ mlo track show two --packages --json | tail -n 7
  "packages": {
    "python": {
      "numpy": "2.0.1",
      "torch": "2.1.0"
    }
  }
}
$ mlo run -q --name three -- sed -n 1p README.md
test
$ mlo track show three | grep program
  program.sed  <any>/sed (<id>)
$ mlo track show three --packages --json | tail -n 3
  "attestations": [],
  "packages": {}
}
