#pragma once
#include <cstddef>
#include <string>
#include <string_view>

// Compression, where it pays. Hides zstd. Safe from any thread.
namespace mlo {

/// Makes `out` one zstd frame of `bytes`; false, with `out` undefined, if that would not save a tenth. What looks like
/// noise (images, archives, hashes) is told by a sample, without trying.
bool compress(std::string_view bytes, std::string& out);

/// Makes `out` the content of a frame; false if it is not one frame of exactly `size` bytes.
bool decompress(std::string_view frame, std::size_t size, std::string& out);

}  // namespace mlo
