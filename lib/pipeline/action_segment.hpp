#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "lib/crypto/digest.hpp"
#include "lib/util/fs.hpp"

namespace mlo {

/// Records of actions in one file that never changes. Little-endian:
///
/// - `mlo actions 1\n`, u32 count
/// - ascending by key, each: key (32 bytes), u64 where its record ends, counted from the first one's start
/// - u32 CRC-32C of all before
/// - the records
///
/// Only the index is checked here; a record has a checksum of its own. From any thread.
class ActionSegment {
 public:
  static std::string encode(const std::map<Digest, std::string_view>& records);
  /// Nothing if there is no such file, or its index is damaged. Throws if it cannot be read.
  static std::optional<ActionSegment> open(const fs::path& path);

  std::size_t size() const { return count_; }
  Digest key(std::size_t i) const;
  /// Borrowed from this object. Empty if the file ends before it.
  std::string_view record(std::size_t i) const;
  std::optional<std::string_view> find(const Digest& key) const;

 private:
  explicit ActionSegment(MappedFile file, std::size_t count) : file_(std::move(file)), count_(count) {}
  std::string_view entry(std::size_t i) const;
  MappedFile file_;
  std::size_t count_;
};

}  // namespace mlo
