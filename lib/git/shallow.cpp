#include "lib/git/shallow.hpp"

#include <fmt/core.h>

#include <set>

#include "lib/util/error.hpp"

namespace mlo::git {

bool is_shallow(const Repository& repo) {
  const auto stat = find_stat(repo.common_dir() / "shallow");
  return stat && stat->size > 0;
}

std::string fetch_line(const Repository& repo, std::string_view ref, Wanted wanted) {
  const bool cut = is_shallow(repo);
  const std::string_view depth = wanted == Wanted::tip ? (cut ? " --depth=1" : "")
                                 : cut                 ? " --unshallow --tags"
                                                       : " --tags";
  if (ref.starts_with("refs/heads/")) return fmt::format("git fetch{0} origin +{1}:{1}", depth, ref);
  if (ref.starts_with("refs/remotes/")) ref.remove_prefix(13);
  const std::size_t slash = ref.find('/');
  if (slash == std::string_view::npos)
    return fmt::format("git fetch{0} origin +refs/heads/{1}:refs/heads/{1}", depth, ref);
  const std::string_view remote = ref.substr(0, slash), branch = ref.substr(slash + 1);
  if (branch == "HEAD") return fmt::format("git remote set-head {} --auto", remote);
  return fmt::format("git fetch{0} {1} +refs/heads/{2}:refs/remotes/{1}/{2}", depth, remote, branch);
}

std::optional<bool> find_ancestry(const Repository& repo, ObjectId ancestor, ObjectId descendant) {
  if (!is_shallow(repo)) return repo.has_object(ancestor) && repo.is_ancestor(ancestor, descendant);
  // Step by step: libgit2 takes parents that were never fetched for damage.
  bool cut = false;
  std::set<ObjectId> seen = {descendant};
  for (std::vector<ObjectId> open = {descendant}; !open.empty();) {
    const ObjectId at = open.back();
    open.pop_back();
    if (at == ancestor) return true;
    if (!repo.has_object(at)) {
      cut = true;
      continue;
    }
    for (const ObjectId& parent : repo.load_commit(at).parents) {
      if (seen.insert(parent).second) open.push_back(parent);
    }
  }
  return cut ? std::nullopt : std::optional(false);
}

}  // namespace mlo::git
