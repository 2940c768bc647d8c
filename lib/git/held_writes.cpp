#include <git2/sys/mempack.h>
#include <git2/sys/odb_backend.h>

#include "lib/git/handle.hpp"
#include "lib/util/error.hpp"

namespace mlo::git {
namespace {

using PackBuilderHandle = std::unique_ptr<git_packbuilder, FreeWith<git_packbuilder_free>>;
constexpr int kBeforeDisk = 999;

OdbHandle odb_of(git_repository* repo) {
  git_odb* raw = nullptr;
  check_git(git_repository_odb(&raw, repo), "open git's objects");
  return OdbHandle(raw);
}

}  // namespace

struct HeldWrites::Held {
  OdbHandle disk;                      ///< what the repository used before, and will again
  OdbHandle memory;                    ///< the same behind a backend that keeps what is written
  git_odb_backend* backend = nullptr;  ///< owned by `memory`
};

HeldWrites::HeldWrites(Repository& repo) : repo_(repo), held_(std::make_unique<Held>()) {
  Repository::State& state = *repo.state_;
  MLO_ASSERT(state.held == nullptr);
  held_->disk = odb_of(state.repo());
  git_odb* raw = nullptr;
  check_git(git_odb_open(&raw, (state.common_dir / "objects").c_str()), "open git's objects");
  held_->memory.reset(raw);
  check_git(git_mempack_new(&held_->backend), "hold git objects");
  check_git(git_odb_add_backend(raw, held_->backend, kBeforeDisk), "hold git objects");
  check_git(git_repository_set_odb(state.repo(), raw), "hold git objects");
  state.held = this;
}

HeldWrites::~HeldWrites() {
  Repository::State& state = *repo_.state_;
  git_repository_set_odb(state.repo(), held_->disk.get());
  state.held = nullptr;
}

void HeldWrites::flush() {
  if (written_.empty()) return;
  git_repository* repo = repo_.state_->repo();
  git_packbuilder* raw = nullptr;
  check_git(git_packbuilder_new(&raw, repo), "write a git pack");
  const PackBuilderHandle pack(raw);
  for (const ObjectId& id : written_) {
    const git_oid oid = to_oid(id);
    check_git(git_packbuilder_insert(raw, &oid, nullptr), "write a git pack");
  }
  check_git(git_packbuilder_write(raw, nullptr, 0, nullptr, nullptr), "write a git pack");
  check_git(git_mempack_reset(held_->backend), "write a git pack");
  written_.clear();
}

void Repository::flush_held() {
  if (state_->held != nullptr) state_->held->flush();
}

}  // namespace mlo::git
