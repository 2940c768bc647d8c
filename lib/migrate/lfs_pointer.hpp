#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "lib/crypto/digest.hpp"

namespace mlo {

/// What a git-lfs pointer says: the id of the content is mlo's own.
struct LfsPointer {
  Digest id;
  std::uint64_t size = 0;
};
/// More than any pointer has.
inline constexpr std::uint64_t kMaxLfsPointer = 1024;
/// Nothing for what is no pointer of git-lfs's specification, version 1.
std::optional<LfsPointer> parse_lfs_pointer(std::string_view text);

}  // namespace mlo
