#pragma once
#include <map>
#include <string>
#include <string_view>

#include "lib/store/object_store.hpp"
#include "lib/store/tree.hpp"

namespace mlo {

/// A directory on its way to becoming a tree, from the paths of its files in any order.
class TreeBuilder {
 public:
  /// `path` is_tree_path; `file` is no directory, its name does not matter. False if another file has this path, or
  /// one that this one would lie below, or lies below this one: then nothing is added.
  bool add(std::string_view path, const TreeEntry& file);
  /// Stores the trees of all directories, and returns the topmost as an entry without a name.
  TreeEntry store(ObjectStore::Batch& batch) const;

 private:
  std::map<std::string, TreeBuilder> below_;  ///< by the bytes of their names, as trees want them
  TreeEntry file_{TreeEntryKind::directory, 0, {}, ""};
};

}  // namespace mlo
