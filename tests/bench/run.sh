#!/bin/sh
# Measures mlo beside DVC, git-lfs and ninja, on this machine, in one run: tests/bench/run.sh [--files N] [--stages N,N] [--only PART]
# Prints a Markdown table. Everything it makes lies in build/bench; DVC comes from PyPI into a venv there. Takes some 20 minutes.
set -eu
cd "$(dirname "$0")/../.."
cmake/setup.sh bench
cmake/build.sh release mlo
venv=build/bench/venv
[ -x $venv/bin/dvc ] || { /usr/bin/python3 -m venv $venv && $venv/bin/pip install --quiet dvc==3.67.1; } >&2
exec /usr/bin/python3 tests/bench/bench.py --mlo build/release/cli/mlo --dvc $venv/bin/dvc --scratch build/bench/work "$@"
