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

/// An object that the remote said to hold, or that something which it holds names, and does not hold.
struct LostObject {
  Digest id;
  std::string owner;  ///< as above, or "an older version"
  bool sent = false;  ///< from here, again
};

struct FsckReport {
  std::uint64_t objects = 0, bytes = 0;  ///< read
  std::uint64_t indexes = 0;             ///< of packs that were damaged and made anew
  std::vector<DamagedObject> damaged;    ///< ascending by id; moved to quarantine
  std::uint64_t absent = 0;              ///< objects that manifests or runs name and that never came, or were lost
  std::optional<RemoteCheck> there;      ///< what was looked at there, of a remote that can be written
  std::vector<LostObject> lost;          ///< there; ascending by id
  bool good() const;
};

/// Reads every object of the store and puts aside those that are damaged; looks for what the remote, if there is one,
/// lost of any version that git here can name. If healing is wanted, fetches good bytes from it in the place of damaged
/// ones, sends again what it lost, and has it say no more that it has what nobody here could send; else it is only
/// read. What neither has stays unhealed and is no error.
/// A remote that can only be read is fetched from, with a warning; Error{remote} if all of it is to be read.
FsckReport fsck(Workspace& workspace, Remote* remote, Reading reading = Reading::sizes,
                Healing healing = Healing::wanted);

}  // namespace mlo
