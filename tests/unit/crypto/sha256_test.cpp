#include "lib/crypto/sha256.hpp"

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

TEST_CASE("sha256 gives the digests of FIPS 180-4's examples", "[crypto]") {
  CHECK(sha256("").hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq").hex() ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("an incremental hash equals the hash of the whole, and starts anew", "[crypto]") {
  Sha256 hasher;
  hasher.update("ab");
  hasher.update("c");
  CHECK(hasher.finish() == sha256("abc"));
  CHECK(hasher.finish() == sha256(""));
}

TEST_CASE("a file hashes as its bytes, beyond one buffer", "[crypto]") {
  const test::TempDir dir;
  const std::string bytes(700'001, 'x');
  dir.write("f", bytes);
  const HashedFile hashed = sha256_file(dir / "f");
  CHECK(hashed.digest == sha256(bytes));
  CHECK(hashed.size == bytes.size());
  CHECK_THROWS_AS(sha256_file(dir / "none"), Error);
}

TEST_CASE("a digest reads only its one spelling", "[crypto]") {
  const Digest d = sha256("abc");
  CHECK(Digest::parse(d.str()) == d);
  CHECK_FALSE(Digest::parse(d.hex()));
  CHECK_FALSE(Digest::parse(d.str() + "0"));
  CHECK_FALSE(Digest::parse("sha256:" + std::string(64, 'G')));
  CHECK_FALSE(Digest::parse("sha256:BA" + d.hex().substr(2)));
}
