#pragma once
#include <vector>

#include "lib/pipeline/param_files.hpp"
#include "lib/pipeline/spec.hpp"
#include "lib/pipeline/stage.hpp"
#include "lib/util/environment.hpp"

namespace mlo {

/// Every stage the file stands for, in its order, `foreach` and `matrix` unrolled. `files` supplies `params.yaml` and
/// the files under `vars`. `env` supplies stage variables declared without a value. Throws Error{invalid} with
/// file:line:column for everything that is not a stage: wrong types, unknown variables, paths that leave the repository
/// or enter .git or .mlo, two stages of one name, more than 200,000 stages.
std::vector<Stage> expand(const PipelineSpec& spec, ParamFiles& files, const Environment& env);

}  // namespace mlo
