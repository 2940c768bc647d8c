#include "lib/remote/portions.hpp"

#include <atomic>

#include "lib/crypto/digest_set.hpp"
#include "lib/util/parallel.hpp"

namespace mlo {
namespace {

/// What is moved between two syncs: enough that the sync costs little, so little that an interruption loses little.
constexpr std::size_t kObjectsPerFlush = 8192;
constexpr std::uint64_t kBytesPerFlush = std::uint64_t{256} << 20U;

/// What counts as moved of one object, which several threads may move.
class Share {
 public:
  Share(ProgressTask& task, std::uint64_t size) : task_(task), left_(size) {}
  void add(std::uint64_t bytes) {
    std::uint64_t left = left_.load();
    while (!left_.compare_exchange_weak(left, left - std::min(left, bytes))) {
    }
    if (const std::uint64_t counted = std::min(left, bytes); counted != 0) task_.advance(counted);
  }
  void finish() { add(UINT64_MAX); }

 private:
  ProgressTask& task_;
  std::atomic<std::uint64_t> left_;
};

}  // namespace

void drop_duplicates(std::vector<ObjectRef>& objects) {
  DigestSet seen;
  std::erase_if(objects, [&](const ObjectRef& object) { return !seen.insert(object.id); });
}

std::vector<ObjectRef> take_missing(Remote& remote, std::vector<ObjectRef>& objects, Look look) {
  if (objects.empty()) return {};
  std::vector<Digest> ids;
  ids.reserve(objects.size());
  for (const ObjectRef& object : objects) ids.push_back(object.id);
  const std::vector<Digest> missing = remote.find_missing(ids, look);
  std::vector<ObjectRef> taken;
  std::size_t kept = 0;
  for (ObjectRef& object : objects) {
    if (taken.size() < missing.size() && missing[taken.size()] == object.id)
      taken.push_back(std::move(object));
    else if (ObjectRef& place = objects[kept++]; &place != &object)
      place = std::move(object);
  }
  objects.resize(kept);
  return taken;
}

std::uint64_t total_bytes(const std::vector<ObjectRef>& objects) {
  std::uint64_t bytes = 0;
  for (const ObjectRef& object : objects) bytes += object.size;
  return bytes;
}

void move_in_portions(const World& world, const std::string& label, const std::vector<ObjectRef>& objects,
                      unsigned threads, const std::function<void(std::size_t, const Moved&)>& move,
                      const std::function<void()>& settle) {
  const auto task = world.progress.start(label, ProgressUnit::bytes, total_bytes(objects));
  for (std::size_t begin = 0; begin < objects.size();) {
    std::size_t end = begin;
    for (std::uint64_t bytes = 0; end < objects.size() && end - begin < kObjectsPerFlush && bytes < kBytesPerFlush;
         ++end)
      bytes += objects[end].size;
    parallel_for(end - begin, threads, [&](std::size_t i) {
      check_stop(world);
      Share share(*task, objects[begin + i].size);
      move(begin + i, [&](std::uint64_t bytes) {
        check_stop(world);
        share.add(bytes);
      });
      share.finish();
    });
    settle();
    begin = end;
  }
}

}  // namespace mlo
