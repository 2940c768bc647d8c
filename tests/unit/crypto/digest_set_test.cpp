#include "lib/crypto/digest_set.hpp"

#include "lib/crypto/sha256.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

TEST_CASE("a set of digests holds each once, the zero digest too", "[crypto]") {
  DigestSet set;
  CHECK_FALSE(set.contains(Digest()));
  CHECK_FALSE(set.contains(sha256("0")));
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 5000; ++i) CHECK(set.insert(sha256(std::to_string(i))) == (round == 0));
    CHECK(set.insert(Digest()) == (round == 0));
  }
  for (int i = 0; i < 5000; ++i) CHECK(set.contains(sha256(std::to_string(i))));
  CHECK(set.contains(Digest()));
  CHECK_FALSE(set.contains(sha256("5000")));
  CHECK(set.size() == 5001);
}

TEST_CASE("a set of digests is listed as it was filled, and compared as a set", "[crypto]") {
  const Digest a = sha256("a"), b = sha256("b"), c = sha256("c");
  DigestSet set{b, a, b};
  CHECK(std::vector<Digest>(set.begin(), set.end()) == std::vector<Digest>{b, a});
  CHECK(set == DigestSet{a, b});
  CHECK_FALSE(set == DigestSet{a, c});
  CHECK_FALSE(set == DigestSet{a});
  set.clear();
  CHECK(set.empty());
  CHECK_FALSE(set.contains(a));
}

TEST_CASE("digests that begin alike are told apart", "[crypto]") {
  DigestSet set;
  std::array<std::byte, 32> raw{};
  raw[0] = std::byte{1};
  for (int i = 0; i < 200; ++i) {
    raw[31] = static_cast<std::byte>(i);
    CHECK(set.insert(Digest(raw)));
    CHECK_FALSE(set.insert(Digest(raw)));
  }
}
