#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/data/ignore.hpp"
#include "lib/data/scanned_entries.hpp"
#include "lib/util/world.hpp"

namespace mlo {

struct ScannedDirectory {
  std::string path;  ///< relative to the dataset, "" for its top
  ScannedEntries entries;
  std::vector<std::string> ignored;  ///< names that are no part of the data
  bool only_ignored = false;         ///< nothing but such is in it and below it: the directory is none of the data
};

/// What lies below a directory, by lstat alone. Parents come before their children.
struct Scan {
  std::vector<ScannedDirectory> directories;
  std::uint64_t files = 0;  ///< and symlinks
  std::uint64_t bytes = 0;  ///< in them
};

/// What to do about symlinks that lead out of the data.
enum class OuterLinks { refuse, keep };

/// Walks `top` (relative to `root`), which must be a directory, on many threads; `.mloignore` files between `root` and
/// the data and within it are honoured; no symlink is followed. Error{invalid} naming what cannot be versioned: special
/// files, names that are not allowed, and refused links.
Scan scan_directory(const World& world, const fs::path& root, const std::string& top,
                    OuterLinks links = OuterLinks::refuse);

/// What decides whether `path` (relative to `root`) is a part of the data at `top`, a directory above it or "": a rule
/// of it, or of the first directory around it that is left out. Nothing if no rule speaks of it.
std::optional<IgnoreRule> find_ignore_rule(const fs::path& root, const std::string& top, const std::string& path);

/// Reads the content of a file or symlink at `path` (relative to the dataset) and returns its kind, size and id.
using ReadContent = std::function<TreeEntry(const std::string& path, const ScannedEntry& found)>;
/// Gets a tree's bytes and returns their id.
using PutTree = std::function<Digest(const std::string& tree)>;

/// Has everything read on many threads and names every directory by its tree, children before parents; the top's entry.
TreeEntry name_trees(const World& world, Scan scan, const ReadContent& read, const PutTree& put);

/// True if a symlink at `path` (relative to its dataset) with this target stays inside the dataset, wherever other such
/// links lead.
bool is_inner_link(std::string_view path, std::string_view target);

/// "a/b", or "b" if the directory is the top.
std::string child_path(std::string_view directory, std::string_view name);

}  // namespace mlo
