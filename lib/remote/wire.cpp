#include "lib/remote/wire.hpp"

#include "lib/remote/pack_reader.hpp"
#include "lib/remote/remote.hpp"
#include "lib/util/bytes.hpp"
#include "lib/util/text.hpp"

namespace mlo::wire {
namespace {

constexpr std::size_t kHead = 9;  // length, id, kind
constexpr std::size_t kMaxText = 4096;

[[noreturn]] void fail() { throw Error(ErrorKind::remote, "the other end does not speak mlo's protocol"); }

void put_text(ByteWriter& out, std::string_view text) {
  out.u16(static_cast<std::uint16_t>(std::min(text.size(), kMaxText)));
  out.raw(text.substr(0, kMaxText));
}

std::string text(ByteReader& in) {
  const std::size_t size = in.u16();
  if (size > kMaxText) fail();
  const std::string_view bytes = in.raw(size);
  if (!in.ok()) fail();
  return std::string(bytes);
}

void require_end(const ByteReader& in) {
  if (!in.ok() || !in.at_end()) fail();
}

bool is_known(char kind) { return std::string_view("glehfrpwxsd.!").find(kind) != std::string_view::npos; }

bool is_hex(std::string_view text, std::size_t size) {
  return text.size() == size &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

std::string encode(std::uint32_t id, Kind kind, std::string_view payload) {
  MLO_ASSERT(payload.size() <= kMaxPayload);
  ByteWriter out;
  out.u32(static_cast<std::uint32_t>(payload.size()));
  out.u32(id);
  out.u8(static_cast<std::uint8_t>(kind));
  out.raw(payload);
  return std::move(out).str();
}

std::optional<Frame> FrameReader::take() {
  const std::string_view rest = std::string_view(bytes_).substr(at_);
  if (rest.size() >= kHead) {
    ByteReader in(rest);
    const std::size_t size = in.u32();
    Frame frame;
    frame.id = in.u32();
    const char kind = static_cast<char>(in.u8());
    if (size > kMaxPayload || !is_known(kind)) fail();
    if (in.remaining() >= size) {
      frame.kind = static_cast<Kind>(kind);
      frame.payload = in.raw(size);
      at_ += kHead + size;
      return frame;
    }
  }
  bytes_.erase(0, std::exchange(at_, 0));
  return std::nullopt;
}

std::string encode_names(const std::vector<std::string>& names) {
  ByteWriter out;
  for (const std::string& name : names) put_text(out, name);
  return std::move(out).str();
}

std::vector<std::string> decode_names(std::string_view payload) {
  std::vector<std::string> names;
  for (ByteReader in(payload); !in.at_end();) names.push_back(text(in));
  return names;
}

std::string encode_files(const std::vector<Place::File>& files) {
  ByteWriter out;
  for (const Place::File& file : files) {
    put_text(out, file.name);
    out.u64(file.size);
  }
  return std::move(out).str();
}

std::vector<Place::File> decode_files(std::string_view payload) {
  std::vector<Place::File> files;
  for (ByteReader in(payload); !in.at_end();) {
    Place::File file{text(in), 0};
    file.size = in.u64();
    if (!in.ok()) fail();
    files.push_back(std::move(file));
  }
  return files;
}

std::string encode_error(const Error& error) {
  ByteWriter out;
  out.u8(static_cast<std::uint8_t>(error.kind()));
  put_text(out, error.message());
  put_text(out, error.hint());
  return std::move(out).str();
}

Error decode_error(std::string_view payload) {
  ByteReader in(payload);
  const auto kind = static_cast<ErrorKind>(in.u8());
  const std::string message = printable(text(in)), hint = printable(text(in));
  require_end(in);
  // Of the other end's kinds only this one is more than a failure of the other end.
  return Error(kind == ErrorKind::corrupt ? kind : ErrorKind::remote, message).hint(hint);
}

std::string encode_get(const Get& get) {
  ByteWriter out;
  put_text(out, get.name);
  out.u8(get.range ? 1 : 0);
  out.u64(get.range ? get.range->offset : 0);
  out.u64(get.range ? get.range->size : 0);
  return std::move(out).str();
}

Get decode_get(std::string_view payload) {
  ByteReader in(payload);
  Get get{text(in), {}};
  const bool part = in.u8() != 0;
  const std::uint64_t offset = in.u64(), size = in.u64();
  require_end(in);
  if (offset > INT64_MAX || size > INT64_MAX - offset) fail();
  if (part) get.range = {offset, size};
  return get;
}

std::string encode_put(const Put& put) {
  ByteWriter out;
  put_text(out, put.name);
  out.raw(text_of(put.digest.raw()));
  out.u64(put.size);
  return std::move(out).str();
}

Put decode_put(std::string_view payload) {
  ByteReader in(payload);
  Put put{text(in), {}, 0};
  std::array<std::byte, 32> digest{};
  const std::string_view raw = in.raw(digest.size());
  put.size = in.u64();
  require_end(in);
  std::memcpy(digest.data(), raw.data(), raw.size());
  put.digest = Digest(digest);
  return put;
}

std::string encode_count(std::uint64_t count) {
  ByteWriter out;
  out.u64(count);
  return std::move(out).str();
}

std::uint64_t decode_count(std::string_view payload) {
  ByteReader in(payload);
  const std::uint64_t count = in.u64();
  require_end(in);
  return count;
}

std::string encode_named(std::string_view name, std::string_view bytes) {
  ByteWriter out;
  put_text(out, name);
  out.raw(bytes);
  return std::move(out).str();
}

std::pair<std::string, std::string_view> decode_named(std::string_view payload) {
  ByteReader in(payload);
  std::string name = text(in);
  return {std::move(name), in.raw(in.remaining())};
}

bool is_name(std::string_view name) {
  if (name == kFormatFile || is_index_name(name)) return true;
  if (name.starts_with("check-")) return is_hex(name.substr(6), 16);
  if (name.starts_with(kPacksAt))
    return name.ends_with(".pack") && is_hex(name.substr(kPacksAt.size(), name.size() - 11), 64);
  if (!name.starts_with(kObjectsAt)) return false;
  const std::string_view rest = name.substr(kObjectsAt.size());
  return rest.size() == 65 && rest[2] == '/' && is_hex(rest.substr(0, 2), 2) && is_hex(rest.substr(3), 62);
}

}  // namespace mlo::wire
