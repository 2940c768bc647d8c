#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bitset>
#include <cerrno>
#include <unordered_map>

#include "lib/crypto/sha256.hpp"
#include "lib/store/object_store.hpp"
#include "lib/store/pack_set.hpp"
#include "lib/store/staging.hpp"
#include "lib/util/error.hpp"

namespace mlo {
namespace {

/// Up to this many small objects of a batch lie by themselves: a pack for each note on a run would be no gain.
constexpr std::size_t kFewSmall = 8;
/// Up to this many files are synced one by one: cheaper than a sync of everything other programs wrote.
constexpr std::size_t kFewFiles = 16;
/// Written bytes after which the disk is asked to begin, while we go on hashing.
constexpr std::uint64_t kWriteBehind = 8U << 20U;

[[noreturn]] void throw_changed(const fs::path& file) {
  throw Error(ErrorKind::conflict, fmt::format("cannot store `{}`: it changed while it was read", file.string()))
      .hint("repeat the command when nothing writes to it");
}

UniqueFd open_source(const fs::path& file) {
  // Without O_NONBLOCK a fifo put in the file's place would wait for its writer.
  UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd && errno == ELOOP) throw_changed(file);
  if (!fd) throw_errno("open", file.string());
  return fd;
}

/// The file's bytes in a buffer of this thread; nothing if it is not exactly `size` long.
std::optional<std::string_view> read_small(int fd, std::uint64_t size, const fs::path& file) {
  thread_local std::string buffer(kMaxPacked + 1, '\0');
  std::size_t used = 0;
  for (;;) {
    const ssize_t n = ::read(fd, buffer.data() + used, size + 1 - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read", file.string());
    used += static_cast<std::size_t>(n);
    if (used > size) return std::nullopt;
    // A short read that reached the known size is the end; only a shorter one needs another look.
    if (n == 0 || used == size) break;
  }
  return used == size ? std::optional(std::string_view(buffer.data(), used)) : std::nullopt;
}

HashedFile copy_large(int from, int to, const fs::path& file, const fs::path& target) {
  if (::ioctl(to, FICLONE, from) == 0) return sha256_fd(to, file);
  ::posix_fadvise(from, 0, 0, POSIX_FADV_SEQUENTIAL);
  thread_local std::string buffer(256U << 10U, '\0');
  Sha256 hasher;
  HashedFile out;
  for (std::uint64_t flushed = 0;;) {
    const ssize_t n = ::read(from, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read", file.string());
    if (n == 0) break;
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(n));
    hasher.update(bytes);
    write_all(to, bytes, target);
    out.size += bytes.size();
    if (out.size - flushed >= kWriteBehind) {
      ::sync_file_range(to, static_cast<off64_t>(flushed), static_cast<off64_t>(out.size - flushed),
                        SYNC_FILE_RANGE_WRITE);
      flushed = out.size;
    }
  }
  out.digest = hasher.finish();
  return out;
}

}  // namespace

namespace {

/// No descriptor if we may not write there.
UniqueFd open_lock(const fs::path& file) {
  std::error_code refused;
  fs::create_directories(file.parent_path(), refused);
  return UniqueFd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
}

}  // namespace

/// Opened by the first write and kept: a pipeline stores thousands of batches.
struct ObjectStore::Writing {
  std::mutex mutex;
  UniqueFd root;  ///< the store's directory
  std::optional<StagingDir> staging;
  std::bitset<256> durable;  ///< the directories `00` to `ff` that are known to be on disk
  UniqueFd held;             ///< the lock of those who store or claim

  /// From now on and until this process ends a gc knows of us. A store that we cannot write needs no such thing.
  void hold(const fs::path& dir) {
    const std::lock_guard lock(mutex);
    if (held) return;
    held = open_lock(dir.parent_path() / "locks" / "objects");
    if (held) ::flock(held.get(), LOCK_SH);
  }

  void open(const fs::path& dir) {
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
};

ObjectStore::ObjectStore(fs::path root)
    : root_(std::move(root)),
      packs_(std::make_unique<PackSet>(root_.parent_path() / "packs")),
      writing_(std::make_unique<Writing>()) {}
ObjectStore::~ObjectStore() = default;

namespace {

/// Says to a gc that somebody counts on the file: its inode changed now. False if it is gone. What may not be touched
/// is another user's, and as old as it is.
bool touch(int dir, const char* name) {
  constexpr timespec kNow[2] = {{0, UTIME_NOW}, {0, UTIME_OMIT}};
  if (::utimensat(dir, name, kNow, AT_SYMLINK_NOFOLLOW) == 0) return true;
  return errno != ENOENT && errno != ENOTDIR;
}

}  // namespace

bool ObjectStore::claim(const Digest& id) const {
  if (find_stat(root_)) writing_->hold(root_);
  if (packs_->claim(id) || touch(AT_FDCWD, path_of(id).c_str())) return true;
  return packs_->refresh() && packs_->claim(id);
}

bool ObjectStore::is_alone() const {
  if (!find_stat(root_)) return true;
  writing_->hold(root_);
  if (!writing_->held) return false;
  const bool alone = ::flock(writing_->held.get(), LOCK_EX | LOCK_NB) == 0;
  ::flock(writing_->held.get(), LOCK_SH);  // a refused change may have cost us what we held
  return alone;
}

struct ObjectStore::Batch::State {
  explicit State(ObjectStore& s) : store(s), writing(*s.writing_) {}
  ~State() {
    for (const auto& [id, name] : pending) writing.staging->remove(name);
  }

  ObjectStore& store;
  Writing& writing;
  std::once_flag opened;
  std::mutex mutex;
  std::unordered_map<Digest, std::string, DigestHash> pending;  ///< id -> name in staging
  std::optional<PackWriter> packs;                              ///< what is pending and small

  void open() {
    std::call_once(opened, [this] {
      writing.open(store.root());
      store.packs_->refresh();
      packs.emplace(*writing.staging);
    });
  }

  /// True if the object needs no writing: it is in the store with this size, or pending.
  bool known(const Digest& id, std::uint64_t size) {
    open();
    if (packs->has(id) || store.packs_->claim(id)) return true;
    struct stat st {};
    const std::string file = relative_path(id);
    if (::fstatat(writing.root.get(), file.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0) {
      // Of another size it is the remains of a disk's mishap: the rename at commit puts the good bytes in its place.
      const bool whole = S_ISREG(st.st_mode) && static_cast<std::uint64_t>(st.st_size) == size;
      if (whole && touch(writing.root.get(), file.c_str())) return true;
    }
    const std::lock_guard lock(mutex);
    return pending.contains(id);
  }

  /// A file on its way, removed unless the batch adopts it.
  struct Incoming {
    explicit Incoming(State& s) : state(s), file(s.writing.staging->create(0444)) {}
    ~Incoming() {
      if (!adopted) state.writing.staging->remove(file.name);
    }
    int fd() const { return file.fd.get(); }
    fs::path path() const { return state.writing.staging->path() / file.name; }
    void adopt(const Digest& id) {
      const std::lock_guard lock(state.mutex);
      adopted = state.pending.emplace(id, file.name).second;
    }

    State& state;
    const StagingDir::File file;
    bool adopted = false;
  };

  void add(const Digest& id, std::string_view bytes) {
    if (known(id, bytes.size())) return;
    if (bytes.size() <= kMaxPacked) return packs->add(id, bytes);
    add_alone(id, bytes);
  }

  void add_alone(const Digest& id, std::string_view bytes) {
    Incoming incoming(*this);
    write_all(incoming.fd(), bytes, incoming.path());
    incoming.adopt(id);
  }

  using Moves = std::vector<std::pair<std::string, std::string>>;  ///< final place, name in staging; by place
  void commit_files();
  void rename_all(const Moves& moves);
  void sync_directories();
  std::bitset<256> touched, made;  ///< by `rename_all`
};

ObjectStore::Batch::Batch(ObjectStore& store) : state_(std::make_unique<State>(store)) {}
ObjectStore::Batch::~Batch() = default;

Digest ObjectStore::Batch::put(std::string_view bytes) {
  const Digest id = sha256(bytes);
  state_->add(id, bytes);
  return id;
}

ObjectStore::Batch::Added ObjectStore::Batch::put_file(const fs::path& file) {
  const UniqueFd source = open_source(file);
  const FileStat before = stat_fd(source.get(), file);
  if (before.kind != FileKind::file) {
    throw Error(ErrorKind::invalid, fmt::format("cannot store `{}`: not a regular file", file.string()));
  }
  Added added{.id = {}, .size = before.size, .stat = before};
  if (before.size <= kMaxPacked) {
    const auto bytes = read_small(source.get(), before.size, file);
    if (!bytes || stat_fd(source.get(), file) != before) throw_changed(file);
    added.id = sha256(*bytes);
    state_->add(added.id, *bytes);
    return added;
  }
  state_->open();
  State::Incoming incoming(*state_);
  const HashedFile copied = copy_large(source.get(), incoming.fd(), file, incoming.path());
  if (copied.size != before.size || stat_fd(source.get(), file) != before) throw_changed(file);
  added.id = copied.digest;
  if (!state_->known(added.id, added.size)) incoming.adopt(added.id);
  return added;
}

void ObjectStore::Batch::put_alone(const Digest& id, std::string_view bytes) {
  state_->open();
  state_->add_alone(id, bytes);
}

namespace {

constexpr const char* kMemory = "a file in memory";

void require_id(const Digest& given, const Digest& id) {
  if (given == id) return;
  throw Error(ErrorKind::corrupt,
              fmt::format("the bytes given for object `{}` are not what its name says", id.brief()));
}

/// A file of this thread that lies in memory, empty.
int fresh_memory() {
  thread_local const UniqueFd memory(::memfd_create("mlo-object", MFD_CLOEXEC));
  const int fd = memory.get();
  if (fd < 0 || ::ftruncate(fd, 0) != 0 || ::lseek(fd, 0, SEEK_SET) != 0) throw_errno("make", kMemory);
  return fd;
}

}  // namespace

std::uint64_t ObjectStore::Batch::put_from(const Digest& id, std::uint64_t size,
                                           const std::function<void(int fd)>& fill) {
  state_->open();
  std::optional<State::Incoming> incoming;
  if (size > kMaxPacked) {
    fill(incoming.emplace(*state_).fd());
  } else {
    const int memory = fresh_memory();
    fill(memory);
    const std::uint64_t filled = stat_fd(memory, kMemory).size;
    if (::lseek(memory, 0, SEEK_SET) != 0) throw_errno("read", kMemory);
    if (filled <= kMaxPacked) {
      const auto bytes = read_small(memory, filled, kMemory);
      require_id(sha256(*bytes), id);
      state_->packs->add(id, *bytes);
      return filled;
    }
    copy_contents(memory, incoming.emplace(*state_).fd(), incoming->path());
    if (::ftruncate(memory, 0) != 0) throw_errno("shorten", kMemory);
  }
  if (::lseek(incoming->fd(), 0, SEEK_SET) != 0) throw_errno("read", incoming->path().string());
  const HashedFile hashed = sha256_fd(incoming->fd(), incoming->path());
  require_id(hashed.digest, id);
  incoming->adopt(id);
  return hashed.size;
}

void ObjectStore::Batch::State::rename_all(const Moves& moves) {
  std::string directory;
  for (const auto& [place, name] : moves) {
    if (place.compare(0, 2, directory) != 0) {
      directory = place.substr(0, 2);
      const std::size_t index = std::stoul(directory, nullptr, 16);
      touched.set(index);
      if (::mkdirat(writing.root.get(), directory.c_str(), 0777) == 0)
        made.set(index);
      else if (errno != EEXIST)
        throw_errno("make directory", (store.root() / directory).string());
    }
    if (::renameat(writing.staging->fd(), name.c_str(), writing.root.get(), place.c_str()) != 0) {
      throw_errno("rename to", (store.root() / place).string());
    }
  }
}

void ObjectStore::Batch::State::sync_directories() {
  for (std::size_t i = 0; i < touched.size(); ++i) {
    if (touched[i]) fsync_dir(store.root() / fmt::format("{:02x}", i));
  }
  // Another process may have made a directory and not have come to syncing it: once is needed in any case.
  const std::lock_guard lock(writing.mutex);
  if ((made | (touched & ~writing.durable)).none()) return;
  fsync_fd(writing.root.get(), store.root());
  writing.durable |= touched;
}

void ObjectStore::Batch::State::commit_files() {
  if (pending.empty()) return;
  Moves moves;
  for (const auto& [id, name] : pending) moves.emplace_back(relative_path(id), name);
  std::sort(moves.begin(), moves.end());  // renames stay in one directory for long

  const StagingDir& staging = *writing.staging;
  const bool few = moves.size() <= kFewFiles;
  if (few) {
    for (const auto& [place, name] : moves) fsync_fd(open_read(staging.path() / name).get(), staging.path() / name);
  } else {
    sync_file_system(writing.root.get(), store.root());
  }
  touched.reset();
  made.reset();
  rename_all(moves);
  if (few)
    sync_directories();
  else
    sync_file_system(writing.root.get(), store.root());
  pending.clear();
}

void ObjectStore::Batch::commit() {
  State& state = *state_;
  if (!state.packs) return;
  state.packs->take_few(kFewSmall, [&](const Digest& id, std::string_view bytes) { state.add_alone(id, bytes); });
  state.commit_files();
  state.store.packs_->publish(state.packs->take(), *state.writing.staging);
}

}  // namespace mlo
