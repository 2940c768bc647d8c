#pragma once
#include "lib/util/environment.hpp"
#include "lib/util/fs.hpp"

namespace mlo {

/// The directory of the run we are inside of: MLO_RUN_DIR, else that of MLO_RUN in the git repository around `cwd`.
/// Opens no library. Error{usage} outside a run.
fs::path live_run_dir(const Environment& env, const fs::path& cwd);

}  // namespace mlo
