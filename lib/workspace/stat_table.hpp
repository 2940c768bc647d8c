#pragma once
#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/crypto/digest.hpp"
#include "lib/util/fs.hpp"
#include "lib/workspace/stat_rows.hpp"

// The file behind StatCache: header, fan-out by the top bits of the path's hash, records ascending by hash, path bytes.
// The hash begins with that of the directory, so that what is looked up one after the other lies together. In the
// machine's byte order: it never leaves the machine. Included only inside lib/workspace.
namespace mlo {

struct StatRecord {
  std::uint64_t hash;  ///< of the path
  std::uint64_t size;
  std::int64_t mtime_ns, ctime_ns;
  std::uint64_t inode;
  std::uint32_t mode;
  std::uint32_t day;  ///< days since 1970 when it was last asked for
  std::uint64_t path_offset;
  std::uint64_t path_size;
  std::array<std::byte, 32> digest;
  std::uint64_t check;  ///< over all of the above and the path
};

/// A read-only view of the file; empty if it is missing or anything in its frame is wrong.
class StatTable {
 public:
  explicit StatTable(const fs::path& file);
  /// The valid record of a path, and its index.
  struct Found {
    const StatRecord* record;
    std::size_t index;
  };
  std::optional<Found> find(std::string_view path) const;
  std::size_t size() const { return count_; }
  /// Nothing if the record is damaged.
  const StatRecord* record(std::size_t index) const;
  std::string_view path_of(const StatRecord& record) const;

 private:
  std::optional<MappedFile> map_;
  std::size_t count_ = 0;
  unsigned bits_ = 0, spread_ = 0;
  const std::uint32_t* fanout_ = nullptr;  ///< 2^bits_ + 1 of them
  const StatRecord* records_ = nullptr;
  std::string_view paths_;
};

/// One path to write: what was recorded of it, or the valid record of a table. Borrows both.
class StatEntry {
 public:
  StatEntry(const StatRow& row, std::uint32_t day) : what_(&row), day_(day) {}
  StatEntry(const StatTable& table, const StatRecord& record, std::uint32_t day)
      : what_(&record), table_(&table), day_(day) {}
  std::string_view path() const;
  /// But for what depends on where it is written.
  StatRecord record() const;
  std::uint64_t hash = 0;  ///< filled in by the writer

 private:
  const void* what_;
  const StatTable* table_ = nullptr;  ///< null: it is a row
  std::uint32_t day_;
};
/// Replaces the file, atomically but not durably; every path at most once.
void write_stat_table(const fs::path& file, std::vector<StatEntry> entries);

}  // namespace mlo
