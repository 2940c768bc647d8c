#pragma once
#include <cstdint>

#include "lib/git/repository.hpp"
#include "lib/manifest/lock.hpp"
#include "lib/manifest/run_record.hpp"
#include "lib/pipeline/stage.hpp"
#include "lib/util/environment.hpp"
#include "lib/util/utc_time.hpp"
#include "lib/workspace/workspace.hpp"

// What the commands of a stage find in their environment, besides what the stage declares.
namespace mlo {

/// What is left of the user's environment where a result has to stand without it: how to find programs (`PATH`,
/// `LD_LIBRARY_PATH`, `VIRTUAL_ENV`, `CONDA_*`, `CUDA_*`), who and where the user is (`HOME`, `USER`, `LOGNAME`,
/// `SHELL`, `TMPDIR`), which devices there are (`CUDA_VISIBLE_DEVICES`, ..), and how text is written (`LANG`, `LC_*`,
/// `TZ`). HOME stays, because interpreters and packages live below it.
Environment clean_environment(const Environment& env);

/// What `deterministic: true` sets: PYTHONHASHSEED=0, SOURCE_DATE_EPOCH, TZ=UTC, LC_ALL=C.UTF-8, one thread for OpenMP,
/// MKL and OpenBLAS, CUBLAS_WORKSPACE_CONFIG, MLO_SEED. What a stage declares itself goes before.
Environment pinned_environment(const StageLock& inputs, UtcTime source_date);

/// What a record says of the variables a stage declares: `env.NAME` with the value, of a secret `secret.NAME` with its
/// keyed hash, or `(unset)`.
std::map<std::string, std::string> declared_facts(const Stage& stage, Workspace& workspace);

/// The time of the commit that a run's code is, or is based on; the epoch if there is none here.
UtcTime source_date_of(const git::Repository& repo, const CodeState& code);

/// The stage's parameter `seed` (or one whose dotted name ends in `.seed`, the first by file and name), if it is a
/// whole number that is not negative; else made from the action key, so the same inputs have the same seed everywhere.
/// Below 2^31 unless it is a parameter.
std::uint64_t seed_of(const StageLock& inputs);

}  // namespace mlo
