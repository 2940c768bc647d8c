#include "lib/git/shallow.hpp"

#include "lib/util/error.hpp"

namespace mlo::git {

bool is_shallow(const Repository& repo) {
  const auto stat = find_stat(repo.common_dir() / "shallow");
  return stat && stat->size > 0;
}

std::optional<bool> find_ancestry(const Repository& repo, ObjectId ancestor, ObjectId descendant) {
  const bool cut = is_shallow(repo);
  try {
    if (repo.has_object(ancestor) && repo.is_ancestor(ancestor, descendant)) return true;
  } catch (const Error&) {
    if (!cut) throw;
  }
  return cut ? std::nullopt : std::optional(false);
}

}  // namespace mlo::git
