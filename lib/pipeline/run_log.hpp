#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lib/manifest/run_record.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// What one command or stage wrote to stdout, then stderr.
struct RunLog {
  RunRecord record;
  std::string text;
  bool stored = true;  ///< false: the log is not in this store (another machine made it)
};

/// The run that `run` means: an id, a prefix, a name, or empty for the newest (that has `stage`, if one is named).
/// Error{not_found}.
RunRecord choose_run(Workspace& workspace, const std::string& run, const std::optional<std::string>& stage);

/// The logs of a run: its own if it was one command, else of its stages in the order they started, or of `stage` alone.
/// A stage that came from the cache shows the log of the run that made its result. `run` as for choose_run. A live run
/// is read as far as it is. Error{not_found} for a run or stage that is not there.
std::vector<RunLog> load_logs(Workspace& workspace, const std::string& run, const std::optional<std::string>& stage);

}  // namespace mlo
