#pragma once
#include <vector>

#include "lib/crypto/digest.hpp"
#include "lib/util/fs.hpp"

namespace mlo {

/// The objects that lie by themselves below the store's root, in the order of their names.
std::vector<Digest> list_loose(const fs::path& root);

}  // namespace mlo
