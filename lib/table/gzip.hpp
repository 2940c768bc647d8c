#pragma once
#include "lib/util/fs.hpp"

namespace mlo::table {

/// Error{invalid} naming the file unless it is gzip from its first byte to its last, checksums included. The engine
/// reads as much as there is of a cut file and says nothing.
void require_whole_gzip(const fs::path& path);

}  // namespace mlo::table
