#include "lib/pipeline/result_keeper.hpp"

#include <algorithm>

namespace mlo {
namespace {

constexpr double kLongStage = 1.0;  ///< seconds
/// How old results may get before they are kept: a twentieth of the time that the run has taken, within these.
constexpr std::chrono::nanoseconds kYoungest = std::chrono::seconds(1), kOldest = std::chrono::seconds(10);

}  // namespace

struct ResultKeeper::Group {
  Group(ObjectStore& store, std::chrono::nanoseconds now) : batch(store), began(now) {}
  ObjectStore::Batch batch;
  const std::chrono::nanoseconds began;
  std::vector<RunRecord> records;
  std::vector<ActionRecord> actions;
  bool has_long_stage = false;
  unsigned users = 0;
};

ResultKeeper::ResultKeeper(const LiveRun& run, Workspace& workspace, const ActionCache& actions)
    : run_(run), workspace_(workspace), actions_(actions), began_(workspace.world().clock.monotonic()) {}

ResultKeeper::~ResultKeeper() = default;

ResultKeeper::Results ResultKeeper::begin() {
  const std::lock_guard lock(mutex_);
  if (!open_) open_ = std::make_shared<Group>(workspace_.store(), workspace_.world().clock.monotonic());
  ++open_->users;
  return {*this, open_};
}

ResultKeeper::Results::~Results() {
  if (!group_) return;
  const std::lock_guard lock(keeper_->mutex_);
  --group_->users;
}

ObjectStore::Batch& ResultKeeper::Results::batch() { return group_->batch; }

void ResultKeeper::Results::keep(const RunRecord& record, const std::optional<ActionRecord>& action) {
  const std::shared_ptr<Group> group = std::exchange(group_, nullptr);
  std::unique_lock lock(keeper_->mutex_);
  group->records.push_back(record);
  if (action) group->actions.push_back(*action);
  group->has_long_stage = group->has_long_stage || record.usage.wall_seconds >= kLongStage;
  --group->users;
  // Whoever is the last one in a group that nobody joins any more commits it.
  if (keeper_->open_ == group && keeper_->is_due(*group)) keeper_->open_.reset();
  const bool commits = keeper_->open_ != group && group->users == 0;
  lock.unlock();
  if (commits) keeper_->commit(*group);
}

bool ResultKeeper::is_due(const Group& group) const {
  const std::chrono::nanoseconds now = workspace_.world().clock.monotonic();
  return group.has_long_stage || now - group.began >= std::clamp((now - began_) / 20, kYoungest, kOldest);
}

void ResultKeeper::commit(Group& group) {
  const std::lock_guard lock(committing_);
  group.batch.commit();
  run_.keep_stages(group.records);
  actions_.store(group.actions);
}

void ResultKeeper::flush() {
  std::shared_ptr<Group> group;
  {
    const std::lock_guard lock(mutex_);
    group = std::move(open_);
  }
  if (group) commit(*group);
}

}  // namespace mlo
