#!/bin/sh
# cmake/build.sh PRESET [TARGET..]: configures if needed and builds; quiet, the log is build/PRESET/build.log.
set -eu
cd "$(dirname "$0")/.."
preset=$1
shift
mkdir -p "build/$preset"
log=build/$preset/build.log
{ [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset"; } >"$log" 2>&1 &&
  cmake --build --preset "$preset" ${1:+--target "$@"} >>"$log" 2>&1 ||
  { grep -E -m 30 ' error: |FAILED|CMake Error|undefined reference' "$log" >&2 || tail -n 30 "$log" >&2
    echo "build of $preset failed; all of it is in $log" >&2
    exit 1; }
