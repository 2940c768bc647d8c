#pragma once
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

#include "lib/crypto/digest.hpp"
#include "lib/util/fs.hpp"

// What StatCache records before it is saved: 100 bytes a file, for there may be millions. Included only inside
// lib/workspace.
namespace mlo {

struct StatRow {
  const char* path_begin = nullptr;
  std::uint32_t path_size = 0;
  std::uint32_t mode = 0;
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0, ctime_ns = 0;
  std::uint64_t inode = 0;
  Digest digest = {};

  std::string_view path() const { return {path_begin, path_size}; }
};

/// Rows by path. Rows stay where they are.
class StatRows {
 public:
  const StatRow* find(std::string_view path) const;
  /// The row of this path, new or old; what it says is the caller's to set.
  StatRow& insert(std::string_view path);
  const std::deque<StatRow>& rows() const { return rows_; }
  std::deque<StatRow>& rows() { return rows_; }

 private:
  /// Where the path's row is named, or would be: an index into slots_.
  std::size_t slot_of(std::string_view path) const;
  std::string_view keep(std::string_view path);

  std::deque<StatRow> rows_;
  std::vector<std::uint32_t> slots_;  ///< open addressing: 1 + the row's number, 0 if free; at most half are taken
  std::vector<std::unique_ptr<char[]>> texts_;
  char* text_at_ = nullptr;  ///< into the last of texts_
  std::size_t text_left_ = 0;
};

}  // namespace mlo
