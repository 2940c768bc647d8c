#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bitset>
#include <cerrno>
#include <semaphore>
#include <unordered_map>
#include <unordered_set>

#include "lib/crypto/sha256.hpp"
#include "lib/store/cut_file.hpp"
#include "lib/store/loose.hpp"
#include "lib/store/object_store.hpp"
#include "lib/store/pack_set.hpp"
#include "lib/store/staging.hpp"
#include "lib/store/writing.hpp"
#include "lib/util/copy_file.hpp"
#include "lib/util/error.hpp"
#include "lib/util/memory_file.hpp"
#include "lib/util/once.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// Up to this many small objects of a batch lie by themselves: a pack for each note on a run would be no gain.
constexpr std::size_t kFewSmall = 8;
/// Up to this many files are synced one by one: cheaper than a sync of everything other programs wrote.
constexpr std::size_t kFewFiles = 16;
/// Trees from this size on lie in pages, so that a change of one name stores some of them.
constexpr std::size_t kLargeTree = 64U << 10U;
constexpr std::uint32_t kWritable = 0222;

bool is_large_tree(std::string_view bytes) { return bytes.size() > kLargeTree && bytes.starts_with(kTreeHead); }

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

}  // namespace

struct ObjectStore::Batch::State {
  explicit State(ObjectStore& s) : store(s), writing(*s.writing_), large(std::max(s.rules_.threads, 1U)) {}
  ~State() {
    for (const auto& [id, name] : pending) writing.staging->remove(name);
  }

  ObjectStore& store;
  Writing& writing;
  Once opened;
  std::mutex mutex;
  std::unordered_map<Digest, std::string, DigestHash> pending;  ///< id -> name in staging
  std::optional<PackWriter> packs;                              ///< what is pending and small
  Once listed;
  std::unordered_set<std::uint64_t> file_sizes;  ///< of objects that lie by themselves
  std::counting_semaphore<> large;               ///< how many more large files may be copied now
  std::mutex cutting;                            ///< one file at a time: each takes all threads

  void open() {
    opened([this] {
      writing.open(store.root());
      store.packs_->refresh();
      packs.emplace(*writing.staging, store.rules_.threads);
    });
  }

  /// True if the object needs no writing: it is in the store with this size, or pending.
  bool known(const Digest& id, std::uint64_t size) {
    open();
    if (packs->has(id) || store.claim_packed(id)) return true;
    struct stat st {};
    const std::string file = relative_path(id);
    if (::fstatat(writing.root.get(), file.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0) {
      // Of another size it is the remains of a disk's mishap: the rename at commit puts the good bytes in its place.
      const bool whole = S_ISREG(st.st_mode) && static_cast<std::uint64_t>(st.st_size) == size;
      if (whole && touch_file(writing.root.get(), file.c_str())) return true;
    }
    const std::lock_guard lock(mutex);
    return pending.contains(id);
  }

  /// Many threads read small files, for which a disk waits; few large ones keep it busy and the memory free.
  struct Turn {
    explicit Turn(std::counting_semaphore<>& s) : left(s) { left.acquire(); }
    ~Turn() { left.release(); }
    std::counting_semaphore<>& left;
  };

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
    if (store.rules_.page_trees && is_large_tree(bytes)) return add_in_pages(id, bytes);
    if (bytes.size() <= kMaxPacked) return add_small(id, bytes);
    add_alone(id, bytes);
  }

  void add_small(const Digest& id, std::string_view bytes) {
    packs->add(id, bytes, store.rules_.compress ? Compression::on : Compression::off);
  }

  void add_in_pages(const Digest& id, std::string_view bytes) {
    Parts parts;
    for (std::string_view rest = bytes; !rest.empty();) {
      const std::string_view page = rest.substr(0, cut(rest, kPageSizes));
      parts.push_back({sha256(page), static_cast<std::uint32_t>(page.size())});
      if (!known(parts.back().id, page.size())) add_small(parts.back().id, page);
      rest.remove_prefix(page.size());
    }
    add_recipe(id, bytes.size(), std::move(parts));
  }

  bool is_cut(const fs::path& file, std::uint64_t size) const {
    const StoreRules& rules = store.rules_;
    const std::string name = to_lower(file.filename().string());
    return size >= rules.cut_from && size <= kMaxCut &&
           std::any_of(rules.cut_names.begin(), rules.cut_names.end(),
                       [&](const auto& glob) { return glob_match(glob, name); });
  }

  /// Whether an object of that size lies by itself: then it may be the one that comes, and a look is worth it.
  bool has_file_of(std::uint64_t size) {
    listed([this] {
      for (const Digest& id : list_loose(store.root())) {
        if (const auto stat = find_stat(store.path_of(id))) file_sizes.insert(stat->size);
      }
    });
    return file_sizes.contains(size);
  }

  HashedFile add_cut_file(int fd, const fs::path& file, std::uint64_t size);

  void add_recipe(const Digest& id, std::uint64_t size, Parts parts) {
    packs->add_recipe(id, shorten(size, std::move(parts), [&](const Digest& page_id, std::string_view page) {
                        if (!known(page_id, page.size())) add_small(page_id, page);
                      }));
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
  const State::Turn turn(state_->large);
  state_->open();
  const bool read_only = (before.mode & kWritable) == 0;
  if (state_->is_cut(file, before.size)) {
    const HashedFile read = state_->add_cut_file(source.get(), file, before.size);
    if (read.size != before.size || stat_fd(source.get(), file) != before) throw_changed(file);
    added.id = read.digest;
    if (read_only) state_->store.refuse_changed_link(added.id, source.get(), file);
    return added;
  }
  State::Incoming incoming(*state_);
  const HashedFile copied = copy_hashed(source.get(), file, incoming.fd(), incoming.path(),
                                        {.reflink = true, .threads = state_->store.rules_.threads});
  if (copied.size != before.size || stat_fd(source.get(), file) != before) throw_changed(file);
  added.id = copied.digest;
  if (read_only) state_->store.refuse_changed_link(added.id, source.get(), file);
  if (!state_->known(added.id, added.size)) incoming.adopt(added.id);
  return added;
}

HashedFile ObjectStore::Batch::State::add_cut_file(int fd, const fs::path& file, std::uint64_t size) {
  const std::lock_guard lock(cutting);
  if (has_file_of(size)) {
    const HashedFile whole = sha256_fd(fd, file);
    if (known(whole.digest, whole.size)) return whole;
    if (::lseek(fd, 0, SEEK_SET) != 0) throw_errno("read", file.string());
  }
  CutFile cut = cut_file(fd, file, store.rules_.threads, [this](const Digest& id, std::string_view part) {
    if (!known(id, part.size())) add_small(id, part);
  });
  // Of another size it was changed meanwhile: the caller says so, and nothing refers to the parts.
  if (cut.size == size && !known(cut.id, size)) add_recipe(cut.id, size, std::move(cut.parts));
  return {cut.id, cut.size};
}

namespace {

constexpr const char* kMemory = "a file in memory";

[[noreturn]] void fail_given(const Digest& id) {
  throw Error(ErrorKind::corrupt,
              fmt::format("the bytes given for object `{}` are not what its name says", id.brief()));
}

}  // namespace

std::uint64_t ObjectStore::Batch::put_from(const Digest& id, std::uint64_t size,
                                           const std::function<void(int fd)>& fill) {
  state_->open();
  std::optional<State::Incoming> incoming;
  if (size > kMaxPacked) {
    fill(incoming.emplace(*state_).fd());
  } else {
    thread_local MemoryFile file;
    const int memory = file.fresh();
    fill(memory);
    const std::uint64_t filled = stat_fd(memory, kMemory).size;
    if (::lseek(memory, 0, SEEK_SET) != 0) throw_errno("read", kMemory);
    if (filled <= kMaxPacked) {
      const auto bytes = read_small(memory, filled, kMemory);
      if (sha256(*bytes) != id) fail_given(id);
      state_->add_small(id, *bytes);
      return filled;
    }
    copy_contents(memory, incoming.emplace(*state_).fd(), incoming->path());
    if (::ftruncate(memory, 0) != 0) throw_errno("shorten", kMemory);
  }
  if (::lseek(incoming->fd(), 0, SEEK_SET) != 0) throw_errno("read", incoming->path().string());
  const HashedFile hashed = sha256_fd(incoming->fd(), incoming->path());
  if (hashed.digest != id) fail_given(id);
  incoming->adopt(id);
  return hashed.size;
}

void ObjectStore::Batch::take_file(const Digest& id, const fs::path& file) {
  state_->open();
  StagingDir& staging = *state_->writing.staging;
  const std::string name = staging.new_name();
  rename_path(file, staging.path() / name);
  const std::lock_guard lock(state_->mutex);
  if (!state_->pending.emplace(id, name).second) staging.remove(name);
}

void ObjectStore::Batch::put_record(const Digest& id, const Record& record) {
  state_->open();
  if (state_->known(id, record.size)) return;
  const ObjectStore& store = state_->store;
  if (record.form != Form::recipe) {
    if (!is_whole(id, record)) fail_given(id);
  } else if (!store.read_recipe(id, record, Cached::keep, [](std::string_view) {})) {
    const std::size_t hurt = store.set_parts_aside(id, record);
    if (hurt == 0) fail_given(id);
    throw Error(ErrorKind::io, fmt::format("cannot put together object `{}`: {} of its parts here were damaged or lost",
                                           id.brief(), hurt))
        .hint("they were moved to quarantine; the same command again fetches them");
  }
  state_->packs->add_record(id, record);
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
