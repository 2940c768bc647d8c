#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lib/remote/remote.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// A repository that something is taken from: the one around world.cwd, one with a work tree on this machine, or one
/// elsewhere. That one is not cloned: what is needed of it is fetched to a place that the caller removes.
class OtherRepository {
 public:
  /// Fetches what is needed from `url` into the new repository `into`, and its HEAD as kHead, with
  /// `.mlo/config.yaml`.
  using Fetch = std::function<void(const std::string& url, const fs::path& into)>;
  static constexpr const char* kHead = "refs/remotes/origin/HEAD";

  /// `repo`: URL or path; nothing: the one around `world.cwd`. `scratch` must not exist yet. Error{config} if one
  /// elsewhere has no configuration that says where content is.
  OtherRepository(const World& world, const std::optional<std::string>& repo, const fs::path& scratch,
                  const Fetch& fetch);
  OtherRepository(const OtherRepository&) = delete;

  Workspace& workspace() { return *workspace_; }
  /// True if it was fetched: its store is empty, and its HEAD is kHead.
  bool is_elsewhere() const { return elsewhere_; }
  /// The remote that its configuration names; a relative directory counts from the repository's own, if that is on this
  /// machine. `wanted` words errors.
  std::unique_ptr<Remote> open_content(std::string_view wanted);

 private:
  World world_;
  bool elsewhere_ = false;
  std::optional<fs::path> origin_;  ///< the directory of one elsewhere, if it is on this machine
  std::optional<Workspace> workspace_;
};

/// What git is to be told: `repo` itself, or the absolute path if it is one of this machine.
std::string repository_url(const World& world, const std::string& repo);

/// Fetches of the repository at `url` one revision ("": its HEAD) without its history, and the small files of `.mlo`
/// that lead to `dataset`'s content. Returns the commit. Error{not_found} if it has no such revision or dataset.
git::ObjectId fetch_dataset_manifest(const World& world, const std::string& url, const std::string& revision,
                                     const std::string& dataset, const fs::path& into);

}  // namespace mlo
