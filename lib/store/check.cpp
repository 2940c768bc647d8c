#include <atomic>
#include <mutex>

#include "lib/store/loose.hpp"
#include "lib/store/object_store.hpp"
#include "lib/store/pack_set.hpp"
#include "lib/store/recipe.hpp"
#include "lib/util/parallel.hpp"

namespace mlo {
ObjectStore::Check ObjectStore::check(const World& world) {
  Check report;
  report.indexes = packs_->check_indexes();
  const std::vector<Digest> packed = packs_->list(), files = list_loose(root_);
  report.objects = packed.size() + files.size();
  const auto task = world.progress.start("checking", ProgressUnit::items, report.objects);
  std::atomic<std::uint64_t> bytes = 0;
  std::mutex mutex;
  std::set<Digest> bad;
  const auto note = [&](const Digest& id) {
    const std::lock_guard lock(mutex);
    bad.insert(id);
  };
  parallel_for(packed.size(), world.threads, [&](std::size_t i) {
    check_stop(world);
    Record record;
    if (packs_->read(packed[i], record) && !is_whole(packed[i], record)) note(packed[i]);
    bytes += record.bytes.size();
    task->advance(1);
  });
  set_packed_aside(bad);
  std::set<Digest> damaged = std::exchange(bad, {});
  parallel_for(files.size(), world.threads, [&](std::size_t i) {
    check_stop(world);
    const auto stat = find_stat(path_of(files[i]));
    if (stat && !verify_file(files[i])) note(files[i]);
    bytes += stat ? stat->size : 0;
    task->advance(1);
  });
  for (const Digest& id : bad) set_file_aside(id);
  damaged.merge(bad);
  // What a gc takes meanwhile, with its parts or after them, is no damage.
  const auto lacks_parts = [&](const Digest& id) {
    for (int tries = 1; packs_->find_form(id) == Form::recipe && !has_parts(id); ++tries) {
      if (tries == 3 || !packs_->refresh()) return true;
    }
    return false;
  };
  // Of one that nothing needs a gc may take the parts and leave the list, in a pack that it keeps.
  const auto has_damaged_part = [&](const Digest& id) {
    const std::vector<Digest> parts = parts_of(id);
    return std::any_of(parts.begin(), parts.end(), [&](const Digest& part) { return damaged.contains(part); });
  };
  // A recipe that is what was written, of parts that are, needs no reading: who wrote it had seen the whole. One that
  // lacks a part may be a part itself.
  do {
    bad = {};
    for (const Digest& id : packed) {
      if (lacks_parts(id)) bad.insert(id);
    }
    for (const Digest& id : bad) {
      if (has_damaged_part(id)) damaged.insert(id);
    }
    set_packed_aside(bad);
  } while (!bad.empty());
  // Of two copies one may have been good.
  std::erase_if(damaged, [&](const Digest& id) { return has(id); });
  report.damaged.assign(damaged.begin(), damaged.end());
  report.bytes = bytes;
  return report;
}

}  // namespace mlo
