#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/crypto/sha256.hpp"
#include "lib/util/fs.hpp"

// Packs: files of many small objects, readable without an index (schemas/README.md).
namespace mlo {

/// Objects up to this size go into packs.
inline constexpr std::uint64_t kMaxPacked = 1U << 20U;

inline constexpr std::string_view kPackHead = "mlo pack 1\n";
inline constexpr std::size_t kRecordHead = 40;

/// Where an object's bytes lie in a pack.
struct PackedObject {
  Digest id;
  std::uint64_t offset = 0;
  std::uint32_t size = 0;
};

/// The one writer of packs: puts records one after the other into memory. For one thread at a time.
class PackRecords {
 public:
  /// At most kMaxPacked bytes, whose digest is `id`.
  void add(const Digest& id, std::string_view bytes);
  const std::vector<PackedObject>& objects() const { return objects_; }
  /// All that the pack holds, what was dropped included.
  std::uint64_t size() const { return dropped_ + bytes_.size(); }
  /// What was added since the last drop.
  const std::string& bytes() const { return bytes_; }
  /// Of a pack of which nothing was dropped.
  std::string_view bytes_of(const PackedObject& object) const {
    return std::string_view(bytes_).substr(object.offset, object.size);
  }
  /// The bytes were written elsewhere: memory is free for more.
  void drop_bytes();
  /// The pack's name; nothing can be added afterwards.
  Digest finish() { return ids_.finish(); }

 private:
  std::string bytes_{kPackHead};
  std::uint64_t dropped_ = 0;
  std::vector<PackedObject> objects_;
  Sha256 ids_;
};

/// Calls `visit` for every record of a pack, with its bytes, whether or not they are what its id says. Ends at the
/// first byte that is no record; false if that is not the end of the file.
bool scan_pack(const fs::path& file, const std::function<void(const PackedObject&, std::string_view)>& visit);

/// A pack's name is the SHA-256 of its records' ids, in their order: it says what the pack should hold.
fs::path pack_file(const fs::path& dir, const Digest& name);

}  // namespace mlo
