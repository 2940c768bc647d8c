#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "lib/crypto/digest.hpp"
#include "lib/util/fs.hpp"

// Packs: files of many small objects, readable without an index (schemas/README.md).
namespace mlo {

/// Objects up to this size go into packs.
inline constexpr std::uint64_t kMaxPacked = 1U << 20U;

inline constexpr std::string_view kPackHead = "mlo pack 1\n";
inline constexpr std::size_t kRecordHead = 40;

/// What stands before an object's bytes.
std::string record_head(const Digest& id, std::uint32_t size);

/// Where an object's bytes lie in a pack.
struct PackedObject {
  Digest id;
  std::uint64_t offset = 0;
  std::uint32_t size = 0;
};

/// Calls `visit` for every record of a pack, with its bytes, whether or not they are what its id says. Ends at the
/// first byte that is no record; false if that is not the end of the file.
bool scan_pack(const fs::path& file, const std::function<void(const PackedObject&, std::string_view)>& visit);

/// A pack's name is the SHA-256 of its records' ids, in their order: it says what the pack should hold.
fs::path pack_file(const fs::path& dir, const Digest& name);

}  // namespace mlo
