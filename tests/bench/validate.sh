#!/bin/sh
# Measures `mlo version-data validate` beside Great Expectations, on this machine, in one run: tests/bench/validate.sh [--rows N] [--times N]
# Prints a Markdown table. Everything it makes lies in build/bench; Great Expectations comes from PyPI into a venv there.
set -eu
cd "$(dirname "$0")/../.."
cmake/build.sh release mlo
venv=build/bench/venv-validate
[ -d $venv/lib/python3*/site-packages/great_expectations ] ||
  { /usr/bin/python3 -m venv $venv && $venv/bin/pip install --quiet great_expectations==1.24.1 pyarrow; } >&2
exec $venv/bin/python tests/bench/validate.py --mlo build/release/cli/mlo --scratch build/bench/validate "$@"
