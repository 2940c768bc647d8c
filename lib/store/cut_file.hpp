#pragma once
#include <functional>
#include <string_view>

#include "lib/store/recipe.hpp"
#include "lib/util/fs.hpp"

namespace mlo {

/// A file's content, whole and in parts.
struct CutFile {
  Digest id;
  std::uint64_t size = 0;
  Parts parts;
};

/// Reads the file once from its position to its end, hashing the whole and each part. `store` gets the parts, from
/// several threads and in no order.
CutFile cut_file(int fd, const fs::path& file, unsigned threads,
                 const std::function<void(const Digest&, std::string_view)>& store);

}  // namespace mlo
