#include "lib/remote/dir.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <set>

#include "lib/crypto/sha256.hpp"
#include "lib/remote/pack_reader.hpp"
#include "lib/store/staging.hpp"
#include "lib/util/error.hpp"
#include "lib/util/lock_file.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kFileScheme = "file://";

/// Copies a part of a file; less if it ends before.
void copy_range(int from, const FileRange& range, const FileTarget& to) {
  thread_local std::string buffer(256U << 10U, '\0');
  for (std::uint64_t done = 0; done < range.size;) {
    const std::size_t want = std::min<std::uint64_t>(buffer.size(), range.size - done);
    const ssize_t n = ::pread(from, buffer.data(), want, static_cast<off_t>(range.offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read for", to.path.string());
    if (n == 0) return;
    write_to(to, done, std::string_view(buffer).substr(0, static_cast<std::size_t>(n)));
    done += static_cast<std::size_t>(n);
  }
}

class DirPlace : public Place {
 public:
  DirPlace(const World& world, fs::path dir) : world_(world), dir_(std::move(dir)) {}

  Glance glance() override {
    Glance out;
    out.format = find(std::string(kFormatFile));
    for (const std::string& name : index_names()) out.files.push_back({name, 0});
    return out;
  }

  std::vector<File> list(const std::string& prefix) override {
    std::vector<File> out;
    add_files(prefix, out);
    return out;
  }

  bool is_empty() override {
    if (!find_stat(dir_.parent_path())) {
      throw Error(ErrorKind::remote, fmt::format("`{}` does not exist", dir_.parent_path().string()))
          .hint("mount it, or make the directory");
    }
    const std::vector<DirEntry> there = find_stat(dir_) ? list_dir(dir_) : std::vector<DirEntry>();
    // A first attempt that was cut off may have left its temporary file.
    return std::all_of(there.begin(), there.end(), [](const DirEntry& e) { return StagingDir::owns(e.name); });
  }

  std::vector<char> have(const std::vector<std::string>& names) override {
    std::vector<char> out;
    for (const std::string& name : names) out.push_back(find_stat(dir_ / name) ? 1 : 0);
    return out;
  }

  std::optional<std::string> find(const std::string& name) override { return find_file(dir_ / name, kMaxFound); }

  bool get(const std::string& name, const std::optional<FileRange>& range, const FileTarget& target) override {
    const fs::path file = dir_ / name;
    const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd && (errno == ENOENT || errno == ENOTDIR)) return false;
    if (!fd) throw_errno("open", file.string());
    if (range)
      copy_range(fd.get(), *range, target);
    else
      copy_contents(fd.get(), target.fd, target.path);
    return true;
  }

  void put(const std::string& name, std::string_view bytes) override {
    if (name == kFormatFile) make_dirs(dir_);  // nothing else makes it: a disk that is not mounted stays so
    if (is_there(name, bytes.size())) return;
    Incoming incoming(staging());
    write_all(incoming.file.fd.get(), bytes, incoming.path());
    publish(incoming, name);
  }

  void put_file(const std::string& name, const std::string& file, const Digest& digest) override {
    const UniqueFd from = open_read(file);
    if (is_there(name, stat_fd(from.get(), file).size)) return;
    Incoming incoming(staging());
    copy_contents(from.get(), incoming.file.fd.get(), incoming.path());
    if (::lseek(incoming.file.fd.get(), 0, SEEK_SET) != 0) throw_errno("read", incoming.path().string());
    if (sha256_fd(incoming.file.fd.get(), incoming.path()).digest != digest) fail_given_bytes(digest);
    publish(incoming, name);
  }

  void replace(const std::string& name, std::string_view bytes) override { write_file(dir_ / name, bytes); }

  void remove(const std::string& name) override {
    remove_file(dir_ / name);
    note(name);
  }

  void settle() override {
    std::set<fs::path> touched;
    bool relist = false;
    {
      const std::lock_guard lock(mutex_);
      touched = std::exchange(touched_, {});
      relist = std::exchange(relist_, false);
    }
    for (const fs::path& directory : touched) fsync_dir(directory);
    if (relist) list_indexes();
  }

  std::string where() const override { return dir_.string(); }
  std::string hint_if_absent() const override { return "mount it"; }

 private:
  static constexpr std::uint64_t kMaxFound = std::uint64_t{64} << 10U;

  /// A file on its way; gone unless it was published.
  struct Incoming {
    explicit Incoming(StagingDir& s) : staging(s), file(s.create(0444)) {}
    Incoming(const Incoming&) = delete;
    ~Incoming() {
      if (!published) staging.remove(file.name);
    }
    fs::path path() const { return staging.path() / file.name; }
    StagingDir& staging;
    const StagingDir::File file;
    bool published = false;
  };

  StagingDir& staging() {
    const std::lock_guard lock(mutex_);
    if (!staging_) staging_.emplace(dir_);
    return *staging_;
  }

  /// A file of another size is the remains of a disk's mishap: good bytes take its place.
  bool is_there(const std::string& name, std::uint64_t size) const {
    const auto stat = find_stat(dir_ / name);
    return stat && stat->kind == FileKind::file && stat->size == size;
  }

  void publish(Incoming& incoming, const std::string& name) {
    fsync_fd(incoming.file.fd.get(), incoming.path());
    const fs::path target = dir_ / name;
    make_dirs(target.parent_path());
    rename_path(incoming.path(), target);
    incoming.published = true;
    note(name);
  }

  void note(const std::string& name) {
    const std::lock_guard lock(mutex_);
    touched_.insert((dir_ / name).parent_path());
    relist_ = relist_ || name.starts_with(kIndexesAt);
  }

  void add_files(const std::string& prefix, std::vector<File>& out) const {
    if (!find_stat(dir_ / prefix / ".")) return;
    for (const DirEntry& entry : list_dir(dir_ / prefix)) {
      if (StagingDir::owns(entry.name)) continue;
      const std::string name = prefix + entry.name;
      if (entry.kind == FileKind::directory)
        add_files(name + "/", out);
      else if (const auto stat = find_stat(dir_ / name))
        out.push_back({name, stat->size});
    }
  }

  std::vector<std::string> index_names() const {
    std::vector<std::string> out;
    for (const std::string_view where : {kIndexesAt, kPacksAt}) {
      if (!find_stat(dir_ / where / ".")) continue;
      for (const DirEntry& entry : list_dir(dir_ / where)) {
        if (is_index_name(std::string(where) + entry.name)) out.push_back(std::string(where) + entry.name);
      }
    }
    return out;
  }

  void list_indexes() {
    const LockFile lock = LockFile::acquire(dir_ / "indexes.lock", "mlo push", std::chrono::minutes(1), world_);
    std::string names;
    for (const std::string& name : index_names()) names += name + "\n";
    write_file(dir_ / "indexes", names);
  }

  World world_;
  const fs::path dir_;
  std::mutex mutex_;  ///< of all below
  std::optional<StagingDir> staging_;
  std::set<fs::path> touched_;  ///< directories whose names are not on disk yet
  bool relist_ = false;
};

bool accepts(std::string_view url) { return url.starts_with(kFileScheme) || url.find("://") == std::string_view::npos; }

std::unique_ptr<Place> open(const World& world, const RemoteConfig& config, const fs::path& base) {
  std::string_view path = config.url;
  if (path.starts_with(kFileScheme)) path.remove_prefix(kFileScheme.size());
  return open_dir_place(world, absolute_in(base, fs::path(path)));
}

}  // namespace

std::unique_ptr<Place> open_dir_place(const World& world, const fs::path& dir) {
  return std::make_unique<DirPlace>(world, dir);
}

RemoteKind dir_remote() { return {"dir", accepts, open}; }

}  // namespace mlo
