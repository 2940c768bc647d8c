#include "lib/store/pack.hpp"

namespace mlo {
namespace {

constexpr std::string_view kRecordMagic = "obj";
constexpr std::uint8_t kPlain = 0;  // the form of the bytes: as they are

}  // namespace

void PackRecords::add(const Digest& id, std::string_view bytes) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  ByteWriter head;
  head.raw(kRecordMagic);
  head.u8(kPlain);
  head.u32(size);
  head.raw(id.raw());
  bytes_ += head.str();
  objects_.push_back({id, dropped_ + bytes_.size(), size});
  bytes_ += bytes;
  ids_.update(id.raw());
}

void PackRecords::drop_bytes() {
  dropped_ += bytes_.size();
  bytes_.clear();
}

bool scan_pack(const fs::path& file, const std::function<void(const PackedObject&, std::string_view)>& visit) {
  const MappedFile map(file);
  ByteReader in(map.bytes());
  if (in.raw(kPackHead.size()) != kPackHead) return false;
  while (!in.at_end()) {
    const bool record = in.raw(kRecordMagic.size()) == kRecordMagic && in.u8() == kPlain;
    PackedObject object;
    object.size = in.u32();
    const std::string_view raw = in.raw(object.id.raw().size());
    object.offset = map.bytes().size() - in.remaining();
    const std::string_view bytes = in.raw(object.size);
    if (!record || !in.ok() || object.size > kMaxPacked) return false;
    std::array<std::byte, 32> id{};
    std::memcpy(id.data(), raw.data(), id.size());
    object.id = Digest(id);
    visit(object, bytes);
  }
  return true;
}

fs::path pack_file(const fs::path& dir, const Digest& name) { return dir / (name.hex() + ".pack"); }

}  // namespace mlo
