#include "lib/store/pack.hpp"

#include "lib/store/recipe.hpp"
#include "lib/util/compress.hpp"

namespace mlo {
namespace {

constexpr std::string_view kRecordMagic = "obj";
constexpr std::size_t kSizeField = 8;  ///< before the bytes of all forms but plain

}  // namespace

void PackRecords::add(const Digest& id, Form form, std::uint64_t size, std::string_view body) {
  const std::size_t stored = body.size() + (form == Form::plain ? 0 : kSizeField);
  ByteWriter head;
  head.raw(kRecordMagic);
  head.u8(static_cast<std::uint8_t>(form));
  head.u32(static_cast<std::uint32_t>(stored));
  head.raw(id.raw());
  if (form != Form::plain) head.u64(size);
  bytes_ += head.str();
  bytes_ += body;
  objects_.push_back({.id = id,
                      .size = size,
                      .offset = static_cast<std::uint32_t>(dropped_ + bytes_.size() - stored),
                      .stored = static_cast<std::uint32_t>(stored),
                      .form = form});
  ids_.update(id.raw());
}

void PackRecords::drop_bytes() {
  dropped_ += bytes_.size();
  bytes_.clear();
}

std::optional<std::string_view> body_of(const Record& record) {
  ByteReader in(record.bytes);
  const std::uint64_t size = record.form == Form::plain ? in.remaining() : in.u64();
  return in.ok() && size == record.size ? std::optional(in.raw(in.remaining())) : std::nullopt;
}

std::optional<std::string_view> content_of(const Record& record, std::string& buffer) {
  const auto body = body_of(record);
  if (!body || record.form == Form::plain) return body;
  const bool fits = record.form == Form::zstd && record.size <= kMaxPacked;
  if (!fits || !decompress(*body, static_cast<std::size_t>(record.size), buffer)) return std::nullopt;
  return buffer;
}

bool is_whole(const Digest& id, const Record& record) {
  if (record.form == Form::recipe) return decode_recipe(id, record).has_value();
  thread_local std::string buffer;
  const auto content = content_of(record, buffer);
  return content && sha256(*content) == id;
}

bool scan_pack(const fs::path& file, const std::function<void(const PackedObject&, const Record&)>& visit) {
  const MappedFile map(file);
  ByteReader in(map.bytes());
  if (in.raw(kPackHead.size()) != kPackHead) return false;
  Record record;
  while (!in.at_end()) {
    const bool magic = in.raw(kRecordMagic.size()) == kRecordMagic;
    PackedObject object;
    object.form = static_cast<Form>(in.u8());
    object.stored = in.u32();
    const std::string_view raw = in.raw(object.id.raw().size());
    const std::size_t offset = map.bytes().size() - in.remaining();
    const std::string_view bytes = in.raw(object.stored);
    if (!magic || !in.ok() || object.form > Form::recipe || object.stored > kMaxPacked || offset > UINT32_MAX)
      return false;
    std::array<std::byte, 32> id{};
    std::memcpy(id.data(), raw.data(), id.size());
    object.id = Digest(id);
    object.offset = static_cast<std::uint32_t>(offset);
    object.size = object.form == Form::plain ? object.stored : ByteReader(bytes).u64();
    record.form = object.form;
    record.size = object.size;
    record.bytes = bytes;
    visit(object, record);
  }
  return true;
}

fs::path pack_file(const fs::path& dir, const Digest& name) { return dir / (name.hex() + ".pack"); }

}  // namespace mlo
