#pragma once
#include <string>
#include <vector>

#include "lib/gates/gate.hpp"
#include "lib/gates/site.hpp"
#include "lib/pipeline/runner.hpp"

namespace mlo {

/// Evaluates versions by the policy's stage in one site.
class Evaluation {
 public:
  /// Fetches and checks out the data that the stage and what it needs read. `model` is where the model is put.
  /// Error{config} if the pipeline has no such stage, or the stage does not read the holdout or the model, or does not
  /// write the predictions.
  Evaluation(EvaluationSite& site, const GatePolicy& policy, const std::string& model, const ContentFetch& fetch);

  /// Puts the version's model in place and runs the stages as one run of the experiment `gates`. A stage that fails is
  /// the version's problem, in the result. Metrics that `gates` ask for and mlo can compute come from the predictions.
  Evaluated run(const GateSubject& subject, RunObserver& observer);

  const UsedDataset& holdout() const { return holdout_; }

 private:
  void clear_outputs();
  void read_results(Evaluated& out);

  EvaluationSite& site_;
  const GatePolicy& policy_;
  const EvaluationPolicy& evaluation_;
  std::string model_;
  std::vector<std::string> stages_;
  std::vector<std::string> outputs_;  ///< of these stages, those that nothing else removes
  UsedDataset holdout_;
};

}  // namespace mlo
