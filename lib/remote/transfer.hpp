#pragma once
#include <string>
#include <vector>

#include "lib/remote/remote.hpp"
#include "lib/store/object_store.hpp"

namespace mlo {

/// An object to move, and whose it is, for errors.
struct ObjectRef {
  Digest id;
  std::uint64_t size = 0;
  std::string owner;
};

struct TransferReport {
  std::uint64_t objects = 0, bytes = 0;
  std::vector<ObjectRef> absent;  ///< on neither side
  TransferReport& operator+=(const TransferReport& other);
};

enum class Mode { real, dry_run };

/// Sends the objects that the remote lacks, in parallel; flushes as it goes, so that an interrupted push goes on where
/// it was. Everything sent is durable there when this returns. What neither side has is reported, not an error.
TransferReport upload(const World& world, ObjectStore& store, Remote& remote, std::vector<ObjectRef> objects,
                      Mode mode);

/// Fetches the objects that the store lacks (or has with another size, if that is known), verified, in parallel,
/// committing as it goes. Error{remote} naming the object if the remote gives wrong bytes: they never reach the store.
TransferReport download(const World& world, ObjectStore& store, Remote& remote, std::vector<ObjectRef> objects,
                        Mode mode);

}  // namespace mlo
