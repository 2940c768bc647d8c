#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "lib/features/keys.hpp"

namespace mlo::features {

/// The rows that ask for features, by one list of join keys: each key's moments, ascending. One key at one moment is a
/// slot; slots of one key follow each other. Memory is some 40 bytes a row, and the keys.
class SpineIndex {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// The next row: who, and when (microseconds since 1970).
  void add(std::string_view key, std::int64_t time);
  /// A row with a null key or time: it has no slot.
  void add_unknown();
  /// After the last row, before anything below.
  void finish();

  std::size_t rows() const { return key_of_row_.size(); }
  std::size_t slots() const { return times_.size(); }
  std::int64_t time(std::uint32_t slot) const { return times_[slot]; }
  std::uint32_t slot_of_row(std::size_t row) const { return slot_of_row_[row]; }

  /// A key's number, kNone if no row asks for it.
  std::uint32_t find_key(std::string_view key) const { return keys_.find(key); }
  std::size_t keys() const { return keys_.size(); }
  std::uint32_t first_slot(std::uint32_t key) const { return first_slot_[key]; }
  std::uint32_t end_slot(std::uint32_t key) const { return first_slot_[key + 1]; }
  /// The key's first slot not before `time`, kNone if there is none.
  std::uint32_t find_slot(std::uint32_t key, std::int64_t time) const;

 private:
  KeyIndex keys_;
  std::vector<std::uint32_t> key_of_row_;
  std::vector<std::int64_t> time_of_row_;  ///< freed by finish
  std::vector<std::uint32_t> slot_of_row_;
  std::vector<std::int64_t> times_;  ///< of each slot
  std::vector<std::uint32_t> first_slot_;
};

}  // namespace mlo::features
