#pragma once
#include <optional>
#include <string_view>

#include "lib/git/repository.hpp"

// Clones whose history is cut, as CI makes them.
namespace mlo::git {

inline constexpr std::string_view kUnshallow = "git fetch --unshallow --tags";

bool is_shallow(const Repository& repo);

/// Whether `descendant` contains `ancestor`; nothing if the history that would tell is cut off.
std::optional<bool> find_ancestry(const Repository& repo, ObjectId ancestor, ObjectId descendant);

}  // namespace mlo::git
