#pragma once
#include "lib/workspace/workspace.hpp"

namespace mlo {

enum class MergeResult { up_to_date, fast_forward, merged };

/// Brings the history that ends in the commit `theirs` into the runs ref: the union of both, as a merge commit if each
/// has runs that the other lacks. Retries while other processes move the ref. Error{corrupt}, with the ref where it
/// was, if the two disagree about a file or `theirs` builds on ours and dropped one: records are immutable.
MergeResult merge_runs(Workspace& workspace, git::ObjectId theirs);

}  // namespace mlo
