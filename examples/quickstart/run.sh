#!/bin/bash
# Will a flight leave New York more than 15 minutes late? From raw data to tracked, reproducible runs, all with mlo.
#   ./examples/quickstart/run.sh              installs what is missing, builds mlo, walks through it in build/quickstart
#   ./examples/quickstart/run.sh MLO DIR      walks in DIR with the mlo binary MLO
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

if [ $# = 0 ]; then
  "$root/cmake/setup.sh" example
  "$root/cmake/build.sh" release mlo
  mlo=$root/build/release/cli/mlo
  work=$root/build/quickstart
else
  mlo=$(realpath "$1")
  work=$(realpath -m "$2")
fi

rm -rf "$work"
mkdir -p "$work/bin" "$work/flights/data"
ln -s "$mlo" "$work/bin/mlo"
ln -s "$(for p in python3 /usr/bin/python3; do "$p" -c 'import sklearn, pandas; print(__import__("sys").executable)' 2>/dev/null && break; done)" "$work/bin/python3"
export PATH=$work/bin:$PATH
cp -r "$here/project/." "$work/flights"
cp -r "$here/data/raw" "$work/flights/data"
cd "$work/flights"

bold=
plain=
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' plain=$'\e[0m'; fi
say() { printf '\n%s# %s%s\n' "$bold" "$1" "$plain"; }
show() {
  printf '%s$ %s%s\n' "$bold" "$1" "$plain"
  eval "$1"
}

say "A git repository with a pipeline: three kinds of stages, some parameters, 84,000 flights."
show "git init -q -b main && git add *.py *.yaml && git commit -qm 'will it leave late?'"
show "mlo init"
show "mlo version-data add data/raw --name flights --commit"
show "git add -A && git commit -qm 'mlo init'"
git config --get user.email >/dev/null || true

say "The pipeline, and again with nothing to do."
show "mlo run"
show "mlo run"

say "Two more sets of parameters; what they do not touch comes from the cache."
show "mlo run -P train.learning_rate=0.3"
show "mlo run -P train.max_leaf_nodes=8"
