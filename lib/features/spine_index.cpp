#include "lib/features/spine_index.hpp"

#include <algorithm>
#include <numeric>

#include "lib/util/error.hpp"

namespace mlo::features {

void SpineIndex::add(const KeyBatch& keys, const table::Column& times) {
  if (slot_of_row_.size() + keys.size() >= kNone)
    throw Error(ErrorKind::invalid, "more than 4,294,967,294 rows ask for features");
  const std::vector<std::uint32_t> ids = keys_.insert(keys);
  const std::size_t first = slot_of_row_.size();
  slot_of_row_.insert(slot_of_row_.end(), ids.begin(), ids.end());
  time_of_row_.insert(time_of_row_.end(), times.integers().begin(), times.integers().end());
  if (!has_nulls(times)) return;
  for (std::size_t row = 0; row < keys.size(); ++row) {
    if (times.nulls[row] != 0) slot_of_row_[first + row] = kNone;
  }
}

void SpineIndex::finish() {
  // Rows by key (a counting sort), then each key's rows by time.
  struct Ask {
    std::int64_t time;
    std::uint32_t row;
  };
  std::vector<std::uint32_t> first(keys_.size() + 1, 0);
  for (const std::uint32_t key : slot_of_row_) {
    if (key != kNone) ++first[key + 1];
  }
  std::partial_sum(first.begin(), first.end(), first.begin());
  std::vector<Ask> asks(first.back());
  std::vector<std::uint32_t> next = first;
  for (std::uint32_t row = 0; row < slot_of_row_.size(); ++row) {
    if (slot_of_row_[row] != kNone) asks[next[slot_of_row_[row]]++] = {time_of_row_[row], row};
  }
  time_of_row_ = {};
  times_.reserve(asks.size());
  first_slot_.assign(1, 0);
  first_slot_.reserve(first.size());
  for (std::size_t key = 0; key + 1 < first.size(); ++key) {
    std::sort(asks.begin() + first[key], asks.begin() + first[key + 1],
              [](const Ask& a, const Ask& b) { return a.time < b.time; });
    for (std::uint32_t i = first[key]; i < first[key + 1]; ++i) {
      if (times_.size() == first_slot_.back() || times_.back() != asks[i].time) times_.push_back(asks[i].time);
      slot_of_row_[asks[i].row] = static_cast<std::uint32_t>(times_.size() - 1);
    }
    first_slot_.push_back(static_cast<std::uint32_t>(times_.size()));
  }
}

void SpineIndex::find_slots(const KeyBatch& keys, const std::vector<std::int64_t>& times, std::size_t first,
                            std::size_t count, std::uint32_t* slots) const {
  // In steps over all rows, so that each step's memory is on its way before it is needed.
  keys_.find(keys, first, count, slots);
  for (std::size_t i = 0; i < count; ++i) {
    if (slots[i] != kNone) __builtin_prefetch(&first_slot_[slots[i]]);
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (slots[i] == kNone) continue;
    const std::uint32_t from = first_slot_[slots[i]], to = first_slot_[slots[i] + 1];
    __builtin_prefetch(times_.data() + from);
    __builtin_prefetch(times_.data() + from + (to - from) / 2);
    __builtin_prefetch(times_.data() + to);
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (slots[i] == kNone) continue;
    const std::uint32_t end = first_slot_[slots[i] + 1];
    std::uint32_t at = first_slot_[slots[i]], left = end - at;
    // A binary search that multiplies instead of branching: which way it goes cannot be foretold.
    for (; left > 1; left -= left / 2) at += (left / 2) * std::uint32_t{times_[at + left / 2 - 1] < times[first + i]};
    if (left == 1 && times_[at] < times[first + i]) ++at;
    slots[i] = at == end ? kNone : at;
  }
}

}  // namespace mlo::features
