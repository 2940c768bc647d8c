#pragma once
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "lib/features/keys.hpp"
#include "lib/features/time_codes.hpp"

namespace mlo::features {

/// The rows that ask for features, by one list of join keys: each key's moments, ascending. One key at one moment is a
/// slot; slots of one key follow each other. Memory is some 20 bytes a row, and the keys; twice that while it is made.
class SpineIndex {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// The rows from `place` on: who, and when. Rows with a null key or time have no slot. From any thread, in any order.
  void add(const KeyBatch& keys, const table::Column& times, std::uint64_t place);
  /// After the last row, before anything below.
  void finish(unsigned threads);

  std::size_t rows() const { return slot_of_row_.size(); }
  std::size_t slots() const { return times_.size(); }
  std::int64_t time(std::uint32_t slot) const { return times_[slot]; }
  std::uint32_t slot_of_row(std::size_t row) const { return slot_of_row_[row]; }
  const TimeCodes& codes() const { return codes_; }

  std::size_t keys() const { return first_slot_.size() - 1; }
  std::uint32_t first_slot(std::uint32_t key) const { return first_slot_[key]; }
  std::uint32_t end_slot(std::uint32_t key) const { return first_slot_[key + 1]; }
  /// For `count` rows from `first` on the key's first slot not before its time; kNone if there is none, or nobody asks
  /// for the key.
  void find_slots(const KeyBatch& keys, std::span<const std::int64_t> times, std::size_t first, std::size_t count,
                  std::uint32_t* slots) const;

 private:
  /// Rows as they came.
  struct Piece {
    std::uint64_t place;
    std::vector<std::uint64_t> keys;  ///< the key itself if it is one integer, else its number
    std::vector<std::int64_t> times;  ///< kNever: the row has no slot
  };
  struct Ask {
    std::int64_t time;
    std::uint32_t row;
  };
  void number_keys();
  void place_slots(HugeVector<Ask>& asks, const std::vector<std::uint32_t>& first_ask, unsigned threads);
  void find_keys(const KeyBatch& keys, std::size_t first, std::size_t count, std::uint32_t* ids) const;

  std::mutex mutex_;  ///< of the two below, while rows are added
  std::vector<Piece> pieces_;
  KeyIndex keys_;
  bool plain_ = true;   ///< each key is one integer
  bool dense_ = false;  ///< and they lie so close to each other that they need no table: from least_ on
  std::uint64_t least_ = 0;
  std::uint64_t key_count_ = 0;
  std::vector<std::uint32_t> slot_of_row_;
  HugeVector<std::int64_t> times_;            ///< of each slot
  HugeVector<TimeCodes::Code> code_of_slot_;  ///< of its time; a few more follow
  HugeVector<std::uint32_t> first_slot_;      ///< of each key
  TimeCodes codes_;
};

}  // namespace mlo::features
