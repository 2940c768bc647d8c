#pragma once
#include "lib/remote/transfer.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// An object whose bytes were not what its name says.
struct DamagedObject {
  Digest id;
  std::string owner;    ///< what needs it; empty if nothing in the work tree's manifests or the runs does
  bool healed = false;  ///< good bytes have taken its place
};

struct FsckReport {
  std::uint64_t objects = 0, bytes = 0;  ///< read
  std::uint64_t indexes = 0;             ///< of packs that were damaged and made anew
  std::vector<DamagedObject> damaged;    ///< ascending by id; moved to quarantine
  std::uint64_t absent = 0;              ///< objects that manifests or runs name and that never came, or were lost
  bool good() const;
};

/// Reads every object of the store and puts aside those that are damaged; with a remote, fetches good bytes in their
/// place. What the remote lacks stays unhealed and is no error.
FsckReport fsck(Workspace& workspace, Remote* remote);

}  // namespace mlo
