#include "lib/features/spine_index.hpp"

#include <algorithm>
#include <numeric>

#include "lib/util/error.hpp"

namespace mlo::features {

void SpineIndex::add(std::string_view key, std::int64_t time) {
  if (key_of_row_.size() >= kNone) throw Error(ErrorKind::invalid, "more than 4,294,967,294 rows ask for features");
  key_of_row_.push_back(keys_.insert(key));
  time_of_row_.push_back(time);
}

void SpineIndex::add_unknown() {
  key_of_row_.push_back(kNone);
  time_of_row_.push_back(0);
}

void SpineIndex::finish() {
  // Rows by key (a counting sort), then each key's rows by time.
  std::vector<std::uint32_t> first(keys_.size() + 1, 0);
  for (const std::uint32_t key : key_of_row_) {
    if (key != kNone) ++first[key + 1];
  }
  std::partial_sum(first.begin(), first.end(), first.begin());
  std::vector<std::uint32_t> order(first.back());
  std::vector<std::uint32_t> next = first;
  for (std::uint32_t row = 0; row < key_of_row_.size(); ++row) {
    if (key_of_row_[row] != kNone) order[next[key_of_row_[row]]++] = row;
  }
  slot_of_row_.assign(key_of_row_.size(), kNone);
  times_.reserve(order.size());
  first_slot_.assign(1, 0);
  for (std::size_t key = 0; key + 1 < first.size(); ++key) {
    std::sort(order.begin() + first[key], order.begin() + first[key + 1],
              [&](std::uint32_t a, std::uint32_t b) { return time_of_row_[a] < time_of_row_[b]; });
    for (std::uint32_t i = first[key]; i < first[key + 1]; ++i) {
      const std::int64_t time = time_of_row_[order[i]];
      if (times_.size() == first_slot_.back() || times_.back() != time) times_.push_back(time);
      slot_of_row_[order[i]] = static_cast<std::uint32_t>(times_.size() - 1);
    }
    first_slot_.push_back(static_cast<std::uint32_t>(times_.size()));
  }
  time_of_row_ = {};
}

std::uint32_t SpineIndex::find_slot(std::uint32_t key, std::int64_t time) const {
  const auto begin = times_.begin() + first_slot_[key];
  const auto end = times_.begin() + first_slot_[key + 1];
  const auto found = std::lower_bound(begin, end, time);
  return found == end ? kNone : static_cast<std::uint32_t>(found - times_.begin());
}

}  // namespace mlo::features
