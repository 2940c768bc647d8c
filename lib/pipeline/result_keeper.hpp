#pragma once
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "lib/pipeline/action_cache.hpp"
#include "lib/runs/live_run.hpp"

namespace mlo {

/// Makes durable what stages made: objects, then their records in the run's log, then their actions. Short stages share
/// one sync, which would cost more than they do: a kill or a power cut takes at most the last seconds of them, and the
/// next run does those again. A stage of a second or more is kept at once.
class ResultKeeper {
  struct Group;

 public:
  /// Borrows all. `run` is the invocation.
  ResultKeeper(const LiveRun& run, Workspace& workspace, const ActionCache& actions);
  ~ResultKeeper();

  /// The place of one stage's results; without `keep` nothing of them is kept.
  class Results {
   public:
    Results(Results&& other) noexcept = default;
    ~Results();
    ObjectStore::Batch& batch();
    /// The stage is over. Throws what committing throws: then other stages' results may be lost with it.
    void keep(const RunRecord& record, const std::optional<ActionRecord>& action);

   private:
    friend class ResultKeeper;
    Results(ResultKeeper& keeper, std::shared_ptr<Group> group) : keeper_(&keeper), group_(std::move(group)) {}
    ResultKeeper* keeper_;
    std::shared_ptr<Group> group_;
  };
  /// From any thread.
  Results begin();
  /// Keeps all that is over. No stage may be in between.
  void flush();

 private:
  void commit(Group& group);
  bool is_due(const Group& group) const;

  const LiveRun& run_;
  Workspace& workspace_;
  const ActionCache& actions_;
  const std::chrono::nanoseconds began_;
  std::mutex mutex_;  ///< guards what follows and what a group counts
  std::shared_ptr<Group> open_;
  std::mutex committing_;
};

}  // namespace mlo
