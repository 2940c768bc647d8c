#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lib/crypto/digest.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/utc_time.hpp"

namespace mlo {

/// Remembers the digest of files by (path, size, mtime, ctime, inode, device, mode), in a flat file mapped into memory.
/// Racy-safe: an entry whose file changed at or after the moment the entry was recorded is not trusted. A cache: a
/// damaged or missing file only costs rehashing. `find` and `record` are safe from any thread.
class StatCache {
 public:
  explicit StatCache(fs::path file);
  ~StatCache();
  std::optional<Digest> find(std::string_view repo_path, const FileStat& stat) const;
  void record(std::string_view repo_path, const FileStat& stat, const Digest& digest);
  /// Rewrites the file if anything was recorded: old entries that were neither found again nor replaced are kept.
  void save(UtcTime now);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mlo
