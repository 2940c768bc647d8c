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

TEST_CASE("a copy has the digest of what it holds, whatever its size and what stays in memory", "[crypto]") {
  const test::TempDir dir;
  constexpr std::size_t kMost = (40U << 20U) + 3;
  std::string bytes(kMost, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * i >> 7U);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{700'001}, kMost}) {
    dir.write("from", bytes.substr(0, size));
    for (const unsigned threads : {1U, 3U}) {
      for (const Cached cached : {Cached::keep, Cached::drop}) {
        const UniqueFd from = open_read(dir / "from");
        const TempFile to(dir.path());
        const HashedFile copied = copy_hashed(from.get(), dir / "from", to.fd(), to.path(),
                                              {.threads = threads, .source = cached, .target = cached});
        CHECK(copied.size == size);
        CHECK(copied.digest == sha256(std::string_view(bytes).substr(0, size)));
        CHECK(sha256_file(to.path()).digest == copied.digest);
      }
    }
  }
}

TEST_CASE("a copy that cannot be written or read is an error that names the file", "[crypto]") {
  const test::TempDir dir;
  dir.write("from", std::string(20U << 20U, 'x'));
  const UniqueFd from = open_read(dir / "from"), folder = open_read(dir.path());
  const TempFile to(dir.path());
  CHECK_THROWS_WITH(copy_hashed(from.get(), dir / "from", folder.get(), "target", {.threads = 2}),
                    Catch::Contains("target"));
  CHECK_THROWS_WITH(copy_hashed(folder.get(), "source", to.fd(), to.path(), {.threads = 2}), Catch::Contains("source"));
}

TEST_CASE("a digest reads only its one spelling", "[crypto]") {
  const Digest d = sha256("abc");
  CHECK(Digest::parse(d.str()) == d);
  CHECK_FALSE(Digest::parse(d.hex()));
  CHECK_FALSE(Digest::parse(d.str() + "0"));
  CHECK_FALSE(Digest::parse("sha256:" + std::string(64, 'G')));
  CHECK_FALSE(Digest::parse("sha256:BA" + d.hex().substr(2)));
}
