#include "lib/crypto/md5.hpp"

#include <openssl/evp.h>

namespace mlo {

std::optional<std::string> md5_hex(Bytes bytes) {
  std::array<std::byte, 16> out{};
  std::size_t size = 0;
  const int good = EVP_Q_digest(nullptr, "MD5", nullptr, bytes.data(), bytes.size(),
                                reinterpret_cast<unsigned char*>(out.data()), &size);
  return good == 1 && size == out.size() ? std::optional(to_hex(out)) : std::nullopt;
}

}  // namespace mlo
