#include "lib/sync/move_cache.hpp"

#include <algorithm>
#include <set>

#include "lib/util/error.hpp"
#include "lib/util/text.hpp"
#include "lib/workspace/shared_cache.hpp"

namespace mlo {
namespace {

/// In the repository's own place: the cache that was left, while there may be something in it to be removed.
constexpr std::string_view kJournal = "cache-left";
constexpr std::uint64_t kMaxJournal = 1U << 16U;

LockFile lock_gc(const Workspace& workspace, const fs::path& base) {
  return LockFile::acquire(base / "locks" / "gc", "mlo version-data cache", std::chrono::seconds(60),
                           workspace.world());
}

void require_directory(const fs::path& dir, const fs::path& old) {
  const auto stat = find_stat(dir / ".");
  if (!stat) {
    throw Error(ErrorKind::not_found, fmt::format("the directory `{}` is not there", dir.string()))
        .hint(fmt::format("mount its disk, or make it: mkdir -p {}", shell_quote(dir.string())));
  }
  for (const char* part : {"objects", "packs", "trash", "quarantine"}) {
    if (!relative_to(old / part, dir)) continue;
    throw Error(ErrorKind::usage,
                fmt::format("cannot move objects to `{}`: they would lie inside themselves", dir.string()));
  }
}

std::vector<fs::path> sharers_of(const fs::path& cache, const fs::path& but) {
  std::vector<fs::path> sharers;
  for (const CacheUser& user : cache_users(cache)) {
    if (user.common_dir != but) sharers.push_back(user.work_tree);
  }
  std::sort(sharers.begin(), sharers.end());
  return sharers;
}

/// Those that go on using it; nobody shares the repository's own place.
std::vector<fs::path> others_of(const Workspace& workspace, const fs::path& cache) {
  return cache == workspace.local() ? std::vector<fs::path>() : sharers_of(cache, workspace.repo().common_dir());
}

}  // namespace

CachePlace cache_place(const Workspace& workspace) {
  CachePlace place{.dir = workspace.store().root().parent_path(), .own = true, .sharers = {}};
  place.own = place.dir == workspace.local();
  if (!place.own) place.sharers = sharers_of(place.dir, {});
  return place;
}

CacheMove move_cache(Workspace& workspace, const std::optional<fs::path>& dir) {
  const fs::path to = dir ? absolute_in(workspace.world().cwd, *dir) : workspace.local();
  const fs::path now = workspace.store().root().parent_path();
  require_directory(to, now);
  ObjectStore target(to / "objects");
  // The repository's own place may hold what was stored before there was a cache.
  std::set<fs::path> sources{now, workspace.local()};
  const fs::path journal = workspace.local() / kJournal;
  if (const auto left = find_file(journal, kMaxJournal)) sources.insert(*left);
  sources.erase(to);
  std::erase_if(sources, [](const fs::path& from) { return !find_stat(from); });
  CacheMove move;
  std::vector<LockFile> locks;
  locks.push_back(lock_gc(workspace, to));
  for (const fs::path& from : sources) {
    locks.push_back(lock_gc(workspace, from));
    if (!ObjectStore(from / "objects").is_alone()) {
      throw Error(ErrorKind::conflict, fmt::format("another mlo is storing objects in `{}`", from.string()))
          .hint("repeat the command when it is done");
    }
    const bool shared = !others_of(workspace, from).empty();
    const Relocated copied = copy_store(workspace.world(), from, target, shared ? OldPlace::stays : OldPlace::goes);
    move.moved.files += copied.files;
    move.moved.bytes += copied.bytes;
  }
  const bool own = to == workspace.local();
  const fs::path common = workspace.repo().common_dir();
  if (now != to && now != workspace.local()) write_file(journal, now.string());
  if (!own) register_cache_user(to, {common, workspace.root()});
  workspace.save_cache_dir(own ? "" : to.string());
  for (const fs::path& from : sources) {
    if (from != workspace.local()) forget_cache_user(from, common);
    const std::size_t others = others_of(workspace, from).size();
    move.others += others;
    if (others == 0) remove_copied(workspace.world(), from, target);
  }
  remove_file(journal);
  move.place = {.dir = to, .own = own, .sharers = own ? std::vector<fs::path>() : sharers_of(to, {})};
  return move;
}

}  // namespace mlo
