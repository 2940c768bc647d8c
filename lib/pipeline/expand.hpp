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
///
/// The stages are those that DVC 3 makes of the same dvc.yaml (tests/golden/dvc/expected.json). On purpose mlo also
/// takes what DVC refuses although it can mean only one thing: a list in a command (its words), a variable defined
/// twice with the same value, `${..}` for a flag such as `cache` or `frozen`, and unquoted dates, which are text.
std::vector<Stage> expand(const PipelineSpec& spec, ParamFiles& files, const Environment& env);

}  // namespace mlo
