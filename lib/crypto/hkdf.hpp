#pragma once
#include "lib/crypto/digest.hpp"

namespace mlo {

/// 32 bytes of HKDF-SHA-256 (RFC 5869): a key for one purpose, made of another one.
Digest hkdf_sha256(Bytes key, Bytes salt, std::string_view purpose);

}  // namespace mlo
