#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "lib/manifest/run_record.hpp"

namespace mlo {

/// Adds to an invocation the metrics and parameters of its stages that it does not have. A metric that several stages
/// logged goes by its qualified key, so that they stay apart.
void add_stage_facts(RunRecord& invocation, const std::vector<RunRecord>& stages);

/// "train:a/loss" for the metric `loss` of the stage `train@a`.
std::string qualified_key(std::string_view stage, std::string_view key);

}  // namespace mlo
