#pragma once
#include <git2.h>
#include <git2/sys/repository.h>

#include <memory>

#include "lib/git/repository.hpp"
#include "lib/util/environment.hpp"

// libgit2's handles and errors in C++ terms; included only inside lib/git.
namespace mlo::git {

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* handle) const {
    Free(handle);
  }
};

using RepositoryHandle = std::unique_ptr<git_repository, FreeWith<git_repository_free>>;
using ReferenceHandle = std::unique_ptr<git_reference, FreeWith<git_reference_free>>;
using IteratorHandle = std::unique_ptr<git_reference_iterator, FreeWith<git_reference_iterator_free>>;
using TransactionHandle = std::unique_ptr<git_transaction, FreeWith<git_transaction_free>>;
using ObjectHandle = std::unique_ptr<git_object, FreeWith<git_object_free>>;
using CommitHandle = std::unique_ptr<git_commit, FreeWith<git_commit_free>>;
using TreeHandle = std::unique_ptr<git_tree, FreeWith<git_tree_free>>;
using TagHandle = std::unique_ptr<git_tag, FreeWith<git_tag_free>>;
using TreeEntryHandle = std::unique_ptr<git_tree_entry, FreeWith<git_tree_entry_free>>;
using TreeBuilderHandle = std::unique_ptr<git_treebuilder, FreeWith<git_treebuilder_free>>;
using BlobHandle = std::unique_ptr<git_blob, FreeWith<git_blob_free>>;
using OdbHandle = std::unique_ptr<git_odb, FreeWith<git_odb_free>>;
using WalkHandle = std::unique_ptr<git_revwalk, FreeWith<git_revwalk_free>>;
using ConfigHandle = std::unique_ptr<git_config, FreeWith<git_config_free>>;
using SignatureHandle = std::unique_ptr<git_signature, FreeWith<git_signature_free>>;

/// Throws "cannot <what>: <libgit2's words>" for a negative `rc`; GIT_ENOTFOUND as Error{not_found}, GIT_ELOCKED as
/// Error{conflict}.
void check_git(int rc, std::string_view what);
/// What libgit2 said last, as one printable line.
std::string last_message();

inline git_oid to_oid(const ObjectId& id) {
  git_oid oid;
  std::memcpy(oid.id, id.raw().data(), sizeof oid.id);
  return oid;
}

inline ObjectId from_oid(const git_oid& oid) {
  std::array<std::byte, 20> raw;
  std::memcpy(raw.data(), oid.id, raw.size());
  return ObjectId(raw);
}

SignatureHandle to_signature(const Signature& signature);

struct Repository::State {
  RepositoryHandle handle;
  Environment env;
  fs::path work_dir, git_dir, common_dir;
  HeldWrites* held = nullptr;
  git_repository* repo() const { return handle.get(); }
  ObjectId note(const git_oid& written) const {
    const ObjectId id = from_oid(written);
    if (held != nullptr) held->note(id);
    return id;
  }
};

}  // namespace mlo::git
