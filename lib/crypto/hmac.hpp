#pragma once
#include "lib/crypto/digest.hpp"

namespace mlo {

/// HMAC-SHA-256 (RFC 2104).
Digest hmac_sha256(Bytes key, std::string_view text);
inline Digest hmac_sha256(std::string_view key, std::string_view text) { return hmac_sha256(bytes_of(key), text); }

}  // namespace mlo
