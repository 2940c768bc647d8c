#include "lib/store/tree.hpp"

#include <algorithm>

#include "lib/crypto/sha256.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

[[noreturn]] void fail(std::string_view why) {
  throw Error(ErrorKind::corrupt, fmt::format("malformed tree: {}", why));
}

TreeEntryKind decode_kind(std::uint8_t byte) {
  switch (const auto kind = static_cast<TreeEntryKind>(byte)) {
    case TreeEntryKind::file:
    case TreeEntryKind::executable:
    case TreeEntryKind::symlink:
    case TreeEntryKind::directory:
      return kind;
  }
  fail("unknown entry type");
}

}  // namespace

bool is_tree_name(std::string_view name) {
  if (name.empty() || name.size() > 255 || name == "." || name == "..") return false;
  if (name.find('\0') != std::string_view::npos || name.find('/') != std::string_view::npos) return false;
  return name.size() != 4 || to_lower(name) != ".git";
}

bool is_tree_path(std::string_view path) {
  constexpr std::size_t kLongest = 4096;
  const auto names = split(path, '/');
  return path.size() <= kLongest && std::all_of(names.begin(), names.end(), is_tree_name);
}

std::string encode_tree(const Tree& tree) {
  ByteWriter out;
  out.raw(kTreeHead);
  const TreeEntry* previous = nullptr;
  for (const TreeEntry& entry : tree) {
    // std::string compares as unsigned bytes, which is the order of the format.
    MLO_ASSERT(is_tree_name(entry.name) && (previous == nullptr || previous->name < entry.name));
    out.u8(static_cast<std::uint8_t>(entry.kind));
    out.u64(entry.size);
    out.raw(entry.id.raw());
    out.u16(static_cast<std::uint16_t>(entry.name.size()));
    out.raw(entry.name);
    previous = &entry;
  }
  return std::move(out).str();
}

Tree decode_tree(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.raw(kTreeHead.size()) != kTreeHead) fail("not a tree of format 1");
  Tree tree;
  while (!in.at_end()) {
    TreeEntry entry;
    entry.kind = decode_kind(in.u8());
    entry.size = in.u64();
    const std::string_view raw = in.raw(32);
    entry.name = in.raw(in.u16());
    if (!in.ok()) fail("it ends in the middle of an entry");
    std::array<std::byte, 32> id{};
    std::memcpy(id.data(), raw.data(), id.size());
    entry.id = Digest(id);
    if (!is_tree_name(entry.name)) fail(fmt::format("forbidden name `{}`", printable(entry.name)));
    if (!tree.empty() && tree.back().name >= entry.name)
      fail(fmt::format("`{}` is out of order", printable(entry.name)));
    tree.push_back(std::move(entry));
  }
  return tree;
}

Digest tree_id(const Tree& tree) { return sha256(encode_tree(tree)); }

}  // namespace mlo
