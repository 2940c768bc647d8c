#pragma once
#include <vector>

#include "lib/pipeline/runner.hpp"

namespace mlo {

/// Fills the record of an invocation with the whole picture of the stages it looked at, whether they ran now or were up
/// to date: parameters, metrics (under the stage's name where several stages write one key), inputs that no stage made,
/// outputs, registered datasets, resources. Of a stage that did not succeed only the parameters count. `records` are
/// the stages' own, which get their datasets. The lock must be up to date.
void summarize_invocation(Pipeline& pipeline, const std::vector<StageIndex>& stages,
                          const std::vector<StageOutcome>& outcomes, std::vector<RunRecord>& records, RunRecord& out);

}  // namespace mlo
