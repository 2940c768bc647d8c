#!/bin/sh
# Measures starts, runs and proofs beside DVC, Snakemake and ninja, on this machine, in one run:
#   tests/bench/run.sh [--quick] [--stages N,N] [--dvc-stages N] [--only startup|run|jobs|verify] [-v]
# Prints a Markdown table and nothing else. Everything it makes lies in build/bench; DVC and Snakemake come from PyPI into a venv there.
# Takes some 20 minutes, --quick some five.
set -eu
cd "$(dirname "$0")/../.."
cmake/setup.sh bench
cmake/build.sh release mlo
bench=build/bench
mkdir -p $bench
g++ -std=c++20 -O2 -o $bench/spawn tests/bench/spawn.cpp
[ -x $bench/venv/bin/snakemake ] || { /usr/bin/python3 -m venv $bench/venv && $bench/venv/bin/pip install --quiet dvc==3.67.1 snakemake==9.27.1; } >&2
exec /usr/bin/python3 tests/bench/bench.py --mlo build/release/cli/mlo --venv $bench/venv --spawn $bench/spawn --scratch $bench/work "$@"
