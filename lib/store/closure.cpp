#include "lib/store/closure.hpp"

#include "lib/util/error.hpp"

namespace mlo {
namespace {

/// Nothing for what only begins like a tree.
std::optional<Tree> find_tree(const ObjectStore& store, const Digest& id) {
  if (!store.begins_as_tree(id)) return std::nullopt;
  const std::string bytes = store.get(id);
  try {
    return decode_tree(bytes);
  } catch (const Error&) {
    return std::nullopt;
  }
}

void refuse_quarantined(const ObjectStore& store, const Digest& id) {
  if (!find_stat(store.root().parent_path() / "quarantine" / id.hex())) return;
  throw Error(ErrorKind::corrupt, fmt::format("cannot tell what is needed: `{}` is damaged, in quarantine", id.brief()))
      .hint("mend it with `mlo version-data fsck --heal`");
}

}  // namespace

DigestSet close_over(const World& world, const ObjectStore& store, const DigestSet& roots) {
  DigestSet needed, seen;  // seen: what may be a tree
  std::vector<Tree> open;
  const auto need = [&](const Digest& id, bool maybe_tree) {
    if (!needed.insert(id) && !maybe_tree) return;
    for (const Digest& part : store.parts_of(id)) {
      if (needed.insert(part) && !store.has(part)) refuse_quarantined(store, part);
    }
    if (!maybe_tree || !seen.insert(id)) return;
    if (!store.has(id)) return refuse_quarantined(store, id);
    if (auto tree = find_tree(store, id)) open.push_back(std::move(*tree));
  };
  for (const Digest& root : roots) {
    need(root, true);
    while (!open.empty()) {
      check_stop(world);
      const Tree tree = std::move(open.back());
      open.pop_back();
      for (const TreeEntry& entry : tree) need(entry.id, entry.kind == TreeEntryKind::directory);
    }
  }
  return needed;
}

}  // namespace mlo
