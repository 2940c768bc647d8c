#!/bin/sh
# Measures `mlo drift check` beside Evidently, on this machine, in one run: tests/bench/drift.sh [--rows N] [--times N]
# Prints a Markdown table. Everything it makes lies in build/bench; Evidently comes from PyPI into a venv there (pandas 3 breaks its import).
set -eu
cd "$(dirname "$0")/../.."
cmake/build.sh release mlo
venv=build/bench/venv-drift
[ -x $venv/bin/evidently ] || { /usr/bin/python3 -m venv $venv && $venv/bin/pip install --quiet evidently "pandas<3" pyarrow; } >&2
exec $venv/bin/python tests/bench/drift.py --mlo build/release/cli/mlo --scratch build/bench/drift "$@"
