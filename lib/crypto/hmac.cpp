#include "lib/crypto/hmac.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "lib/util/error.hpp"

namespace mlo {

Digest hmac_sha256(Bytes key, std::string_view text) {
  std::array<unsigned char, 32> out{};
  unsigned size = 0;
  const Bytes bytes = bytes_of(text);
  const unsigned char* const made =
      HMAC(EVP_sha256(), key.empty() ? "" : static_cast<const void*>(key.data()), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out.data(), &size);
  MLO_ASSERT(made != nullptr && size == out.size());
  std::array<std::byte, 32> raw{};
  std::memcpy(raw.data(), out.data(), out.size());
  return Digest(raw);
}

}  // namespace mlo
