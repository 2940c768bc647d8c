#include "lib/pipeline/action_segment.hpp"

#include "lib/util/bytes.hpp"
#include "lib/util/error.hpp"

namespace mlo {
namespace {

constexpr std::string_view kMagic = "mlo actions 1\n";
constexpr std::size_t kHead = kMagic.size() + 4, kKey = 32, kEntry = kKey + 8, kSum = 4;

std::uint64_t end_of(std::string_view entry) { return ByteReader(entry.substr(kKey)).u64(); }

}  // namespace

std::string ActionSegment::encode(const std::map<Digest, std::string_view>& records) {
  ByteWriter out;
  out.raw(kMagic);
  out.u32(static_cast<std::uint32_t>(records.size()));
  std::uint64_t end = 0;
  for (const auto& [key, record] : records) {
    out.raw(Bytes(key.raw()));
    out.u64(end += record.size());
  }
  out.u32(crc32c(bytes_of(out.str())));
  for (const auto& [key, record] : records) out.raw(record);
  return std::move(out).str();
}

std::optional<ActionSegment> ActionSegment::open(const fs::path& path) {
  try {
    MappedFile file(path);
    const std::string_view bytes = file.bytes();
    if (bytes.size() < kHead + kSum || !bytes.starts_with(kMagic)) return std::nullopt;
    const std::size_t count = ByteReader(bytes.substr(kMagic.size())).u32();
    if ((bytes.size() - kHead - kSum) / kEntry < count) return std::nullopt;
    const std::string_view index = bytes.substr(0, kHead + count * kEntry);
    if (ByteReader(bytes.substr(index.size())).u32() != crc32c(bytes_of(index))) return std::nullopt;
    return ActionSegment(std::move(file), count);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    return std::nullopt;
  }
}

std::string_view ActionSegment::entry(std::size_t i) const { return file_.bytes().substr(kHead + i * kEntry, kEntry); }

Digest ActionSegment::key(std::size_t i) const {
  std::array<std::byte, kKey> raw{};
  std::memcpy(raw.data(), entry(i).data(), raw.size());
  return Digest(raw);
}

std::string_view ActionSegment::record(std::size_t i) const {
  const std::string_view records = file_.bytes().substr(kHead + count_ * kEntry + kSum);
  const std::uint64_t begin = i == 0 ? 0 : end_of(entry(i - 1)), end = end_of(entry(i));
  return begin <= end && end <= records.size() ? records.substr(begin, end - begin) : std::string_view();
}

std::optional<std::string_view> ActionSegment::find(const Digest& key) const {
  std::size_t low = 0, high = count_;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (this->key(middle) < key)
      low = middle + 1;
    else
      high = middle;
  }
  return low < count_ && this->key(low) == key ? std::optional(record(low)) : std::nullopt;
}

}  // namespace mlo
