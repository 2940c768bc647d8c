#include "lib/features/spine_index.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"

namespace mlo::features {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();
constexpr std::uint32_t kCounted = 16;  // values that are counted at once
constexpr std::uint32_t kKeysAtOnce = 4096;

/// How many of the first `size` of kCounted values are less.
std::uint32_t count_less(const TimeCodes::Code* values, std::uint32_t size, TimeCodes::Code limit) {
  const auto end = static_cast<std::int16_t>(size);
  std::int16_t less = 0;
  for (std::int16_t i = 0; i < static_cast<std::int16_t>(kCounted); ++i)
    less = static_cast<std::int16_t>(less + ((values[i] < limit) & (i < end)));
  return static_cast<std::uint32_t>(less);
}

}  // namespace

void SpineIndex::add(const KeyBatch& keys, const table::Column& times, std::uint64_t place) {
  Piece piece{.place = place, .keys = {}, .times = times.integers()};
  for (std::size_t row = 0; row < keys.size(); ++row) {
    if (times.nulls[row] != 0 || !keys.known(row)) piece.times[row] = kNever;
  }
  if (keys.plain()) piece.keys.assign(keys.prints().begin(), keys.prints().end());
  const std::lock_guard lock(mutex_);
  if (!keys.plain()) {
    plain_ = false;
    const auto ids = keys_.insert(keys);
    piece.keys.assign(ids.begin(), ids.end());
  }
  pieces_.push_back(std::move(piece));
}

/// From keys to numbers below key_count_.
void SpineIndex::number_keys() {
  std::int64_t least = std::numeric_limits<std::int64_t>::max(), most = std::numeric_limits<std::int64_t>::min();
  std::uint64_t rows = 0;
  for (const Piece& piece : pieces_) {
    for (std::size_t row = 0; row < piece.keys.size(); ++row) {
      if (piece.times[row] == kNever) continue;
      least = std::min(least, static_cast<std::int64_t>(piece.keys[row]));
      most = std::max(most, static_cast<std::int64_t>(piece.keys[row]));
      ++rows;
    }
  }
  least_ = static_cast<std::uint64_t>(least);
  const std::uint64_t range = static_cast<std::uint64_t>(most) - least_;
  dense_ = plain_ && rows > 0 && range / 4 < rows;
  if (dense_) {
    for (Piece& piece : pieces_) {
      for (std::uint64_t& key : piece.keys) key -= least_;
    }
  } else if (plain_) {
    for (Piece& piece : pieces_) keys_.insert_plain(piece.keys);
  }
  key_count_ = dense_ ? range + 1 : keys_.size();
}

void SpineIndex::finish(unsigned threads) {
  std::size_t rows = 0;
  for (const Piece& piece : pieces_) rows += piece.keys.size();
  if (rows >= kNone) throw Error(ErrorKind::invalid, "more than 4,294,967,294 rows ask for features");
  number_keys();
  // Rows by key: a counting sort.
  std::vector<std::uint32_t> first(key_count_ + 1, 0);
  for (const Piece& piece : pieces_) {
    for (std::size_t i = 0; i < piece.keys.size(); ++i) {
      if (piece.times[i] != kNever) ++first[piece.keys[i] + 1];
    }
  }
  std::partial_sum(first.begin(), first.end(), first.begin());
  HugeVector<Ask> asks(first.back());
  std::vector<std::uint32_t> next = first;
  slot_of_row_.assign(rows, kNone);
  for (const Piece& piece : pieces_) {
    MLO_ASSERT(piece.place + piece.keys.size() <= rows);
    for (std::size_t i = 0; i < piece.keys.size(); ++i) {
      if (piece.times[i] != kNever)
        asks[next[piece.keys[i]]++] = {piece.times[i], static_cast<std::uint32_t>(piece.place + i)};
    }
  }
  pieces_ = {};
  place_slots(asks, first, threads);
}

/// Each key's rows by time, then a slot for each of its times.
void SpineIndex::place_slots(HugeVector<Ask>& asks, const std::vector<std::uint32_t>& first_ask, unsigned threads) {
  first_slot_.assign(key_count_ + 1, 0);
  const std::size_t parts = (key_count_ + kKeysAtOnce - 1) / kKeysAtOnce;
  const auto each_key = [&](std::size_t part, auto take) {
    for (std::size_t key = part * kKeysAtOnce; key < std::min<std::size_t>((part + 1) * kKeysAtOnce, key_count_); ++key)
      take(key, std::span(asks).subspan(first_ask[key], first_ask[key + 1] - first_ask[key]));
  };
  parallel_for(parts, threads, [&](std::size_t part) {
    each_key(part, [&](std::size_t key, std::span<Ask> own) {
      std::sort(own.begin(), own.end(), [](const Ask& a, const Ask& b) { return a.time < b.time; });
      for (std::size_t i = 0; i < own.size(); ++i)
        first_slot_[key + 1] += i == 0 || own[i].time != own[i - 1].time ? 1 : 0;
    });
  });
  std::partial_sum(first_slot_.begin(), first_slot_.end(), first_slot_.begin());
  const auto [earliest, latest] =
      std::minmax_element(asks.begin(), asks.end(), [](const Ask& a, const Ask& b) { return a.time < b.time; });
  if (!asks.empty()) codes_ = TimeCodes(earliest->time, latest->time);
  times_.resize(first_slot_.back());
  code_of_slot_.resize(times_.size() + kCounted, TimeCodes::kNone);
  parallel_for(parts, threads, [&](std::size_t part) {
    each_key(part, [&](std::size_t key, std::span<Ask> own) {
      std::uint32_t slot = first_slot_[key];
      for (std::size_t i = 0; i < own.size(); ++i) {
        if (i > 0 && own[i].time != own[i - 1].time) ++slot;
        slot_of_row_[own[i].row] = slot;
        times_[slot] = own[i].time;
        code_of_slot_[slot] = codes_.of(own[i].time);
      }
    });
  });
}

void SpineIndex::find_keys(const KeyBatch& keys, std::size_t first, std::size_t count, std::uint32_t* ids) const {
  if (!dense_) return keys_.find(keys, first, count, ids);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t id = keys.print(first + i) - least_;
    ids[i] = id < key_count_ ? static_cast<std::uint32_t>(id) : kNone;
  }
}

void SpineIndex::find_slots(const KeyBatch& keys, std::span<const std::int64_t> times, std::size_t first,
                            std::size_t count, std::uint32_t* slots) const {
  // In steps over all rows, so that each step's memory is on its way before it is needed.
  find_keys(keys, first, count, slots);
  for (std::size_t i = 0; i < count; ++i) {
    if (slots[i] != kNone) __builtin_prefetch(&first_slot_[slots[i]]);
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (slots[i] == kNone) continue;
    const TimeCodes::Code* const from = code_of_slot_.data() + first_slot_[slots[i]];
    const std::uint32_t left = first_slot_[slots[i] + 1] - first_slot_[slots[i]];
    __builtin_prefetch(from);
    __builtin_prefetch(from + left);
    if (left > kCounted) __builtin_prefetch(from + left / 2);
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (slots[i] == kNone) continue;
    const std::uint32_t end = first_slot_[slots[i] + 1];
    std::uint32_t at = first_slot_[slots[i]], left = end - at;
    const std::int64_t time = times[first + i];
    const TimeCodes::Code code = codes_.of(time);
    // A binary search, then a count: which way a comparison goes cannot be foretold, so nothing branches on one.
    for (; left > kCounted; left -= left / 2) at += (left / 2) * std::uint32_t{code_of_slot_[at + left / 2 - 1] < code};
    at += count_less(&code_of_slot_[at], left, code);
    if (at != end && code_of_slot_[at] == code) {
      const auto exact = std::lower_bound(times_.begin() + at, times_.begin() + end, time);
      at = static_cast<std::uint32_t>(exact - times_.begin());
    }
    slots[i] = at == end ? kNone : at;
  }
}

}  // namespace mlo::features
