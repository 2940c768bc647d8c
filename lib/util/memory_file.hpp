#pragma once
#include "lib/util/fs.hpp"

namespace mlo {

/// A file that lies in memory, for those who write to descriptors; made when first asked for. Each user keeps one of
/// its own a thread: what another wrote to its own is never lost to this one.
class MemoryFile {
 public:
  /// The file, emptied.
  int fresh();

 private:
  UniqueFd fd_;
};

}  // namespace mlo
