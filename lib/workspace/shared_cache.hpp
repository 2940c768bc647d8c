#pragma once
#include <vector>

#include "lib/util/fs.hpp"

// A directory that holds the objects of several repositories knows whose they are, so that a gc in one keeps what
// another needs: a file each in `repositories`.
namespace mlo {

struct CacheUser {
  fs::path common_dir;  ///< of git; tells repositories apart
  fs::path work_tree;   ///< one of its work trees
  bool operator==(const CacheUser&) const = default;
};

/// Durable when this returns; free if it is known. A cache that may not be written is only read, so needs no users.
void register_cache_user(const fs::path& cache, const CacheUser& user);
/// Ascending by the names of their files. Error{corrupt} for a file that says something else.
std::vector<CacheUser> cache_users(const fs::path& cache);
/// False if there is no such user.
bool forget_cache_user(const fs::path& cache, const fs::path& common_dir);

}  // namespace mlo
