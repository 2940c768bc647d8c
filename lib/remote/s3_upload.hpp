#pragma once
#include <string>

#include "lib/remote/s3_client.hpp"

namespace mlo {

/// Files larger than this go up in parts of at least this size.
inline constexpr std::uint64_t kS3Part = std::uint64_t{64} << 20U;

/// How large the parts of a file are: always the same for one size, so that any clone can go on with an upload.
std::uint64_t s3_part_size(std::uint64_t size);

/// Uploads a file in parts, `connections` at once. Goes on with an upload of that key that was cut off: parts that are
/// there already are not sent again. Error{corrupt} if the file's bytes are not what `whole` says; then nothing
/// appears. `moved` is told of each byte once, also of those that were there.
void upload_in_parts(S3Client& client, const std::string& key, const fs::path& file, const Digest& whole,
                     unsigned connections, const Moved& moved);

}  // namespace mlo
