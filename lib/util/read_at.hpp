#pragma once
#include "lib/util/fs.hpp"

namespace mlo {

/// Reads `size` bytes of a file from `offset`; returns how many there were: fewer only at its end. `shown` words
/// errors.
std::size_t read_at(int fd, char* to, std::size_t size, std::uint64_t offset, const fs::path& shown);

}  // namespace mlo
