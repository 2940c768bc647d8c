#include "lib/store/writing.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>

#include "lib/store/pack_set.hpp"
#include "lib/util/error.hpp"

namespace mlo {

bool touch_file(int dir, const char* name) {
  if (struct stat st{}; ::fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_nlink > 1) return true;
  constexpr timespec kNow[2] = {{0, UTIME_NOW}, {0, UTIME_OMIT}};
  if (::utimensat(dir, name, kNow, AT_SYMLINK_NOFOLLOW) == 0) return true;
  return errno != ENOENT && errno != ENOTDIR;
}

namespace {

/// No descriptor if we may not write there.
UniqueFd open_lock(const fs::path& file) {
  std::error_code refused;
  fs::create_directories(file.parent_path(), refused);
  return UniqueFd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
}

}  // namespace

void ObjectStore::Writing::hold(const fs::path& dir) {
  if (is_held) return;
  const std::lock_guard lock(mutex);
  if (held) return;
  held = open_lock(dir.parent_path() / "locks" / "objects");
  if (!held) return;
  // Its time is the last moment at which nobody held it, and so nobody counted on what was claimed before.
  if (::flock(held.get(), LOCK_EX | LOCK_NB) == 0) ::futimens(held.get(), nullptr);
  ::flock(held.get(), LOCK_SH);
  is_held = true;
}

void ObjectStore::Writing::open(const fs::path& dir) {
  std::unique_lock lock(mutex);
  if (staging && staging->exists()) return;
  staging.reset();
  durable.reset();
  make_dirs(dir);
  root = UniqueFd(::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) throw_errno("open", dir.string());
  staging.emplace(dir);
  lock.unlock();
  hold(dir);
}

ObjectStore::ObjectStore(fs::path root, StoreRules rules)
    : root_(std::move(root)),
      rules_(std::move(rules)),
      packs_(std::make_unique<PackSet>(root_.parent_path() / "packs")),
      writing_(std::make_unique<Writing>()) {}
ObjectStore::~ObjectStore() = default;

fs::path ObjectStore::file_of(const Digest& id) {
  if (auto file = find_file_of(id)) return std::move(*file);
  writing_->open(root_);
  const std::lock_guard lock(writing_->lending);
  StagingDir& staging = *writing_->staging;
  fs::path lent = staging.path() / id.hex();
  if (find_stat(lent)) return lent;
  const StagingDir::File file = staging.create(0444);
  const fs::path path = staging.path() / file.name;
  try {
    write_to(id, file.fd.get(), path, LinkType::copy);
  } catch (...) {
    staging.remove(file.name);
    throw;
  }
  rename_path(path, lent);
  return lent;
}

bool ObjectStore::claim(const Digest& id) const {
  if (!writing_->is_held && find_stat(root_)) writing_->hold(root_);
  if (claim_packed(id) || touch_file(AT_FDCWD, path_of(id).c_str())) return true;
  return packs_->refresh() && claim_packed(id);
}

bool ObjectStore::is_alone() const {
  if (!find_stat(root_)) return true;
  writing_->hold(root_);
  if (!writing_->held) return false;
  const bool alone = ::flock(writing_->held.get(), LOCK_EX | LOCK_NB) == 0;
  ::flock(writing_->held.get(), LOCK_SH);  // a refused change may have cost us what we held
  return alone;
}

}  // namespace mlo
