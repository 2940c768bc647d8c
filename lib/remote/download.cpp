#include <atomic>
#include <list>
#include <mutex>

#include "lib/remote/fetch_pieces.hpp"
#include "lib/remote/portions.hpp"
#include "lib/store/recipe.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"

namespace mlo {
namespace {

constexpr std::string_view kLost = "is lost", kDamaged = "is damaged: its bytes are not what its name says";

[[noreturn]] void fail_object(const Remote& remote, const ObjectRef& object, std::string_view what) {
  throw Error(ErrorKind::remote, fmt::format("remote `{}`: object `{}` of {} {}", remote.name(), object.id.brief(),
                                             object.owner.text(), what))
      .hint(
          fmt::format("in a clone that has it, `mlo version-data fsck --heal --remote {} --read-remote` sends it again",
                      remote.name()));
}

/// An object that lies in parts at a remote.
struct Incoming {
  ObjectRef object;
  Record record;
};

/// What comes of one call of `download`.
struct Download {
  const World& world;
  ObjectStore& store;
  Remote& remote;
  const Mode mode;
  ObjectStore::Batch batch{store};
  std::vector<ObjectRef> wanted = {};  ///< to be fetched as they are
  std::vector<Incoming> recipes = {};  ///< to be stored when their parts are
  std::atomic<std::uint64_t> bytes = 0;
  std::mutex mutex = {};
  std::list<PartialObject> whole = {};  ///< verified, for the next commit; until then a killed pull goes on with them

  bool read_page(const Part& page, std::string& list);
  void plan(ObjectRef object);
  void fetch(const ObjectRef& object, const Moved& moved);
  bool fetch_large(const ObjectRef& object, const Moved& moved);
  void commit();
  void run();

 private:
  /// What is not what its name says is the remote's fault.
  template <class Action>
  void blaming(const ObjectRef& object, const Action& action) {
    try {
      action();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::corrupt) throw;
      fail_object(remote, object, kDamaged);
    }
  }
};

/// Lists of parts are fetched at once: they say what else is wanted.
bool Download::read_page(const Part& page, std::string& list) {
  if (store.claim(page.id)) {
    list += store.get(page.id);
    return true;
  }
  const auto record = remote.find_record(page.id);
  std::string buffer;
  const auto content = record && is_whole(page.id, *record) ? content_of(*record, buffer) : std::nullopt;
  if (!content) return false;
  list += *content;
  if (mode == Mode::real) batch.put_record(page.id, *record);
  return true;
}

/// Of an object that lies in parts at the remote, the parts that the store lacks are wanted.
void Download::plan(ObjectRef object) {
  if (!remote.is_recipe(object.id)) return wanted.push_back(std::move(object));
  auto record = remote.find_record(object.id);
  auto recipe = record ? decode_recipe(object.id, *record) : std::nullopt;
  const bool fits = recipe && (object.size == 0 || object.size == recipe->size);
  const auto parts =
      fits ? expand(std::move(*recipe), [&](const Part& page, std::string& list) { return read_page(page, list); })
           : std::nullopt;
  if (!parts) fail_object(remote, object, "is damaged: its list of parts is lost or not what was written");
  for (const Part& part : *parts) {
    if (!store.claim(part.id)) wanted.push_back({part.id, part.size, object.owner});
  }
  recipes.push_back({std::move(object), std::move(*record)});
}

void Download::fetch(const ObjectRef& object, const Moved& moved) {
  blaming(object, [&] {
    const auto record = remote.find_record(object.id);
    if (record && record->form != Form::recipe) {
      batch.put_record(object.id, *record);
      bytes += record->size;
      return;
    }
    if (!record && object.size > kInPieces && fetch_large(object, moved)) return;
    bytes += batch.put_from(object.id, object.size, [&](int fd) {
      if (!remote.get(object.id, {}, {.fd = fd, .path = store.root(), .moved = moved}))
        fail_object(remote, object, kLost);
    });
  });
}

/// False if another process fetches it, or its file cannot be had.
bool Download::fetch_large(const ObjectRef& object, const Moved& moved) {
  auto partial = PartialObject::open(store, object.id, object.size, world.clock.now() + -kKeptFor);
  if (!partial) return false;
  const Came came = fetch_in_pieces(remote, *partial, moved);
  if (came != Came::whole) {
    partial->remove();
    fail_object(remote, object, came == Came::lost ? kLost : kDamaged);
  }
  bytes += object.size;
  const std::lock_guard lock(mutex);
  whole.push_back(std::move(*partial));
  return true;
}

void Download::commit() {
  for (const PartialObject& object : whole) batch.take_file(object.id(), object.path());
  batch.commit();
  whole.clear();
}

void Download::run() {
  move_in_portions(
      world, "pulling", wanted, std::max(world.threads, remote.connections()),
      [&](std::size_t i, const Moved& moved) { fetch(wanted[i], moved); }, [&] { commit(); });
  if (recipes.empty()) return;
  batch.commit();  // lists of parts, if there was nothing else
  parallel_for(recipes.size(), world.threads, [&](std::size_t i) {
    check_stop(world);
    blaming(recipes[i].object, [&] { batch.put_record(recipes[i].object.id, recipes[i].record); });
  });
  batch.commit();
}

}  // namespace

TransferReport download(const World& world, ObjectStore& store, Remote& remote, std::vector<ObjectRef> objects,
                        Mode mode, Look look) {
  drop_duplicates(objects);
  std::erase_if(objects, [&](const ObjectRef& object) {
    const auto size = store.find_size(object.id);
    return size && (object.size == 0 || *size == object.size) && (mode == Mode::dry_run || store.claim(object.id));
  });
  TransferReport report;
  report.absent = take_missing(remote, objects, look);
  report.objects = objects.size();
  if (objects.empty()) return report;
  Download download{world, store, remote, mode};
  for (ObjectRef& object : objects) download.plan(std::move(object));
  if (!download.recipes.empty()) {
    // What is wanted now is not what was asked for: the remote may bring it by other requests.
    drop_duplicates(download.wanted);
    if (const auto lost = take_missing(remote, download.wanted, Look::as_before); !lost.empty())
      fail_object(remote, lost.front(), kLost);
  }
  report.bytes = total_bytes(download.wanted);
  if (mode == Mode::dry_run) return report;
  download.run();
  report.bytes = download.bytes;
  return report;
}

}  // namespace mlo
