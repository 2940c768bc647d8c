#pragma once
#include <string>

#include "lib/codec/value.hpp"
#include "lib/pipeline/stage.hpp"
#include "lib/util/environment.hpp"

namespace mlo {

/// Where a stage's text comes from.
struct StageOrigin {
  const std::string& file;  ///< the pipeline file, for errors
  const std::string& dir;   ///< its directory, relative to the repository root
  bool dvc = false;         ///< extras are under `meta.mlo`
  const Environment& env;   ///< for stage variables declared without a value
};

/// The interpolated mapping of one stage as a Stage. Throws Error{invalid} with file:line:column.
Stage read_stage(std::string name, const Value& body, const StageOrigin& origin);

/// `typed`, seen from `dir`, relative to the repository root. Error{invalid} at `at` for an empty, absolute or remote
/// path, one that leaves the repository, is all of it, or enters .git or .mlo. What people write in .mlo (features,
/// gates) may be read.
enum class StagePathUse { read, write };
std::string resolve_stage_path(std::string_view typed, const std::string& dir, const std::string& file, const Value& at,
                               StagePathUse use = StagePathUse::write);

}  // namespace mlo
