#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lib/crypto/digest.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/utc_time.hpp"

namespace mlo {

/// Remembers the digest of files by (path, size, mtime, ctime, inode, mode), in flat files mapped into memory: a
/// look-up is a hash and a comparison. Device numbers do not count, they change with a reboot.
///
/// Racy-safe: a file whose last change is not older than the moment before it was hashed could change again within the
/// same clock tick unseen, and is not recorded. That moment comes from the file system's clock, so a skewed system
/// clock does no harm. The order is therefore: lstat, `now`, hash, `record`.
///
/// Of a file that nobody may write and that has several names the ctime does not count: another name of it may have
/// come or gone, as of a hard link of the store's object.
///
/// A cache: a damaged or missing file only costs rehashing. `find` and `record` are safe from any thread; of two
/// processes that save, the last one wins whole.
class StatCache {
 public:
  /// Whether nothing says that the file holds something else now than then.
  static bool same(const FileStat& then, const FileStat& now);
  explicit StatCache(fs::path file);
  StatCache(StatCache&&) noexcept;
  ~StatCache();
  std::optional<Digest> find(std::string_view repo_path, const FileStat& stat) const;
  /// The file system's time.
  std::int64_t now() const;
  /// `stat` is what lstat said before the file was hashed, `before_hashing` what `now` said.
  void record(std::string_view repo_path, const FileStat& stat, const Digest& digest, std::int64_t before_hashing);
  /// The same for a file that this process wrote where nobody else reaches it, before others do. Counts only after
  /// `settle`, which comes when all such files are written and before the first of them can be reached.
  void record_own(std::string_view repo_path, const FileStat& stat, const Digest& digest);
  void settle();
  /// Writes what was recorded, if anything was: few new entries beside the file, as `FILE.new`, else all of it anew.
  /// Old entries stay, unless nobody has asked for them for 30 days.
  void save(UtcTime now);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mlo
