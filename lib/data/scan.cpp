#include "lib/data/scan.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "lib/data/ignore.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kIgnoreFile = ".mloignore";
constexpr std::uint64_t kIgnoreFileLimit = 1U << 20U;

/// Whether the system takes the path in one piece.
bool fits(const fs::path& root, std::string_view path) { return root.native().size() + 1 + path.size() < PATH_MAX; }

/// The rules of `directory` (relative to `root`) on top of `outer`.
IgnoreScope enter(const IgnoreScope& outer, const fs::path& root, const std::string& directory) {
  if (!fits(root, child_path(directory, kIgnoreFile))) return outer;
  const auto text = find_file(root / directory / kIgnoreFile, kIgnoreFileLimit);
  return text ? outer.enter(directory, IgnoreRules::parse(*text)) : outer;
}

/// The rules of all directories around `top`.
IgnoreScope scope_around(const fs::path& root, const std::string& top) {
  IgnoreScope scope;
  for (std::size_t slash = 0; slash != std::string::npos; slash = top.find('/', slash + 1))
    scope = enter(scope, root, top.substr(0, slash));
  return scope;
}

/// A directory that waits to be read.
struct Pending {
  std::string path;  ///< relative to the dataset
  IgnoreScope scope;
};

/// What reading one directory gives.
struct Listing {
  ScannedDirectory directory;
  IgnoreScope scope;
};

[[noreturn]] void refuse(const std::string& repo_path, std::string_view why, std::string_view hint) {
  constexpr std::size_t kShown = 400;
  const std::string shown = repo_path.size() <= kShown ? repo_path : repo_path.substr(0, kShown) + "..";
  throw Error(ErrorKind::invalid, fmt::format("cannot version `{}`: {}", printable(shown), why))
      .hint(std::string(hint));
}

std::string_view special_name(std::uint32_t mode) {
  if (S_ISFIFO(mode)) return "named pipe";
  if (S_ISSOCK(mode)) return "socket";
  return S_ISBLK(mode) || S_ISCHR(mode) ? "device" : "special file";
}

/// `path`: relative to the dataset.
ScannedEntry inspect(int dir_fd, const std::string& repo_path, std::string_view path, const std::string& name,
                     OuterLinks links) {
  ScannedEntry found;
  found.entry.name = name;
  const auto stat = find_stat_at(dir_fd, name, repo_path);
  if (!stat) throw Error(ErrorKind::conflict, fmt::format("`{}` vanished while it was read", printable(repo_path)));
  found.stat = *stat;
  found.entry.size = stat->size;
  switch (stat->kind) {
    case FileKind::file:
      found.entry.kind = stat->executable() ? TreeEntryKind::executable : TreeEntryKind::file;
      break;
    case FileKind::directory:
      found.entry.kind = TreeEntryKind::directory;
      break;
    case FileKind::other:
      refuse(repo_path, fmt::format("it is a {}", special_name(stat->mode)), "remove it, or name it in .mloignore");
    case FileKind::symlink:
      found.entry.kind = TreeEntryKind::symlink;
      found.target = read_link(fmt::format("/proc/self/fd/{}/{}", dir_fd, name));
      found.entry.size = found.target.size();
      if (links == OuterLinks::refuse && !is_inner_link(path, found.target)) {
        refuse(repo_path, fmt::format("the symlink leads out of the data, to `{}`", printable(found.target)),
               "copy what it points at, or name it in .mloignore");
      }
  }
  return found;
}

Listing read_directory(const fs::path& root, const std::string& top, const Pending& pending, OuterLinks links) {
  const std::string repo_path = child_path(top, pending.path);
  const fs::path full = root / repo_path;
  Listing out;
  out.directory.path = pending.path;
  out.scope = enter(pending.scope, root, repo_path);
  const UniqueFd fd(::open(full.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) throw_errno("list", printable(repo_path));
  std::string repo_child = child_path(repo_path, "x");
  const std::size_t directory_part = repo_child.size() - 1;
  for (const DirEntry& entry : list_dir_fd(fd.get(), repo_path)) {
    repo_child.replace(directory_part, std::string::npos, entry.name);
    if (out.scope.ignores(repo_child, entry.kind == FileKind::directory)) {
      out.directory.ignored.push_back(entry.name);
      continue;
    }
    if (!fits(root, repo_child)) refuse(repo_child, "its path is too long", "move it up, or name it in .mloignore");
    if (!is_tree_name(entry.name)) refuse(repo_child, "the name is not allowed", "rename it, or name it in .mloignore");
    const std::string_view path = std::string_view(repo_child).substr(top.empty() ? 0 : top.size() + 1);
    out.directory.entries.add(inspect(fd.get(), repo_child, path, entry.name, links));
  }
  return out;
}

}  // namespace

std::string child_path(std::string_view directory, std::string_view name) {
  std::string path(directory);
  if (!path.empty() && !name.empty()) path += '/';
  return path.append(name);
}

bool is_inner_link(std::string_view path, std::string_view target) {
  if (target.empty() || target.front() == '/' || target.find('\0') != std::string_view::npos) return false;
  auto depth = std::count(path.begin(), path.end(), '/');
  bool below = false;
  for (const std::string_view segment : split(target, '/')) {
    if (segment.empty() || segment == ".") continue;
    // Up again from a name is up from where that leads, if it is a link.
    if (segment == ".." && (below || --depth < 0)) return false;
    below = below || segment != "..";
  }
  return true;
}

namespace {

/// Children come after their parents.
void mark_only_ignored(Scan& scan) {
  for (std::size_t i = scan.directories.size(); i-- > 1;) {
    ScannedDirectory& directory = scan.directories[i];
    std::size_t part_of_data = directory.entries.size();
    for (std::size_t at = 0; at < directory.entries.size(); ++at) {
      if (directory.entries.is_directory(at) && scan.directories[directory.entries.directory(at)].only_ignored)
        --part_of_data;
    }
    directory.only_ignored = part_of_data == 0 && !(directory.entries.empty() && directory.ignored.empty());
  }
}

}  // namespace

std::optional<IgnoreRule> find_ignore_rule(const fs::path& root, const std::string& top, const std::string& path) {
  IgnoreScope scope = scope_around(root, top);
  std::string at = top;
  while (at != path) {
    scope = enter(scope, root, at);
    at = path.substr(0, path.find('/', at.empty() ? 0 : at.size() + 1));
    const auto stat = find_stat(root / at);
    const auto rule = scope.find_rule(at, at != path || (stat && stat->kind == FileKind::directory));
    if (at == path || (rule && rule->ignores)) return rule;
  }
  return std::nullopt;
}

Scan scan_directory(const World& world, const fs::path& root, const std::string& top, OuterLinks links) {
  const IgnoreScope outer = scope_around(root, top);
  Scan scan;
  std::vector<Pending> frontier = {{"", outer}};
  // Level by level: the order of the result does not depend on the threads.
  while (!frontier.empty()) {
    check_stop(world);
    std::vector<Listing> listings(frontier.size());
    parallel_for(frontier.size(), reading_threads(world.threads),
                 [&](std::size_t i) { listings[i] = read_directory(root, top, frontier[i], links); });
    frontier.clear();
    const std::size_t next_level = scan.directories.size() + listings.size();
    for (Listing& listing : listings) {
      ScannedEntries& entries = listing.directory.entries;
      for (std::size_t at = 0; at < entries.size(); ++at) {
        if (entries.is_directory(at)) {
          entries.set_directory(at, next_level + frontier.size());
          frontier.push_back({child_path(listing.directory.path, entries.name(at)), listing.scope});
        } else {
          ++scan.files;
          scan.bytes += entries.content_size(at);
        }
      }
      scan.directories.push_back(std::move(listing.directory));
    }
  }
  mark_only_ignored(scan);
  return scan;
}

TreeEntry name_trees(const World& world, Scan scan, const ReadContent& read, const PutTree& put) {
  std::vector<std::size_t> ends;  // of each directory, in the row of all their names
  for (const ScannedDirectory& directory : scan.directories)
    ends.push_back((ends.empty() ? 0 : ends.back()) + directory.entries.size());
  parallel_for(ends.back(), reading_threads(world.threads), [&](std::size_t i) {
    check_stop(world);
    const auto end = std::upper_bound(ends.begin(), ends.end(), i);
    ScannedDirectory& directory = scan.directories[static_cast<std::size_t>(end - ends.begin())];
    const std::size_t at = i + directory.entries.size() - *end;
    if (directory.entries.is_directory(at)) return;
    directory.entries.set_content(at,
                                  read(child_path(directory.path, directory.entries.name(at)), directory.entries[at]));
  });

  std::vector<TreeEntry> made(scan.directories.size());
  for (std::size_t i = scan.directories.size(); i-- > 0;) {
    const ScannedEntries entries = std::move(scan.directories[i].entries);
    Tree tree;
    tree.reserve(entries.size());
    TreeEntry& self = made[i];
    self.kind = TreeEntryKind::directory;
    for (std::size_t at = 0; at < entries.size(); ++at) {
      if (entries.is_directory(at) && scan.directories[entries.directory(at)].only_ignored) continue;
      const ScannedEntry found = entries[at];
      tree.push_back(found.entry);
      if (found.entry.kind == TreeEntryKind::directory) {
        tree.back().id = made[found.directory].id;
        tree.back().size = made[found.directory].size;
      }
      self.size += tree.back().size;
    }
    self.id = put(encode_tree(tree));
  }
  return made.front();
}

}  // namespace mlo
