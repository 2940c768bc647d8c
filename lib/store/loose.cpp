#include "lib/store/loose.hpp"

namespace mlo {

std::vector<Digest> list_loose(const fs::path& root) {
  std::vector<Digest> ids;
  if (!find_stat(root)) return ids;
  for (const DirEntry& directory : list_dir(root)) {
    if (directory.kind != FileKind::directory || directory.name.size() != 2) continue;
    for (const DirEntry& entry : list_dir(root / directory.name)) {
      if (const auto id = Digest::from_hex_text(directory.name + entry.name)) ids.push_back(*id);
    }
  }
  return ids;
}

}  // namespace mlo
