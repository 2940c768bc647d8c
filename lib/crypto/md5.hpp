#pragma once
#include <optional>
#include <string>

#include "lib/util/bytes.hpp"

namespace mlo {

/// 32 hex digits: what S3 calls a part by, no proof of anything. Nothing where MD5 is forbidden (FIPS).
std::optional<std::string> md5_hex(Bytes bytes);

}  // namespace mlo
