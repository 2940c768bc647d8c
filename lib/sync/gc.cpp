#include "lib/sync/gc.hpp"

#include "lib/store/staging.hpp"
#include "lib/sync/gc_roots.hpp"
#include "lib/util/error.hpp"
#include "lib/util/kept_temp.hpp"
#include "lib/util/text.hpp"
#include "lib/workspace/shared_cache.hpp"

namespace mlo {
namespace {

fs::path base_of(const ObjectStore& store) { return store.root().parent_path(); }

LockFile lock_gc(Workspace& workspace) {
  return LockFile::acquire(base_of(workspace.store()) / "locks" / "gc", "mlo version-data gc", std::chrono::seconds(60),
                           workspace.world());
}

std::int64_t to_ns(UtcTime time) { return time.micros() * 1000; }

/// Of what was there when the collector looked. If nobody else stores, whatever was claimed till then is named by now,
/// or never will be.
AgeRule age_rule(const ObjectStore& store, const World& world, const GcOptions& options, bool& busy) {
  const UtcTime now = world.clock.now();
  AgeRule age;
  if (options.grace.count() > 0) age.written_before_ns = to_ns(now + -options.grace);
  if (!find_stat(store.root())) {
    age.claimed_before_ns = INT64_MIN;  // whoever makes it now counts on what is in it
    return age;
  }
  if (options.mode == Mode::real) wait_for_tick(base_of(store));
  busy = !store.is_alone();
  if (busy) {
    // Those who hold the lock now have claimed nothing before nobody held it, whatever the clock has done since.
    const auto lock = find_stat(base_of(store) / "locks" / "objects");
    age.claimed_before_ns = std::min(lock ? lock->mtime_ns : INT64_MIN,
                                     to_ns(now + -std::max<std::chrono::microseconds>(options.grace, kGcGrace)));
  }
  return age;
}

/// Those that no remote has.
DigestSet find_unpushed(const std::vector<std::unique_ptr<Remote>>& remotes, std::vector<Digest> ids) {
  for (const auto& remote : remotes) {
    if (!ids.empty()) ids = remote->find_missing(ids, Look::closely);
  }
  return {ids.begin(), ids.end()};
}

/// Temporary files that nobody has had open for the grace period.
std::uint64_t remove_litter(const fs::path& dir, UtcTime before) {
  return find_stat(dir) ? remove_kept(dir, ".mlo-tmp-", before) : 0;
}

std::uint64_t remove_litter(const Workspace& workspace, std::chrono::microseconds grace) {
  const UtcTime before = workspace.world().clock.now() + -grace;
  const fs::path base = base_of(workspace.store());
  std::uint64_t count = 0;
  for (const fs::path& dir : {base, base / "objects", base / "packs", base / "quarantine", base / "repositories"})
    count += remove_litter(dir, before);
  for (const char* part : {"", "stat", "drift", "locks"}) {
    if (workspace.local() / part != base) count += remove_litter(workspace.local() / part, before);
  }
  const fs::path git = workspace.repo().common_dir(), others = git / "worktrees";  // indexes of commits
  count += remove_litter(git, before);
  for (const DirEntry& entry : find_stat(others) ? list_dir(others) : std::vector<DirEntry>())
    count += remove_litter(others / entry.name, before);
  for (const char* part : {"tmp", "objects"}) {
    if (find_stat(base / part)) StagingDir(base / part);  // takes those of dead owners with it
  }
  return count;
}

TrashReport measure_dir(const fs::path& dir) {
  TrashReport report;
  for (const DirEntry& entry : find_stat(dir) ? list_dir(dir) : std::vector<DirEntry>()) {
    const auto stat = find_stat(dir / entry.name);
    ++report.files;
    report.bytes += stat ? stat->size : 0;
  }
  return report;
}

/// What another repository needs of our cache.
GcRoots roots_of(const World& world, const CacheUser& user) {
  if (!find_stat(user.common_dir)) {
    throw Error(ErrorKind::config,
                fmt::format("cannot tell what `{}` needs of the cache: it is not there", user.common_dir.string()))
        .hint(fmt::format("mount it; if it is gone for good: mlo version-data gc --forget {}",
                          shell_quote(user.common_dir.string())));
  }
  World there = world;
  there.cwd = find_stat(user.work_tree) ? user.work_tree : user.common_dir.parent_path();
  Workspace other = Workspace::open(there);
  return find_gc_roots(other);
}

/// What is needed; before that comes back from trash what is.
DigestSet find_needed(Workspace& workspace, Mode mode, GcReport& report) {
  GcRoots roots = find_gc_roots(workspace);
  for (const CacheUser& user : cache_users(base_of(workspace.store()))) {
    if (user.common_dir == workspace.repo().common_dir()) continue;
    GcRoots others = roots_of(workspace.world(), user);
    roots.named.insert(others.named.begin(), others.named.end());
    roots.commits += others.commits;
    roots.manifests += others.manifests;
    ++report.repositories;
  }
  report.commits = roots.commits;
  report.manifests = roots.manifests;
  for (;;) {
    DigestSet needed = close_over(workspace.world(), workspace.store(), roots.named);
    const auto wanted = [&](const Digest& id) { return needed.contains(id); };
    const std::uint64_t restored = mode == Mode::real ? restore_trash(workspace.store(), wanted) : 0;
    report.restored += restored;
    if (restored == 0) return needed;  // a tree that came back needs more
  }
}

/// Counts what stays and adds to `needed` what no remote has.
void keep_unpushed(std::vector<Collector::Object> objects, const std::vector<std::unique_ptr<Remote>>& remotes,
                   GcOptions::Unpushed unpushed, DigestSet& needed, GcReport& report) {
  DigestSet seen;
  std::vector<Digest> dead;
  std::unordered_map<Digest, std::uint64_t, DigestHash> sizes;
  for (const Collector::Object& object : objects) {
    if (!seen.insert(object.id)) continue;
    ObjectCount* const count = needed.contains(object.id) ? &report.needed : object.young ? &report.young : nullptr;
    if (count == nullptr) {
      dead.push_back(object.id);
      sizes.emplace(object.id, object.size);
      continue;
    }
    ++count->objects;
    count->bytes += object.size;
  }
  if (unpushed == GcOptions::Unpushed::take) return;
  for (const Digest& id : find_unpushed(remotes, std::move(dead))) {
    needed.insert(id);
    ++report.unpushed.objects;
    report.unpushed.bytes += sizes.at(id);
  }
}

}  // namespace

GcReport gc(Workspace& workspace, const std::vector<std::unique_ptr<Remote>>& remotes, const GcOptions& options) {
  const World& world = workspace.world();
  ObjectStore& store = workspace.store();
  const bool real = options.mode == Mode::real;
  std::optional<LockFile> lock;
  if (real) lock = lock_gc(workspace);
  GcReport report;
  if (real) Collector::take_in(store);
  // First what may go, then who stores, then what is needed: what comes meanwhile is in neither, and stays.
  Collector collector(world, store);
  const AgeRule age = age_rule(store, world, options, report.busy);
  collector.spare(age);
  DigestSet needed = find_needed(workspace, options.mode, report);
  std::vector<Collector::Object> objects = collector.objects();
  if (report.restored != 0) {
    Collector with_those(world, store);
    with_those.spare(age);
    objects = with_those.objects();
  }
  keep_unpushed(std::move(objects), remotes, options.unpushed, needed, report);
  const auto is_needed = [&](const Digest& id) { return needed.contains(id); };

  const UtcTime now = world.clock.now();
  report.taken = real ? collector.sweep(is_needed, now) : collector.plan(is_needed);
  const bool all = options.trash == GcOptions::Trash::all;
  const UtcTime until =
      all ? UtcTime::from_micros(INT64_MAX) : now + -std::max<std::chrono::microseconds>(options.grace, kGcGrace);
  report.emptied = real ? empty_trash(store, until) : measure_trash(store, until);
  report.trash = measure_trash(store, UtcTime::from_micros(INT64_MAX));
  report.quarantine = measure_dir(base_of(store) / "quarantine");
  if (real) report.litter = remove_litter(workspace, std::max<std::chrono::microseconds>(options.grace, kGcGrace));
  return report;
}

void forget_repository(Workspace& workspace, const fs::path& typed) {
  const fs::path cache = base_of(workspace.store());
  const fs::path path = absolute_in(workspace.world().cwd, typed);
  std::vector<std::string> known;
  for (const CacheUser& user : cache_users(cache)) {
    if (user.common_dir == path || user.work_tree == path || user.common_dir == path / ".git") {
      forget_cache_user(cache, user.common_dir);
      return;
    }
    known.push_back(user.common_dir.string());
  }
  throw Error(ErrorKind::not_found, fmt::format("`{}` does not use the cache", path.string()))
      .hint(known.empty() ? "nothing is shared here" : "who does: " + printable(join(known, ", ")));
}

std::uint64_t restore_all_trash(Workspace& workspace) {
  const LockFile lock = lock_gc(workspace);
  return restore_trash(workspace.store(), [](const Digest&) { return true; });
}

}  // namespace mlo
