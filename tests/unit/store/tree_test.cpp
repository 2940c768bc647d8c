#include "lib/store/tree.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/util/error.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

namespace {

TreeEntry entry(std::string name, TreeEntryKind kind = TreeEntryKind::file) {
  return {.kind = kind, .size = 3, .id = sha256("abc"), .name = std::move(name)};
}

/// One entry as format.md spells it, with whatever the test wants to be wrong.
std::string raw_entry(char kind, std::string_view name) {
  ByteWriter out;
  out.u8(static_cast<std::uint8_t>(kind));
  out.u64(3);
  out.raw(sha256("abc").raw());
  out.u16(static_cast<std::uint16_t>(name.size()));
  out.raw(name);
  return std::move(out).str();
}

const std::string kHeader = "mlo tree 1\n";

}  // namespace

TEST_CASE("a tree is the bytes that the format document shows", "[store]") {
  const std::string expected = kHeader + "f" + std::string("\x03\0\0\0\0\0\0\0", 8) +
                               std::string(text_of(sha256("abc").raw())) + std::string("\x05\0", 2) + "a.csv";
  CHECK(encode_tree({entry("a.csv")}) == expected);
  CHECK(encode_tree({}) == kHeader);
  CHECK(tree_id({}) == sha256(kHeader));
}

TEST_CASE("a tree reads back as it was, its names sorted as unsigned bytes", "[store]") {
  const Tree tree = {entry("B", TreeEntryKind::directory), entry("a", TreeEntryKind::executable),
                     entry("b", TreeEntryKind::symlink), entry("\xc3\xa9"), entry("\xff")};
  CHECK(decode_tree(encode_tree(tree)) == tree);
}

TEST_CASE("a malformed tree is refused, whatever is wrong with it", "[store]") {
  const std::string good = kHeader + raw_entry('f', "a");
  REQUIRE_NOTHROW(decode_tree(good));
  for (std::size_t size = 0; size < good.size(); ++size) {
    if (size != kHeader.size()) CHECK_THROWS_AS(decode_tree(good.substr(0, size)), Error);
  }
  const std::vector<std::string> bad = {
      "mlo tree 2\n" + raw_entry('f', "a"),
      good + '\0',
      good + "f",
      kHeader + raw_entry('z', "a"),
      kHeader + raw_entry('\0', "a"),
      kHeader + raw_entry('f', ""),
      kHeader + raw_entry('f', "."),
      kHeader + raw_entry('d', ".."),
      kHeader + raw_entry('d', ".git"),
      kHeader + raw_entry('d', ".GiT"),
      kHeader + raw_entry('f', "a/b"),
      kHeader + raw_entry('f', std::string_view("a\0b", 3)),
      kHeader + raw_entry('f', std::string(256, 'a')),
      kHeader + raw_entry('f', "b") + raw_entry('f', "a"),
      kHeader + raw_entry('f', "a") + raw_entry('f', "a"),
      kHeader + raw_entry('f', "\xff") + raw_entry('f', "a"),
  };
  for (const std::string& bytes : bad) CHECK_THROWS_AS(decode_tree(bytes), Error);
}

TEST_CASE("a name of 255 bytes is the longest", "[store]") {
  CHECK(is_tree_name(std::string(255, 'a')));
  CHECK_FALSE(is_tree_name(std::string(256, 'a')));
  CHECK(is_tree_name(".gitignore"));
  CHECK(is_tree_name("..."));
}

TEST_CASE("a path is made of such names, and no longer than a system takes", "[store]") {
  for (const char* good : {"a", "a/b", "a/.git2", "a/.../b"}) CHECK(is_tree_path(good));
  for (const char* bad : {"", "/a", "a/", "a//b", "a/../b", "./a", "a/.GIT/b"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_tree_path(bad));
  }
  std::string deep = "a";
  while (deep.size() < 4095) deep += "/a";
  CHECK(is_tree_path(deep));
  CHECK_FALSE(is_tree_path(deep + "/a"));
}
