#pragma once
#include <cstdint>
#include <vector>

#include "lib/features/keys.hpp"

namespace mlo::features {

/// The rows that ask for features, by one list of join keys: each key's moments, ascending. One key at one moment is a
/// slot; slots of one key follow each other. Memory is some 40 bytes a row, and the keys.
class SpineIndex {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// The next rows: who, and when. Rows with a null key or time have no slot.
  void add(const KeyBatch& keys, const table::Column& times);
  /// After the last row, before anything below.
  void finish();

  std::size_t rows() const { return slot_of_row_.size(); }
  std::size_t slots() const { return times_.size(); }
  std::int64_t time(std::uint32_t slot) const { return times_[slot]; }
  std::uint32_t slot_of_row(std::size_t row) const { return slot_of_row_[row]; }

  std::size_t keys() const { return keys_.size(); }
  std::uint32_t first_slot(std::uint32_t key) const { return first_slot_[key]; }
  std::uint32_t end_slot(std::uint32_t key) const { return first_slot_[key + 1]; }
  /// For `count` rows from `first` on the key's first slot not before its time; kNone if there is none, or nobody asks
  /// for the key.
  void find_slots(const KeyBatch& keys, const std::vector<std::int64_t>& times, std::size_t first, std::size_t count,
                  std::uint32_t* slots) const;

 private:
  KeyIndex keys_;
  std::vector<std::int64_t> time_of_row_;   ///< freed by finish
  std::vector<std::uint32_t> slot_of_row_;  ///< until finish: its key
  HugeVector<std::int64_t> times_;          ///< of each slot
  std::vector<std::uint32_t> first_slot_;
};

}  // namespace mlo::features
