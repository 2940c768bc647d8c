#include "lib/crypto/hkdf.hpp"

#include "lib/crypto/hmac.hpp"

namespace mlo {

Digest hkdf_sha256(Bytes key, Bytes salt, std::string_view purpose) {
  const Digest extracted = hmac_sha256(salt, text_of(key));
  return hmac_sha256(extracted.raw(), std::string(purpose) + '\x01');
}

}  // namespace mlo
