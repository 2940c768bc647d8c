#!/bin/sh
# Counts what mlo and DVC ask of an S3 server, on loopback, in one run:
#   tests/bench/requests.sh [--files 10000] [-v]
# Prints a Markdown table and nothing else. Everything it makes lies in build/bench; DVC comes from PyPI into a venv there.
set -eu
cd "$(dirname "$0")/../.."
cmake/setup.sh bench tests
cmake/build.sh release mlo
bench=build/bench
mkdir -p $bench
[ -x $bench/venv-s3/bin/dvc ] || { /usr/bin/python3 -m venv $bench/venv-s3 && $bench/venv-s3/bin/pip install --quiet dvc==3.67.1 dvc-s3==3.3.0; } >&2
exec /usr/bin/python3 tests/bench/requests.py --mlo build/release/cli/mlo --venv $bench/venv-s3 --scratch $bench/work "$@"
