#include "lib/store/collector.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "lib/crypto/sha256.hpp"
#include "lib/store/loose.hpp"
#include "lib/store/pack_set.hpp"
#include "lib/util/error.hpp"

namespace mlo {
namespace {

/// A pack of which at least so much (of 100) is needed stays as it is.
constexpr std::uint64_t kWorthKeeping = 75;

/// What `claim` changes, and our own moving leaves alone.
struct Claim {
  timespec when;
  bool linked;  ///< work files are links to it
};
std::optional<Claim> find_claim(const fs::path& file) {
  struct stat st {};
  if (::lstat(file.c_str(), &st) != 0) return std::nullopt;
  return Claim{st.st_atim, st.st_nlink > 1};
}

Collector::Times times_of(const FileStat& stat) { return {stat.mtime_ns, stat.ctime_ns}; }

/// Moves a file into trash unless somebody claimed it since it was seen; if that happened just before the move, back
/// again. False if it stays.
bool move_unless_claimed(const fs::path& from, const fs::path& to, const Collector::Times& seen) {
  const auto before = find_claim(from);
  const auto stat = find_stat(from);
  if (!before || before->linked || !stat || stat->ctime_ns != seen.claimed_ns) return false;
  if (::rename(from.c_str(), to.c_str()) != 0) {
    if (errno == ENOENT) return false;
    throw_errno("move to trash", from.string());
  }
  const auto after = find_claim(to);
  if (after && !after->linked && after->when.tv_sec == before->when.tv_sec &&
      after->when.tv_nsec == before->when.tv_nsec)
    return true;
  // If the same was stored anew meanwhile, this is a copy.
  rename_path(to, from);
  return false;
}

}  // namespace

void wait_for_tick(const fs::path& dir) {
  const TempFile file(dir);
  const std::int64_t first = stat_fd(file.fd(), file.path()).ctime_ns;
  for (;;) {
    if (::futimens(file.fd(), nullptr) != 0) throw_errno("touch", file.path().string());
    if (stat_fd(file.fd(), file.path()).ctime_ns != first) return;
    ::usleep(500);
  }
}

Collector::Collector(const World& world, ObjectStore& store) : world_(world), store_(store) {
  if (!find_stat(store.root())) return;
  for (const Digest& id : list_loose(store.root())) {
    check_stop(world);
    const fs::path file = store.path_of(id);
    const auto stat = find_stat(file);
    const auto claim = find_claim(file);
    if (stat && claim) files_.push_back({id, stat->size, claim->linked, times_of(*stat)});
  }
  store.packs_->refresh();
  for (auto& [name, objects] : store.packs_->packs()) {
    const auto stat = find_stat(pack_file(store.packs_->dir(), name));
    if (stat) packs_.emplace(name, Pack{std::move(objects), stat->size, false, times_of(*stat)});
  }
}

void Collector::spare(const AgeRule& age) {
  const auto is_young = [&](const Times& seen) {
    return seen.written_ns >= age.written_before_ns || seen.claimed_ns >= age.claimed_before_ns;
  };
  for (Object& object : files_) object.young = object.young || is_young(object.seen);
  for (auto& [name, pack] : packs_) pack.young = pack.young || is_young(pack.seen);
}

void Collector::take_in(ObjectStore& store) { store.packs_->take_in(); }

std::vector<Collector::Object> Collector::objects() const {
  std::vector<Object> all = files_;
  for (const auto& [name, pack] : packs_) {
    for (const PackedObject& object : pack.objects) all.push_back({object.id, object.stored, pack.young, pack.seen});
  }
  return all;
}

Collector::Fate Collector::fate_of(const Pack& pack, const Needed& needed) const {
  if (pack.young) return Fate::keep;
  std::uint64_t bytes = 0;
  for (const PackedObject& object : pack.objects) bytes += needed(object.id) ? kRecordHead + object.stored : 0;
  if (bytes == 0) return Fate::move;
  return bytes * 100 < pack.file_size * kWorthKeeping ? Fate::rewrite : Fate::keep;
}

Collector::Report Collector::plan(const Needed& needed) const {
  Report report;
  for (const Object& object : files_) {
    if (object.young || needed(object.id)) continue;
    ++report.objects;
    report.bytes += object.size;
  }
  for (const auto& [name, pack] : packs_) {
    if (pack.young) continue;
    const Fate fate = fate_of(pack, needed);
    report.packs_moved += fate == Fate::move ? 1 : 0;
    report.packs_rewritten += fate == Fate::rewrite ? 1 : 0;
    for (const PackedObject& object : pack.objects) {
      if (needed(object.id)) continue;
      ++(fate == Fate::keep ? report.left_objects : report.objects);
      (fate == Fate::keep ? report.left_bytes : report.bytes) += object.stored;
    }
  }
  return report;
}

/// So that no index forgets for a while what somebody counts on.
void Collector::spare_claimed() {
  const auto is_claimed = [](const fs::path& file, const Times& seen) {
    const auto stat = find_stat(file);
    return stat && stat->ctime_ns != seen.claimed_ns;
  };
  for (Object& object : files_) object.young = object.young || is_claimed(store_.path_of(object.id), object.seen);
  for (auto& [name, pack] : packs_)
    pack.young = pack.young || is_claimed(pack_file(store_.packs_->dir(), name), pack.seen);
}

Collector::Report Collector::sweep(const Needed& needed, UtcTime now) {
  spare_claimed();
  const Report report = plan(needed);
  const fs::path trash = trash_dir(store_) / format_utc(now);
  std::set<Digest> rewrite, gone;
  for (const auto& [name, pack] : packs_) {
    const Fate fate = fate_of(pack, needed);
    if (fate == Fate::rewrite) rewrite.insert(name);
    if (fate != Fate::keep) gone.insert(name);
  }
  move_files(needed, trash / "objects");
  if (!rewrite.empty()) rewrite_packs(rewrite, needed);
  if (!gone.empty()) move_packs(gone, trash / "packs");
  return report;
}

void Collector::move_files(const Needed& needed, const fs::path& trash) {
  std::set<fs::path> touched;
  for (const Object& object : files_) {
    check_stop(world_);
    if (object.young || needed(object.id)) continue;
    if (touched.empty()) make_dirs(trash);
    const fs::path file = store_.path_of(object.id);
    touched.insert(file.parent_path());
    move_unless_claimed(file, trash / object.id.hex(), object.seen);
  }
  if (touched.empty()) return;
  fsync_dir(trash);
  for (const fs::path& dir : touched) fsync_dir(dir);
}

void Collector::rewrite_packs(const std::set<Digest>& names, const Needed& needed) {
  StagingDir staging(store_.root());
  PackWriter writer(staging, 1);
  std::set<Digest> damaged;
  for (const Digest& name : names) {
    std::set<std::uint64_t> known;  // where the index says that objects are; others are copies or were damaged
    for (const PackedObject& object : packs_.at(name).objects) {
      if (needed(object.id)) known.insert(object.offset);
    }
    scan_pack(pack_file(store_.packs_->dir(), name), [&](const PackedObject& object, const Record& record) {
      check_stop(world_);
      if (known.erase(object.offset) == 0) return;
      if (is_whole(object.id, record))
        writer.add_record(object.id, record);
      else
        damaged.insert(object.id);
    });
    for (const PackedObject& object : packs_.at(name).objects) {
      if (known.contains(object.offset)) damaged.insert(object.id);
    }
  }
  if (!damaged.empty())
    throw Error(ErrorKind::corrupt,
                fmt::format("object `{}` is damaged: its bytes are not what its name says", damaged.begin()->brief()))
        .hint("mend the store with `mlo version-data fsck --heal`, then try again");
  store_.packs_->publish(writer.take(), staging);
}

/// First no index names them, then they go: what an index says is always there.
void Collector::move_packs(const std::set<Digest>& names, const fs::path& trash) {
  const fs::path& dir = store_.packs_->dir();
  make_dirs(trash);
  store_.packs_->retire(names);
  bool stayed = false;
  for (const Digest& name : names) {
    const fs::path from = pack_file(dir, name), to = pack_file(trash, name);
    stayed |= !move_unless_claimed(from, to, packs_.at(name).seen);
  }
  fsync_dir(trash);
  fsync_dir(dir);
  if (stayed) store_.packs_->take_in();
}

}  // namespace mlo
