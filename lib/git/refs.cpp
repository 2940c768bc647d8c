#include <unistd.h>

#include <thread>

#include "lib/git/handle.hpp"
#include "lib/git/repository.hpp"
#include "lib/util/error.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/lock_file.hpp"
#include "lib/util/text.hpp"

namespace mlo::git {
namespace {

std::optional<ObjectId> resolve(git_repository* repo, const std::string& name) {
  git_oid oid;
  const int rc = git_reference_name_to_id(&oid, repo, name.c_str());
  if (rc == GIT_ENOTFOUND) return std::nullopt;
  check_git(rc, fmt::format("read ref `{}`", printable(name)));
  return from_oid(oid);
}

/// Who a reflog entry names: whoever made the target, at that time, so that no clock is read here.
SignatureHandle reflog_signature(git_repository* repo, const git_oid& target) {
  git_object* raw = nullptr;
  git_signature* copy = nullptr;
  if (git_object_lookup(&raw, repo, &target, GIT_OBJECT_ANY) == 0) {
    const ObjectHandle object(raw);
    const git_signature* made = nullptr;
    if (git_object_type(raw) == GIT_OBJECT_COMMIT) made = git_commit_committer(reinterpret_cast<git_commit*>(raw));
    if (git_object_type(raw) == GIT_OBJECT_TAG) made = git_tag_tagger(reinterpret_cast<git_tag*>(raw));
    if (made != nullptr && git_signature_dup(&copy, made) == 0) return SignatureHandle(copy);
  }
  return to_signature({"mlo", "mlo@localhost", UtcTime()});
}

/// mlo's own refs: whoever changes one holds this lock too, which the kernel frees when a process dies. Git's `.lock`
/// file does not go with its owner.
std::optional<LockFile> try_lock_own(const fs::path& common_dir) {
  return LockFile::try_acquire(common_dir / "mlo" / "locks" / "refs", "changing a ref");
}

/// Asks again at growing intervals for some seconds; git's programs hold a ref's lock for milliseconds.
bool wait_until(const std::function<bool()>& done) {
  auto pause = std::chrono::milliseconds(1);
  for (auto left = std::chrono::milliseconds(4000); left.count() > 0; left -= pause) {
    if (done()) return true;
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, std::chrono::milliseconds(50));
  }
  return done();
}

[[noreturn]] void fail_locked(const std::string& ref, const fs::path& lock) {
  throw Error(ErrorKind::conflict, fmt::format("cannot lock ref `{}`: another program holds it", printable(ref)))
      .hint(fmt::format("if no git is running, remove `{}`", printable(lock.string())));
}

/// Locks the ref, compares it, lets `change` put one step into the transaction, commits.
bool compare_and_swap(git_repository* repo, std::string_view name, std::optional<ObjectId> expected,
                      const std::function<int(git_transaction*, const char*)>& change) {
  const std::string ref(name);
  const fs::path common = git_repository_commondir(repo);
  const fs::path lock = common / (ref + ".lock");
  std::optional<LockFile> own;
  const bool is_own = ref.starts_with("refs/mlo");
  if (is_own && !wait_until([&] { return (own = try_lock_own(common)).has_value(); })) fail_locked(ref, lock);

  git_transaction* raw = nullptr;
  check_git(git_transaction_new(&raw, repo), "change git refs");
  const TransactionHandle transaction(raw);
  const auto try_lock = [&] {
    const int rc = git_transaction_lock_ref(raw, ref.c_str());
    if (rc != GIT_ELOCKED) check_git(rc, fmt::format("lock ref `{}`", printable(ref)));
    return rc == 0;
  };
  const auto seen = find_stat(lock);
  if (!wait_until(try_lock)) {
    // No mlo holds our own ref, and no git keeps one lock file for seconds: what made it was killed.
    const auto now = find_stat(lock);
    const bool same = seen && now && seen->inode == now->inode && seen->mtime_ns == now->mtime_ns;
    if (!is_own || !same || ::unlink(lock.c_str()) != 0 || !try_lock()) fail_locked(ref, lock);
  }
  if (resolve(repo, ref) != expected) return false;
  check_git(change(raw, ref.c_str()), fmt::format("change ref `{}`", ref));
  check_git(git_transaction_commit(raw), fmt::format("change ref `{}`", ref));
  return true;
}

}  // namespace

std::optional<ObjectId> Repository::head() const { return resolve(state_->repo(), "HEAD"); }

std::optional<std::string> Repository::head_branch() const {
  git_reference* raw = nullptr;
  check_git(git_reference_lookup(&raw, state_->repo(), "HEAD"), "read HEAD");
  const ReferenceHandle head(raw);
  const char* target = git_reference_symbolic_target(raw);
  if (target == nullptr) return std::nullopt;
  constexpr std::string_view kHeads = "refs/heads/";
  const std::string_view name = target;
  return std::string(name.starts_with(kHeads) ? name.substr(kHeads.size()) : name);
}

std::optional<ObjectId> Repository::find_commit(std::string_view revision) const {
  git_object* raw = nullptr;
  const int rc = git_revparse_single(&raw, state_->repo(), std::string(revision).c_str());
  if (rc == GIT_EAMBIGUOUS) {
    throw Error(ErrorKind::usage, fmt::format("git revision `{}` is ambiguous", printable(revision)))
        .hint("give more digits of the commit id");
  }
  if (rc < 0) return std::nullopt;
  const ObjectHandle object(raw);
  git_object* commit = nullptr;
  if (git_object_peel(&commit, raw, GIT_OBJECT_COMMIT) < 0) return std::nullopt;
  return from_oid(*git_object_id(ObjectHandle(commit).get()));
}

std::optional<ObjectId> Repository::find_ref(std::string_view name) const {
  return resolve(state_->repo(), std::string(name));
}

std::vector<Ref> Repository::list_refs(std::string_view prefix) const {
  git_reference_iterator* raw = nullptr;
  check_git(git_reference_iterator_new(&raw, state_->repo()), "list git refs");
  const IteratorHandle iterator(raw);
  std::vector<Ref> refs;
  const char* name = nullptr;
  for (;;) {
    const int rc = git_reference_next_name(&name, raw);
    if (rc == GIT_ITEROVER) break;
    check_git(rc, "list git refs");
    if (!std::string_view(name).starts_with(prefix)) continue;
    // A symbolic ref to nothing, or one deleted meanwhile, is no ref.
    if (const auto id = resolve(state_->repo(), name)) refs.push_back({name, *id});
  }
  std::sort(refs.begin(), refs.end(), [](const Ref& a, const Ref& b) { return a.name < b.name; });
  return refs;
}

bool Repository::move_ref(std::string_view name, std::optional<ObjectId> expected, ObjectId target,
                          std::string_view reflog) {
  const git_oid oid = to_oid(target);
  const SignatureHandle who = reflog_signature(state_->repo(), oid);
  return compare_and_swap(state_->repo(), name, expected, [&](git_transaction* transaction, const char* ref) {
    return git_transaction_set_target(transaction, ref, &oid, who.get(), std::string(reflog).c_str());
  });
}

bool Repository::delete_ref(std::string_view name, ObjectId expected) {
  return compare_and_swap(state_->repo(), name, expected, [](git_transaction* transaction, const char* ref) {
    return git_transaction_remove(transaction, ref);
  });
}

}  // namespace mlo::git
