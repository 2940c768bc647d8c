#pragma once
#include "lib/util/fs.hpp"
#include "lib/util/world.hpp"

// What `get` may write to or replace: never what a repository needs.
namespace mlo {

/// Error{usage} if `place` (absolute) is `.git`, a repository's `.mlo` or inside one; Error{conflict} inside a dataset
/// of the repository around it. Symlinks on the way are followed, the last name is not. It need not exist.
void require_outside(const fs::path& place);

/// As require_outside, for all that is below `place` too, as it would be replaced: Error{usage} also if it is `/` or
/// holds the current directory or the user's home, Error{conflict} if it holds a dataset or a git repository.
void require_replaceable(const World& world, const fs::path& place);

}  // namespace mlo
