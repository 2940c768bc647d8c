#include "lib/workspace/side_tree.hpp"

#include "lib/util/error.hpp"

namespace mlo {

Environment without_git(Environment env) {
  for (const char* name : {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"})
    env.erase(name);
  return env;
}

SideTree::Slot SideTree::take_slot(const fs::path& home, std::string_view kind, std::string_view owner) {
  make_dirs(home);
  for (unsigned i = 0;; ++i) {
    std::string name = fmt::format("{}-{}", kind, i);
    if (auto lock = LockFile::try_acquire(home / (name + ".lock"), owner)) return {std::move(name), std::move(*lock)};
  }
}

SideTree::Places SideTree::places_of(const std::string& slot) const {
  return {home_ / slot, common_ / "worktrees" / slot, home_ / (slot + ".git"), home_ / (slot + ".run"),
          common_ / "mlo" / "stat" / fmt::format("worktree-{}.idx", slot)};
}

SideTree::SideTree(const Workspace& from, git::ObjectId commit, std::string_view kind, std::string_view owner,
                   Environment env)
    : common_(from.repo().common_dir()),
      home_(from.local() / "worktrees"),
      slot_(take_slot(home_, kind, owner)),
      places_(places_of(slot_.name)),
      env_(without_git(std::move(env))),
      world_{from.world().clock, from.world().rng,     env_,        from.world().log, from.world().progress,
             from.world().stop,  from.world().threads, places_.root} {
  remove();
  sweep(kind, owner);
  try {
    add(commit);
    workspace_.emplace(Workspace::open(world_));
  } catch (Error& error) {
    remove();
    throw error.prefix(fmt::format("cannot check out `{}`", commit.hex().substr(0, 12)));
  }
}

SideTree::~SideTree() { remove(); }

/// `git worktree add` writes its HEAD in two steps, and git finds fault with a repository that was cut between them. So
/// what git keeps about a work tree is made aside and appears, and goes, by one rename. It is named after the work
/// tree's directory, a name that nobody else may use while the slot is locked.
void SideTree::add(git::ObjectId commit) {
  write_file(places_.root / ".git", fmt::format("gitdir: {}\n", places_.listed.string()));
  write_file(places_.aside / "HEAD", commit.hex() + "\n");
  write_file(places_.aside / "commondir", "../..\n");
  write_file(places_.aside / "gitdir", (places_.root / ".git").string() + "\n");
  make_dirs(places_.listed.parent_path());
  rename_path(places_.aside, places_.listed);
  git::WorkTree(places_.root, env_).run({"-c", "core.hooksPath=/dev/null", "reset", "--hard", "--quiet"});
}

void SideTree::reset() {
  const git::WorkTree tree(places_.root, env_);
  tree.run({"clean", "-ffdxq", "-e", "/.mlo/local"});
  tree.run({"-c", "core.hooksPath=/dev/null", "reset", "--hard", "--quiet"});
}

void SideTree::Places::remove() const {
  remove_tree(aside);
  if (find_stat(listed)) rename_path(listed, aside);
  remove_tree(root);
  remove_tree(scratch);
  remove_tree(aside);
  remove_file(stat);
}

void SideTree::remove() noexcept {
  workspace_.reset();
  try {
    places_.remove();
  } catch (const Error& error) {
    world_.log.warn(error.message());
  }
  std::error_code ignored;
  fs::remove(places_.listed.parent_path(), ignored);  // as git does: only if it is empty
}

/// Other places of this kind that nobody holds any more.
void SideTree::sweep(std::string_view kind, std::string_view owner) const {
  for (const DirEntry& entry : list_dir(home_)) {
    if (entry.kind != FileKind::directory || !entry.name.starts_with(fmt::format("{}-", kind))) continue;
    const std::string slot = entry.name.substr(0, entry.name.find('.'));
    if (slot == slot_.name) continue;
    if (const auto lock = LockFile::try_acquire(home_ / (slot + ".lock"), owner)) places_of(slot).remove();
  }
}

}  // namespace mlo
