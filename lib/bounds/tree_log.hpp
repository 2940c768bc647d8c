#pragma once
#include <vector>

#include "lib/bounds/process_tree.hpp"
#include "lib/util/fs.hpp"

// A file `trees` in the directory of a run says which trees of processes it started. Should mlo be killed, whoever
// comes next finds by it what the run has left, and nobody else.
namespace mlo {

/// To be called before the first process of the tree starts. Not synced: no process outlives a power cut. Safe from any
/// thread, and beside other processes.
void note_tree(const fs::path& run_dir, TreeMark mark);

/// The trees noted in the directory since this machine started; none if the file is not there. Lines of another machine
/// or of an earlier start of it, and damaged ones, are left out.
std::vector<TreeMark> noted_trees(const fs::path& run_dir);

}  // namespace mlo
