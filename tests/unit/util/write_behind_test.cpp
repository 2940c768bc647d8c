#include "lib/util/write_behind.hpp"

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

TEST_CASE("what is written behind is in the file, in whatever pieces it came", "[util]") {
  const test::TempDir dir;
  std::string bytes((40U << 20U) + 5, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * i >> 9U);
  for (const Cached cached : {Cached::keep, Cached::drop}) {
    for (const std::size_t piece : {std::size_t{333'333}, std::size_t{8U << 20U}, bytes.size()}) {
      const TempFile file(dir.path());
      WriteBehind writer(cached);
      for (std::size_t at = 0; at < bytes.size(); at += piece)
        writer.write(file.fd(), std::string_view(bytes).substr(at, piece), file.path());
      writer.sync(file.fd(), file.path());
      CHECK(read_file(file.path()) == bytes);
    }
  }
}

TEST_CASE("what was written otherwise is synced and dropped alike", "[util]") {
  const test::TempDir dir;
  const std::string bytes((40U << 20U) + 5, 'x');
  for (const Cached cached : {Cached::keep, Cached::drop}) {
    const TempFile file(dir.path());
    WriteBehind behind(cached);
    write_all(file.fd(), bytes, file.path());
    behind.wrote(file.fd(), bytes.size());
    behind.sync(file.fd(), file.path());
    CHECK((read_file(file.path()) == bytes));
  }
}

TEST_CASE("what was passed and leaves memory can be read again", "[util]") {
  const test::TempDir dir;
  const std::string bytes(20U << 20U, 'x');
  dir.write("f", bytes);
  const UniqueFd fd = open_read(dir / "f");
  for (std::uint64_t at = 0; at < bytes.size(); at += 1U << 20U) drop_passed(fd.get(), at, at + (1U << 20U));
  CHECK(read_file(dir / "f") == bytes);
}
