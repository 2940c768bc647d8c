#include "lib/sync/fsck.hpp"

#include <map>

#include "lib/sync/known_objects.hpp"
#include "lib/sync/objects.hpp"
#include "lib/util/error.hpp"

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

/// Takes note of what the remote lost, of all versions. Parts are looked for like what they are parts of.
void look_there(Workspace& workspace, Remote& remote, Reading reading, Healing healing,
                const std::map<Digest, Owner>& owners, FsckReport& report) {
  const ObjectStore& store = workspace.store();
  const KnownObjects all = known_objects(workspace, owners);
  std::vector<Digest> ids;
  for (const auto& [id, owner] : all.owners) ids.push_back(id);
  report.there = remote.find_lost(
      ids, [&](const Digest& id) { return store.find_size(id); }, reading, healing);
  report.there->lost = with_gone(store, remote, all, report.there->lost);
  for (const Digest& id : report.there->lost) {
    const auto owner = all.owners.find(id);
    report.lost.push_back({.id = id, .owner = owner == all.owners.end() ? "" : std::string(owner->second.text())});
  }
}

void send_again(const World& world, ObjectStore& store, Remote& remote, std::vector<LostObject>& lost) {
  std::vector<ObjectRef> objects;
  for (const LostObject& object : lost) {
    if (store.has(object.id)) objects.push_back({object.id, 0, object.owner.empty() ? "the store" : object.owner});
  }
  if (objects.empty()) return;
  upload(world, store, remote, std::move(objects), Mode::real);
  for (LostObject& object : lost) object.sent = store.has(object.id);
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
  return std::all_of(damaged.begin(), damaged.end(), [](const DamagedObject& object) { return object.healed; }) &&
         std::all_of(lost.begin(), lost.end(), [](const LostObject& object) { return object.sent; });
}

FsckReport fsck(Workspace& workspace, Remote* remote, Reading reading, Healing healing) {
  const bool blind = remote != nullptr && remote->is_read_only();
  if (blind && reading == Reading::all)
    throw Error(ErrorKind::remote,
                fmt::format("remote `{}`: what a web server shows can only be read, not checked", remote->name()))
        .hint("check the place itself, by another remote; --heal fetches from this one");
  if (blind)
    workspace.world().log.warn(
        fmt::format("remote `{}` can only be read: it was not looked for what is lost there", remote->name()));
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
  // First: what is fetched from there must not be looked for where it is lost.
  if (remote != nullptr && !blind) look_there(workspace, *remote, reading, healing, owners, report);
  const bool heals = remote != nullptr && healing == Healing::wanted;
  if (heals && !report.damaged.empty()) {
    heal(workspace.world(), store, *remote, report.damaged);
    owners = owners_of_objects(workspace);  // a healed tree names more
  }
  if (heals && report.there) {
    send_again(workspace.world(), store, *remote, report.lost);
    remote->forget_lost();
  }
  for (const auto& [id, owner] : owners) report.absent += store.has(id) ? 0 : 1;
  return report;
}

}  // namespace mlo
