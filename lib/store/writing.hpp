#pragma once
#include <atomic>
#include <bitset>
#include <mutex>
#include <optional>

#include "lib/store/object_store.hpp"
#include "lib/store/staging.hpp"

namespace mlo {

/// Opened by the first write and kept: a pipeline stores thousands of batches.
struct ObjectStore::Writing {
  std::mutex mutex;
  UniqueFd root;  ///< the store's directory
  std::optional<StagingDir> staging;
  std::bitset<256> durable;  ///< the directories `00` to `ff` that are known to be on disk
  UniqueFd held;             ///< the lock of those who store or claim
  std::atomic<bool> is_held = false;
  std::mutex lending;  ///< one file at a time is made in `staging` for those who ask for an object's file

  /// From now on and until this process ends a gc knows of us. A store that we cannot write needs no such thing.
  void hold(const fs::path& dir);
  void open(const fs::path& dir);
};

/// Says to a gc that somebody counts on the file: its inode changed now. False if it is gone. What may not be touched
/// is another user's, and as old as it is. A file with several names stays as it is: a gc leaves it alone, and losing
/// one of them changes its inode.
bool touch_file(int dir, const char* name);

}  // namespace mlo
