#include "lib/util/copy_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/util/error.hpp"
#include "lib/util/memory_file.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using test::TempDir;

TEST_CASE("contents are copied whole, beyond one buffer, empty files too", "[util]") {
  const TempDir dir;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{3'000'001}}) {
    std::string bytes(size, 'x');
    for (std::size_t i = 0; i < size; i += 4096) bytes[i] = static_cast<char>(i >> 12U);
    dir.write("from", bytes);
    TempFile to(dir.path());
    copy_contents(open_read(dir / "from").get(), to.fd(), to.path());
    CHECK(read_file(to.path()) == bytes);
  }
}

TEST_CASE("a copy in pieces is the file, holes and all, whatever the pieces", "[util]") {
  const TempDir dir;
  constexpr std::uint64_t kSize = 5'000'000;
  for (const bool hole_at_end : {false, true}) {
    const std::string bytes = std::string(70'000, 'a') + std::string(2'000'000, '\0') + std::string(70'000, 'b');
    std::string whole = bytes;
    whole.resize(kSize);
    if (!hole_at_end) whole += "end";
    dir.write("from", "");
    const UniqueFd from(::open((dir / "from").c_str(), O_RDWR | O_CLOEXEC));
    REQUIRE(::pwrite(from.get(), bytes.data(), 70'000, 0) == 70'000);
    REQUIRE(::pwrite(from.get(), bytes.data() + 2'070'000, 70'000, 2'070'000) == 70'000);
    REQUIRE(::ftruncate(from.get(), kSize) == 0);
    if (!hole_at_end) REQUIRE(::pwrite(from.get(), "end", 3, kSize) == 3);
    for (const std::uint64_t piece : {std::uint64_t{10'007}, std::uint64_t{1U << 20U}, std::uint64_t{1U << 30U}}) {
      TempFile to(dir.path());
      FileCopy copy(from.get(), dir / "from", to.fd(), to.path());
      std::uint64_t copied = 0;
      for (std::uint64_t n = copy.advance(piece); n > 0; n = copy.advance(piece)) {
        CHECK(n <= piece);
        copied += n;
      }
      CHECK(copied == whole.size());
      CHECK((read_file(to.path()) == whole));
      struct stat made {};
      struct stat given {};
      REQUIRE(::fstat(to.fd(), &made) == 0);
      REQUIRE(::fstat(from.get(), &given) == 0);
      // As sparse as the source, where that is: the disk holds less than the file.
      if (given.st_blocks * 512 < 1'000'000) CHECK(made.st_blocks * 512 < 1'500'000);
    }
  }
}

TEST_CASE("a file of another file system is copied by this process", "[util]") {
  const TempDir dir;
  MemoryFile memory;
  const int from = memory.fresh();
  const std::string bytes(700'001, 'm');
  write_all(from, bytes, "memory");
  TempFile to(dir.path());
  FileCopy copy(from, "memory", to.fd(), to.path());
  CHECK(copy.advance(300'000) == 300'000);
  CHECK(copy.advance(UINT64_MAX / 2) == 400'001);
  CHECK(copy.advance(1) == 0);
  CHECK((read_file(to.path()) == bytes));
}
