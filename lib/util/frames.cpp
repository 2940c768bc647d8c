#include "lib/util/frames.hpp"

#include <unistd.h>

#include "lib/util/bytes.hpp"
#include "lib/util/error.hpp"

namespace mlo {
namespace {

constexpr std::string_view kMagic = "\xE5mlo";
constexpr std::size_t kHead = 12;

std::uint32_t frame_sum(std::string_view length, std::string_view payload) {
  return crc32c(bytes_of(payload), crc32c(bytes_of(length)));
}

}  // namespace

void put_frame(std::string& out, std::string_view payload) {
  ByteWriter length;
  length.u32(static_cast<std::uint32_t>(payload.size()));
  ByteWriter sum;
  sum.u32(frame_sum(length.str(), payload));
  out.append(kMagic).append(length.str()).append(sum.str()).append(payload);
}

std::uint64_t read_frames(std::string_view bytes, std::size_t max_payload,
                          const std::function<bool(std::string_view payload)>& take) {
  std::uint64_t damaged = 0;
  while (!bytes.empty()) {
    const std::size_t start = bytes.find(kMagic);
    damaged += std::min(start, bytes.size());
    if (start == std::string_view::npos) break;
    bytes.remove_prefix(start);
    ByteReader head(bytes.substr(kMagic.size()));
    const std::uint32_t size = head.u32(), sum = head.u32();
    const std::string_view body = head.ok() && size <= max_payload ? head.raw(size) : std::string_view();
    const bool valid =
        head.ok() && size <= max_payload && frame_sum(bytes.substr(kMagic.size(), 4), body) == sum && take(body);
    if (!valid) ++damaged;
    bytes.remove_prefix(valid ? kHead + size : 1);
  }
  return damaged;
}

void append_frames(int fd, std::string_view frames, const fs::path& shown) {
  const auto before = static_cast<off_t>(stat_fd(fd, shown).size);
  try {
    write_all(fd, frames, shown);
  } catch (const Error&) {
    static_cast<void>(::ftruncate(fd, before));  // if that fails too, readers skip the torn frame
    throw;
  }
}

}  // namespace mlo
