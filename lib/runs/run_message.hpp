#pragma once
#include <string>
#include <vector>

#include "lib/manifest/run_record.hpp"

namespace mlo {

/// The commit message of a run: a subject that reads well in `git log --oneline`, its stages, metrics and parameters, and
/// the trailers Mlo-Run, Mlo-Code and Mlo-Data.
std::string run_message(const RunRecord& invocation, const std::vector<RunRecord>& stages);

}  // namespace mlo
