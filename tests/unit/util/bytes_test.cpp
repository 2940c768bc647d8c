#include "lib/util/bytes.hpp"

#include <array>

#include "tests/support/test.hpp"

using namespace mlo;

TEST_CASE("crc32c gives the sums of RFC 3720, appendix B.4", "[util]") {
  std::string up, down;
  for (int i = 0; i < 32; ++i) {
    up += static_cast<char>(i);
    down += static_cast<char>(31 - i);
  }
  CHECK(crc32c(bytes_of(std::string(32, '\0'))) == 0x8A9136AAU);
  CHECK(crc32c(bytes_of(std::string(32, '\xFF'))) == 0x62A8AB43U);
  CHECK(crc32c(bytes_of(up)) == 0x46DD794EU);
  CHECK(crc32c(bytes_of(down)) == 0x113FDB5CU);
  CHECK(crc32c(bytes_of("123456789")) == 0xE3069283U);
  CHECK(crc32c({}) == 0U);
}

TEST_CASE("crc32c continues from an earlier sum", "[util]") {
  CHECK(crc32c(bytes_of("6789"), crc32c(bytes_of("12345"))) == crc32c(bytes_of("123456789")));
}

TEST_CASE("hex is lower case, whole and exactly as long as wanted", "[util]") {
  CHECK(to_hex(bytes_of(std::string_view("\x00\xAB\x7F", 3))) == "00ab7f");
  std::array<std::byte, 2> out{};
  CHECK(from_hex("00ff", out));
  CHECK(out[1] == std::byte{0xFF});
  for (const char* bad : {"", "00f", "00fff", "00FF", "00fg", "0x0f", " 0ff"}) CHECK_FALSE(from_hex(bad, out));
}

TEST_CASE("integers are little-endian and read back", "[util]") {
  ByteWriter out;
  out.u8(1);
  out.u16(0x0203);
  out.u32(0x04050607);
  out.u64(0x08090A0B0C0D0E0F);
  out.raw("end");
  CHECK(to_hex(bytes_of(out.str())) ==
        "01030207060504"
        "0f0e0d0c0b0a0908656e64");
  ByteReader in(out.str());
  CHECK(in.u8() == 1);
  CHECK(in.u16() == 0x0203);
  CHECK(in.u32() == 0x04050607);
  CHECK(in.u64() == 0x08090A0B0C0D0E0F);
  CHECK(in.remaining() == 3);
  CHECK(in.raw(3) == "end");
  CHECK((in.ok() && in.at_end()));
}

TEST_CASE("a reader that ran out stays failed, whatever is asked next", "[util]") {
  ByteReader in("abc");
  CHECK(in.u32() == 0);
  CHECK_FALSE(in.ok());
  CHECK(in.u8() == 0);
  CHECK(in.raw(1).empty());
  CHECK_FALSE(in.ok());
  ByteReader huge("abc");
  CHECK(huge.raw(SIZE_MAX).empty());
  CHECK_FALSE(huge.ok());
}
