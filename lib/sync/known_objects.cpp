#include "lib/sync/known_objects.hpp"

#include "lib/crypto/digest_set.hpp"
#include "lib/sync/gc_roots.hpp"
#include "lib/util/error.hpp"

#include <set>

namespace mlo {
namespace {

constexpr const char* kOldVersion = "an older version";

/// Nothing for what only begins like a tree.
Tree tree_of(const ObjectStore& store, const Digest& id) {
  if (!store.has(id) || !store.begins_as_tree(id)) return {};
  const std::string bytes = store.get(id);
  try {
    return decode_tree(bytes);
  } catch (const Error&) {
    return {};
  }
}

}  // namespace

KnownObjects known_objects(Workspace& workspace, std::map<Digest, Owner> owners) {
  const ObjectStore& store = workspace.store();
  const Owner old(kOldVersion);
  KnownObjects known{std::move(owners), {}};
  DigestSet opened, cut;
  std::vector<Digest> open;
  const auto link = [&](const Digest& from, const Digest& to, bool part) {
    known.owners.emplace(to, known.owners.at(from));
    known.links.push_back({from, to, part});
  };
  const auto add_parts = [&](const Digest& id) {
    if (!cut.insert(id) || !store.has_parts(id)) return;
    for (const Digest& part : store.parts_of(id)) link(id, part, true);
  };
  const std::map<Digest, Owner> first = known.owners;
  for (const auto& [id, owner] : first) add_parts(id);
  const DigestSet named = find_gc_roots(workspace).named;
  for (const Digest& id : named) {
    known.owners.emplace(id, old);
    open.push_back(id);
  }
  while (!open.empty()) {
    check_stop(workspace.world());
    const Digest id = open.back();
    open.pop_back();
    if (!opened.insert(id)) continue;
    add_parts(id);
    for (const TreeEntry& entry : tree_of(store, id)) {
      link(id, entry.id, false);
      if (entry.kind == TreeEntryKind::directory)
        open.push_back(entry.id);
      else
        add_parts(entry.id);
    }
  }
  return known;
}

std::vector<Digest> with_gone(const ObjectStore& store, Remote& remote, const KnownObjects& known,
                              const std::vector<Digest>& lost) {
  std::vector<Digest> ids;
  for (const auto& [id, owner] : known.owners) ids.push_back(id);
  const std::vector<Digest> absent = remote.find_missing(ids);
  const DigestSet missing(absent.begin(), absent.end());
  std::set<Digest> out(lost.begin(), lost.end());
  const DigestSet said(lost.begin(), lost.end());
  for (const KnownObjects::Link& link : known.links) {
    if (!missing.contains(link.to)) continue;
    if (missing.contains(link.from) ? link.part || !said.contains(link.from)
                                    : link.part && !remote.is_recipe(link.from))
      continue;
    if (!store.has(link.to) && known.owners.at(link.to).text().starts_with("run ")) continue;
    out.insert(link.to);
  }
  return {out.begin(), out.end()};
}

}  // namespace mlo
