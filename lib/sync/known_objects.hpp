#pragma once
#include <map>
#include <vector>

#include "lib/remote/remote.hpp"
#include "lib/remote/transfer.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// Objects of all versions that git here can still name, not those of the work tree alone.
struct KnownObjects {
  std::map<Digest, Owner> owners;
  /// Whatever is there was sent after all that it names.
  struct Link {
    Digest from, to;
    bool part;  ///< holds only while `from` lies there in parts
  };
  std::vector<Link> links;
};

/// `owners`: those of the work tree and the runs. The trees below are followed as far as they are here.
KnownObjects known_objects(Workspace& workspace, std::map<Digest, Owner> owners);

/// What is not there though something that names it is, or `lost` was; ascending, with `lost`. What a run lacked
/// when it was pushed was never there.
std::vector<Digest> with_gone(const ObjectStore& store, Remote& remote, const KnownObjects& known,
                              const std::vector<Digest>& lost);

}  // namespace mlo
