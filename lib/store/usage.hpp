#pragma once
#include <cstdint>

#include "lib/store/object_store.hpp"

namespace mlo {

/// What a store and what lies beside it take of the disk.
struct StoreUsage {
  struct Part {
    std::uint64_t files = 0, bytes = 0;
  };
  Part objects;     ///< those that lie by themselves
  Part packs;       ///< files of many small ones
  Part indexes;     ///< of packs
  Part trash;       ///< what a gc took out
  Part quarantine;  ///< what was found damaged
  std::uint64_t total() const { return objects.bytes + packs.bytes + indexes.bytes + trash.bytes + quarantine.bytes; }
};

StoreUsage measure_store(const ObjectStore& store);

}  // namespace mlo
