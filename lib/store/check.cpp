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
  // A recipe that is what was written, of parts that are, needs no reading: who wrote it had seen the whole. One that
  // lacks a part may be a part itself.
  do {
    bad = {};
    for (const Digest& id : packed) {
      if (packs_->find_form(id) == Form::recipe && !has_parts(id)) bad.insert(id);
    }
    set_packed_aside(bad);
    damaged.insert(bad.begin(), bad.end());
  } while (!bad.empty());
  // Of two copies one may have been good.
  std::erase_if(damaged, [&](const Digest& id) { return has(id); });
  report.damaged.assign(damaged.begin(), damaged.end());
  report.bytes = bytes;
  return report;
}

}  // namespace mlo
