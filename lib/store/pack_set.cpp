#include "lib/store/pack_set.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <numeric>

#include "lib/crypto/sha256.hpp"
#include "lib/util/error.hpp"

namespace mlo {
namespace {

using Index = std::shared_ptr<const PackIndex>;

constexpr std::string_view kIndexSuffix = ".idx";
constexpr std::string_view kPackSuffix = ".pack";
constexpr std::size_t kOpenFiles = 64;
/// How long a claim need not be repeated.
constexpr std::int64_t kClaimHolds = 60'000'000'000;
/// How much of the past a file system may round a directory's time to.
constexpr std::int64_t kTimeGrain = 20'000'000;

std::optional<Digest> name_of(std::string_view file, std::string_view suffix) {
  if (!file.ends_with(suffix)) return std::nullopt;
  return Digest::from_hex_text(file.substr(0, file.size() - suffix.size()));
}

std::int64_t clock_of_files() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

class PackSet::Changing {
 public:
  explicit Changing(PackSet& set) : lock_(set.changing_) {
    if (!find_stat(set.dir_)) return;
    const fs::path file = set.dir_.parent_path() / "locks" / "packs";
    make_dirs(file.parent_path());
    file_ = UniqueFd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!file_ && errno == EROFS) return;  // whoever only looks needs nobody's leave
    if (!file_) throw_errno("open lock", file.string());
    while (::flock(file_.get(), LOCK_EX) != 0) {
      if (errno != EINTR) throw_errno("lock", file.string());
    }
  }

 private:
  const std::lock_guard<std::mutex> lock_;
  UniqueFd file_;
};

PackSet::PackSet(fs::path dir) : dir_(std::move(dir)) {}

std::vector<Index> PackSet::indexes() const {
  const std::shared_lock lock(mutex_);
  return indexes_;
}

bool PackSet::refresh() {
  const auto stat = find_stat(dir_);
  {
    const std::shared_lock lock(mutex_);
    if (!stat && !listing_) return false;
    if (stat && listing_ && listing_->settled && listing_->stat == *stat) return false;
  }
  {
    const std::lock_guard reading(changing_);
    if (load()) return true;
  }
  const Changing changing(*this);
  if (!load()) mend(Look::frame);
  return true;
}

bool PackSet::load() {
  const auto stat = find_stat(dir_);
  const std::int64_t now = clock_of_files();
  std::map<fs::path, Index> known;
  for (const Index& index : indexes()) known.emplace(index->path(), index);
  std::vector<Index> found;
  bool damaged = false, packs = false;
  for (const DirEntry& entry : stat ? list_dir(dir_) : std::vector<DirEntry>()) {
    packs |= name_of(entry.name, kPackSuffix).has_value();
    if (!name_of(entry.name, kIndexSuffix)) continue;
    Index& index = known[dir_ / entry.name];
    try {
      if (!index) index = PackIndex::open(dir_ / entry.name);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::not_found) throw;
      return load();  // another process took it into a new one, which may have come after our listing
    }
    if (index)
      found.push_back(index);
    else
      damaged = true;
  }
  const bool whole = !damaged && (!packs || !found.empty());
  std::sort(found.begin(), found.end(), [](const Index& a, const Index& b) { return a->size() > b->size(); });
  const std::unique_lock lock(mutex_);
  indexes_ = std::move(found);
  listing_ = stat ? std::optional(Listing{*stat, stat->mtime_ns + kTimeGrain < now}) : std::nullopt;
  return whole;
}

std::optional<PackSet::Found> PackSet::find(const Digest& id) const {
  const std::shared_lock lock(mutex_);
  for (const Index& index : indexes_) {
    if (const PackedObject* const object = index->find(id)) return Found{index, object};
  }
  return std::nullopt;
}

std::optional<std::uint64_t> PackSet::find_size(const Digest& id) const {
  const auto found = find(id);
  return found ? std::optional<std::uint64_t>(found->object->size) : std::nullopt;
}

std::optional<std::uint64_t> PackSet::find_stored_size(const Digest& id) const {
  const auto found = find(id);
  return found ? std::optional<std::uint64_t>(kRecordHead + found->object->stored) : std::nullopt;
}

std::optional<Form> PackSet::claim(const Digest& id) const {
  const auto found = find(id);
  if (!found) return std::nullopt;
  const Digest& pack = found->index->packs()[found->object->pack];
  const std::int64_t now = clock_of_files();
  {
    const std::shared_lock lock(mutex_);
    if (const auto it = claimed_.find(pack); it != claimed_.end() && now - it->second < kClaimHolds)
      return found->object->form;
  }
  constexpr timespec kNow[2] = {{0, UTIME_NOW}, {0, UTIME_OMIT}};
  const bool gone = ::utimensat(AT_FDCWD, pack_file(dir_, pack).c_str(), kNow, AT_SYMLINK_NOFOLLOW) != 0 &&
                    (errno == ENOENT || errno == ENOTDIR);
  const std::unique_lock lock(mutex_);
  if (gone) return std::nullopt;
  claimed_[pack] = now;
  return found->object->form;
}

std::shared_ptr<const UniqueFd> PackSet::open_pack(const Digest& name) const {
  {
    const std::shared_lock lock(mutex_);
    if (const auto it = files_.find(name); it != files_.end()) return it->second;
  }
  const fs::path file = pack_file(dir_, name);
  auto fd = std::make_shared<const UniqueFd>(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!*fd && errno == ENOENT) return nullptr;
  if (!*fd) throw_errno("open", file.string());
  const std::unique_lock lock(mutex_);
  if (files_.size() >= kOpenFiles) files_.clear();
  files_.emplace(name, fd);
  return fd;
}

std::optional<Form> PackSet::find_form(const Digest& id) const {
  const auto found = find(id);
  return found ? std::optional(found->object->form) : std::nullopt;
}

bool PackSet::read(const Digest& id, Record& record) {
  constexpr int kTries = 10;
  std::string& bytes = record.bytes;
  for (int tries = 1;; ++tries) {
    const auto found = find(id);
    bytes.clear();
    if (!found) return false;
    record.form = found->object->form;
    record.size = found->object->size;
    if (found->object->stored > kMaxPacked) return true;
    if (!open_pack(found->index->packs()[found->object->pack])) {
      // Of a pack that a gc takes the indexes know before it goes.
      if (tries < kTries && refresh()) continue;
      return true;
    }
    bytes.resize(found->object->stored);
    bytes.resize(read_bytes(*found, bytes.data(), Cached::keep));
    return true;
  }
}

bool PackSet::read_plain(const Part& part, char* to, Cached cached) const {
  const auto found = find(part.id);
  return found && found->object->form == Form::plain && found->object->stored == part.size &&
         read_bytes(*found, to, cached) == part.size;
}

std::size_t PackSet::read_bytes(const Found& found, char* to, Cached cached) const {
  const Digest& pack = found.index->packs()[found.object->pack];
  const std::uint64_t offset = found.object->offset;
  const auto file = open_pack(pack);
  std::size_t used = 0;
  while (file && used < found.object->stored) {
    const ssize_t n = ::pread(file->get(), to + used, found.object->stored - used, static_cast<off_t>(offset + used));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read", pack_file(dir_, pack).string());
    if (n == 0) break;
    used += static_cast<std::size_t>(n);
  }
  if (cached == Cached::drop && file) drop_passed(file->get(), offset, offset + used);
  return used;
}

void PackSet::replace(const std::vector<Index>& old, const EncodedIndex* fresh_index) {
  fs::path fresh;
  if (fresh_index != nullptr) {
    fresh = dir_ / (fresh_index->digest().hex() + std::string(kIndexSuffix));
    TempFile temp = TempFile::beside(fresh);
    for (const std::string_view piece : fresh_index->pieces()) write_all(temp.fd(), piece, fresh);
    temp.publish(fresh, 0444, Durability::durable);
  }
  for (const Index& index : old) {
    if (index->path() != fresh) remove_file(index->path());
  }
  load();
}

void PackSet::replace(const std::vector<Index>& old, const std::vector<Digest>& packs,
                      std::vector<PackedObject> objects) {
  if (objects.empty()) return replace(old, nullptr);
  const EncodedIndex fresh(packs, std::move(objects));
  replace(old, &fresh);
}

void PackSet::publish(std::vector<FinishedPack> packs, const StagingDir& staging) {
  if (packs.empty()) return;
  make_dirs(dir_);
  const Changing changing(*this);
  std::vector<Digest> names;
  std::vector<PackedObject> objects;
  objects.reserve(std::accumulate(packs.begin(), packs.end(), std::size_t{0},
                                  [](std::size_t sum, const FinishedPack& pack) { return sum + pack.objects.size(); }));
  for (FinishedPack& pack : packs) {
    rename_path(staging.path() / pack.staged, pack_file(dir_, pack.name));
    for (PackedObject object : std::exchange(pack.objects, {})) {
      object.pack = static_cast<std::uint32_t>(names.size());
      objects.push_back(object);
    }
    names.push_back(pack.name);
  }
  fsync_dir(dir_);
  load();
  const MergedIndex merged = merge_pack_indexes(std::move(names), std::move(objects), indexes());
  replace(merged.taken_in, &merged.fresh);
}

void PackSet::index_pack(const Digest& name, std::vector<Digest>& packs, std::vector<PackedObject>& objects) const {
  const fs::path file = pack_file(dir_, name);
  if (!find_stat(file)) return;
  const auto number = static_cast<std::uint32_t>(packs.size());
  packs.push_back(name);
  scan_pack(file, [&](PackedObject object, const Record& record) {
    object.pack = number;
    if (is_whole(object.id, record)) objects.push_back(object);
  });
}

void PackSet::drop(const std::set<Digest>& ids) {
  const Changing changing(*this);
  load();
  for (const Index& index : indexes()) {
    std::vector<Digest> packs = index->packs();
    std::vector<PackedObject> rest;
    std::set<Digest> touched;
    for (const PackedObject& object : index->objects()) {
      const bool known = object.pack < packs.size();
      if (known && !ids.contains(object.id))
        rest.push_back(object);
      else if (known)
        touched.insert(index->packs()[object.pack]);
    }
    for (const Digest& pack : touched) index_pack(pack, packs, rest);
    // A recipe is whole without its parts: what lacks them goes all the same.
    std::erase_if(rest,
                  [&](const PackedObject& object) { return object.form == Form::recipe && ids.contains(object.id); });
    if (!touched.empty()) replace({index}, packs, std::move(rest));
  }
}

std::size_t PackSet::mend(Look look) {
  std::size_t damaged = 0;
  std::set<Digest> indexed;
  const std::vector<DirEntry> entries = find_stat(dir_) ? list_dir(dir_) : std::vector<DirEntry>();
  for (const DirEntry& entry : entries) {
    if (!name_of(entry.name, kIndexSuffix)) continue;
    const Index index = PackIndex::open(dir_ / entry.name);
    if (index && (look == Look::frame || index->verify())) {
      indexed.insert(index->packs().begin(), index->packs().end());
      continue;
    }
    ++damaged;
    make_dirs(dir_.parent_path() / "quarantine");
    rename_path(dir_ / entry.name, dir_.parent_path() / "quarantine" / entry.name);
  }
  std::vector<Digest> packs;
  std::vector<PackedObject> objects;
  for (const DirEntry& entry : entries) {
    const auto name = name_of(entry.name, kPackSuffix);
    if (name && !indexed.contains(*name)) index_pack(*name, packs, objects);
  }
  replace({}, packs, std::move(objects));
  return damaged;
}

std::size_t PackSet::check_indexes() {
  const Changing changing(*this);
  return mend(Look::all);
}

void PackSet::take_in() {
  if (!find_stat(dir_)) return;
  const Changing changing(*this);
  mend(Look::frame);
}

std::map<Digest, std::vector<PackedObject>> PackSet::packs() const { return objects_by_pack(indexes()); }

void PackSet::retire(const std::set<Digest>& packs) {
  const Changing changing(*this);
  load();
  for (const Index& index : indexes()) {
    const std::vector<Digest>& names = index->packs();
    if (std::none_of(names.begin(), names.end(), [&](const Digest& name) { return packs.contains(name); })) continue;
    std::vector<PackedObject> rest;
    for (const PackedObject& object : index->objects()) {
      if (object.pack < names.size() && !packs.contains(names[object.pack])) rest.push_back(object);
    }
    replace({index}, names, std::move(rest));
  }
}

std::vector<Digest> PackSet::list() const {
  struct Place {
    Digest pack;
    std::uint64_t offset;
    Digest id;
  };
  std::vector<Place> places;
  for (const Index& index : indexes()) {
    for (const PackedObject& object : index->objects()) {
      if (object.pack < index->packs().size())
        places.push_back({index->packs()[object.pack], object.offset, object.id});
    }
  }
  const auto where = [](const Place& place) { return std::tie(place.pack, place.offset); };
  std::sort(places.begin(), places.end(), [&](const Place& a, const Place& b) { return where(a) < where(b); });
  std::vector<Digest> ids;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (i == 0 || where(places[i]) != where(places[i - 1])) ids.push_back(places[i].id);  // two indexes may name it
  }
  return ids;
}

}  // namespace mlo
