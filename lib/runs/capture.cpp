#include "lib/crypto/sha256.hpp"
#include "lib/runs/live_run.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::uint64_t kMaxCodeFile = 1U << 20U;

/// Files whose bytes never leave the work tree: their digest is enough to tell that they changed.
bool is_secret(std::string_view path) {
  const std::string name = to_lower(path.substr(path.rfind('/') + 1));
  for (const std::string_view pattern :
       {".env", ".env.*", "*.pem", "*.key", "*.p12", "*.pfx", "id_rsa*", "id_ed25519*", "id_ecdsa*", ".netrc", ".npmrc",
        ".pypirc", "credentials", "credentials.*", "*secret*", "*.keystore"}) {
    if (glob_match(pattern, name)) return true;
  }
  return false;
}

/// mlo's own files change with every run; they are not the code.
bool is_code(std::string_view path) {
  return path != "mlo.lock" && !path.ends_with("/mlo.lock") && path != ".mlo" && !path.starts_with(".mlo/");
}

/// A directory of the code tree while it is gathered.
struct Node {
  std::map<std::string, TreeEntry> entries;
  std::map<std::string, Node> directories;
};

TreeEntry store_node(Node& node, ObjectStore::Batch& batch) {
  Tree tree;
  std::uint64_t size = 0;
  for (auto& [name, directory] : node.directories) {
    TreeEntry entry = store_node(directory, batch);
    entry.name = name;
    node.entries.insert_or_assign(name, std::move(entry));
  }
  for (auto& [name, entry] : node.entries) {
    size += entry.size;
    tree.push_back(entry);
  }
  return {TreeEntryKind::directory, size, batch.put(encode_tree(tree)), ""};
}

struct Captured {
  Digest id;
  std::uint64_t size;
};

/// A file that somebody writes meanwhile is what one reading found, and one that goes is nothing: a log that nobody
/// declared does not decide whether a run may start. `keep`: its bytes are stored too.
std::optional<Captured> capture_file(ObjectStore::Batch& batch, StatCache& cache, const std::string& path,
                                     const fs::path& file, const FileStat& stat, bool keep) {
  const std::int64_t now = cache.now();
  try {
    if (keep) {
      const auto added = batch.put_file(file);
      cache.record(path, added.stat, added.id, now);
      return Captured{added.id, added.size};
    }
    const HashedFile hashed = sha256_file(file);
    cache.record(path, stat, hashed.digest, now);
    return Captured{hashed.digest, hashed.size};
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::conflict && find_stat(file)) throw;
  }
  const auto bytes = keep ? find_file(file) : std::nullopt;
  if (!bytes) return std::nullopt;
  return Captured{batch.put(*bytes), bytes->size()};
}

/// Stores the work tree as it is now, without what runs make; unchanged files that the store has are not read again.
Digest store_code_tree(Workspace& workspace, const git::PathSet& made) {
  StatCache cache = workspace.stat_cache();
  ObjectStore::Batch batch(workspace.store());
  Node root;
  for (const std::string& path : workspace.work_tree().files(made)) {
    const fs::path file = workspace.root() / path;
    const auto stat = find_stat(file);
    if (!stat || !is_code(path)) continue;
    TreeEntry entry;
    if (stat->kind == FileKind::symlink) {
      const std::string target = read_link(file);
      entry = {TreeEntryKind::symlink, target.size(), batch.put(target), ""};
    } else if (stat->kind == FileKind::file) {
      entry = {stat->executable() ? TreeEntryKind::executable : TreeEntryKind::file, stat->size, {}, ""};
      const bool keep = stat->size <= kMaxCodeFile && !is_secret(path);
      const auto known = cache.find(path, *stat);
      if (known && (!keep || workspace.store().claim(*known))) {
        entry.id = *known;
      } else {
        const auto captured = capture_file(batch, cache, path, file, *stat, keep);
        if (!captured) continue;
        entry.id = captured->id;
        entry.size = captured->size;
      }
    } else {
      continue;  // a submodule; its commit is in git
    }
    Node* at = &root;
    const auto segments = split(path, '/');
    for (std::size_t i = 0; i + 1 < segments.size(); ++i) at = &at->directories[std::string(segments[i])];
    entry.name = segments.back();
    at->entries.insert_or_assign(entry.name, entry);
  }
  const Digest id = store_node(root, batch).id;
  batch.commit();
  cache.save(workspace.world().clock.now());
  return id;
}

}  // namespace

bool is_code_change(std::string_view path, const std::set<std::string, std::less<>>& made) {
  if (!is_code(path) || path == ".gitignore" || path.ends_with("/.gitignore")) return false;
  return !git::covers(made, path);
}

CodeState capture_code(Workspace& workspace, const std::set<std::string, std::less<>>& made) {
  CodeState code;
  const auto head = workspace.repo().head();
  if (head) code.commit = head->tagged();
  code.branch = workspace.repo().head_branch().value_or("");
  const auto changed = workspace.work_tree().dirty(made);
  code.dirty =
      std::any_of(changed.begin(), changed.end(), [&](const std::string& path) { return is_code_change(path, made); });
  if (code.dirty) code.tree = store_code_tree(workspace, made);
  return code;
}

}  // namespace mlo
