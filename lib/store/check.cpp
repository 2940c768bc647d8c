#include <atomic>
#include <mutex>

#include "lib/store/loose.hpp"
#include "lib/store/object_store.hpp"
#include "lib/store/pack_set.hpp"
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
    if (!verify(packed[i])) note(packed[i]);
    bytes += packs_->find_size(packed[i]).value_or(0);
    task->advance(1);
  });
  set_packed_aside(bad);
  std::set<Digest> damaged = std::move(bad);
  bad = {};
  parallel_for(files.size(), world.threads, [&](std::size_t i) {
    check_stop(world);
    const auto stat = find_stat(path_of(files[i]));
    if (stat && !verify_file(files[i])) note(files[i]);
    bytes += stat ? stat->size : 0;
    task->advance(1);
  });
  for (const Digest& id : bad) set_file_aside(id);
  damaged.merge(bad);
  // Of two copies one may have been good.
  std::erase_if(damaged, [&](const Digest& id) { return has(id); });
  report.damaged.assign(damaged.begin(), damaged.end());
  report.bytes = bytes;
  return report;
}

}  // namespace mlo
