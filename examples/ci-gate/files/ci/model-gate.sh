#!/bin/sh
# Refuses a change that makes a model worse: asks the gates of stage `merge` about the newest version of every model that
# the change adds. The evaluation runs here, by the policy of the branch merged into; nothing that the author's runs say
# of themselves counts.
#   ci/model-gate.sh [BASE[..TIP]]     BASE: what it is merged into (default: as GitHub and GitLab say, else origin/main)
# Exit status: 0 it may be merged, 3 a gate says no, any other: the gates could not be asked.
# Reports: gates.xml (JUnit), gates.md and log.txt in $MODEL_GATE_REPORTS, by default model-gate.
set -eu
target=${GITHUB_BASE_REF:-${CI_MERGE_REQUEST_TARGET_BRANCH_NAME:-main}}
reports=${MODEL_GATE_REPORTS:-model-gate}

cd "$(git rev-parse --show-toplevel)"
if [ -n "${CI:-}" ]; then git config mlo.policyRef "refs/remotes/origin/$target"; fi
mkdir -p "$reports"
rm -f "$reports/gates.xml" "$reports/gates.md" "$reports/status"

{
  mlo promote check --since "${1:-origin/$target}" --to merge \
    --junit "$reports/gates.xml" --markdown "$reports/gates.md" || echo $? >"$reports/status"
} 2>&1 | tee "$reports/log.txt"

if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -f "$reports/gates.md" ]; then
  cat "$reports/gates.md" >>"$GITHUB_STEP_SUMMARY"
fi
if [ -n "${GITHUB_ACTIONS:-}" ]; then  # lines that GitHub shows beside the change; soft and overridden gates are none
  sed -nE -e 's/%/%25/g' -e 's/ +/ /g' -e '/^(fail|missing) \(/d' \
    -e 's/^(error|hint|no|fail|missing)[: ] ?/::error title=model gate::\1: /p' \
    -e 's/^warning: /::warning title=model gate::/p' "$reports/log.txt"
fi
if [ -f "$reports/status" ]; then exit "$(cat "$reports/status")"; fi
