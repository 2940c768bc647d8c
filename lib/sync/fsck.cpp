#include "lib/sync/fsck.hpp"

#include <map>

#include "lib/sync/objects.hpp"

namespace mlo {
namespace {

/// Who needs which object, as far as the trees are here.
std::map<Digest, Owner> owners_of_objects(Workspace& workspace) {
  std::vector<Root> roots = manifest_roots(workspace, {});
  for (Root& root : run_roots(workspace)) roots.push_back(std::move(root));
  const ObjectSet set = objects_below(workspace.store(), roots);
  std::map<Digest, Owner> owners;
  for (const auto* objects : {&set.files, &set.trees}) {
    for (const ObjectRef& object : *objects) owners.emplace(object.id, object.owner);
  }
  return owners;
}

void heal(const World& world, ObjectStore& store, Remote& remote, std::vector<DamagedObject>& damaged) {
  std::vector<ObjectRef> wanted;
  for (const DamagedObject& object : damaged)
    wanted.push_back({object.id, 0, object.owner.empty() ? "the store" : object.owner});
  download(world, store, remote, std::move(wanted), Mode::real);
  for (DamagedObject& object : damaged) object.healed = store.has(object.id);
}

}  // namespace

bool FsckReport::good() const {
  return std::all_of(damaged.begin(), damaged.end(), [](const DamagedObject& object) { return object.healed; });
}

FsckReport fsck(Workspace& workspace, Remote* remote) {
  ObjectStore& store = workspace.store();
  const ObjectStore::Check check = store.check(workspace.world());
  FsckReport report;
  report.objects = check.objects;
  report.bytes = check.bytes;
  report.indexes = check.indexes;
  std::map<Digest, Owner> owners = owners_of_objects(workspace);
  for (const Digest& id : check.damaged) {
    const auto owner = owners.find(id);
    report.damaged.push_back({.id = id, .owner = owner == owners.end() ? "" : std::string(owner->second.text())});
  }
  if (remote != nullptr && !report.damaged.empty()) {
    heal(workspace.world(), store, *remote, report.damaged);
    owners = owners_of_objects(workspace);  // a healed tree names more
  }
  for (const auto& [id, owner] : owners) report.absent += store.has(id) ? 0 : 1;
  return report;
}

}  // namespace mlo
