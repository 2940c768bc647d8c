#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lib/gates/policy.hpp"
#include "lib/manifest/gate_report.hpp"
#include "lib/manifest/model.hpp"
#include "lib/pipeline/runner.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// A registered version and the commit its version tag points at.
struct GateSubject {
  ModelManifest model;
  git::ObjectId commit;
};

/// Called before content is used, with whose it is ("model `delay@v1.0.0`"); may bring it into the store.
using ContentFetch = std::function<void(const std::string& owner, const Artifact& content)>;

struct GateRequest {
  GateSubject candidate;
  std::optional<GateSubject> champion;  ///< the verified holder of the policy's baseline stage
  std::vector<std::string> held;        ///< stages that the candidate holds or held, for the policy's `from`
  std::vector<GateOverride> overrides;  ///< Error{usage} for a gate that the policy does not have
  ContentFetch fetch = {};              ///< of models and data; empty: what the store has must do
};

/// Evaluations are runs of this experiment, named after the version and the stage.
inline constexpr std::string_view kGateExperiment = "gates";

/// A report that evaluate_gates made. Nobody else can make one, so nothing is promoted past its gates.
class GateVerdict {
 public:
  const GateReport& report() const { return report_; }

 private:
  friend GateVerdict evaluate_gates(Workspace&, const StagePolicy&, const GateRequest&, RunObserver&);
  explicit GateVerdict(GateReport report) : report_(std::move(report)) {}
  GateReport report_;
};

/// Asks every gate of the policy. If the policy names an evaluation, that stage of the policy's own commit runs (or
/// comes from the action cache) on the policy's holdout for the candidate and for the champion, in a work tree of its
/// own that is gone afterwards; each is a run of the experiment `gates`. Nothing else changes. A gate that cannot be
/// answered is `missing`, with its reason. Throws Error{interrupted}, Error{config} for a policy that cannot work with
/// this repository.
GateVerdict evaluate_gates(Workspace& workspace, const StagePolicy& policy, const GateRequest& request,
                           RunObserver& observer);

}  // namespace mlo
