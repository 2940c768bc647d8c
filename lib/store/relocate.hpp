#pragma once
#include <cstdint>

#include "lib/store/object_store.hpp"

// A store's files to another place. Stopped anywhere, the same call goes on.
namespace mlo {

struct Relocated {
  std::uint64_t files = 0, bytes = 0;
};

/// Whether the old place is given up. If not, both have bytes of their own: a gc spares files with two names.
enum class OldPlace { goes, stays };

/// Brings into `to` all objects and packs of the store whose `objects`, `packs`, `quarantine` and `trash` lie in
/// `from`, and what is in the latter two: as second names of its files if the old place goes and that can be, else
/// copied and verified. On disk when this returns; what is there already costs a look. Error{corrupt} for a damaged
/// one.
Relocated copy_store(const World& world, const fs::path& from, ObjectStore& to, OldPlace old);

/// Removes from `from` what `to` has, and before that the indexes of packs. Nobody else may write there.
Relocated remove_copied(const World& world, const fs::path& from, const ObjectStore& to);

}  // namespace mlo
