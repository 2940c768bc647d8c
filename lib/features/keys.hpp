#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/table/columns.hpp"

namespace mlo::features {

/// Writes the join keys of one row as bytes into `out` (emptied first): equal keys, equal bytes. Integers as 8 bytes,
/// strings as a length of 4 bytes and their bytes. False if any key is null.
bool encode_key(const std::vector<const table::Column*>& keys, std::size_t row, std::string& out);

/// Numbers keys 0, 1, 2 .. as they come.
class KeyIndex {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  std::uint32_t insert(std::string_view key);
  std::uint32_t find(std::string_view key) const;  ///< kNone if it was never inserted
  std::size_t size() const { return ends_.size(); }
  std::string_view key(std::uint32_t id) const;

 private:
  std::size_t slot_of(std::string_view key) const;
  void grow();

  struct Slot {
    std::uint32_t id = kNone;
    std::uint32_t tag = 0;  ///< of the hash: most other keys are told apart without reading them
  };
  std::vector<Slot> slots_;
  std::string bytes_;  ///< all keys, one after the other
  std::vector<std::uint64_t> ends_;
};

}  // namespace mlo::features
