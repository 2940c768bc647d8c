#pragma once
#include <string>
#include <vector>

#include "lib/manifest/lock.hpp"

namespace mlo {

enum class ReasonKind {
  never_ran,
  command,
  wdir,
  dep_changed,
  dep_added,
  dep_removed,
  dep_missing,
  param_changed,
  param_added,
  param_removed,
  param_missing,
  env_changed,
  deterministic_changed,
  output_missing,
  output_changed,
  outputs_declared,
  upstream,
  always,
  forced,
};
/// The stable spelling used in `--json`: "dep-changed".
std::string_view to_string(ReasonKind kind);

/// Why a stage is not up to date: what was, what is. `subject` names the path, the parameter, the variable or the
/// stage. A stage before this one that comes from the cache has `after` "cached".
struct Reason {
  ReasonKind kind;
  std::string subject;
  std::string before, after;
};

/// One line for people: "parameter `lr` changed: 0.1 -> 0.2".
std::string describe(const Reason& reason);

/// Every difference between the inputs of the last run and now, in a fixed order; output contents are not compared.
std::vector<Reason> compare_inputs(const StageLock& before, const StageLock& now);

}  // namespace mlo
