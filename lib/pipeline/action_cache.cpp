#include "lib/pipeline/action_cache.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/pipeline/action_segment.hpp"
#include "lib/util/error.hpp"
#include "lib/util/lock_file.hpp"

namespace mlo {
namespace {

constexpr double kWorthSyncing = 1.0;  ///< seconds
constexpr std::uint64_t kMostLoose = 256U << 20U;
constexpr int kTries = 10;
constexpr std::size_t kNumber = 16, kName = kNumber + 1 + 16;

bool is_segment_name(std::string_view name) {
  return name.size() == kName && name[kNumber] == '-' &&
         name.substr(0, kNumber).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::uint64_t number_of(std::string_view name) {
  return std::stoull(std::string(name.substr(0, kNumber)), nullptr, 16);
}

/// Their names, oldest first.
std::vector<std::string> segment_names(const fs::path& root) {
  std::vector<std::string> out;
  if (!find_stat(root)) return out;
  for (const DirEntry& entry : list_dir(root)) {
    if (is_segment_name(entry.name)) out.push_back(entry.name);
  }
  return out;
}

/// An older mlo kept each record in `<root>/ab/<62 hex>`.
std::vector<fs::path> loose_dirs(const fs::path& root) {
  std::vector<fs::path> out;
  if (!find_stat(root)) return out;
  for (const DirEntry& entry : list_dir(root)) {
    if (entry.kind == FileKind::directory && entry.name.size() == 2) out.push_back(root / entry.name);
  }
  return out;
}

void write_segment(const fs::path& root, std::uint64_t number, const std::map<Digest, std::string_view>& records,
                   Durability durability) {
  const std::string bytes = ActionSegment::encode(records);
  // Two processes that choose one number do not meet.
  const std::string name = fmt::format("{:016x}-{}", number, sha256(bytes).hex().substr(0, 16));
  write_file(root / name, bytes, durability);
}

}  // namespace

struct ActionCache::Segments {
  struct Named {
    std::string name;
    ActionSegment segment;
  };
  std::optional<FileStat> stat;  ///< of the directory, from before it was listed
  std::vector<Named> list;       ///< oldest first
  std::vector<std::string> damaged;

  std::optional<ActionRecord> find(const Digest& key) const {
    for (auto it = list.rbegin(); it != list.rend(); ++it) {
      const auto bytes = it->segment.find(key);
      auto record = bytes ? decode_action(*bytes, key) : std::nullopt;
      if (record) return record;
    }
    return std::nullopt;
  }
};

ActionCache::ActionCache(fs::path root) : root_(std::move(root)) {}
ActionCache::~ActionCache() = default;

std::shared_ptr<const ActionCache::Segments> ActionCache::load() const {
  if (!loose_dirs(root_).empty()) adopt_loose();
  for (int tries = 0;; ++tries) {
    auto out = std::make_shared<Segments>();
    out->stat = find_stat(root_);
    for (const std::string& name : segment_names(root_)) {
      try {
        if (auto segment = ActionSegment::open(root_ / name))
          out->list.push_back({name, std::move(*segment)});
        else
          out->damaged.push_back(name);
      } catch (const Error&) {  // not readable now: it may be later
      }
    }
    const bool gone = std::any_of(out->damaged.begin(), out->damaged.end(),
                                  [&](const std::string& name) { return !find_stat(root_ / name); });
    if (!gone || tries == kTries) return out;  // what is gone was folded into another meanwhile
  }
}

std::shared_ptr<const ActionCache::Segments> ActionCache::known(bool anew) const {
  const std::lock_guard lock(mutex_);
  if (!known_ || (anew && known_->stat != find_stat(root_))) known_ = load();
  return known_;
}

std::optional<ActionRecord> ActionCache::find(const Digest& key) const {
  auto record = known(/*anew=*/false)->find(key);
  return record ? record : known(/*anew=*/true)->find(key);  // other processes store, too
}

void ActionCache::store(const std::vector<ActionRecord>& records) const {
  if (records.empty()) return;
  std::map<Digest, std::string> bytes;
  bool durable = false;
  for (const ActionRecord& record : records) {
    bytes.insert_or_assign(record.key, encode_action(record));
    durable = durable || record.seconds >= kWorthSyncing;
  }
  const std::vector<std::string> names = segment_names(root_);
  write_segment(root_, names.empty() ? 1 : number_of(names.back()) + 1, {bytes.begin(), bytes.end()},
                durable ? Durability::durable : Durability::cache);
  fold();
  const std::lock_guard lock(mutex_);
  known_.reset();
}

void ActionCache::fold() const {
  const auto lock = LockFile::try_acquire(root_ / "lock", "folding results");
  if (!lock) return;  // whoever holds it does
  const auto now = load();
  for (const std::string& name : now->damaged) remove_file(root_ / name);
  std::size_t from = now->list.size(), total = 0;
  while (from > 0 && (total == 0 || now->list[from - 1].segment.size() < 2 * total))
    total += now->list[--from].segment.size();
  if (from + 1 >= now->list.size()) return;
  std::map<Digest, std::string_view> records;
  for (std::size_t i = from; i < now->list.size(); ++i) {
    const ActionSegment& segment = now->list[i].segment;
    for (std::size_t k = 0; k < segment.size(); ++k) records.insert_or_assign(segment.key(k), segment.record(k));
  }
  write_segment(root_, number_of(now->list.back().name), records, Durability::durable);
  for (std::size_t i = from; i < now->list.size(); ++i) remove_file(root_ / now->list[i].name);
}

void ActionCache::adopt_loose() const {
  try {
    const auto lock = LockFile::try_acquire(root_ / "lock", "taking over results");
    if (!lock) return;
    std::map<Digest, std::string> bytes;
    const std::vector<fs::path> dirs = loose_dirs(root_);
    for (const fs::path& dir : dirs) {
      for (const DirEntry& entry : list_dir(dir)) {
        const auto key = Digest::from_hex_text(dir.filename().string() + entry.name);
        if (key) bytes[*key] = find_file(dir / entry.name, kMostLoose).value_or("");
      }
    }
    if (!bytes.empty()) write_segment(root_, 0, {bytes.begin(), bytes.end()}, Durability::durable);
    for (const fs::path& dir : dirs) remove_tree(dir);
  } catch (const Error&) {  // a store that cannot be written to
  }
}

std::vector<ActionRecord> ActionCache::all() const {
  std::map<Digest, ActionRecord> records;
  for (const Segments::Named& named : known(/*anew=*/true)->list) {
    for (std::size_t i = 0; i < named.segment.size(); ++i) {
      const Digest key = named.segment.key(i);
      if (auto record = decode_action(named.segment.record(i), key)) records.insert_or_assign(key, std::move(*record));
    }
  }
  std::vector<ActionRecord> out;
  for (auto& [key, record] : records) out.push_back(std::move(record));
  return out;
}

}  // namespace mlo
