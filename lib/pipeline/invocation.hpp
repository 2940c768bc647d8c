#pragma once
#include <vector>

#include "lib/manifest/dataset.hpp"
#include "lib/pipeline/runner.hpp"

namespace mlo {

/// Fills the record of an invocation with the whole picture of the stages it looked at, whether they ran now or were up
/// to date: parameters, metrics (under the stage's name where several stages write one key), inputs that no stage made,
/// outputs, registered datasets, resources. Of a stage that did not succeed only the parameters count. `records` are
/// the stages' own. The pipeline must have adopted the new lock entries.
void summarize_invocation(Pipeline& pipeline, const std::vector<StageIndex>& stages,
                          const std::vector<StageOutcome>& outcomes, const std::vector<RunRecord>& records,
                          const std::vector<DatasetManifest>& datasets, RunRecord& out);

}  // namespace mlo
