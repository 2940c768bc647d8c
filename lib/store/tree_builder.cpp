#include "lib/store/tree_builder.hpp"

namespace mlo {

bool TreeBuilder::add(std::string_view path, const TreeEntry& file) {
  if (file_.kind != TreeEntryKind::directory) return false;
  const std::size_t slash = path.find('/');
  const auto [child, fresh] = below_.try_emplace(std::string(path.substr(0, slash)));
  if (slash != std::string_view::npos) return child->second.add(path.substr(slash + 1), file);
  if (fresh) child->second.file_ = file;
  return fresh;
}

TreeEntry TreeBuilder::store(ObjectStore::Batch& batch) const {
  if (file_.kind != TreeEntryKind::directory) return file_;
  Tree tree;
  TreeEntry self = file_;
  for (const auto& [name, child] : below_) {
    tree.push_back(child.store(batch));
    tree.back().name = name;
    self.size += tree.back().size;
  }
  self.id = batch.put(encode_tree(tree));
  return self;
}

}  // namespace mlo
