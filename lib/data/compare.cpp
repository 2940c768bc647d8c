#include "lib/data/compare.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

bool is_directory(const TreeEntry& entry) { return entry.kind == TreeEntryKind::directory; }

/// Two sides of one directory; either may be missing.
struct Pair {
  std::string path;
  std::optional<Digest> tree;
  std::optional<std::size_t> scanned;
};

/// What comparing one directory gives.
struct Outcome {
  std::vector<Pair> below;
  std::vector<Difference> differences;
  std::vector<Difference> undecided;  ///< same kind and size, digest not cached
};

class Comparison {
 public:
  Comparison(const Workspace& workspace, StatCache& cache, const std::string& top, Below below, WorkState& state)
      : workspace_(workspace), cache_(cache), top_(top), below_(below), state_(state) {}

  void run(const TreeEntry& want, const std::optional<ScannedEntry>& found) {
    Outcome start;
    compare("", &want, found ? &*found : nullptr, start);
    const World& world = workspace_.world();
    std::vector<Outcome> level;
    level.push_back(std::move(start));
    while (!level.empty()) {
      std::vector<Pair> pairs;
      for (Outcome& outcome : level) {
        std::move(outcome.below.begin(), outcome.below.end(), std::back_inserter(pairs));
        std::move(outcome.differences.begin(), outcome.differences.end(), std::back_inserter(state_.differences));
        std::move(outcome.undecided.begin(), outcome.undecided.end(), std::back_inserter(undecided_));
      }
      check_stop(world);
      level.assign(pairs.size(), {});
      parallel_for(pairs.size(), world.threads, [&](std::size_t i) { compare_directory(pairs[i], level[i]); });
    }
    hash_undecided();
    std::sort(state_.differences.begin(), state_.differences.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
  }

 private:
  void compare_directory(const Pair& pair, Outcome& out) {
    static const ScannedEntries kNothing;
    const Tree wanted = pair.tree ? workspace_.store().get_tree(*pair.tree) : Tree();
    const ScannedEntries& found = pair.scanned ? state_.scan.directories[*pair.scanned].entries : kNothing;
    auto w = wanted.begin();
    for (std::size_t f = 0; w != wanted.end() || f < found.size();) {
      const bool take_w = f == found.size() || (w != wanted.end() && w->name <= found.name(f));
      const bool take_f = w == wanted.end() || (f < found.size() && found.name(f) <= w->name);
      const std::string path = child_path(pair.path, take_w ? std::string_view(w->name) : found.name(f));
      const std::optional<ScannedEntry> entry = take_f ? std::optional(found[f]) : std::nullopt;
      const bool of_nobody =
          take_f && !take_w && is_directory(entry->entry) && state_.scan.directories[entry->directory].only_ignored;
      if (!of_nobody) compare(path, take_w ? &*w : nullptr, entry ? &*entry : nullptr, out);
      if (take_w) ++w;
      if (take_f) ++f;
    }
  }

  void compare(const std::string& path, const TreeEntry* want, const ScannedEntry* found, Outcome& out) {
    const bool want_directory = want != nullptr && is_directory(*want);
    const bool found_directory = found != nullptr && is_directory(found->entry);
    const bool descend = found_directory || below_ == Below::named;
    if ((want_directory || found_directory) && descend) {
      out.below.push_back({path, want_directory ? std::optional(want->id) : std::nullopt,
                           found_directory ? std::optional(found->directory) : std::nullopt});
      if (want_directory && found_directory) return;
    }
    const bool alike =
        want != nullptr && found != nullptr && want->kind == found->entry.kind && want->size == found->entry.size;
    const std::optional<Digest> known = alike ? id_of(path, *found) : std::nullopt;
    if (alike && known == want->id) return;
    Difference difference{path, want != nullptr ? std::optional(*want) : std::nullopt,
                          found != nullptr ? std::optional(*found) : std::nullopt};
    if (known) difference.found->entry.id = *known;
    (alike && !known ? out.undecided : out.differences).push_back(std::move(difference));
  }

  /// As far as it is known without reading.
  std::optional<Digest> id_of(const std::string& path, const ScannedEntry& found) const {
    if (found.entry.kind == TreeEntryKind::symlink) return sha256(found.target);
    return cache_.find(child_path(top_, path), found.stat);
  }

  void hash_undecided() {
    const World& world = workspace_.world();
    std::uint64_t bytes = 0;
    for (const Difference& item : undecided_) bytes += item.want->size;
    const auto task = world.progress.start("hashing " + top_, ProgressUnit::bytes, bytes);
    parallel_for(undecided_.size(), reading_threads(world.threads), [&](std::size_t i) {
      check_stop(world);
      ScannedEntry& found = *undecided_[i].found;
      const auto id = hash_file(workspace_, cache_, child_path(top_, undecided_[i].path), found.stat);
      found.entry.id = id.value_or(Digest());  // changing right now: certainly not the version
      task->advance(found.entry.size);
    });
    for (Difference& item : undecided_) {
      if (item.found->entry.id != item.want->id) state_.differences.push_back(std::move(item));
    }
  }

  const Workspace& workspace_;
  StatCache& cache_;
  const std::string& top_;
  const Below below_;
  WorkState& state_;
  std::vector<Difference> undecided_;
};

void collect(const ObjectStore& store, const std::string& path, const TreeEntry& entry, ChangeKind kind,
             std::vector<FileChange>& out) {
  const bool added = kind == ChangeKind::added;
  const auto add = [&](const std::string& p, const TreeEntry& e) {
    if (!is_directory(e)) out.push_back({p, kind, added ? 0 : e.size, added ? e.size : 0});
  };
  add(path, entry);
  if (!is_directory(entry)) return;
  walk_tree(store, entry.id, [&](const std::string& below, const TreeEntry& e) { add(child_path(path, below), e); });
}

void compare_entries(const ObjectStore& store, const std::string& path, const TreeEntry* before, const TreeEntry* after,
                     std::vector<FileChange>& out) {
  if (before != nullptr && after != nullptr && before->kind == after->kind && before->id == after->id) return;
  const bool old_directory = before != nullptr && is_directory(*before);
  const bool new_directory = after != nullptr && is_directory(*after);
  if (before != nullptr && after != nullptr && !old_directory && !new_directory) {
    out.push_back({path, ChangeKind::changed, before->size, after->size});
    return;
  }
  if (!old_directory || !new_directory) {
    if (before != nullptr) collect(store, path, *before, ChangeKind::removed, out);
    if (after != nullptr) collect(store, path, *after, ChangeKind::added, out);
    return;
  }
  const Tree a = store.get_tree(before->id);
  const Tree b = store.get_tree(after->id);
  for (std::size_t i = 0, j = 0; i < a.size() || j < b.size();) {
    const bool take_a = j == b.size() || (i < a.size() && a[i].name <= b[j].name);
    const bool take_b = i == a.size() || (j < b.size() && b[j].name <= a[i].name);
    const std::string& name = take_a ? a[i].name : b[j].name;
    compare_entries(store, child_path(path, name), take_a ? &a[i] : nullptr, take_b ? &b[j] : nullptr, out);
    if (take_a) ++i;
    if (take_b) ++j;
  }
}

}  // namespace

TreeEntry top_entry(const DatasetManifest& version) {
  const TreeEntryKind file = version.executable ? TreeEntryKind::executable : TreeEntryKind::file;
  return {version.directory ? TreeEntryKind::directory : file, version.bytes, version.tree, ""};
}

std::optional<FileStat> find_data(const Workspace& workspace, const std::string& repo_path) {
  for (std::size_t slash = repo_path.find('/'); slash != std::string::npos; slash = repo_path.find('/', slash + 1)) {
    const std::string parent = repo_path.substr(0, slash);
    const auto stat = find_stat(workspace.root() / parent);
    if (!stat) return std::nullopt;
    if (stat->kind == FileKind::symlink) {
      throw Error(ErrorKind::conflict, fmt::format("cannot reach `{}`: `{}` is a symlink", repo_path, parent))
          .hint("put a real directory there: mlo neither reads nor writes data through a link");
    }
  }
  return find_stat(workspace.root() / repo_path);
}

WorkState compare_with_work(const Workspace& workspace, StatCache& cache, const DatasetManifest& version, Below below) {
  WorkState state;
  const auto stat = find_data(workspace, version.path);
  std::optional<ScannedEntry> top;
  if (stat) {
    state.exists = true;
    top.emplace();
    top->stat = *stat;
    top->entry.size = stat->size;
    top->entry.kind = stat->executable() ? TreeEntryKind::executable : TreeEntryKind::file;
    if (stat->kind == FileKind::directory) {
      top->entry.kind = TreeEntryKind::directory;
      state.scan = scan_directory(workspace.world(), workspace.root(), version.path);
    } else if (stat->kind == FileKind::symlink) {
      top->entry.kind = TreeEntryKind::symlink;
      top->target = read_link(workspace.root() / version.path);
    } else if (stat->kind == FileKind::other) {
      throw Error(ErrorKind::invalid, fmt::format("`{}` is neither a file nor a directory", version.path));
    }
  }
  Comparison(workspace, cache, version.path, below, state).run(top_entry(version), top);
  return state;
}

std::string_view to_string(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::added:
      return "added";
    case ChangeKind::changed:
      return "changed";
    case ChangeKind::removed:
      return "removed";
  }
  return "";
}

std::vector<FileChange> changes_of(const WorkState& state) {
  std::vector<FileChange> out;
  for (const Difference& difference : state.differences) {
    const bool want = difference.want && !is_directory(*difference.want);
    const bool found = difference.found && !is_directory(difference.found->entry);
    if (!want && !found) continue;
    out.push_back({difference.path,
                   want && found ? ChangeKind::changed
                   : want        ? ChangeKind::removed
                                 : ChangeKind::added,
                   want ? difference.want->size : 0, found ? difference.found->entry.size : 0});
  }
  return out;
}

std::vector<FileChange> compare_versions(const ObjectStore& store, const DatasetManifest* before,
                                         const DatasetManifest* after) {
  std::vector<FileChange> out;
  const TreeEntry a = before != nullptr ? top_entry(*before) : TreeEntry();
  const TreeEntry b = after != nullptr ? top_entry(*after) : TreeEntry();
  compare_entries(store, "", before != nullptr ? &a : nullptr, after != nullptr ? &b : nullptr, out);
  std::sort(out.begin(), out.end(), [](const auto& x, const auto& y) { return x.path < y.path; });
  return out;
}

ChangeCounts count_changes(const std::vector<FileChange>& changes) {
  ChangeCounts counts;
  for (const FileChange& change : changes) {
    if (change.kind == ChangeKind::added) ++counts.added;
    if (change.kind == ChangeKind::changed) ++counts.changed;
    if (change.kind == ChangeKind::removed) ++counts.removed;
    counts.bytes_added += change.new_size;
    counts.bytes_removed += change.old_size;
  }
  return counts;
}

}  // namespace mlo
