#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "lib/manifest/run_record.hpp"
#include "lib/pipeline/supervise.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// What `of` (a stage, or a run that was one command) has written since the last call.
using LogSink = std::function<void(const RunRecord& of, StreamKind kind, std::string_view bytes)>;

/// Hands on what a run writes, from the beginning, as it comes, and returns once the run is over. `run` and `stage` as
/// for load_logs, whose errors it throws; Error{interrupted} if the user stops us. Of a run that is over already it is
/// the whole log, as what went to stdout.
void follow_logs(Workspace& workspace, const std::string& run, const std::optional<std::string>& stage,
                 const LogSink& sink);

}  // namespace mlo
