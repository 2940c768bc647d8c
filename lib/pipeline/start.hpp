#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "lib/bounds/run_bounds.hpp"
#include "lib/manifest/dataset.hpp"
#include "lib/pipeline/claims.hpp"
#include "lib/pipeline/runner.hpp"

namespace mlo {

/// Everything before the first stage starts: parameters changed, plan made, nothing missing, nobody in the way.
class RunStart {
 public:
  /// Borrows all.
  RunStart(Workspace& workspace, const RunRequest& request, RunObserver& observer);
  ~RunStart();

  /// Nothing if there is nothing to do.
  std::optional<LiveRun> run();

  Pipeline& pipeline();
  const std::vector<StageIndex>& stages() const;  ///< all that were asked for
  const Plan& plan() const;
  const std::vector<DatasetManifest>& datasets() const { return datasets_; }
  RunBounds& bounds() { return bounds_; }

 private:
  struct Prepared;
  /// Throws for what no run could do.
  void prepare();
  bool idle() const;
  /// Throws for a stage that the machine can never hold.
  void require_possible();
  /// Throws for one that is to be watched more than is possible here.
  void require_watchable(const Stage& stage);
  LiveRun begin(const StageClaim& claim);

  Workspace& workspace_;
  const RunRequest& request_;
  RunObserver& observer_;
  const Claims claims_;
  std::unique_ptr<Prepared> prepared_;
  std::vector<DatasetManifest> datasets_;
  RunBounds bounds_;
  std::optional<std::string> untraceable_;  ///< why, once asked; empty: it works
};

}  // namespace mlo
