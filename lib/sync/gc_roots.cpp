#include "lib/sync/gc_roots.hpp"

#include <map>
#include <set>

#include "lib/data/datasets.hpp"
#include "lib/drift/baseline.hpp"
#include "lib/manifest/lock.hpp"
#include "lib/pipeline/action_cache.hpp"
#include "lib/runs/event_log.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kLock = "mlo.lock";
constexpr std::string_view kLocal = "local";  ///< in `.mlo`: the link to what is not committed
constexpr std::uint64_t kMaxManifest = 256U << 20U;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

bool is_digits(std::string_view text, std::string_view pattern) {
  return text.size() == pattern.size() && std::equal(text.begin(), text.end(), pattern.begin(), [](char c, char p) {
           return p == '0' ? c >= '0' && c <= '9' : c == p;
         });
}

class Scan {
 public:
  explicit Scan(Workspace& workspace) : workspace_(workspace), repo_(workspace.repo()) {}

  GcRoots run() {
    refuse_malformed();
    scan_history();
    scan_tags();
    for (const fs::path& dir : git_dirs()) scan_index(dir);
    for (const fs::path& root : work_trees()) scan_files(root);
    scan_live_runs();
    scan_actions();
    return std::move(roots_);
  }

 private:
  /// Where in a tree we are: outside of what concerns us, in `.mlo`, or on the way to a run's record.
  enum class Part { outside, manifests, year, day, record };

  void read(std::string_view text) {
    ++roots_.manifests;
    find_digests(text, [&](const Digest& id) { roots_.named.insert(id); });
  }

  void read_file_at(const fs::path& file) {
    if (const auto text = find_file(file, kMaxManifest)) read(*text);
  }

  void refuse_malformed() {
    load_datasets(workspace_);
    drift::list_baselines(workspace_);
    for (const std::string& path : lock_files(workspace_.root())) {
      if (const auto text = find_file(workspace_.root() / path, kMaxManifest)) parse_lock(*text, path);
    }
  }

  /// A partial clone fetches what it lacks by the user's git.
  std::string load_blob(git::ObjectId id) {
    if (repo_.has_object(id)) return repo_.load_blob(id);
    return workspace_.work_tree().run({"cat-file", "blob", id.hex()});
  }

  void scan_blob(git::ObjectId id) {
    if (blobs_.insert(id).second) read(load_blob(id));
  }

  static Part below(Part part, const std::string& name) {
    switch (part) {
      case Part::outside:
        return name == ".mlo" ? Part::manifests : is_digits(name, "0000") ? Part::year : Part::outside;
      case Part::year:
        return is_digits(name, "00-00") ? Part::day : Part::outside;
      case Part::day:
        return name.size() == 32 && std::all_of(name.begin(), name.end(), is_hex) ? Part::record : Part::outside;
      default:
        return part;
    }
  }

  void scan_tree(git::ObjectId id, Part part) {
    if (!trees_.emplace(id, part).second) return;
    check_stop(workspace_.world());
    for (const git::TreeEntry& entry : repo_.load_tree(id)) {
      if (entry.kind == git::EntryKind::submodule) continue;
      const bool counts = part == Part::manifests || (part == Part::record && entry.name.ends_with(".yaml"));
      if (entry.kind == git::EntryKind::directory)
        scan_tree(entry.id, below(part, entry.name));
      else if (counts || entry.name == kLock)
        scan_blob(entry.id);
    }
  }

  void scan_history() {
    // Of all work trees; replaced commits too, not only what replaces them.
    const std::string out = workspace_.work_tree().run(
        {"--no-replace-objects", "rev-list", "--all", "--reflog", "--ignore-missing", "--format=%T", "--stdin"},
        unfinished());
    for (const std::string_view line : split_lines(out)) {
      const auto tree = git::ObjectId::parse(line);
      if (!tree) continue;  // `commit <id>`
      ++roots_.commits;
      scan_tree(*tree, Part::outside);
    }
  }

  void scan_tags() {
    for (const git::Ref& ref : repo_.list_refs("refs/")) {
      for (auto tag = repo_.find_tag(ref.id); tag; tag = repo_.find_tag(tag->target)) {
        if (!blobs_.insert(tag->id).second) break;
        find_digests(tag->message, [&](const Digest& id) { roots_.named.insert(id); });
      }
    }
  }

  /// Of this work tree and all others.
  std::vector<fs::path> git_dirs() const {
    std::vector<fs::path> dirs = {repo_.common_dir()};
    const fs::path others = repo_.common_dir() / "worktrees";
    for (const DirEntry& entry : find_stat(others) ? list_dir(others) : std::vector<DirEntry>())
      dirs.push_back(others / entry.name);
    return dirs;
  }

  /// Names of commits that no ref has: MERGE_HEAD, what a rebase goes on with, bisect's refs of another work tree; one
  /// a line.
  std::string unfinished() const {
    std::set<std::string> ids;
    const auto read_ids = [&](const fs::path& file) {
      const auto stat = find_stat(file);
      if (!stat || stat->kind != FileKind::file) return;
      const std::string text = find_file(file, kMaxManifest).value_or("");
      for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && is_hex(text[end])) ++end;
        if (end - at == 40) ids.insert(text.substr(at, 40));
        at = end + 1;
      }
    };
    const std::function<void(const fs::path&)> read_dir = [&](const fs::path& dir) {
      if (!find_stat(dir)) return;
      for (const DirEntry& entry : list_dir(dir)) {
        if (entry.kind == FileKind::directory) read_dir(dir / entry.name);
        if (entry.kind == FileKind::file) read_ids(dir / entry.name);
      }
    };
    for (const fs::path& dir : git_dirs()) {
      for (const DirEntry& entry : list_dir(dir)) {
        if (entry.name.ends_with("HEAD")) read_ids(dir / entry.name);
      }
      for (const char* part : {"rebase-merge", "rebase-apply", "sequencer"}) read_dir(dir / part);
      if (dir != repo_.common_dir()) read_dir(dir / "refs");
    }
    std::string lines;
    for (const std::string& id : ids) lines += id + "\n";
    return lines;
  }

  static bool is_manifest(std::string_view path) {
    return path.starts_with(".mlo/") || path == kLock || path.ends_with("/mlo.lock");
  }

  void scan_index(const fs::path& git_dir) {
    if (!find_stat(git_dir / "index")) return;
    const std::string out = workspace_.work_tree().run({"--git-dir=" + git_dir.string(), "ls-files", "--stage", "-z"});
    for (const std::string_view record : split(out, '\0')) {
      // <mode> <id> <stage>\t<path>
      const std::size_t tab = record.find('\t');
      if (tab == std::string_view::npos || !is_manifest(record.substr(tab + 1))) continue;
      const auto fields = split(record.substr(0, tab), ' ');
      const auto id = fields.size() == 3 ? git::ObjectId::parse(fields[1]) : std::nullopt;
      if (id && !fields[0].starts_with("16")) scan_blob(*id);
    }
  }

  std::vector<fs::path> work_trees() const {
    std::vector<fs::path> roots = {workspace_.root()};
    fs::path path;
    const std::string listed = workspace_.work_tree().run({"worktree", "list", "--porcelain", "-z"});
    for (const std::string_view line : split(listed, '\0')) {
      if (line.starts_with("worktree ")) path = line.substr(9);
      const bool here = !path.empty() && find_stat(path);
      if (line.empty() && here && path != workspace_.root()) roots.push_back(path);
      if (line.starts_with("locked") && !here)
        throw Error(ErrorKind::config, fmt::format("cannot read the work tree `{}`: it is not there", path.string()))
            .hint("mount it, or if it is gone for good: git worktree unlock, then git worktree prune");
    }
    return roots;
  }

  std::vector<std::string> lock_files(const fs::path& root) const {
    std::vector<std::string> files = git::WorkTree(root, workspace_.world().env).files();
    std::erase_if(files, [](const std::string& path) { return path != kLock && !path.ends_with("/mlo.lock"); });
    if (std::find(files.begin(), files.end(), kLock) == files.end()) files.emplace_back(kLock);
    return files;
  }

  void scan_files(const fs::path& root) {
    for (const std::string& path : lock_files(root)) read_file_at(root / path);
    scan_dir(root / ".mlo");
  }

  void scan_dir(const fs::path& dir) {
    const auto stat = find_stat(dir);
    if (!stat || stat->kind != FileKind::directory) return;
    for (const DirEntry& entry : list_dir(dir)) {
      if (entry.kind == FileKind::directory && entry.name != kLocal) scan_dir(dir / entry.name);
      if (entry.kind == FileKind::file) read_file_at(dir / entry.name);
    }
  }

  void scan_live_runs() {
    if (const fs::path runs = workspace_.local() / "runs"; find_stat(runs)) scan_live_runs(runs);
  }

  void scan_live_runs(const fs::path& runs) {
    for (const DirEntry& entry : list_dir(runs)) {
      if (entry.kind != FileKind::directory) continue;
      for (const DirEntry& file : list_dir(runs / entry.name)) {
        if (file.kind == FileKind::directory) scan_live_runs(runs / entry.name / file.name);
        if (file.name.ends_with(".yaml") || file.name == "stages.log") read_file_at(runs / entry.name / file.name);
      }
      for (const RunEvent& event : read_events(runs / entry.name).events) {
        if (const auto* logged = std::get_if<ArtifactEvent>(&event)) roots_.named.insert(logged->artifact.id);
      }
    }
  }

  void scan_actions() {
    for (const ActionRecord& record : ActionCache(workspace_.local() / "actions").all()) {
      for (const SavedOutput& output : record.outputs) roots_.named.insert(output.content.id);
      for (const auto& id : {record.series, record.log}) {
        if (id) roots_.named.insert(*id);
      }
    }
  }

  Workspace& workspace_;
  const git::Repository& repo_;
  GcRoots roots_;
  std::set<std::pair<git::ObjectId, Part>> trees_;
  std::set<git::ObjectId> blobs_;
};

}  // namespace

void find_digests(std::string_view text, const std::function<void(const Digest&)>& found) {
  constexpr std::size_t kDigits = 64;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_hex(text[end])) ++end;
    if (end - at == kDigits) found(*Digest::from_hex_text(text.substr(at, kDigits)));
    at = end + 1;
  }
}

GcRoots find_gc_roots(Workspace& workspace) { return Scan(workspace).run(); }

}  // namespace mlo
