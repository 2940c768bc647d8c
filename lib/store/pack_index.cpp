#include "lib/store/pack_index.hpp"

#include <algorithm>
#include <bit>
#include <tuple>

#include "lib/crypto/sha256.hpp"
#include "lib/util/bytes.hpp"

namespace mlo {
namespace {

constexpr std::string_view kHead = "mlo index 2\n", kOldHead = "mlo index 1\n";
constexpr std::size_t kHeadSize = 32;
constexpr std::size_t kDigest = 32;
constexpr std::size_t kOldObject = 48;
constexpr unsigned kMaxBits = 24;

static_assert(std::endian::native == std::endian::little, "indexes are mapped as they lie");
static_assert(sizeof(PackedObject) == 56 && std::is_trivially_copyable_v<PackedObject>);

/// Some eight objects share an entry of the fan-out.
unsigned bits_for(std::size_t objects) {
  return std::min(static_cast<unsigned>(std::bit_width(objects / 8)), kMaxBits);
}

std::size_t fanout_bytes(unsigned bits) { return (((std::size_t{1} << bits) + 1) * 4 + 7) / 8 * 8; }

std::size_t bucket_of(const Digest& id, unsigned bits) {
  std::uint64_t top = 0;
  std::memcpy(&top, id.raw().data(), sizeof top);
  return bits == 0 ? 0 : static_cast<std::size_t>(__builtin_bswap64(top) >> (64 - bits));
}

}  // namespace

std::shared_ptr<const PackIndex> PackIndex::open(const fs::path& file) {
  std::shared_ptr<PackIndex> index(new PackIndex(file, MappedFile(file)));
  return index->load() ? index : nullptr;
}

bool PackIndex::load() {
  const std::string_view all = map_.bytes();
  ByteReader in(all);
  const std::string_view head = in.raw(kHead.size());
  if (head != kHead && head != kOldHead) return false;
  const std::size_t packs = in.u32();
  const std::uint64_t count = in.u64();
  bits_ = in.u32();
  in.u32();
  if (!in.ok() || bits_ > kMaxBits || count > UINT32_MAX || packs > count) return false;
  const std::size_t fanout_at = kHeadSize + packs * kDigest;
  const std::size_t objects_at = fanout_at + fanout_bytes(bits_);
  const std::size_t bytes = count * (head == kHead ? sizeof(PackedObject) : kOldObject);
  if (all.size() != objects_at + bytes + kDigest) return false;
  packs_.resize(packs);
  if (packs > 0) std::memcpy(static_cast<void*>(packs_.data()), all.data() + kHeadSize, packs * kDigest);
  fanout_ = {reinterpret_cast<const std::uint32_t*>(all.data() + fanout_at), (std::size_t{1} << bits_) + 1};
  objects_ = {reinterpret_cast<const PackedObject*>(all.data() + objects_at), static_cast<std::size_t>(count)};
  return fanout_.back() == count && (head == kHead || convert(all.substr(objects_at, bytes)));
}

bool PackIndex::convert(std::string_view objects) {
  converted_.resize(objects.size() / kOldObject);
  ByteReader in(objects);
  bool fits = true;
  for (PackedObject& object : converted_) {
    std::memcpy(static_cast<void*>(&object.id), in.raw(kDigest).data(), kDigest);
    const std::uint64_t offset = in.u64();
    object.offset = static_cast<std::uint32_t>(offset);
    object.pack = in.u32();
    object.stored = in.u32();
    object.size = object.stored;
    fits = fits && offset <= UINT32_MAX;
  }
  objects_ = converted_;
  return fits;
}

const PackedObject* PackIndex::find_any(const Digest& id) const {
  const std::size_t bucket = bucket_of(id, bits_);
  const std::size_t end = std::min<std::size_t>(fanout_[bucket + 1], objects_.size());
  const std::size_t begin = std::min<std::size_t>(fanout_[bucket], end);
  const auto here = objects_.subspan(begin, end - begin);
  const auto at =
      std::lower_bound(here.begin(), here.end(), id, [](const auto& object, const Digest& d) { return object.id < d; });
  return at == here.end() || at->id != id ? nullptr : &*at;
}

const PackedObject* PackIndex::find(const Digest& id) const {
  const PackedObject* const object = find_any(id);
  return object == nullptr || object->pack >= packs_.size() ? nullptr : object;
}

const PackedObject* PackIndex::find_alone(const Digest& id) const {
  const PackedObject* const object = find_any(id);
  return object == nullptr || object->pack != kAlone ? nullptr : object;
}

bool PackIndex::verify() const {
  const std::string_view all = map_.bytes();
  const Digest sum = sha256(all.substr(0, all.size() - kDigest));
  return text_of(sum.raw()) == all.substr(all.size() - kDigest);
}

EncodedIndex::EncodedIndex(const std::vector<Digest>& packs, std::vector<PackedObject> objects)
    : objects_(std::move(objects)) {
  // Of several places of one object the first counts, of sizes the one that is known.
  std::sort(objects_.begin(), objects_.end(), [](const auto& a, const auto& b) {
    return std::tie(a.id, a.pack, a.offset, b.size) < std::tie(b.id, b.pack, b.offset, a.size);
  });
  objects_.erase(
      std::unique(objects_.begin(), objects_.end(), [](const auto& a, const auto& b) { return a.id == b.id; }),
      objects_.end());
  std::vector<std::uint32_t> number(packs.size(), UINT32_MAX);
  for (const PackedObject& object : objects_) {
    if (object.pack != kAlone) number[object.pack] = 0;
  }
  std::vector<Digest> used;
  for (std::size_t i = 0; i < packs.size(); ++i) {
    if (number[i] == UINT32_MAX) continue;
    number[i] = static_cast<std::uint32_t>(used.size());
    used.push_back(packs[i]);
  }
  const unsigned bits = bits_for(objects_.size());
  std::vector<std::uint32_t> fanout(fanout_bytes(bits) / 4, 0);
  for (PackedObject& object : objects_) {
    if (object.pack != kAlone) object.pack = number[object.pack];
    ++fanout[bucket_of(object.id, bits) + 1];
  }
  for (std::size_t i = 1; i <= std::size_t{1} << bits; ++i) fanout[i] += fanout[i - 1];

  ByteWriter head;
  head.raw(kHead);
  head.u32(static_cast<std::uint32_t>(used.size()));
  head.u64(objects_.size());
  head.u32(bits);
  head.u32(0);
  for (const Digest& pack : used) head.raw(pack.raw());
  head.raw(std::as_bytes(std::span(fanout)));
  head_ = std::move(head).str();
  Sha256 hasher;
  hasher.update(head_);
  hasher.update(pieces()[1]);
  sum_ = hasher.finish();
}

std::array<std::string_view, 3> EncodedIndex::pieces() const {
  return {head_, text_of(std::as_bytes(std::span(objects_))), text_of(sum_.raw())};
}

Digest EncodedIndex::digest() const {
  Sha256 hasher;
  for (const std::string_view piece : pieces()) hasher.update(piece);
  return hasher.finish();
}

std::string EncodedIndex::text() const {
  std::string out;
  for (const std::string_view piece : pieces()) out += piece;
  return out;
}

std::map<Digest, std::vector<PackedObject>> objects_by_pack(
    const std::vector<std::shared_ptr<const PackIndex>>& indexes) {
  std::map<Digest, std::vector<PackedObject>> out;
  for (const auto& index : indexes) {
    for (const PackedObject& object : index->objects()) {
      if (object.pack < index->packs().size()) out[index->packs()[object.pack]].push_back(object);
    }
  }
  for (auto& [name, objects] : out) {
    const auto by_place = [](const PackedObject& a, const PackedObject& b) { return a.offset < b.offset; };
    std::sort(objects.begin(), objects.end(), by_place);
    const auto same = [](const PackedObject& a, const PackedObject& b) { return a.offset == b.offset; };
    objects.erase(std::unique(objects.begin(), objects.end(), same), objects.end());
  }
  return out;
}

MergedIndex merge_pack_indexes(std::vector<Digest> packs, std::vector<PackedObject> objects,
                               std::vector<std::shared_ptr<const PackIndex>> indexes) {
  std::sort(indexes.begin(), indexes.end(), [](const auto& a, const auto& b) { return a->size() < b->size(); });
  std::size_t total = objects.size(), count = 0;
  while (count < indexes.size() && indexes[count]->size() <= 2 * total) total += indexes[count++]->size();
  indexes.resize(count);
  objects.reserve(total);
  for (const auto& index : indexes) {
    const auto first = static_cast<std::uint32_t>(packs.size());
    packs.insert(packs.end(), index->packs().begin(), index->packs().end());
    for (PackedObject object : index->objects()) {
      if (object.pack != kAlone) {
        if (object.pack >= index->packs().size()) continue;
        object.pack += first;
      }
      objects.push_back(object);
    }
  }
  return {EncodedIndex(packs, std::move(objects)), std::move(indexes)};
}

}  // namespace mlo
