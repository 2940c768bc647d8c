#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "lib/crypto/sha256.hpp"
#include "lib/store/loose.hpp"
#include "lib/store/object_store.hpp"
#include "lib/store/pack.hpp"
#include "lib/util/error.hpp"

// Objects whose file has more names than the store's.
namespace mlo {
namespace {

constexpr std::uint32_t kObjectMode = 0444;

/// Whether the directory's file system can share the file's blocks: then nothing need be read-only.
bool can_clone(int file, int directory, const std::string& name) {
  const UniqueFd probe(::openat(directory, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!probe) return false;
  const bool cloned = ::ioctl(probe.get(), FICLONE, file) == 0;
  ::unlinkat(directory, name.c_str(), 0);
  return cloned;
}

}  // namespace

UniqueFd ObjectStore::link_at(const Digest& id, int directory, const std::string& name) const {
  const fs::path file = path_of(id);
  const UniqueFd source(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!source) return {};
  const FileStat stat = stat_fd(source.get(), file);
  if (stat.kind != FileKind::file || stat.size <= kMaxPacked || (stat.mode & 07777U) != kObjectMode) return {};
  if (can_clone(source.get(), directory, name)) return {};
  // Another disk; links or more of them not allowed; moved to trash or quarantine just now: a copy will do, or say why.
  if (::linkat(AT_FDCWD, file.c_str(), directory, name.c_str(), 0) != 0) return {};
  UniqueFd linked(::openat(directory, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  // What counts is what the new name holds.
  if (linked && sha256_fd(linked.get(), file).digest == id) return linked;
  ::unlinkat(directory, name.c_str(), 0);
  if (!linked) throw_errno("open", file.string());
  fail_corrupt(id);
}

UniqueFd ObjectStore::check_out_at(const Digest& id, int directory, const std::string& name, const fs::path& shown,
                                   bool executable, LinkType link) const {
  if (link == LinkType::hardlink && !executable) {
    if (UniqueFd linked = link_at(id, directory, name)) return linked;
  }
  UniqueFd fd(::openat(directory, name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, executable ? 0755 : 0644));
  if (!fd) throw_errno("create", shown.string());
  write_to(id, fd.get(), shown, link);
  return fd;
}

void ObjectStore::refuse_changed_link(const Digest& id, int fd, const fs::path& file) const {
  struct stat st {};
  if (::fstat(fd, &st) != 0 || st.st_nlink < 2) return;
  const auto is_it = [&](const Digest& object) {
    struct stat there {};
    return ::lstat(path_of(object).c_str(), &there) == 0 && there.st_ino == st.st_ino && there.st_dev == st.st_dev;
  };
  if (is_it(id)) return;
  for (const Digest& other : list_loose(root_)) {
    if (!is_it(other)) continue;
    set_file_aside(other);
    throw Error(ErrorKind::corrupt,
                fmt::format("`{}` was changed in place, and with it object `{}` of the store: they share their bytes",
                            file.string(), other.brief()))
        .hint(fmt::format("that object is now in {}, and `mlo pull` fetches it again; repeat the command to store what "
                          "the file holds now. Before a file is changed: mlo version-data unprotect FILE",
                          quarantine().string()));
  }
}

}  // namespace mlo
