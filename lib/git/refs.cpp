#include <thread>

#include "lib/git/handle.hpp"
#include "lib/git/repository.hpp"
#include "lib/util/error.hpp"
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

/// Locks the ref, compares it, lets `change` put one step into the transaction, commits. Git's programs hold a ref's
/// lock for milliseconds, so a short wait is enough.
bool compare_and_swap(git_repository* repo, std::string_view name, std::optional<ObjectId> expected,
                      const std::function<int(git_transaction*, const char*)>& change) {
  const std::string ref(name);
  git_transaction* raw = nullptr;
  check_git(git_transaction_new(&raw, repo), "change git refs");
  const TransactionHandle transaction(raw);
  for (auto pause = std::chrono::milliseconds(1);; pause *= 2) {
    const int rc = git_transaction_lock_ref(raw, ref.c_str());
    if (rc == 0) break;
    if (rc != GIT_ELOCKED || pause > std::chrono::seconds(2)) {
      const std::string why = last_message();
      Error error(rc == GIT_ELOCKED ? ErrorKind::conflict : ErrorKind::error,
                  fmt::format("cannot lock ref `{}`: {}", printable(ref), why));
      if (rc == GIT_ELOCKED)
        error.hint(fmt::format("if no git is running, remove `{}{}.lock`", git_repository_commondir(repo), ref));
      throw error;
    }
    std::this_thread::sleep_for(pause);
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
