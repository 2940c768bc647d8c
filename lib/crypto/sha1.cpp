#include "lib/crypto/sha1.hpp"

#include <openssl/evp.h>

#include <array>

#include "lib/util/bytes.hpp"
#include "lib/util/error.hpp"

namespace mlo {

std::string sha1_hex(std::string_view bytes) {
  std::array<std::byte, 20> out{};
  std::size_t size = 0;
  const int good = EVP_Q_digest(nullptr, "SHA1", nullptr, bytes.data(), bytes.size(),
                                reinterpret_cast<unsigned char*>(out.data()), &size);
  if (good != 1 || size != out.size())
    throw Error(ErrorKind::config, "cannot compute SHA-1: this system's OpenSSL forbids it");
  return to_hex(out);
}

}  // namespace mlo
