#include "lib/workspace/stat_cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <ctime>

#include "lib/util/error.hpp"
#include "lib/workspace/stat_table.hpp"

namespace mlo {
namespace {

constexpr std::uint32_t kForgetAfterDays = 30;
/// While what is new is less than this part of the table, it is written beside it.
constexpr std::size_t kFew = 16;
/// As old may a table get before it is written anew whole, so that the days in it are true.
constexpr std::int64_t kTableDays = 7;
constexpr std::int64_t kDay = 86400;

std::int64_t coarse_clock() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

/// The file system's idea of now, in its own resolution: the time it gives a file touched this moment. A file system of
/// this machine uses the kernel's clock, which is read without touching anything; whether it does is found out once.
class FileClock {
 public:
  explicit FileClock(const fs::path& dir) : dir_(dir) {}
  /// Long ago if no file can be made there: then nothing counts as settled.
  std::int64_t now() {
    if (kernel_) return coarse_clock();
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
    const std::int64_t before = coarse_clock();
    if (::futimens(file_->fd(), nullptr) != 0) return INT64_MIN;
    const std::int64_t touched = stat_fd(file_->fd(), file_->path()).mtime_ns;
    kernel_ = before <= touched && touched <= coarse_clock();
    return touched;
  }

 private:
  fs::path dir_;
  std::optional<TempFile> file_;
  bool kernel_ = false;
};

/// Without a ctime that tells nothing of the content: it changes with every name that the file gets or loses.
FileStat telling(FileStat stat) {
  constexpr std::uint32_t kWritable = 0222;
  if (stat.has_other_names && (stat.mode & kWritable) == 0) stat.ctime_ns = stat.mtime_ns;
  return stat;
}

/// True if any change after `moment` must show in the stat.
template <class Stat>
bool settled(const Stat& stat, std::int64_t moment) {
  const std::int64_t changed = std::max(stat.mtime_ns, stat.ctime_ns);
  constexpr std::int64_t kSecond = 1'000'000'000;
  const bool coarse = stat.mtime_ns % kSecond == 0 && stat.ctime_ns % kSecond == 0;  // whole seconds, or two (FAT)
  return coarse ? changed < moment - 2 * kSecond : changed < moment;
}

template <class Stat>
bool fits(const Stat& known, const FileStat& stat) {
  return known.size == stat.size && known.mtime_ns == stat.mtime_ns && known.inode == stat.inode &&
         known.mode == stat.mode && known.ctime_ns == telling(stat).ctime_ns;
}

/// In a row's mode, which has 16 bits: recorded, but not yet settled.
constexpr std::uint32_t kUnsettled = 1U << 31U;
bool counts(const StatRow& row) { return (row.mode & kUnsettled) == 0; }

/// One file of the cache as this process found it.
struct Layer {
  explicit Layer(fs::path path) : file(std::move(path)), table(file), asked_for(table.size()) {}

  const StatRecord* find(std::string_view repo_path, const FileStat& stat) const {
    const auto found = table.find(repo_path);
    if (!found || !fits(*found->record, stat)) return nullptr;
    asked_for[found->index].store(true, std::memory_order_relaxed);
    return found->record;
  }
  /// Adds what somebody still wants, but for paths that `replaced` is true of.
  template <class Replaced>
  void keep(std::vector<StatEntry>& entries, std::uint32_t today, const Replaced& replaced) const {
    for (std::size_t i = 0; i < table.size(); ++i) {
      const StatRecord* record = table.record(i);
      if (record == nullptr || replaced(table.path_of(*record))) continue;
      const std::uint32_t day = asked_for[i] ? today : record->day;
      if (day + kForgetAfterDays >= today) entries.emplace_back(table, *record, day);
    }
  }

  const fs::path file;
  const StatTable table;
  mutable std::vector<std::atomic<bool>> asked_for;  ///< by index into `table`
};

}  // namespace

struct StatCache::State {
  explicit State(const fs::path& path) : base(path), recent(path.native() + ".new"), clock(path.parent_path()) {}

  void set(std::string_view repo_path, const FileStat& stat, const Digest& digest) {
    StatRow& row = recorded.insert(repo_path);
    row.mode = stat.mode;
    row.size = stat.size;
    row.mtime_ns = stat.mtime_ns;
    row.ctime_ns = stat.ctime_ns;
    row.inode = stat.inode;
    row.digest = digest;
    changed = true;
  }

  bool recorded_anew(std::string_view repo_path) const {
    const StatRow* row = recorded.find(repo_path);
    return row != nullptr && counts(*row);
  }
  /// True if what is new is better written beside the table than into it.
  bool few(UtcTime now) const {
    if ((recorded.rows().size() + recent.table.size()) * kFew >= base.table.size()) return false;
    const auto stat = find_stat(base.file);
    return stat && now.seconds() - stat->mtime_ns / 1'000'000'000 < kTableDays * kDay;
  }

  const Layer base;
  const Layer recent;  ///< counts before `base`
  std::mutex mutex;    ///< guards what follows
  FileClock clock;
  StatRows recorded;
  bool changed = false;
};

bool StatCache::same(const FileStat& then, const FileStat& now) {
  return then.kind == now.kind && then.device == now.device && fits(telling(then), now);
}

StatCache::StatCache(fs::path file) : state_(std::make_unique<State>(std::move(file))) {}
StatCache::StatCache(StatCache&&) noexcept = default;
StatCache::~StatCache() = default;

std::optional<Digest> StatCache::find(std::string_view repo_path, const FileStat& stat) const {
  for (const Layer* layer : {&state_->recent, &state_->base}) {
    if (const StatRecord* known = layer->find(repo_path, stat)) return Digest(known->digest);
  }
  const std::lock_guard lock(state_->mutex);
  const StatRow* row = state_->recorded.find(repo_path);
  return row != nullptr && counts(*row) && fits(*row, stat) ? std::optional(row->digest) : std::nullopt;
}

std::int64_t StatCache::now() const {
  const std::lock_guard lock(state_->mutex);
  return state_->clock.now();
}

void StatCache::record(std::string_view repo_path, const FileStat& stat, const Digest& digest,
                       std::int64_t before_hashing) {
  const FileStat known = telling(stat);
  if (stat.kind != FileKind::file || !settled(known, before_hashing)) return;
  const std::lock_guard lock(state_->mutex);
  state_->set(repo_path, known, digest);
}

void StatCache::record_own(std::string_view repo_path, const FileStat& stat, const Digest& digest) {
  FileStat unsettled = telling(stat);
  unsettled.mode |= kUnsettled;
  const std::lock_guard lock(state_->mutex);
  state_->set(repo_path, unsettled, digest);
}

void StatCache::settle() {
  const std::lock_guard lock(state_->mutex);
  const std::int64_t moment = state_->clock.now();
  for (StatRow& row : state_->recorded.rows()) {
    if (!counts(row) && settled(row, moment)) row.mode &= ~kUnsettled;
  }
}

void StatCache::save(UtcTime now) {
  const std::lock_guard lock(state_->mutex);
  if (!state_->changed) return;
  const auto today = static_cast<std::uint32_t>(std::max<std::int64_t>(0, now.seconds() / kDay));
  const auto anew = [&](std::string_view path) { return state_->recorded_anew(path); };
  const bool few = state_->few(now);
  std::vector<StatEntry> entries;
  entries.reserve(state_->recorded.rows().size() + state_->recent.table.size() + (few ? 0 : state_->base.table.size()));
  for (const StatRow& row : state_->recorded.rows()) {
    if (counts(row)) entries.emplace_back(row, today);
  }
  if (entries.empty()) return;
  state_->recent.keep(entries, today, anew);
  if (few) {
    write_stat_table(state_->recent.file, std::move(entries));
  } else {
    state_->base.keep(entries, today,
                      [&](std::string_view path) { return anew(path) || state_->recent.table.find(path); });
    write_stat_table(state_->base.file, std::move(entries));
    remove_file(state_->recent.file);
  }
  state_->changed = false;
}

}  // namespace mlo
