#include "lib/remote/portions.hpp"
#include "lib/store/pack.hpp"
#include "lib/util/error.hpp"

namespace mlo {
namespace {

/// Takes from `objects` those that lie in parts, and puts there what the remote lacks of their parts.
std::vector<ObjectRef> take_recipes(const ObjectStore& store, Remote& remote, std::vector<ObjectRef>& objects) {
  std::vector<ObjectRef> recipes, others, parts;
  for (ObjectRef& object : objects) {
    const std::vector<Digest> ids = store.parts_of(object.id);
    if (ids.empty() || !store.has_parts(object.id)) {
      others.push_back(std::move(object));
      continue;
    }
    for (const Digest& id : ids) parts.push_back({id, store.find_size(id).value_or(0), object.owner});
    object.size = 0;  // little, beside its parts
    recipes.push_back(std::move(object));
  }
  objects = std::move(others);
  drop_duplicates(parts);
  if (!parts.empty()) parts = take_missing(remote, parts, Look::as_before);
  for (ObjectRef& part : parts) objects.push_back(std::move(part));
  drop_duplicates(objects);
  return recipes;
}

/// How an object goes that lies in parts here. Parts go whole, so that what a recipe names never names more.
enum class InParts { yes, no };

void send(const ObjectStore& store, Remote& remote, const ObjectRef& object, InParts in_parts, const Moved& moved) {
  const Digest& id = object.id;
  const auto record = store.find_record(id);
  if (record && (record->form != Form::recipe || in_parts == InParts::yes)) return remote.put_record(id, *record);
  const auto file = store.find_file_of(id);
  if (!file || object.size <= kMaxPacked) return remote.put_bytes(id, store.get(id));
  try {
    remote.put_file(id, *file, moved);
  } catch (Error& error) {
    // The local bytes are wrong: reading them by the store's own way sets them aside and says so.
    if (error.kind() == ErrorKind::corrupt) static_cast<void>(store.get(id));
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

std::uint64_t UploadPlan::bytes() const { return total_bytes(objects); }

UploadPlan UploadPlanner::plan(std::vector<ObjectRef> objects) {
  UploadPlan plan;
  if (objects.empty()) return plan;
  drop_duplicates(objects);
  for (ObjectRef& object : take_missing(remote_, objects, std::exchange(look_, Look::as_before))) {
    const auto size = store_.find_size(object.id);
    object.size = size.value_or(0);
    (size ? plan.objects : plan.absent).push_back(std::move(object));
  }
  plan.count = plan.objects.size();
  plan.recipes = take_recipes(store_, remote_, plan.objects);
  return plan;
}

TransferReport upload(const World& world, ObjectStore& store, Remote& remote, std::vector<ObjectRef> objects,
                      Mode mode) {
  return upload(world, store, remote, UploadPlanner(store, remote).plan(std::move(objects)), mode);
}

TransferReport upload(const World& world, ObjectStore& store, Remote& remote, UploadPlan plan, Mode mode) {
  TransferReport report{plan.count, plan.bytes(), std::move(plan.absent)};
  if (mode == Mode::dry_run) return report;
  // Recipes come last: they are seen with what they name, or later.
  const std::size_t first_recipe = plan.objects.size();
  std::vector<ObjectRef> objects = std::move(plan.objects);
  objects.insert(objects.end(), std::make_move_iterator(plan.recipes.begin()),
                 std::make_move_iterator(plan.recipes.end()));
  move_in_portions(
      world, "pushing", objects, remote.connections(),
      [&](std::size_t i, const Moved& moved) {
        send(store, remote, objects[i], i < first_recipe ? InParts::no : InParts::yes, moved);
      },
      [&] { remote.flush(); });
  return report;
}

}  // namespace mlo
