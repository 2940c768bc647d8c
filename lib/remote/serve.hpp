#pragma once
#include "lib/util/fs.hpp"
#include "lib/util/world.hpp"

namespace mlo {

/// Speaks for a directory remote over a pair of descriptors, until the other end closes. What was put and not settled
/// may be gone then. Whatever comes, nothing outside `dir` is touched, and in it only files that a remote has.
/// Error{remote} if the other end does not speak the protocol; Error{io} if it went away in the middle.
void serve_place(const World& world, const fs::path& dir, int in, int out);

}  // namespace mlo
