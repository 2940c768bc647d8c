#include "lib/runs/stage_dirs.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "lib/runs/event_log.hpp"
#include "lib/util/error.hpp"

namespace mlo {
namespace {

constexpr std::size_t kMostSpares = 4096;  ///< as many stages as end between two times that results become durable
constexpr const char* kStart = "start.yaml";

/// In place; false if what is there is no plain file of its own any more: a stage may write in its directory.
bool rewrite(const fs::path& path, std::string_view bytes) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd) return false;
  const FileStat stat = stat_fd(fd.get(), path);
  if (stat.kind != FileKind::file || stat.has_other_names) return false;
  write_all(fd.get(), bytes, path);
  if (::ftruncate(fd.get(), static_cast<off_t>(bytes.size())) != 0) throw_errno("truncate", path.string());
  return true;
}

/// Makes a directory as good as new.
bool renew(const fs::path& dir, std::string_view start) {
  for (const DirEntry& entry : list_dir(dir)) {
    if (entry.name != kStart && !is_event_log(entry.name)) remove_tree(dir / entry.name);
  }
  renew_event_log(dir);
  return rewrite(dir / kStart, start);
}

}  // namespace

fs::path StageDirs::make(const std::string& id, std::string_view start) {
  fs::path dir = parent_ / id;
  if (const auto spare = take()) {
    if (renew(*spare, start)) {
      rename_path(*spare, dir);
      return dir;
    }
    remove_tree(*spare);
  }
  std::error_code refused;  // then the first write says why
  fs::create_directories(dir, refused);
  create_event_log(dir);
  write_file(dir / kStart, start, Durability::cache);
  return dir;
}

void StageDirs::give_back(const std::string& id) {
  {
    const std::lock_guard lock(mutex_);
    if (spare_.size() < kMostSpares) return spare_.push_back(parent_ / id);
  }
  remove_tree(parent_ / id);
}

std::optional<fs::path> StageDirs::take() {
  const std::lock_guard lock(mutex_);
  if (spare_.empty()) return std::nullopt;
  fs::path dir = std::move(spare_.back());
  spare_.pop_back();
  return dir;
}

}  // namespace mlo
