#pragma once
#include <string>
#include <vector>

#include "lib/manifest/run_record.hpp"
#include "lib/pipeline/pipeline.hpp"

namespace mlo {

/// What a stage touched when it last ran, and does not declare as it is written now.
struct MissingDeps {
  std::string stage;
  std::string run;                  ///< id of that run; empty: there is none that noted it
  std::string reason;               ///< why not all was noted; empty: all was
  std::vector<std::string> reads;   ///< relative to the root
  std::vector<std::string> writes;  ///< that are no outputs
  std::vector<std::string> deps;  ///< what to declare for `reads`, relative to the root: files, or directories of them
};

/// Of these stages, in their order. Looks through history for the newest run of each that was traced and came to its
/// end, or to something undeclared.
std::vector<MissingDeps> missing_deps(const Pipeline& pipeline, const std::vector<StageIndex>& stages);

/// Writes `deps` into the pipeline file. Error{invalid} where that is not safely possible, or where it would make no
/// pipeline any more (a circle); then the file is as before.
void declare_deps(Workspace& workspace, const Pipeline& pipeline, const MissingDeps& missing);

}  // namespace mlo
