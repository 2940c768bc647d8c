#pragma once
#include <string>
#include <vector>

#include "lib/runs/run_store.hpp"

// Runs as they lie in the tree of the runs ref.
namespace mlo {

/// Every run, newest first, amendments folded in. Error{corrupt} naming the path for a record that does not belong.
std::vector<Run> read_runs(Workspace& workspace);
/// The stages of one run, by name; empty if it has none or does not exist.
std::vector<RunRecord> read_stages(Workspace& workspace, const std::string& run_id);
/// One run's directory in the tree as a Run.
Run read_run(git::Repository& repo, git::ObjectId tree, const std::string& path);

}  // namespace mlo
