#!/bin/bash
# Runs every fuzz target for SECONDS (default 60) from its corpus: tests/fuzz/run.sh [SECONDS [TARGET..]]. Fails on the first crash, whose input
# lands in build/fuzz; once mended, it belongs into tests/fuzz/corpus/<target>.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=${1:-60}
shift || true
cmake/build.sh fuzz
[ $# -gt 0 ] || set -- $(basename -s .cpp tests/fuzz/*.cpp)
cd build/fuzz
for target; do
  mkdir -p "tests/corpus/$target"
  seeds=../../tests/fuzz/corpus/$target
  [ -d "$seeds" ] || seeds=
  echo "$target"
  "tests/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_funcs=0 -verbosity=0 "tests/corpus/$target" $seeds
done
