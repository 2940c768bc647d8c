#include "lib/remote/transfer.hpp"

#include <mutex>
#include <optional>
#include <utility>

#include "lib/crypto/digest_set.hpp"
#include "lib/store/pack.hpp"
#include "lib/store/staging.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"

namespace mlo {
namespace {

/// What is moved between two syncs: enough that the sync costs little, so little that an interruption loses little.
constexpr std::size_t kObjectsPerFlush = 8192;
constexpr std::uint64_t kBytesPerFlush = std::uint64_t{1} << 30U;

void drop_duplicates(std::vector<ObjectRef>& objects) {
  FlatDigestSet seen;
  std::erase_if(objects, [&](const ObjectRef& object) { return !seen.insert(object.id); });
}

/// Takes out what the remote lacks, in the order it has.
std::vector<ObjectRef> take_missing(Remote& remote, std::vector<ObjectRef>& objects) {
  std::vector<Digest> ids;
  ids.reserve(objects.size());
  for (const ObjectRef& object : objects) ids.push_back(object.id);
  const std::vector<Digest> missing = remote.find_missing(ids);
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

[[noreturn]] void fail_object(const Remote& remote, const ObjectRef& object, std::string_view what) {
  throw Error(ErrorKind::remote,
              fmt::format("remote `{}`: object `{}` of {} {}", remote.name(), object.id.brief(), object.owner, what))
      .hint("a clone that has it can push it again once it is removed from the remote");
}

std::uint64_t total_bytes(const std::vector<ObjectRef>& objects) {
  std::uint64_t bytes = 0;
  for (const ObjectRef& object : objects) bytes += object.size;
  return bytes;
}

/// Moves all objects, ending each portion with `settle`.
void move_in_portions(const World& world, const std::string& label, const std::vector<ObjectRef>& objects,
                      unsigned connections, const std::function<void(std::size_t)>& move,
                      const std::function<void()>& settle) {
  const auto task = world.progress.start(label, ProgressUnit::bytes, total_bytes(objects));
  for (std::size_t begin = 0; begin < objects.size();) {
    std::size_t end = begin;
    for (std::uint64_t bytes = 0; end < objects.size() && end - begin < kObjectsPerFlush && bytes < kBytesPerFlush;
         ++end)
      bytes += objects[end].size;
    parallel_for(end - begin, std::max(world.threads, connections), [&](std::size_t i) {
      check_stop(world);
      move(begin + i);
      task->advance(objects[begin + i].size);
    });
    settle();
    begin = end;
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

UploadPlan plan_upload(const ObjectStore& store, Remote& remote, std::vector<ObjectRef> objects) {
  drop_duplicates(objects);
  UploadPlan plan;
  for (ObjectRef& object : take_missing(remote, objects)) {
    const auto size = store.find_size(object.id);
    object.size = size.value_or(0);
    (size ? plan.objects : plan.absent).push_back(std::move(object));
  }
  return plan;
}

TransferReport upload(const World& world, ObjectStore& store, Remote& remote, std::vector<ObjectRef> objects,
                      Mode mode) {
  UploadPlan plan = plan_upload(store, remote, std::move(objects));
  if (mode == Mode::dry_run) return {plan.objects.size(), plan.bytes(), std::move(plan.absent)};
  return upload(world, store, remote, std::move(plan));
}

TransferReport upload(const World& world, ObjectStore& store, Remote& remote, UploadPlan plan) {
  const std::vector<ObjectRef>& here = plan.objects;
  TransferReport report{here.size(), plan.bytes(), std::move(plan.absent)};
  std::once_flag staged;
  std::optional<StagingDir> staging;
  const auto put_whole = [&](const Digest& id) {
    std::call_once(staged, [&] { staging.emplace(store.root()); });
    const StagingDir::File whole = staging->create(0600);
    const fs::path path = staging->path() / whole.name;
    store.write_to(id, whole.fd.get(), path, LinkType::copy);
    remote.put_file(id, path);
    staging->remove(whole.name);
  };
  move_in_portions(
      world, "pushing", here, remote.connections(),
      [&](std::size_t i) {
        const Digest& id = here[i].id;
        if (here[i].size <= kMaxPacked) return remote.put_bytes(id, store.get(id));
        const auto file = store.find_file_of(id);
        if (!file) return put_whole(id);
        try {
          remote.put_file(id, *file);
        } catch (Error& error) {
          // The local bytes are wrong: reading them by the store's own way sets them aside and says so.
          if (error.kind() == ErrorKind::corrupt) static_cast<void>(store.get(id));
          throw;
        }
      },
      [&] { remote.flush(); });
  return report;
}

TransferReport download(const World& world, ObjectStore& store, Remote& remote, std::vector<ObjectRef> objects,
                        Mode mode) {
  drop_duplicates(objects);
  std::erase_if(objects, [&](const ObjectRef& object) {
    const auto size = store.find_size(object.id);
    return size && (object.size == 0 || *size == object.size) && (mode == Mode::dry_run || store.claim(object.id));
  });
  TransferReport report;
  report.absent = take_missing(remote, objects);
  const std::vector<ObjectRef>& there = objects;
  report.objects = there.size();
  report.bytes = total_bytes(there);
  if (mode == Mode::dry_run || there.empty()) return report;
  ObjectStore::Batch batch(store);
  std::atomic<std::uint64_t> bytes = 0;
  move_in_portions(
      world, "pulling", there, remote.connections(),
      [&](std::size_t i) {
        const ObjectRef& object = there[i];
        try {
          bytes += batch.put_from(object.id, object.size, [&](int fd) {
            if (!remote.get(object.id, fd, store.root())) fail_object(remote, object, "vanished");
          });
        } catch (const Error& error) {
          if (error.kind() != ErrorKind::corrupt) throw;
          fail_object(remote, object, "is damaged: its bytes are not what its name says");
        }
      },
      [&] { batch.commit(); });
  report.bytes = bytes;
  return report;
}

}  // namespace mlo
