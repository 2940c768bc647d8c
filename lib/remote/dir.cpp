#include "lib/remote/dir.hpp"

#include <mutex>

#include "lib/store/object_store.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kFormat = "mlo remote 1\n";
constexpr std::string_view kFileScheme = "file://";

class DirRemote : public Remote {
 public:
  DirRemote(std::string name, const fs::path& dir) : name_(std::move(name)), dir_(dir), store_(dir / "objects") {}

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

  void put(const Digest& id, const fs::path& file) override {
    const UniqueFd from = open_read(file);
    guarded([&] {
      batch().put_from(id, [&](int to) { copy_contents(from.get(), to, file); });
    });
  }

  void flush() override {
    guarded([&] {
      if (batch_) batch_->commit();
    });
  }

  bool get(const Digest& id, int fd, const fs::path& target) override {
    return guarded([&] {
      require_format();
      if (!store_.has(id)) return false;
      copy_contents(open_read(store_.path_of(id)).get(), fd, target);
      return true;
    });
  }

  void check() override {
    guarded([&] {
      require_format();
      const bool fresh = !find_stat(dir_);
      if (fresh) make_directory();
      {
        const TempFile probe(dir_);
        write_all(probe.fd(), "mlo", probe.path());
      }
      if (fresh) fs::remove(dir_);
    });
  }

 private:
  /// The other side's failures, in its name; damaged bytes keep their kind.
  template <class Action>
  auto guarded(const Action& action) -> decltype(action()) {
    try {
      return action();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::remote || error.kind() == ErrorKind::corrupt) throw;
      throw Error(ErrorKind::remote, fmt::format("remote `{}`: {}", name_, error.message())).hint(error.hint());
    }
  }

  void require_format() const {
    const auto format = find_file(dir_ / "format", 4096);
    if (!format && find_stat(store_.root())) throw Error(ErrorKind::remote, fmt::format("remote `{}`: `{}` has objects but no file `format`", name_, dir_.string()));
    if (format && *format != kFormat) {
      throw Error(ErrorKind::remote, fmt::format("remote `{}`: unknown format `{}`", name_, printable(trim(*format)))).hint("use a newer mlo");
    }
  }

  /// Only the last directory is made: a path whose parents are missing is a disk that is not mounted.
  void make_directory() const {
    if (!find_stat(dir_.parent_path())) {
      throw Error(ErrorKind::remote, fmt::format("remote `{}`: `{}` does not exist", name_, dir_.parent_path().string()))
          .hint("mount it, or make the directory");
    }
    make_dirs(dir_);
  }

  ObjectStore::Batch& batch() {
    const std::lock_guard lock(mutex_);
    if (!batch_) {
      require_format();
      make_directory();
      if (!find_stat(dir_ / "format")) write_file(dir_ / "format", kFormat);
      batch_.emplace(store_);
    }
    return *batch_;
  }

  std::string name_;
  fs::path dir_;
  ObjectStore store_;
  std::mutex mutex_;
  std::optional<ObjectStore::Batch> batch_;
};

bool accepts(std::string_view url) { return url.starts_with(kFileScheme) || url.find("://") == std::string_view::npos; }

std::unique_ptr<Remote> open(const RemoteConfig& config, const fs::path& base) {
  std::string_view path = config.url;
  if (path.starts_with(kFileScheme)) path.remove_prefix(kFileScheme.size());
  return std::make_unique<DirRemote>(config.name, absolute_in(base, fs::path(path)));
}

}  // namespace

RemoteKind dir_remote() { return {"dir", accepts, open}; }

}  // namespace mlo
