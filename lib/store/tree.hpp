#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "lib/crypto/digest.hpp"

namespace mlo {

enum class TreeEntryKind : char { file = 'f', executable = 'x', symlink = 'l', directory = 'd' };

/// One name in a directory. `size`: bytes of a file, of a symlink's target text, or all bytes below a directory.
struct TreeEntry {
  TreeEntryKind kind = TreeEntryKind::file;
  std::uint64_t size = 0;
  Digest id;
  std::string name;
  bool operator==(const TreeEntry&) const = default;
};

/// The entries of one directory, ascending by the unsigned bytes of their names.
using Tree = std::vector<TreeEntry>;

/// How the bytes of every tree begin.
inline constexpr std::string_view kTreeHead = "mlo tree 1\n";
/// The bytes whose SHA-256 is the directory's id (schemas/README.md). `tree` must be sorted and valid.
std::string encode_tree(const Tree& tree);
/// Error{corrupt} for anything encode_tree would not write: bad order, duplicate, forbidden name, trailing bytes.
Tree decode_tree(std::string_view bytes);
Digest tree_id(const Tree& tree);
/// 1-255 bytes, no NUL or `/`, not `.`, `..`, nor `.git` in any case.
bool is_tree_name(std::string_view name);
/// Such names joined by `/`, in 4,096 bytes at most: no system takes more, and nobody descends without end.
bool is_tree_path(std::string_view path);

}  // namespace mlo
