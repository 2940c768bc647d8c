#pragma once
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/store/tree.hpp"
#include "lib/util/fs.hpp"

namespace mlo {

/// One name found on disk. `entry.size` is what lstat said; `entry.id` is unset until the content was read.
struct ScannedEntry {
  TreeEntry entry;
  FileStat stat;
  std::string target;         ///< of a symlink
  std::size_t directory = 0;  ///< of a directory: its place in Scan::directories
};

/// The names of one directory in 64 bytes each and their text, for there may be millions. In the order they were added,
/// which is ascending by their unsigned bytes.
class ScannedEntries {
 public:
  void add(const ScannedEntry& found);
  bool empty() const { return rows_.empty(); }
  std::size_t size() const { return rows_.size(); }
  std::string_view name(std::size_t at) const;
  bool is_directory(std::size_t at) const { return rows_[at].kind == FileKind::directory; }
  std::uint64_t content_size(std::size_t at) const { return rows_[at].size; }
  ScannedEntry operator[](std::size_t at) const;
  std::size_t directory(std::size_t at) const { return rows_[at].extra; }
  void set_directory(std::size_t at, std::size_t place) { rows_[at].extra = static_cast<std::uint32_t>(place); }
  /// What reading the content told: kind (a link may count as the file it leads to), size and id. Of its stat the
  /// times, the inode and the device are gone then. Safe from any thread for different names.
  void set_content(std::size_t at, const TreeEntry& read);
  /// False if there is no such name.
  bool erase(std::string_view name);

 private:
  struct Stamp {
    std::int64_t mtime_ns, ctime_ns;
    std::uint64_t inode, device;
  };
  struct Row {
    std::variant<Stamp, Digest> known;
    std::uint64_t size;
    std::uint32_t mode;
    std::uint32_t text;   ///< where its name begins in text_
    std::uint32_t extra;  ///< of a symlink: the length of its target, which follows the name; of a directory: its place
    std::uint8_t name_size;
    FileKind kind;
    bool has_other_names;
  };

  std::vector<Row> rows_;
  std::string text_;
};

}  // namespace mlo
