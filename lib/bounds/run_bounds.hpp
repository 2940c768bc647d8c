#pragma once
#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lib/bounds/stage_hold.hpp"
#include "lib/util/once.hpp"

namespace mlo {

/// What a stage asks for.
struct StageBounds {
  std::string name;
  Resources resources;
  std::vector<std::string> mutexes;
};

/// The bounds of all stages of one invocation. Nothing is looked up or opened before the first stage needs it. Safe
/// from any thread; borrows the world.
class RunBounds {
 public:
  /// `root`: the work tree; `jobs`: how many stages run side by side.
  RunBounds(BoundsConfig config, World& world, fs::path root, unsigned jobs);

  /// Error{config} with the way out if the stage asks for more than there can ever be.
  void require_possible(const StageBounds& stage);

  /// Waits until the stage may start, and holds it. `waits` gets one line if it has to wait. Inside a stage of another
  /// run only mutexes are asked for: its processors and its memory are what that stage holds. Error{interrupted} once
  /// the user stops.
  StageHold hold(const StageBounds& stage, std::vector<fs::path> outputs,
                 const std::function<void(const std::string&)>& waits);

  /// For the stage's commands: which mutexes are held around them.
  void tell(const StageBounds& stage, Environment& env) const;

 private:
  const Budget& budget(bool with_gpus);
  std::optional<Lease> lease(const StageBounds& stage, const Limits& limits,
                             const std::function<void(const std::string&)>& waits);
  void open_ledger();

  BoundsConfig config_;
  World& world_;
  fs::path root_;
  unsigned jobs_;
  std::optional<std::vector<std::string>> around_;  ///< mutexes of the stage that this runs in
  Machine machine_;
  Budget budget_;
  Once machine_known_, gpus_known_, ledger_open_, cgroups_known_;
  std::optional<Ledger> ledger_;
  std::optional<CgroupParent> cgroups_;
  ProcessTable table_;
  std::atomic<unsigned> groups_ = 0;
};

}  // namespace mlo
