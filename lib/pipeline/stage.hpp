#pragma once
#include <chrono>
#include <compare>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/bounds/resources.hpp"
#include "lib/codec/value.hpp"

namespace mlo {

enum class OutputKind { out, metric, plot };

/// Something a stage writes. Path relative to the repository root.
struct Output {
  std::string path;
  OutputKind kind = OutputKind::out;
  bool cache = true;     ///< mlo keeps it and git ignores it; false: the user keeps it in git
  bool persist = false;  ///< not deleted before the stage runs
};

/// One parameter a stage reads; `key` is dotted, "" means the whole file.
struct ParamRef {
  std::string file;  ///< relative to the repository root
  std::string key;
  auto operator<=>(const ParamRef&) const = default;
};

/// When a failed stage is tried again.
struct Retries {
  int limit = 0;  ///< times, after the first
  std::chrono::milliseconds delay{0};
  double backoff = 2;        ///< by what the delay grows from one time to the next
  std::set<int> exit_codes;  ///< of its commands; empty: any, and also a timeout
  /// Before the nth time (from 1); an hour at most.
  std::chrono::milliseconds delay_before(int nth) const;
};

/// One stage, ready to run: interpolated, every path relative to the repository root, every list sorted and without
/// repeats.
struct Stage {
  std::string name;                   ///< `train`, or `train@key` for one of a foreach or matrix
  std::vector<std::string> commands;  ///< each for a shell of its own, in order
  std::string wdir;                   ///< "" is the root
  std::vector<std::string> deps;
  std::vector<ParamRef> params;
  std::vector<Output> outputs;
  std::map<std::string, std::string> env;  ///< what its commands get
  /// What of `env` may be written down and decides whether the stage has changed: of a variable with a secret name,
  /// whether it is set or not, only that it is declared; other values without passwords in them.
  std::map<std::string, std::string> recorded_env;
  bool inherits_env = false;                         ///< some of `recorded_env` is the caller's environment's
  std::optional<std::chrono::milliseconds> timeout;  ///< of each command; `resources.time` is that of the stage
  Retries retries;
  /// What it may use and what nobody else holds while it runs: neither changes what it writes, so the action key has
  /// neither.
  Resources resources;
  std::vector<std::string> mutexes;
  std::optional<bool> trace;  ///< whether what it touches is noted; nothing: as configured
  bool strict = false;        ///< it fails if it touches what it does not declare
  bool sandbox = false;       ///< it cannot touch what it does not declare
  bool frozen = false;
  bool always_changed = false;
  bool deterministic = false;  ///< seeds, threads, locale and time are pinned; see pinned_environment
  double tolerance = 0;        ///< relative; how far numbers in its metrics files may be off in `run verify`
  std::string description;
  Mark mark;  ///< of its definition in the pipeline file
};

}  // namespace mlo
