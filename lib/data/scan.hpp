#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/store/tree.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/world.hpp"

namespace mlo {

/// One name found on disk. `entry.id` is filled in by whoever hashes; `entry.size` is what lstat said.
struct ScannedEntry {
  TreeEntry entry;
  FileStat stat;
  std::string target;         ///< of a symlink
  std::size_t directory = 0;  ///< of a directory: its place in Scan::directories
};

struct ScannedDirectory {
  std::string path;                   ///< relative to the dataset, "" for its top
  std::vector<ScannedEntry> entries;  ///< ascending by the unsigned bytes of their names
  std::vector<std::string> ignored;   ///< names that are no part of the data
};

/// What lies below a directory, by lstat alone. Parents come before their children.
struct Scan {
  std::vector<ScannedDirectory> directories;
  std::uint64_t files = 0;  ///< and symlinks
};

/// What to do about symlinks that lead out of the data.
enum class OuterLinks { refuse, keep };

/// Walks `top` (relative to `root`), which must be a directory, on many threads; `.mloignore` files between `root` and
/// the data and within it are honoured; no symlink is followed. Error{invalid} naming what cannot be versioned: special
/// files, names that are not allowed, and refused links.
Scan scan_directory(const World& world, const fs::path& root, const std::string& top,
                    OuterLinks links = OuterLinks::refuse);

/// Names every directory by its tree, children before parents; the top's entry. Needs the ids of all else. `put` gets
/// each tree's bytes and returns their id.
TreeEntry name_trees(Scan& scan, const std::function<Digest(const std::string& tree)>& put);

/// True if a symlink at `path` (relative to its dataset) with this target stays inside the dataset, wherever other such
/// links lead.
bool is_inner_link(std::string_view path, std::string_view target);

/// "a/b", or "b" if the directory is the top.
std::string child_path(std::string_view directory, std::string_view name);

}  // namespace mlo
