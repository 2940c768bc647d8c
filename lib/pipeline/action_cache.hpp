#pragma once
#include <memory>
#include <mutex>

#include "lib/pipeline/action.hpp"

namespace mlo {

/// The results of actions: a cache that may be deleted. What is stored at once is one file, `<root>/<number>-<16 hex>`
/// (ActionSegment); a later number counts more. Files of like size are folded into one, so that there are few: a file
/// for each action takes a block and an inode each, and a hundred thousand of them a minute to read. A record is
/// written after the objects it names are on disk. Safe from any thread and any number of processes.
class ActionCache {
 public:
  explicit ActionCache(fs::path root);
  ~ActionCache();
  /// Nothing if there is no record, or if its bytes are damaged.
  std::optional<ActionRecord> find(const Digest& key) const;
  /// On disk afterwards if one of them took a second or more: doing short ones again costs less than to sync them.
  void store(const std::vector<ActionRecord>& records) const;
  /// All whole records, the last of each key, ascending by key.
  std::vector<ActionRecord> all() const;

 private:
  struct Segments;
  std::shared_ptr<const Segments> known(bool anew) const;
  std::shared_ptr<const Segments> load() const;
  void fold() const;
  void adopt_loose() const;
  const fs::path root_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const Segments> known_;
};

}  // namespace mlo
