#include <map>

#include "lib/remote/portions.hpp"
#include "lib/store/pack.hpp"
#include "lib/util/error.hpp"

namespace mlo {
namespace {

/// Puts before each object that lies in parts those of its parts that the remote lacks.
void add_parts(const ObjectStore& store, Remote& remote, UploadPlan& plan) {
  std::map<std::size_t, std::vector<Digest>> lists;
  std::vector<ObjectRef> parts;
  for (std::size_t i = 0; i < plan.objects.size(); ++i) {
    const ObjectRef& object = plan.objects[i];
    std::vector<Digest> ids = store.parts_of(object.id);
    if (ids.empty() || !store.has_parts(object.id)) continue;
    for (const Digest& id : ids) parts.push_back({id, store.find_size(id).value_or(0), object.owner});
    lists.emplace(i, std::move(ids));
  }
  if (lists.empty()) return;
  drop_duplicates(parts);
  DigestSet whole;  // so that what a recipe names never names more
  for (const ObjectRef& part : parts) whole.insert(part.id);
  std::vector<ObjectRef> missing = take_missing(remote, parts, Look::as_before), all;
  auto next = missing.begin();
  for (std::size_t i = 0; i < plan.objects.size(); ++i) {
    ObjectRef& object = plan.objects[i];
    if (const auto list = lists.find(i); list != lists.end()) {
      for (const Digest& id : list->second) {
        if (next != missing.end() && next->id == id) all.push_back(std::move(*next++));
      }
      if (!whole.contains(object.id)) {
        object.size = 0;  // little, beside its parts
        plan.recipes.insert(object.id);
      }
    }
    all.push_back(std::move(object));
  }
  drop_duplicates(all);
  plan.objects = std::move(all);
}

void send(const ObjectStore& store, Remote& remote, const ObjectRef& object, bool as_recipe, const Moved& moved) {
  const Digest& id = object.id;
  const auto record = store.find_record(id);
  if (record && (record->form != Form::recipe || as_recipe)) return remote.put_record(id, *record);
  const auto file = store.find_file_of(id);
  if (!file || object.size <= kMaxPacked) return remote.put_bytes(id, store.get(id));
  try {
    remote.put_file(id, *file, moved);
  } catch (Error& error) {
    // The local bytes are wrong: reading them by the store's own way sets them aside and says so.
    if (error.kind() == ErrorKind::corrupt && !store.verify(id)) static_cast<void>(store.get(id));
    throw;
  }
}

}  // namespace

TransferReport& TransferReport::operator+=(const TransferReport& other) {
  objects += other.objects;
  bytes += other.bytes;
  absent.insert(absent.end(), other.absent.begin(), other.absent.end());
  return *this;
}

UploadPlan UploadPlanner::plan(std::vector<ObjectRef> objects, Order order) {
  UploadPlan plan;
  plan.order = order;
  if (objects.empty()) return plan;
  drop_duplicates(objects);
  for (ObjectRef& object : take_missing(remote_, objects, std::exchange(look_, Look::as_before))) {
    const auto size = store_.find_size(object.id);
    object.size = size.value_or(0);
    (size ? plan.objects : plan.absent).push_back(std::move(object));
  }
  plan.count = plan.objects.size();
  add_parts(store_, remote_, plan);
  return plan;
}

TransferReport upload(const World& world, ObjectStore& store, Remote& remote, std::vector<ObjectRef> objects,
                      Mode mode) {
  return upload(world, store, remote, UploadPlanner(store, remote).plan(std::move(objects), Order::any), mode);
}

TransferReport upload(const World& world, ObjectStore& store, Remote& remote, UploadPlan plan, Mode mode) {
  TransferReport report{plan.count, total_bytes(plan.objects), std::move(plan.absent)};
  if (mode == Mode::dry_run) return report;
  const unsigned threads = plan.order == Order::any ? std::max(world.threads, remote.connections()) : 1;
  move_in_portions(
      world, "pushing", plan.objects, threads,
      [&](std::size_t i, const Moved& moved) {
        const ObjectRef& object = plan.objects[i];
        // It is seen at once, what was packed before it only now.
        if (plan.order == Order::as_given && object.size > kMaxPacked) remote.flush();
        send(store, remote, object, plan.recipes.contains(object.id), moved);
      },
      [&] { remote.flush(); });
  return report;
}

}  // namespace mlo
