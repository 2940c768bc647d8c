#pragma once
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lib/pipeline/stage_run.hpp"

namespace mlo {

/// Runs the stages of a plan that are not up to date: hands them to threads as soon as what they need is done, the
/// longest remaining chain first.
class Schedule {
 public:
  /// Borrows all.
  Schedule(Pipeline& pipeline, const RunRequest& request, const Plan& plan, RunObserver& observer,
           const LiveRun& invocation, const std::vector<DatasetManifest>& datasets, RunBounds& bounds);
  /// Returns when all that can be done is done and kept; throws what is no stage's failure.
  void run();

  std::vector<StageOutcome> outcomes;  ///< in the order of completion
  std::vector<RunRecord> records;
  std::map<std::string, StageLock, std::less<>> locks;

 private:
  struct Node {
    bool todo = false;
    unsigned waiting = 0;
    double weight = 0;  ///< seconds to the end of the longest chain that starts here
  };
  void weigh(StageIndex i);
  bool may_start() const;
  void work();
  StageDone run(const Stage& stage);
  void settle(StageIndex i, StageDone done);
  void skip_after(StageIndex failed);
  void finish(StageOutcome outcome);

  Pipeline& pipeline_;
  const Graph& graph_;
  const RunRequest& request_;
  RunObserver& observer_;
  std::mutex workspace_mutex_;
  ResultKeeper keeper_;
  CommandFacts facts_;
  StageContext context_;
  std::vector<Node> nodes_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::set<std::pair<double, StageIndex>> ready_;
  std::size_t total_ = 0, done_ = 0;
  unsigned running_ = 0;
  bool failed_ = false;
  std::exception_ptr broken_;
};

}  // namespace mlo
