#pragma once
#include <sys/types.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

// Which processes a stage started, however they were started: each inherits a mark that nobody else uses, so that a
// change of session, group or environment hides nothing.
namespace mlo {

/// A number that a process and all that it starts have in common: their soft RLIMIT_LOCKS, which Linux keeps, inherits
/// and has ignored since 2.4. The marks of a run inside a stage are also the stage's, two levels deep; 0: none could be
/// given, and only the process group is known.
using TreeMark = std::uint64_t;

/// A mark for one more tree, different from all others that live.
TreeMark make_mark();

/// From now on this process is the parent of what its children leave behind. Cheap to call again.
void adopt_orphans();

/// What the processes of one tree use.
struct TreeUsage {
  std::uint64_t tasks = 0;    ///< processes and threads
  std::uint64_t memory = 0;   ///< bytes resident, what they share counted for each
  std::uint64_t largest = 0;  ///< of `memory`, that of one process
  std::vector<pid_t> pids;
};

/// What all trees of this process use, looked up for all of them at once. Safe from any thread.
class ProcessTable {
 public:
  /// At most 20 ms old.
  TreeUsage usage(TreeMark mark);

 private:
  std::mutex mutex_;
  std::int64_t read_at_ = 0;
  std::map<TreeMark, TreeUsage> trees_;
};

/// The bytes resident of these processes, what they share divided among them; nothing if the kernel does not say. Slow:
/// it walks their pages.
std::optional<std::uint64_t> shared_memory_of(const std::vector<pid_t>& pids);

/// Kills what is left of the tree whose first process has been waited for, and reaps it. Returns how many were
/// killed, by this or just before; after five seconds those that the kernel does not let die are left. Costs one look
/// at the children of this process if there are none.
std::size_t kill_tree(TreeMark mark);

/// Kills what is left of trees whose mlo is gone, and waits until it has ended; after five seconds those that the
/// kernel does not let die are left. This process and those above it are spared: somebody in the tree may have started
/// us. Returns how many were killed.
std::size_t kill_left_trees(const std::vector<TreeMark>& marks);

/// Kills all that this process started and all that those started, as far as adopt_orphans() kept them; waits like
/// kill_left_trees. Whoever started them reaps them.
void kill_descendants();

/// Reaps orphans of the tree that have ended. `leader` is its first process, which somebody else waits for.
void reap_orphans(TreeMark mark, pid_t leader);

/// Since an arbitrary start, of this machine.
std::int64_t monotonic_ms();

}  // namespace mlo
