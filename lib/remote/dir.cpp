#include "lib/remote/dir.hpp"

#include <mutex>

#include "lib/store/object_store.hpp"
#include "lib/store/staging.hpp"
#include "lib/util/error.hpp"
#include "lib/util/lock_file.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kFileScheme = "file://";

class DirRemote : public Remote {
 public:
  DirRemote(const World& world, std::string name, const fs::path& dir)
      : world_(world), name_(std::move(name)), dir_(dir), store_(dir / "objects") {}

  std::vector<Digest> find_missing(const std::vector<Digest>& ids) override {
    return guarded([&] {
      require_format();
      std::vector<Digest> missing;
      for (const Digest& id : ids) {
        if (!store_.has(id)) missing.push_back(id);
      }
      return missing;
    });
  }

  void put_file(const Digest& id, const fs::path& file) override {
    const UniqueFd from = open_read(file);
    const std::uint64_t size = stat_fd(from.get(), file).size;
    guarded([&] { batch().put_from(id, size, [&](int to) { copy_contents(from.get(), to, file); }); });
  }

  void put_bytes(const Digest& /*id*/, std::string_view bytes) override {
    guarded([&] { batch().put(bytes); });
  }

  void flush() override {
    guarded([&] {
      if (!batch_) return;
      batch_->commit();
      list_indexes();
    });
  }

  bool get(const Digest& id, int fd, const fs::path& target) override {
    return guarded([&] {
      require_format();
      return store_.copy_to(id, fd, target);
    });
  }

  void init() override {
    guarded([&] {
      if (find_stat(dir_ / "format")) return require_format();
      if (!find_stat(dir_.parent_path())) {
        throw Error(ErrorKind::remote,
                    fmt::format("remote `{}`: `{}` does not exist", name_, dir_.parent_path().string()))
            .hint("mount it, or make the directory");
      }
      // A first attempt that was cut off may have left its temporary file.
      const std::vector<DirEntry> there = find_stat(dir_) ? list_dir(dir_) : std::vector<DirEntry>();
      if (!std::all_of(there.begin(), there.end(),
                       [](const DirEntry& entry) { return StagingDir::owns(entry.name); })) {
        throw Error(ErrorKind::remote, fmt::format("remote `{}`: `{}` holds something else", name_, dir_.string()))
            .hint("name an empty or a new directory");
      }
      write_file(dir_ / "format", kRemoteFormat);
    });
  }

  void check() override {
    guarded([&] {
      require_format();
      const TempFile probe(dir_);
      write_all(probe.fd(), "mlo", probe.path());
    });
  }

  const std::string& name() const override { return name_; }

 private:
  template <class Action>
  auto guarded(const Action& action) -> decltype(action()) {
    return in_the_name_of(name_, action);
  }

  void require_format() const {
    check_remote_format(name_, dir_.string(), find_file(dir_ / "format", 4096),
                        fmt::format("mount it; if it never was there, `mlo remote check {} --init` makes it", name_));
  }

  /// For those who see this directory through a web server, which cannot list.
  void list_indexes() {
    if (!find_stat(dir_ / "packs")) return;
    const LockFile lock = LockFile::acquire(dir_ / "indexes.lock", "mlo push", std::chrono::minutes(1), world_);
    std::string names;
    for (const DirEntry& entry : list_dir(dir_ / "packs")) {
      if (entry.name.ends_with(".idx")) names += entry.name + "\n";
    }
    write_file(dir_ / "indexes", names);
  }

  ObjectStore::Batch& batch() {
    const std::lock_guard lock(mutex_);
    if (!batch_) {
      require_format();
      batch_.emplace(store_);
    }
    return *batch_;
  }

  World world_;
  std::string name_;
  fs::path dir_;
  ObjectStore store_;
  std::mutex mutex_;
  std::optional<ObjectStore::Batch> batch_;
};

bool accepts(std::string_view url) { return url.starts_with(kFileScheme) || url.find("://") == std::string_view::npos; }

std::unique_ptr<Remote> open(const World& world, const RemoteConfig& config, const fs::path& base) {
  std::string_view path = config.url;
  if (path.starts_with(kFileScheme)) path.remove_prefix(kFileScheme.size());
  return std::make_unique<DirRemote>(world, config.name, absolute_in(base, fs::path(path)));
}

}  // namespace

RemoteKind dir_remote() { return {"dir", accepts, open}; }

}  // namespace mlo
