#include "lib/data/listing.hpp"

#include "lib/data/compare.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {

std::vector<ListedEntry> list_version(const ObjectStore& store, const DatasetManifest& version, const std::string& path,
                                      Depth depth) {
  TreeEntry at = top_entry(version);
  std::string clean;
  for (const std::string_view name : split(path, '/')) {
    if (name.empty() || name == ".") continue;
    const Tree tree = at.kind == TreeEntryKind::directory ? store.get_tree(at.id) : Tree();
    const auto it = std::find_if(tree.begin(), tree.end(), [&](const TreeEntry& entry) { return entry.name == name; });
    clean = child_path(clean, name);
    if (it == tree.end()) {
      throw Error(ErrorKind::not_found, fmt::format("`{}` has no `{}`", version.name, printable(clean)))
          .hint(fmt::format("list it with `mlo version-data ls {}`", version.name));
    }
    at = *it;
  }
  if (at.kind != TreeEntryKind::directory) return {{clean.empty() ? version.path : clean, at}};
  std::vector<ListedEntry> out;
  if (depth == Depth::all) {
    walk_tree(store, at.id, [&](const std::string& below, const TreeEntry& entry) {
      out.push_back({child_path(clean, below), entry});
    });
  } else {
    for (const TreeEntry& entry : store.get_tree(at.id)) out.push_back({child_path(clean, entry.name), entry});
  }
  return out;
}

}  // namespace mlo
