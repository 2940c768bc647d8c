#!/bin/bash
# Builds and runs the tests: tests/run.sh [quick|release|asan|fuzz]..  (all but quick unless told)
#   release  the optimized build: unit, contract, transcript, lint, fault and example tests
#   asan     the same tests under address and undefined-behaviour sanitizers, without those that gain nothing from them
#   fuzz     every fuzz target for some seconds (MLO_FUZZ_SECONDS, 5)
#   quick    release without the slow tests
# Logs are build/<preset>/{build,tests}.log. The last line counts; a skipped test is a failure where CI=true.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ $# -gt 0 ] || set -- release asan fuzz

cmake/setup.sh tests || exit 1
passed=0 failed=0 skipped=0

# failures LOG: of each test that failed, its name and the last lines it said.
failures() {
  awk 'function flush(  i) { if (name != "") { print name; for (i = (n > 30 ? n - 29 : 1); i <= n; ++i) print "  | " said[i] } name = ""; n = 0 }
    /^ *[0-9]+\/[0-9]+ Test +#/ { flush(); if (/\*\*\*(Failed|Timeout|Exception)/) name = $0; next }
    /^ +Start +[0-9]+:/ { flush(); next }
    /^[0-9]+% tests passed/ { flush() }
    name != "" && NF { said[++n] = substr($0, 1, 300) }' "$1"
}

# tested PRESET LABEL-OPTIONS..: builds, runs ctest, adds up its counts.
tested() {
  local preset=$1 started=$SECONDS
  shift
  printf '%s: building' "$preset"
  if ! cmake/build.sh "$preset"; then
    failed=$((failed + 1))
    return
  fi
  printf ' (%ss), testing' $((SECONDS - started))
  started=$SECONDS
  local log=build/$preset/tests.log report=build/$preset/tests.xml
  rm -f "$report"
  ctest --test-dir "build/$preset" -j 2 --timeout 600 --output-on-failure --no-tests=error --output-junit "$PWD/$report" "$@" >"$log" 2>&1
  local status=$?
  local all bad missed
  all=$(sed -n '/<testsuite/,/>/p' "$report" 2>/dev/null | tr '\n\t' '  ')
  bad=$(sed -n 's/.* failures="\([0-9]*\)".*/\1/p' <<<"$all")
  missed=$(sed -n 's/.* skipped="\([0-9]*\)".*/\1/p' <<<"$all")
  all=$(sed -n 's/.* tests="\([0-9]*\)".*/\1/p' <<<"$all")
  : "${all:=0}" "${bad:=0}" "${missed:=0}"
  [ "$status" = 0 ] || [ "$bad" != 0 ] || { bad=1; all=$((all + 1)); }
  printf ' (%ss): %s passed, %s failed, %s skipped\n' $((SECONDS - started)) $((all - bad - missed)) "$bad" "$missed"
  passed=$((passed + all - bad - missed)) failed=$((failed + bad)) skipped=$((skipped + missed))
  [ "$bad" = 0 ] || { failures "$log"; echo "  see $log"; }
  [ "$missed" = 0 ] || sed -n '/\*\*\*Skipped/p' "$log"
}

for part in "$@"; do
  case $part in
    quick) tested release -LE 'slow' ;;
    release) tested release ;;
    asan) tested asan -LE 'once' ;;
    fuzz) tested fuzz -L fuzz ;;
    *) echo "unknown part \`$part\`: quick, release, asan, fuzz" >&2; exit 2 ;;
  esac
done

if [ "${CI:-}" = true ]; then failed=$((failed + skipped)) skipped=0; fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
