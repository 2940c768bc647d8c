#pragma once
#include <optional>
#include <vector>

#include "lib/store/relocate.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// Where a repository's objects lie, and who else has objects there.
struct CachePlace {
  fs::path dir;                   ///< around `objects` and `packs`
  bool own = true;                ///< the repository's own
  std::vector<fs::path> sharers;  ///< work trees of the repositories that use it, ascending; of our own place none
};
CachePlace cache_place(const Workspace& workspace);

struct CacheMove {
  CachePlace place;          ///< from now on
  Relocated moved;           ///< what was not there yet
  std::uint64_t others = 0;  ///< repositories that go on using the old cache: nothing was removed there
};

/// From now on objects lie in `dir`, which must exist (nothing: in the repository itself): copies what is not there
/// yet, then writes `.mlo/local/config.yaml`, then removes what was copied, unless other repositories use it. Stopped
/// anywhere, all objects are where the configuration says, and the same call finishes the work. Error{conflict} if
/// another process stores objects now.
CacheMove move_cache(Workspace& workspace, const std::optional<fs::path>& dir);

}  // namespace mlo
