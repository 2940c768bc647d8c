#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mlo {

using Bytes = std::span<const std::byte>;

inline Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }
inline std::string_view text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// A number of bytes; a type of its own so that it is never mistaken for a count.
struct ByteCount {
  std::uint64_t value = 0;
  auto operator<=>(const ByteCount&) const = default;
  ByteCount& operator+=(ByteCount other) {
    value += other.value;
    return *this;
  }
};

std::string to_hex(Bytes bytes);
/// Decodes exactly `out.size()` bytes of lower-case hex; false if `hex` is anything else.
bool from_hex(std::string_view hex, std::span<std::byte> out);

/// Appends little-endian integers and raw bytes to a string.
class ByteWriter {
 public:
  void u8(std::uint8_t v) { out_.push_back(static_cast<char>(v)); }
  void u16(std::uint16_t v) { integer(v, 2); }
  void u32(std::uint32_t v) { integer(v, 4); }
  void u64(std::uint64_t v) { integer(v, 8); }
  void raw(std::string_view text) { out_.append(text); }
  void raw(Bytes bytes) { out_.append(text_of(bytes)); }
  const std::string& str() const& { return out_; }
  std::string str() && { return std::move(out_); }

 private:
  void integer(std::uint64_t v, int width) {
    for (int i = 0; i < width; ++i) out_.push_back(static_cast<char>(v >> (8 * i)));
  }
  std::string out_;
};

/// Reads what ByteWriter wrote from untrusted bytes: every read is checked, and after the first failure `ok()` stays
/// false and every further read returns zero or nothing. Borrows the bytes.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}
  std::uint8_t u8() { return static_cast<std::uint8_t>(integer(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(integer(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(integer(4)); }
  std::uint64_t u64() { return integer(8); }
  std::string_view raw(std::size_t size);
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  std::size_t remaining() const { return rest_.size(); }

 private:
  std::uint64_t integer(std::size_t width);
  std::string_view rest_;
  bool ok_ = true;
};

/// CRC-32C (Castagnoli), as in RFC 3720; `seed` continues an earlier sum.
std::uint32_t crc32c(Bytes bytes, std::uint32_t seed = 0);

}  // namespace mlo
