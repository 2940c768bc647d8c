#include "lib/git/handle.hpp"
#include "lib/git/repository.hpp"
#include "lib/git/shallow.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

#include <map>
#include <queue>

namespace mlo::git {
namespace {

Signature from_signature(const git_signature* signature) {
  return {signature->name, signature->email, UtcTime::from_seconds(signature->when.time)};
}

EntryKind kind_of(git_filemode_t mode) {
  switch (mode) {
    case GIT_FILEMODE_TREE:
      return EntryKind::directory;
    case GIT_FILEMODE_BLOB_EXECUTABLE:
      return EntryKind::executable;
    case GIT_FILEMODE_LINK:
      return EntryKind::symlink;
    case GIT_FILEMODE_COMMIT:
      return EntryKind::submodule;
    default:
      return EntryKind::file;
  }
}

git_filemode_t mode_of(EntryKind kind) {
  switch (kind) {
    case EntryKind::directory:
      return GIT_FILEMODE_TREE;
    case EntryKind::executable:
      return GIT_FILEMODE_BLOB_EXECUTABLE;
    case EntryKind::symlink:
      return GIT_FILEMODE_LINK;
    case EntryKind::submodule:
      return GIT_FILEMODE_COMMIT;
    case EntryKind::file:
      break;
  }
  return GIT_FILEMODE_BLOB;
}

TreeEntry from_entry(const git_tree_entry* entry) {
  return {git_tree_entry_name(entry), kind_of(git_tree_entry_filemode(entry)), from_oid(*git_tree_entry_id(entry))};
}

TreeHandle open_tree(git_repository* repo, const ObjectId& id) {
  const git_oid oid = to_oid(id);
  git_tree* raw = nullptr;
  check_git(git_tree_lookup(&raw, repo, &oid), fmt::format("read git tree `{}`", id.hex()));
  return TreeHandle(raw);
}

CommitHandle open_commit(git_repository* repo, const ObjectId& id) {
  const git_oid oid = to_oid(id);
  git_commit* raw = nullptr;
  check_git(git_commit_lookup(&raw, repo, &oid), fmt::format("read git commit `{}`", id.hex()));
  return CommitHandle(raw);
}

Commit read_commit(const git_commit* commit) {
  Commit out;
  out.id = from_oid(*git_commit_id(commit));
  out.tree = from_oid(*git_commit_tree_id(commit));
  for (unsigned i = 0; i < git_commit_parentcount(commit); ++i)
    out.parents.push_back(from_oid(*git_commit_parent_id(commit, i)));
  out.author = from_signature(git_commit_author(commit));
  out.committer = from_signature(git_commit_committer(commit));
  out.message = git_commit_message(commit);
  return out;
}

/// Changes below one directory, by the first segment of their path: either one change of the entry itself or those
/// below it.
using Changes = std::map<std::string, std::vector<TreeChange>, std::less<>>;

/// Writes `base` (may be null) with the changes; nothing if the result has no entries.
template <class State>
std::optional<ObjectId> apply(const State& state, const git_tree* base, const std::vector<TreeChange>& changes) {
  git_repository* const repo = state.repo();
  git_treebuilder* raw = nullptr;
  check_git(git_treebuilder_new(&raw, repo, base), "write a git tree");
  const TreeBuilderHandle builder(raw);
  Changes below;
  for (const TreeChange& change : changes) {
    const std::size_t slash = change.path.find('/');
    const std::string name = change.path.substr(0, slash);
    if (slash != std::string::npos) {
      below[name].push_back({change.path.substr(slash + 1), change.blob, change.kind});
    } else if (change.blob) {
      const git_oid oid = to_oid(*change.blob);
      check_git(git_treebuilder_insert(nullptr, builder.get(), name.c_str(), &oid, mode_of(change.kind)),
                fmt::format("put `{}` into a git tree", name));
    } else if (git_treebuilder_get(builder.get(), name.c_str()) != nullptr) {
      check_git(git_treebuilder_remove(builder.get(), name.c_str()), fmt::format("remove `{}` from a git tree", name));
    }
  }
  for (const auto& [name, nested] : below) {
    const git_tree_entry* old = git_treebuilder_get(builder.get(), name.c_str());
    const bool directory = old != nullptr && git_tree_entry_filemode(old) == GIT_FILEMODE_TREE;
    const TreeHandle old_tree = directory ? open_tree(repo, from_oid(*git_tree_entry_id(old))) : nullptr;
    const auto id = apply(state, old_tree.get(), nested);
    if (id) {
      const git_oid oid = to_oid(*id);
      check_git(git_treebuilder_insert(nullptr, builder.get(), name.c_str(), &oid, GIT_FILEMODE_TREE),
                fmt::format("put `{}` into a git tree", name));
    } else if (directory) {
      check_git(git_treebuilder_remove(builder.get(), name.c_str()), fmt::format("remove `{}` from a git tree", name));
    }
  }
  if (git_treebuilder_entrycount(builder.get()) == 0) return std::nullopt;
  git_oid out;
  check_git(git_treebuilder_write(&out, builder.get()), "write a git tree");
  return state.note(out);
}

/// What libgit2 takes for damage: parents that were never fetched. The order is that of the other walk.
void walk_cut(const Repository& repo, ObjectId from, const std::function<bool(const Commit&)>& visit) {
  std::map<ObjectId, Commit> commits;
  std::map<ObjectId, std::size_t> children;
  for (std::vector<ObjectId> open = {from}; !open.empty();) {
    const ObjectId id = open.back();
    open.pop_back();
    if (commits.contains(id)) continue;
    Commit commit = repo.load_commit(id);
    std::erase_if(commit.parents, [&](const ObjectId& parent) { return !repo.has_object(parent); });
    for (const ObjectId& parent : commit.parents) {
      ++children[parent];
      open.push_back(parent);
    }
    commits.emplace(id, std::move(commit));
  }
  const auto older = [](const Commit* a, const Commit* b) { return a->committer.when < b->committer.when; };
  std::priority_queue<const Commit*, std::vector<const Commit*>, decltype(older)> ready(older);
  for (ready.push(&commits.at(from)); !ready.empty();) {
    const Commit* next = ready.top();
    ready.pop();
    if (!visit(*next)) return;
    for (const ObjectId& parent : next->parents) {
      if (--children[parent] == 0) ready.push(&commits.at(parent));
    }
  }
}

}  // namespace

Commit Repository::load_commit(ObjectId id) const { return read_commit(open_commit(state_->repo(), id).get()); }

void Repository::walk(ObjectId from, const std::function<bool(const Commit&)>& visit) const {
  if (is_shallow(*this)) return walk_cut(*this, from, visit);
  git_revwalk* raw = nullptr;
  check_git(git_revwalk_new(&raw, state_->repo()), "walk the git history");
  const WalkHandle walk(raw);
  check_git(git_revwalk_sorting(walk.get(), GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME), "walk the git history");
  const git_oid start = to_oid(from);
  check_git(git_revwalk_push(walk.get(), &start), fmt::format("walk the history of `{}`", from.hex()));
  git_oid oid;
  for (;;) {
    const int rc = git_revwalk_next(&oid, walk.get());
    if (rc == GIT_ITEROVER) return;
    check_git(rc, "walk the git history");
    if (!visit(load_commit(from_oid(oid)))) return;
  }
}

bool Repository::is_ancestor(ObjectId ancestor, ObjectId descendant) const {
  if (ancestor == descendant) return true;
  if (is_shallow(*this)) return find_ancestry(*this, ancestor, descendant).value_or(false);
  const git_oid old_id = to_oid(ancestor), new_id = to_oid(descendant);
  const int rc = git_graph_descendant_of(state_->repo(), &new_id, &old_id);
  check_git(rc, "walk the git history");
  return rc == 1;
}

std::vector<TreeEntry> Repository::load_tree(ObjectId id) const {
  const TreeHandle tree = open_tree(state_->repo(), id);
  std::vector<TreeEntry> entries;
  for (std::size_t i = 0; i < git_tree_entrycount(tree.get()); ++i)
    entries.push_back(from_entry(git_tree_entry_byindex(tree.get(), i)));
  return entries;
}

std::optional<TreeEntry> Repository::find_entry(ObjectId id, std::string_view path) const {
  if (path.empty()) return TreeEntry{"", EntryKind::directory, id};
  const TreeHandle tree = open_tree(state_->repo(), id);
  git_tree_entry* raw = nullptr;
  const int rc = git_tree_entry_bypath(&raw, tree.get(), std::string(path).c_str());
  if (rc == GIT_ENOTFOUND) return std::nullopt;
  check_git(rc, fmt::format("find `{}` in a git tree", path));
  return from_entry(TreeEntryHandle(raw).get());
}

std::string Repository::load_blob(ObjectId id) const {
  const git_oid oid = to_oid(id);
  git_blob* raw = nullptr;
  check_git(git_blob_lookup(&raw, state_->repo(), &oid), fmt::format("read git blob `{}`", id.hex()));
  const BlobHandle blob(raw);
  return {static_cast<const char*>(git_blob_rawcontent(raw)), static_cast<std::size_t>(git_blob_rawsize(raw))};
}

bool Repository::has_object(ObjectId id) const {
  git_odb* raw = nullptr;
  check_git(git_repository_odb(&raw, state_->repo()), "open git's objects");
  const OdbHandle odb(raw);
  const git_oid oid = to_oid(id);
  return git_odb_exists(odb.get(), &oid) == 1;
}

std::optional<Tag> Repository::find_tag(ObjectId id) const {
  const git_oid oid = to_oid(id);
  git_tag* raw = nullptr;
  if (git_tag_lookup(&raw, state_->repo(), &oid) < 0) return std::nullopt;
  const TagHandle tag(raw);
  Tag out{id, from_oid(*git_tag_target_id(raw)), git_tag_name(raw), {}, ""};
  if (const git_signature* tagger = git_tag_tagger(raw)) out.tagger = from_signature(tagger);
  if (const char* message = git_tag_message(raw)) out.message = message;
  for (const std::string_view kind : {"PGP SIGNATURE", "PGP MESSAGE", "SSH SIGNATURE", "SIGNED MESSAGE"}) {
    const std::size_t at = out.message.rfind(fmt::format("-----BEGIN {}-----", kind));
    if (at != std::string::npos && (at == 0 || out.message[at - 1] == '\n')) out.message.resize(at);
  }
  return out;
}

ObjectId Repository::write_blob(std::string_view bytes) {
  git_oid oid;
  check_git(git_blob_create_from_buffer(&oid, state_->repo(), bytes.data(), bytes.size()), "write a git blob");
  return state_->note(oid);
}

ObjectId Repository::write_tree(std::optional<ObjectId> base, const std::vector<TreeChange>& changes) {
  for (const TreeChange& change : changes) {
    if (!is_safe_relative(change.path)) {
      throw Error(ErrorKind::invalid,
                  fmt::format("cannot put `{}` into a git tree: not a safe path", printable(change.path)));
    }
  }
  const TreeHandle tree = base ? open_tree(state_->repo(), *base) : nullptr;
  if (const auto id = apply(*state_, tree.get(), changes)) return *id;
  git_treebuilder* raw = nullptr;
  check_git(git_treebuilder_new(&raw, state_->repo(), nullptr), "write a git tree");
  const TreeBuilderHandle empty(raw);
  git_oid oid;
  check_git(git_treebuilder_write(&oid, empty.get()), "write a git tree");
  return state_->note(oid);
}

ObjectId Repository::write_commit(ObjectId tree_id, const std::vector<ObjectId>& parents, const Signature& author,
                                  const Signature& committer, std::string_view message) {
  const TreeHandle tree = open_tree(state_->repo(), tree_id);
  std::vector<CommitHandle> handles;
  std::vector<const git_commit*> raw_parents;
  for (const ObjectId& parent : parents) {
    handles.push_back(open_commit(state_->repo(), parent));
    raw_parents.push_back(handles.back().get());
  }
  git_oid oid;
  check_git(
      git_commit_create(&oid, state_->repo(), nullptr, to_signature(author).get(), to_signature(committer).get(),
                        "UTF-8", std::string(message).c_str(), tree.get(), raw_parents.size(), raw_parents.data()),
      "write a git commit");
  return state_->note(oid);
}

ObjectId Repository::write_tag(ObjectId target, std::string_view name, const Signature& tagger,
                               std::string_view message) {
  const git_oid target_oid = to_oid(target);
  git_object* raw = nullptr;
  check_git(git_object_lookup(&raw, state_->repo(), &target_oid, GIT_OBJECT_ANY),
            fmt::format("tag `{}`", target.hex()));
  const ObjectHandle object(raw);
  git_oid oid;
  check_git(git_tag_annotation_create(&oid, state_->repo(), std::string(name).c_str(), raw, to_signature(tagger).get(),
                                      std::string(message).c_str()),
            fmt::format("write tag `{}`", name));
  return from_oid(oid);
}

}  // namespace mlo::git
