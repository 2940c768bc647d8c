#include "lib/workspace/stat_table.hpp"

#include <algorithm>
#include <bit>
#include <unordered_set>

#include "lib/util/error.hpp"

namespace mlo {
namespace {

struct Header {
  std::array<char, 8> magic;
  std::uint64_t count;
  std::uint64_t bits;
  std::uint64_t spread;
  std::uint64_t path_bytes;
  std::uint64_t check;  ///< over the above
};

// A byte order or a struct layout that differs reads as another magic or size: an empty cache.
constexpr std::array<char, 8> kMagic = {'m', 'l', 'o', 's', 't', 'a', 't', '2'};
static_assert(sizeof(StatRecord) == 104 && sizeof(Header) == 48);

/// A 64-bit hash, eight bytes a step (multiply and fold): against damage and for spreading, not against an enemy.
std::uint64_t mix(std::string_view bytes, std::uint64_t seed) {
  const auto fold = [](std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a ^ 0x9E3779B97F4A7C15ULL) * (b ^ 0xD1B54A32D192ED03ULL);
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
  };
  std::uint64_t state = fold(seed, bytes.size());
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data(), 8);
    state = fold(state, word);
  }
  std::uint64_t word = 0;
  std::memcpy(&word, bytes.data(), bytes.size());
  return fold(state, word);
}

template <class T>
std::string_view bytes_before_check(const T& value) {
  return {reinterpret_cast<const char*>(&value), offsetof(T, check)};
}

/// Spreads the names of one directory over 2^-spread of all hashes: they are looked up together, so they lie together.
std::uint64_t hash_of(std::string_view path, unsigned spread) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return mix(path, 2);
  return mix(path.substr(0, slash), 3) + (mix(path.substr(slash + 1), 2) >> spread);
}

/// So that the directories together have room for one each.
unsigned spread_for(const std::vector<StatEntry>& entries) {
  std::unordered_set<std::uint64_t> directories;
  std::string_view last;
  for (const StatEntry& entry : entries) {
    const std::string_view path = entry.path();
    const std::string_view directory = path.substr(0, std::min(path.rfind('/'), path.size()));
    if (directory != last || directories.empty()) directories.insert(mix(directory, 3));
    last = directory;
  }
  return directories.empty() ? 0 : static_cast<unsigned>(std::bit_width(directories.size())) - 1;
}

std::uint64_t check_of(const StatRecord& record, std::string_view path) {
  return mix(path, mix(bytes_before_check(record), 1));
}

std::size_t bucket_of(std::uint64_t hash, unsigned bits) {
  return bits == 0 ? 0 : static_cast<std::size_t>(hash >> (64U - bits));
}

template <class T>
std::string_view bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

/// Few writes of many small pieces.
class Writer {
 public:
  Writer(int fd, const fs::path& path) : fd_(fd), path_(path) { buffer_.reserve(kBuffer); }
  void write(std::string_view bytes) {
    if (buffer_.size() + bytes.size() > kBuffer) finish();
    buffer_ += bytes;
  }
  void finish() {
    write_all(fd_, buffer_, path_);
    buffer_.clear();
  }

 private:
  static constexpr std::size_t kBuffer = std::size_t{1} << 20U;
  int fd_;
  const fs::path& path_;
  std::string buffer_;
};

}  // namespace

StatTable::StatTable(const fs::path& file) {
  try {
    if (!find_stat(file)) return;
    map_.emplace(file);
  } catch (const Error&) {
    return;  // a cache: what cannot be read is empty
  }
  const std::string_view bytes = map_->bytes();
  Header header{};
  if (bytes.size() < sizeof header) return;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != kMagic || header.check != mix(bytes_before_check(header), 0) || header.bits > 30 ||
      header.spread > 63 || header.count > UINT32_MAX || header.path_bytes > bytes.size()) {
    return;
  }
  const std::size_t fanout_bytes =
      ((std::size_t{1} << header.bits) + 2) / 2 * 8;  // padded, so that records are aligned
  if (bytes.size() != sizeof header + fanout_bytes + header.count * sizeof(StatRecord) + header.path_bytes) return;
  count_ = header.count;
  bits_ = static_cast<unsigned>(header.bits);
  spread_ = static_cast<unsigned>(header.spread);
  fanout_ = reinterpret_cast<const std::uint32_t*>(bytes.data() + sizeof header);
  records_ = reinterpret_cast<const StatRecord*>(bytes.data() + sizeof header + fanout_bytes);
  paths_ = bytes.substr(bytes.size() - header.path_bytes);
}

std::string_view StatTable::path_of(const StatRecord& record) const {
  return paths_.substr(record.path_offset, record.path_size);
}

const StatRecord* StatTable::record(std::size_t index) const {
  const StatRecord& record = records_[index];
  if (record.path_offset > paths_.size() || record.path_size > paths_.size() - record.path_offset) return nullptr;
  return record.check == check_of(record, path_of(record)) ? &record : nullptr;
}

std::optional<StatTable::Found> StatTable::find(std::string_view path) const {
  if (count_ == 0) return std::nullopt;
  const std::uint64_t hash = hash_of(path, spread_);
  const std::size_t bucket = bucket_of(hash, bits_);
  const std::size_t end = std::min<std::size_t>(fanout_[bucket + 1], count_);
  const std::size_t begin = std::min<std::size_t>(fanout_[bucket], end);
  const auto less = [](const StatRecord& record, std::uint64_t wanted) { return record.hash < wanted; };
  const StatRecord* first = std::lower_bound(records_ + begin, records_ + end, hash, less);
  for (auto i = static_cast<std::size_t>(first - records_); i < end && records_[i].hash == hash; ++i) {
    const StatRecord* found = record(i);
    if (found != nullptr && path_of(*found) == path) return Found{found, i};
  }
  return std::nullopt;
}

std::string_view StatEntry::path() const {
  return table_ == nullptr ? static_cast<const StatRow*>(what_)->path()
                           : table_->path_of(*static_cast<const StatRecord*>(what_));
}

StatRecord StatEntry::record() const {
  StatRecord out{};
  if (table_ != nullptr) {
    out = *static_cast<const StatRecord*>(what_);
  } else {
    const StatRow& row = *static_cast<const StatRow*>(what_);
    out = {0, row.size, row.mtime_ns, row.ctime_ns, row.inode, row.mode, 0, 0, 0, row.digest.raw(), 0};
  }
  out.day = day_;
  return out;
}

void write_stat_table(const fs::path& file, std::vector<StatEntry> entries) {
  const unsigned spread = spread_for(entries);
  for (StatEntry& entry : entries) entry.hash = hash_of(entry.path(), spread);
  std::sort(entries.begin(), entries.end(), [](const StatEntry& a, const StatEntry& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.path() < b.path();
  });
  Header header{kMagic,
                entries.size(),
                std::min<std::uint64_t>(30, static_cast<std::uint64_t>(std::bit_width(entries.size()))),
                spread,
                0,
                0};
  for (const StatEntry& entry : entries) header.path_bytes += entry.path().size();
  header.check = mix(bytes_before_check(header), 0);
  std::vector<std::uint32_t> fanout(((std::size_t{1} << header.bits) + 2) / 2 * 2,
                                    static_cast<std::uint32_t>(entries.size()));
  for (std::size_t i = entries.size(), bucket = std::size_t{1} << header.bits; bucket-- > 0;) {
    while (i > 0 && bucket_of(entries[i - 1].hash, static_cast<unsigned>(header.bits)) >= bucket) --i;
    fanout[bucket] = static_cast<std::uint32_t>(i);
  }
  make_dirs(file.parent_path());
  TempFile temp = TempFile::beside(file);
  Writer out(temp.fd(), file);
  out.write(bytes_of(header));
  out.write({reinterpret_cast<const char*>(fanout.data()), fanout.size() * sizeof fanout[0]});
  std::uint64_t offset = 0;
  for (const StatEntry& entry : entries) {
    StatRecord record = entry.record();
    const std::string_view path = entry.path();
    record.hash = entry.hash;
    record.path_offset = offset;
    record.path_size = path.size();
    record.check = check_of(record, path);
    out.write(bytes_of(record));
    offset += path.size();
  }
  for (const StatEntry& entry : entries) out.write(entry.path());
  out.finish();
  temp.publish(file, 0644, Durability::cache);
}

}  // namespace mlo
