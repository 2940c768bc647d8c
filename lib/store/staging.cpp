#include "lib/store/staging.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "lib/util/error.hpp"

namespace mlo {
namespace {

constexpr std::string_view kPrefix = ".mlo-stage-";
constexpr std::string_view kSuffix = ".d";

/// Removes the directories of owners that died: their locks are free.
void remove_stale(const fs::path& parent) {
  for (const DirEntry& entry : list_dir(parent)) {
    if (entry.kind != FileKind::file || !entry.name.starts_with(kPrefix)) continue;
    const fs::path lock = parent / entry.name;
    const UniqueFd fd(::open(lock.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!fd || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) continue;
    std::error_code ignored;  // somebody else's litter must not stop us
    fs::remove_all(lock.string() + std::string(kSuffix), ignored);
    ::unlink(lock.c_str());
  }
}

}  // namespace

StagingDir::StagingDir(const fs::path& parent) {
  remove_stale(parent);
  for (;;) {
    std::string name = (parent / fmt::format("{}XXXXXX", kPrefix)).string();
    lock_ = UniqueFd(::mkostemp(name.data(), O_CLOEXEC));
    if (!lock_) throw_errno("create a file in", parent.string());
    if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) continue;
      const int code = errno;
      ::unlink(name.c_str());
      errno = code;
      throw_errno("lock", name);
    }
    // Between its creation and its lock another process may have taken the file for litter.
    struct stat st {};
    if (::fstat(lock_.get(), &st) == 0 && st.st_nlink > 0) {
      lock_path_ = name;
      break;
    }
  }
  path_ = lock_path_.string() + std::string(kSuffix);
  if (::mkdir(path_.c_str(), 0700) == 0) dir_ = UniqueFd(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!dir_) {
    const int code = errno;
    ::rmdir(path_.c_str());
    ::unlink(lock_path_.c_str());
    errno = code;
    throw_errno("create", path_.string());
  }
}

fs::path StagingDir::choose_parent(const fs::path& home, const fs::path& target_dir) {
  make_dirs(home);
  const auto here = find_stat(home), there = find_stat(target_dir);
  return here && there && here->device == there->device ? home : target_dir;
}

StagingDir::~StagingDir() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  ::unlink(lock_path_.c_str());
}

bool StagingDir::exists() const {
  struct stat st {};
  return ::fstat(dir_.get(), &st) == 0 && st.st_nlink > 0;
}

StagingDir::File StagingDir::create(std::uint32_t mode) {
  File file;
  file.name = new_name();
  file.fd = UniqueFd(::openat(dir_.get(), file.name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file.fd) throw_errno("create a file in", path_.string());
  return file;
}

void StagingDir::remove(const std::string& name) { ::unlinkat(dir_.get(), name.c_str(), 0); }

}  // namespace mlo
