#include "lib/sync/remote_results.hpp"

#include "lib/runs/run_store.hpp"
#include "lib/sync/git_remote.hpp"
#include "lib/sync/pull.hpp"
#include "lib/sync/run_refs.hpp"
#include "lib/util/error.hpp"

namespace mlo {
namespace {

ActionRecord action_of(const RunRecord& stage) {
  ActionRecord out;
  out.key = *stage.action;
  out.run = stage.id;
  out.seconds = stage.usage.wall_seconds;
  out.metrics = stage.metrics;
  out.series = stage.series;
  out.log = stage.log;
  for (const Artifact& made : stage.outputs)
    out.outputs.push_back({made.path,
                           {made.id, made.directory, made.executable, made.bytes, made.directory ? made.files : 1},
                           made.cached});
  return out;
}

}  // namespace

RemoteResults::RemoteResults(Workspace& workspace, std::unique_ptr<Remote> remote)
    : workspace_(workspace), remote_(std::move(remote)) {
  if (const auto git_remote = find_git_remote(workspace, Towards::fetch)) fetch_runs(workspace, *git_remote);
  for (const auto& [run, stages] : RunStore(workspace).all_stages()) {
    for (const RunRecord& stage : stages) {
      if (stage.status == RunStatus::finished && stage.action) known_.insert_or_assign(*stage.action, action_of(stage));
    }
  }
}

RemoteResults::~RemoteResults() = default;

std::optional<ActionRecord> RemoteResults::find(const Digest& action) {
  const auto found = known_.find(action);
  return found == known_.end() ? std::nullopt : std::optional(found->second);
}

bool RemoteResults::fetch(const std::vector<SavedOutput>& outputs) {
  std::vector<Root> roots;
  for (const SavedOutput& output : outputs) {
    if (!output.stored) return false;
    roots.push_back(
        {"output `" + output.path + "`", output.content.id, output.content.directory, output.content.bytes});
  }
  const std::lock_guard lock(mutex_);
  for (const Root& root : roots) {
    if (absent_.contains(root.id)) return false;
  }
  try {
    fetch_objects(workspace_, *remote_, roots);
    return true;
  } catch (const Error& error) {
    if (!net::is_remote_failure(error.kind()) && error.kind() != ErrorKind::corrupt) throw;
    workspace_.world().log.warn(error.message());
    for (const Root& root : roots) absent_.insert(root.id);
    return false;
  }
}

}  // namespace mlo
