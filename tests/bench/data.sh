#!/bin/sh
# Measures how mlo versions data beside DVC, git-lfs, restic and Oxen, on this machine, in one run:
#   tests/bench/data.sh [--scale 0.1] [--only W1,W5] [--tools mlo,dvc,..] [-v]
# Prints a Markdown table and nothing else. Everything it makes lies in build/bench; DVC and Oxen come from PyPI into a venv there.
set -eu
cd "$(dirname "$0")/../.."
cmake/setup.sh bench
cmake/build.sh release mlo
bench=build/bench
mkdir -p $bench
g++ -std=c++20 -O2 -o $bench/walk tests/bench/walk.cpp
[ -x $bench/venv-data/bin/dvc ] || { /usr/bin/python3 -m venv $bench/venv-data && $bench/venv-data/bin/pip install --quiet dvc==3.67.1 oxenai==0.65.1; } >&2
exec /usr/bin/python3 tests/bench/data.py --mlo build/release/cli/mlo --venv $bench/venv-data --walk $bench/walk --scratch $bench/work "$@"
