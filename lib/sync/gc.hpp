#pragma once
#include <chrono>
#include <memory>
#include <vector>

#include "lib/remote/transfer.hpp"
#include "lib/store/collector.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// How long what nothing needs stays, in the store and again in trash.
inline constexpr std::chrono::hours kGcGrace{24};

struct GcOptions {
  Mode mode = Mode::dry_run;
  std::chrono::microseconds grace = kGcGrace;
  enum class Unpushed { keep, take } unpushed = Unpushed::keep;  ///< what no remote has
  enum class Trash { old, all } trash = Trash::old;              ///< what is emptied
};

struct ObjectCount {
  std::uint64_t objects = 0, bytes = 0;
};

struct GcReport {
  std::uint64_t repositories = 1;            ///< that share the cache
  std::uint64_t commits = 0, manifests = 0;  ///< read, of all of them
  ObjectCount needed;                        ///< of those, here
  Collector::Report taken;                   ///< moved to trash
  ObjectCount young, unpushed;               ///< kept though nothing needs them
  std::uint64_t restored = 0;                ///< objects brought back from trash, because they are needed again
  TrashReport emptied, trash;                ///< removed from trash; still there
  TrashReport quarantine;                    ///< left alone
  std::uint64_t litter = 0;                  ///< temporary files of killed processes, removed
  bool busy = false;                         ///< another process stores; what it may count on is kept
};

/// Moves to trash what nothing needs: no commit, index, work tree, run or cached action of this repository
/// (gc_roots.hpp) or of another one that shares its cache. What came to the store within the grace period stays, and
/// what none of `remotes` has unless `options` say otherwise. Trash is emptied of what a gc put there before the grace
/// period, after what is needed again has come back. Safe beside any other command. Error if it cannot be told what is
/// needed, or if a remote fails: then nothing changed.
GcReport gc(Workspace& workspace, const std::vector<std::unique_ptr<Remote>>& remotes, const GcOptions& options);

/// From now on a gc does not ask what this repository needs: it is gone, or uses another cache. `typed` is its
/// directory, or git's in it. Error{not_found} naming those that use the cache.
void forget_repository(Workspace& workspace, const fs::path& typed);

/// Brings everything back from trash; the number of objects.
std::uint64_t restore_all_trash(Workspace& workspace);

}  // namespace mlo
