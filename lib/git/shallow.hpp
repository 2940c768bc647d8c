#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "lib/git/repository.hpp"

// Clones whose history is cut, as CI makes them.
namespace mlo::git {

inline constexpr std::string_view kUnshallow = "git fetch --unshallow --tags";

bool is_shallow(const Repository& repo);

enum class Wanted { tip, history };
/// The line that brings a missing ref ("origin/main", "refs/heads/rules", "rules") into this clone: its newest commit,
/// or all of its history, with the tags. It never cuts the history of a clone that is whole.
std::string fetch_line(const Repository& repo, std::string_view ref, Wanted wanted);

/// Whether `descendant` contains `ancestor`; nothing if the history that would tell is cut off.
std::optional<bool> find_ancestry(const Repository& repo, ObjectId ancestor, ObjectId descendant);

}  // namespace mlo::git
