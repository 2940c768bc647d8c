#pragma once
#include <string>
#include <vector>

#include "lib/util/environment.hpp"
#include "lib/util/fs.hpp"

namespace mlo {

/// The directory of the run we are inside of: MLO_RUN_DIR, else that of MLO_RUN in the git repository around `cwd`.
/// Opens no library. Error{usage} outside a run.
fs::path live_run_dir(const Environment& env, const fs::path& cwd);

/// A run that a process is part of.
struct RunAround {
  fs::path dir;
  std::string stage;  ///< whose command it is; empty: the run has none
};

/// The runs that `env` says we are inside of, the innermost first; none for a user. They may be over.
std::vector<RunAround> runs_around(const Environment& env);
/// Makes the run in `run_dir` known to runs_around of what it starts as one inside of those of `env`.
void note_runs_around(const fs::path& run_dir, const Environment& env);

}  // namespace mlo
