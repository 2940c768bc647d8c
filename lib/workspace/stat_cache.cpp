#include "lib/workspace/stat_cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <unordered_map>

#include "lib/util/error.hpp"
#include "lib/workspace/stat_table.hpp"

namespace mlo {
namespace {

constexpr std::uint32_t kForgetAfterDays = 30;

bool same(const StatRecord& record, const FileStat& stat) {
  return record.size == stat.size && record.mtime_ns == stat.mtime_ns && record.ctime_ns == stat.ctime_ns &&
         record.inode == stat.inode && record.mode == stat.mode;
}

/// The file system's idea of now, in its own resolution: the time it gives a file touched this moment.
class FileClock {
 public:
  explicit FileClock(const fs::path& dir) : dir_(dir) {}
  /// Long ago if no file can be made there: then nothing counts as settled.
  std::int64_t now() {
    if (!file_) {
      try {
        // The first look-up ever makes the cache's directory: without a clock nothing would ever be recorded.
        std::error_code refused;
        if (!find_stat(dir_) && !fs::create_directory(dir_, refused)) return INT64_MIN;
        file_.emplace(dir_);
      } catch (const Error&) {
        return INT64_MIN;
      }
    }
    if (::futimens(file_->fd(), nullptr) != 0) return INT64_MIN;
    return stat_fd(file_->fd(), file_->path()).mtime_ns;
  }

 private:
  fs::path dir_;
  std::optional<TempFile> file_;
};

/// True if any change after `moment` must show in the stat.
bool settled(const FileStat& stat, std::int64_t moment) {
  const std::int64_t changed = std::max(stat.mtime_ns, stat.ctime_ns);
  constexpr std::int64_t kSecond = 1'000'000'000;
  const bool coarse = stat.mtime_ns % kSecond == 0 && stat.ctime_ns % kSecond == 0;  // whole seconds, or two (FAT)
  return coarse ? changed < moment - 2 * kSecond : changed < moment;
}

/// What this process looked up in vain or recorded.
struct Pending {
  std::int64_t asked = 0;
  FileStat stat;
  std::optional<Digest> digest;
};

struct StringHash : std::hash<std::string_view> {
  using is_transparent = void;
};

}  // namespace

struct StatCache::State {
  explicit State(fs::path path)
      : file(std::move(path)), table(file), asked_for(table.size()), clock(file.parent_path()) {
    opened = clock.now();
  }

  const fs::path file;
  const StatTable table;
  std::vector<std::atomic<bool>> asked_for;  ///< by index into `table`
  std::mutex mutex;                          ///< guards what follows
  FileClock clock;
  std::int64_t opened;
  std::unordered_map<std::string, Pending, StringHash, std::equal_to<>> pending;
  bool recorded = false;
};

StatCache::StatCache(fs::path file) : state_(std::make_unique<State>(std::move(file))) {}
StatCache::StatCache(StatCache&&) noexcept = default;
StatCache::~StatCache() = default;

std::optional<Digest> StatCache::find(std::string_view repo_path, const FileStat& stat) const {
  if (const auto old = state_->table.find(repo_path); old && same(*old->record, stat)) {
    state_->asked_for[old->index].store(true, std::memory_order_relaxed);
    return Digest(old->record->digest);
  }
  const std::lock_guard lock(state_->mutex);
  Pending& pending = state_->pending[std::string(repo_path)];
  if (pending.digest && pending.stat == stat) return pending.digest;
  pending.asked = state_->clock.now();
  return std::nullopt;
}

void StatCache::record(std::string_view repo_path, const FileStat& stat, const Digest& digest) {
  const std::lock_guard lock(state_->mutex);
  const auto it = state_->pending.try_emplace(std::string(repo_path), Pending{state_->opened, {}, {}}).first;
  if (stat.kind != FileKind::file || !settled(stat, it->second.asked)) return;
  it->second.stat = stat;
  it->second.digest = digest;
  state_->recorded = true;
}

void StatCache::save(UtcTime now) {
  const std::lock_guard lock(state_->mutex);
  if (!state_->recorded) return;
  const auto today = static_cast<std::uint32_t>(std::max<std::int64_t>(0, now.seconds() / 86400));
  std::vector<StatRow> rows;
  rows.reserve(state_->table.size() + state_->pending.size());
  for (const auto& [path, entry] : state_->pending) {
    if (!entry.digest) continue;
    const FileStat& s = entry.stat;
    rows.push_back({{0, s.size, s.mtime_ns, s.ctime_ns, s.inode, s.mode, today, 0, 0, entry.digest->raw(), 0}, path});
  }
  for (std::size_t i = 0; i < state_->table.size(); ++i) {
    const StatRecord* record = state_->table.record(i);
    if (record == nullptr) continue;
    const std::string_view path = state_->table.path_of(*record);
    const auto replaced = state_->pending.find(path);
    if (replaced != state_->pending.end() && replaced->second.digest) continue;
    StatRow row{*record, path};
    if (state_->asked_for[i]) row.record.day = today;
    if (row.record.day + kForgetAfterDays >= today) rows.push_back(row);
  }
  write_file(state_->file, encode_stat_table(std::move(rows)), Durability::cache);
  state_->recorded = false;
}

}  // namespace mlo
