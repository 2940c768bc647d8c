#include "lib/crypto/md5.hpp"

#include <openssl/evp.h>

#include "lib/util/error.hpp"

namespace mlo {

std::optional<std::string> md5_hex(Bytes bytes) {
  std::array<std::byte, 16> out{};
  std::size_t size = 0;
  const int good = EVP_Q_digest(nullptr, "MD5", nullptr, bytes.data(), bytes.size(),
                                reinterpret_cast<unsigned char*>(out.data()), &size);
  return good == 1 && size == out.size() ? std::optional(to_hex(out)) : std::nullopt;
}

Md5::Md5() : state_(EVP_MD_CTX_new()) {
  MLO_ASSERT(state_ != nullptr);
  if (EVP_DigestInit_ex2(static_cast<EVP_MD_CTX*>(state_), EVP_md5(), nullptr) == 1) return;
  EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(state_));
  throw Error(ErrorKind::config, "cannot compute MD5: this system's OpenSSL forbids it");
}
Md5::~Md5() { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(state_)); }

void Md5::update(std::string_view bytes) {
  MLO_ASSERT(EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(state_), bytes.data(), bytes.size()) == 1);
}

std::string Md5::finish() {
  std::array<std::byte, 16> out{};
  MLO_ASSERT(
      EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(state_), reinterpret_cast<unsigned char*>(out.data()), nullptr) == 1);
  return to_hex(out);
}

}  // namespace mlo
