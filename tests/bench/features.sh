#!/bin/sh
# Measures `mlo materialize` beside DuckDB's ASOF join and Feast, on this machine, in one run: tests/bench/features.sh [--rows N] [--spine N] [--times N]
# Prints a Markdown table. Everything it makes lies in build/bench; the others come from PyPI into a venv there.
set -eu
cd "$(dirname "$0")/../.."
cmake/build.sh release mlo
venv=build/bench/venv-features
[ -x $venv/bin/feast ] || { /usr/bin/python3 -m venv $venv && $venv/bin/pip install --quiet duckdb feast pyarrow; } >&2
exec $venv/bin/python tests/bench/features.py --mlo build/release/cli/mlo --scratch build/bench/features "$@"
