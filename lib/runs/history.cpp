#include "lib/runs/history.hpp"

#include "lib/runs/merge.hpp"
#include "lib/runs/run_message.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr int kMostTries = 1000;

using Entries = std::map<std::string, git::TreeEntry>;

Entries entries_of(const git::Repository& repo, std::optional<git::ObjectId> tree) {
  Entries out;
  if (!tree) return out;
  for (git::TreeEntry& entry : repo.load_tree(*tree)) out.emplace(entry.name, entry);
  return out;
}

struct Diff {
  const git::Repository& repo;
  const std::function<void(const std::string&, git::ObjectId)>& added;
  const std::function<void(const std::string&)>& broken;

  void operator()(std::optional<git::ObjectId> before, git::ObjectId now, const std::string& prefix) const {
    if (before == now) return;
    Entries old = entries_of(repo, before);
    for (const auto& [name, entry] : entries_of(repo, now)) {
      const std::string path = prefix + name;
      const auto was = old.find(name);
      const bool directory = entry.kind == git::EntryKind::directory;
      if (was != old.end() && (was->second.kind == git::EntryKind::directory) != directory) {
        broken(path);
      } else if (directory) {
        (*this)(was == old.end() ? std::nullopt : std::optional(was->second.id), entry.id, path + "/");
      } else if (was == old.end()) {
        if (entry.kind == git::EntryKind::file)
          added(path, entry.id);
        else
          broken(path);
      } else if (was->second.id != entry.id) {
        broken(path);
      }
      if (was != old.end()) old.erase(was);
    }
    for (const auto& [name, entry] : old) broken(prefix + name);
  }
};

[[noreturn]] void fail_changed(const std::string& path) {
  throw Error(ErrorKind::corrupt,
              fmt::format("run history disagrees about `{}`, which never changes once written", printable(path)))
      .hint("somebody rewrote the history of runs; compare the two with `git log -p`");
}

[[noreturn]] void fail_busy(const std::string& ref) {
  throw Error(ErrorKind::conflict, fmt::format("cannot move `{}`: other processes keep moving it", ref))
      .hint("try again");
}

}  // namespace

void diff_histories(const git::Repository& repo, std::optional<git::ObjectId> before, git::ObjectId now,
                    const std::function<void(const std::string&, git::ObjectId)>& added,
                    const std::function<void(const std::string&)>& broken) {
  Diff{repo, added, broken}(before, now, "");
}

git::ObjectId append_history(Workspace& workspace, const HistoryCommit& commit) {
  git::Repository& repo = workspace.repo();
  const std::string& ref = workspace.config().runs_ref;
  const git::Signature who = repo.identity(workspace.world().env, commit.when);
  for (int i = 0; i < kMostTries; ++i) {
    check_stop(workspace.world());
    const auto tip = repo.find_ref(ref);
    std::optional<git::ObjectId> base;
    std::vector<git::ObjectId> parents;
    if (tip) {
      base = repo.load_commit(*tip).tree;
      parents.push_back(*tip);
      for (const git::TreeChange& file : commit.files) {
        const auto there = repo.find_entry(*base, file.path);
        if (there && there->id != file.blob) fail_changed(file.path);
      }
    }
    const git::ObjectId tree = repo.write_tree(base, commit.files);
    if (tip && tree == *base)
      return *tip;  // all of it is there: a publication that a crash cut short before it cleaned up
    const git::ObjectId made = repo.write_commit(tree, parents, who, who, commit.message);
    repo.flush_held();
    if (repo.move_ref(ref, tip, made, "mlo: " + commit.message.substr(0, commit.message.find('\n')))) return made;
  }
  fail_busy(ref);
}

MergeResult merge_runs(Workspace& workspace, git::ObjectId theirs) {
  git::Repository& repo = workspace.repo();
  const std::string& ref = workspace.config().runs_ref;
  const git::ObjectId their_tree = repo.load_commit(theirs).tree;
  for (int i = 0; i < kMostTries; ++i) {
    check_stop(workspace.world());
    const auto ours = repo.find_ref(ref);
    if (ours == theirs || (ours && repo.is_ancestor(theirs, *ours))) return MergeResult::up_to_date;
    if (!ours) {
      if (repo.move_ref(ref, std::nullopt, theirs, "mlo: take the runs of another clone"))
        return MergeResult::fast_forward;
      continue;
    }
    const git::ObjectId our_tree = repo.load_commit(*ours).tree;
    std::vector<git::TreeChange> changes;
    std::vector<std::string> broken;
    diff_histories(
        repo, our_tree, their_tree,
        [&](const std::string& path, git::ObjectId blob) {
          changes.push_back({path, blob});
        },
        [&](const std::string& path) { broken.push_back(path); });
    const bool forward = repo.is_ancestor(*ours, theirs);
    for (const std::string& path : broken) {
      // What only we have is missing from theirs, as it should be, unless they claim to build on ours.
      if (forward || repo.find_entry(their_tree, path)) fail_changed(path);
    }
    if (forward) {
      if (repo.move_ref(ref, ours, theirs, "mlo: take the runs of another clone")) return MergeResult::fast_forward;
      continue;
    }
    const git::ObjectId tree = repo.write_tree(our_tree, changes);
    const git::Signature who = repo.identity(workspace.world().env, workspace.world().clock.now());
    const git::ObjectId merged = repo.write_commit(tree, {*ours, theirs}, who, who, merge_message());
    if (repo.move_ref(ref, ours, merged, "mlo: merge the runs of another clone")) return MergeResult::merged;
  }
  fail_busy(ref);
}

}  // namespace mlo
