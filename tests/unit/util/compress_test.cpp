#include "lib/util/compress.hpp"

#include <random>

#include "tests/support/test.hpp"

using namespace mlo;

namespace {

std::string noise(std::size_t size) {
  std::mt19937_64 random(7);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

std::string rows(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += fmt::format("{},UA,{}\n", i, i * i % 997);
  return text;
}

}  // namespace

TEST_CASE("text gets smaller and comes back", "[util]") {
  for (const std::size_t count : {100U, 5000U}) {
    std::string frame, back;
    REQUIRE(compress(rows(count), frame));
    CHECK(frame.size() < rows(count).size() / 2);
    REQUIRE(decompress(frame, rows(count).size(), back));
    CHECK(back == rows(count));
  }
}

TEST_CASE("what would not get a tenth smaller stays as it is", "[util]") {
  std::string frame;
  CHECK_FALSE(compress("", frame));
  CHECK_FALSE(compress(rows(20), frame));  // too small
  for (const std::size_t size : {500U, 1024U, 50'000U, 1U << 20U}) CHECK_FALSE(compress(noise(size), frame));
  std::string mixed = noise(100'000) + std::string(6'000, 'a');
  CHECK_FALSE(compress(mixed, frame));
  mixed += std::string(30'000, 'a');
  CHECK(compress(mixed, frame));
}

TEST_CASE("a frame that is cut, longer, damaged or of another size is refused", "[util]") {
  const std::string text = rows(1000);
  std::string frame, back;
  REQUIRE(compress(text, frame));
  for (std::size_t size = 0; size < frame.size(); size += 13)
    CHECK_FALSE(decompress(frame.substr(0, size), text.size(), back));
  CHECK_FALSE(decompress(frame + "x", text.size(), back));
  CHECK_FALSE(decompress(frame + frame, 2 * text.size(), back));
  CHECK_FALSE(decompress(frame, text.size() - 1, back));
  CHECK_FALSE(decompress(frame, text.size() + 1, back));
  CHECK_FALSE(decompress(frame, 0, back));
  CHECK_FALSE(decompress("", 0, back));
  for (std::size_t at = 0; at < frame.size(); ++at) {
    std::string bad = frame;
    bad[at] = static_cast<char>(bad[at] ^ 0x55);
    if (decompress(bad, text.size(), back)) CHECK(back.size() == text.size());
  }
}
