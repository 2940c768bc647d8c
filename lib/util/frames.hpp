#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "lib/util/fs.hpp"

// Files that are only appended to: sequences of frames, each `e5 6d 6c 6f`, the payload's length (4 bytes,
// little-endian), the CRC-32C of length and payload (4), and the payload. A reader finds its way past anything damaged.
namespace mlo {

void put_frame(std::string& out, std::string_view payload);

/// Gives `take` every whole frame's payload of at most `max_payload` bytes, in order; one that it does not take (false)
/// counts as damaged. Returns how many bytes were passed over to reach the next good frame or the end.
std::uint64_t read_frames(std::string_view bytes, std::size_t max_payload,
                          const std::function<bool(std::string_view payload)>& take);

/// Appends to a file open for writing at its end, and if that fails (a full disk) takes back what had been written.
void append_frames(int fd, std::string_view frames, const fs::path& shown);

}  // namespace mlo
