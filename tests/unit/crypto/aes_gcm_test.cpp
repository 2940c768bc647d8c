#include "lib/crypto/aes_gcm.hpp"

#include "lib/crypto/hkdf.hpp"
#include "lib/util/bytes.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

TEST_CASE("AES-256-GCM gives what its authors published", "[crypto]") {
  AesGcm cipher{Digest()};
  std::string sealed;
  cipher.seal(0, "", sealed);
  CHECK(to_hex(bytes_of(sealed)) == "530f8afbc74536b9a963b4f1c4cb738b");
  sealed.clear();
  cipher.seal(0, std::string(16, '\0'), sealed);
  CHECK(to_hex(bytes_of(sealed)) == "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
}

TEST_CASE("what was sealed opens under its key and number alone, unchanged", "[crypto]") {
  AesGcm cipher{Digest()}, other{*Digest::from_hex_text(std::string(64, '1'))};
  for (const std::size_t size : {0, 1, 15, 16, 17, 70'000}) {
    const std::string plain(size, 'x');
    std::string sealed = "before", opened = "kept";
    cipher.seal(7, plain, sealed);
    const std::string whole = sealed.substr(6);
    CHECK(whole.size() == size + AesGcm::kTag);
    CHECK_FALSE(cipher.open(8, whole, opened));
    CHECK_FALSE(other.open(7, whole, opened));
    CHECK_FALSE(cipher.open(7, whole.substr(1), opened));
    CHECK_FALSE(cipher.open(7, "", opened));
    for (const std::size_t at : {std::size_t{0}, whole.size() / 2, whole.size() - 1}) {
      std::string bad = whole;
      bad[at] = static_cast<char>(bad[at] ^ 1);
      CHECK_FALSE(cipher.open(7, bad, opened));
    }
    CHECK(opened == "kept");
    CHECK(cipher.open(7, whole, opened));
    CHECK(opened == "kept" + plain);
  }
}

TEST_CASE("HKDF-SHA-256 gives what RFC 5869 says", "[crypto]") {
  const std::string key(22, '\x0b'), salt("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c", 13);
  const std::string purpose = "\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9";
  CHECK(hkdf_sha256(bytes_of(key), bytes_of(salt), purpose).hex() ==
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
}
