#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/codec/value.hpp"

namespace mlo {

/// One entry of `stages` as written: `body` holds the keys of a stage, still with `${..}` in it.
struct StageDefinition {
  std::string name;
  Value body;
  std::optional<Value> foreach;                       ///< a list, a mapping, or a `${..}` that gives one
  std::vector<std::pair<std::string, Value>> matrix;  ///< axis -> its list, in the file's order; empty if none
};

/// `mlo.yaml` or `dvc.yaml` as written. Every mapping's keys are known ones; nothing is interpolated yet.
struct PipelineSpec {
  std::string file;                     ///< relative to the repository root
  std::string dir;                      ///< directory of `file`, "" for the root
  std::vector<Value> vars;              ///< file names and inline mappings
  std::vector<StageDefinition> stages;  ///< in the file's order
  std::vector<std::string> metrics;     ///< top-level `metrics`, relative to `dir`
};

/// Reads a pipeline file. `file` is its path relative to the root: its name decides the flavour. In `mlo.yaml` a stage
/// may say `env, timeout, retries` itself; in `dvc.yaml` they live under `meta.mlo`, so that DVC still accepts the
/// file. Throws Error{invalid} "file:line:column: .." for anything unknown, with the nearest known key.
PipelineSpec parse_pipeline(std::string_view text, std::string_view file);

}  // namespace mlo
