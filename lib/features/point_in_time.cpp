#include "lib/features/point_in_time.hpp"

#include <array>
#include <atomic>
#include <bit>
#include <cstring>
#include <limits>
#include <thread>
#include <tuple>

namespace mlo::features {
namespace {

using table::Column;
using table::ColumnType;

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();
constexpr std::size_t kEvent = 0, kCreated = 1, kPlace = 2, kNulls = 3;
constexpr std::uint32_t kTooOld = SpineIndex::kNone - 1;  // as an answer: there is one, beyond the ttl

constexpr std::size_t kBlock = 64;  // rows whose memory is fetched at once: all of it stays in the nearest cache

bool is_text(const Column& column) { return column.type == ColumnType::string; }

/// Holds a slot by its code for the time of a change.
class Hold {
 public:
  /// Nothing is held if the slot's code is greater than this.
  Hold(TimeCodes::Code& slot, TimeCodes::Code most) : slot_(slot), before_(slot_.load(std::memory_order_relaxed)) {
    while (before_ <= most) {
      if (before_ == TimeCodes::kTaken) {
        std::this_thread::yield();
        before_ = slot_.load(std::memory_order_relaxed);
      } else if (slot_.compare_exchange_weak(before_, TimeCodes::kTaken, std::memory_order_acquire,
                                             std::memory_order_relaxed)) {
        after_ = before_;
        return;
      }
    }
  }
  Hold(const Hold&) = delete;
  ~Hold() {
    if (held()) slot_.store(after_, std::memory_order_release);
  }
  bool held() const { return after_ != TimeCodes::kTaken; }
  TimeCodes::Code before() const { return before_; }
  void set(TimeCodes::Code code) { after_ = code; }  ///< as which it is released

 private:
  std::atomic_ref<TimeCodes::Code> slot_;
  TimeCodes::Code before_;
  TimeCodes::Code after_ = TimeCodes::kTaken;
};

/// A slot that fits into a cache line does not straddle two.
std::size_t padded(std::size_t words) { return words <= 8 ? std::bit_ceil(words) : words; }

}  // namespace

/// What `keep` needs of the rows, looked up once.
struct PointInTimeJoin::Batch {
  explicit Batch(const FeatureRows& all) : rows(all), event(all.event->integers().data()) {
    for (const Column* const column : rows.features) {
      words.push_back(is_text(*column)                   ? nullptr
                      : column->type == ColumnType::real ? static_cast<const void*>(column->reals().data())
                                                         : static_cast<const void*>(column->integers().data()));
    }
  }
  std::int64_t created(std::size_t row) const {
    return rows.created == nullptr || rows.created->nulls[row] != 0 ? kNever : rows.created->integers()[row];
  }

  const FeatureRows& rows;
  const std::int64_t* event;
  std::vector<const void*> words;  ///< of features that are no texts
};

PointInTimeJoin::PointInTimeJoin(const SpineIndex& spine, std::vector<Column> features, std::chrono::microseconds ttl,
                                 Knowledge knowledge)
    : spine_(spine),
      features_(std::move(features)),
      ttl_(ttl.count()),
      knowledge_(knowledge),
      null_words_((features_.size() + 63) / 64),
      stride_(padded(kNulls + null_words_ + features_.size())),
      best_(spine.slots(), TimeCodes::kNone),
      cells_(spine.slots() * stride_),
      texts_(features_.size()) {
  for (std::size_t i = 0; i < features_.size(); ++i) {
    if (is_text(features_[i])) texts_[i].resize(spine.slots());
  }
}

void PointInTimeJoin::keep(std::uint32_t slot, const Batch& batch, std::size_t row) {
  const std::int64_t event = batch.event[row];
  const TimeCodes::Code code = spine_.codes().of(event);
  Hold hold(best_[slot], code);
  if (!hold.held()) return;
  std::int64_t* const kept = cells(slot);
  const std::int64_t created = batch.created(row);
  const auto place = static_cast<std::int64_t>(batch.rows.place + row);
  if (hold.before() == code &&
      std::tuple(event, created, place) < std::tuple(kept[kEvent], kept[kCreated], kept[kPlace]))
    return;
  kept[kEvent] = event;
  kept[kCreated] = created;
  kept[kPlace] = place;
  for (std::size_t word = 0; word < null_words_; ++word) kept[kNulls + word] = 0;
  for (std::size_t i = 0; i < features_.size(); ++i) {
    const Column& column = *batch.rows.features[i];
    if (column.nulls[row] != 0) {
      kept[kNulls + i / 64] |= std::int64_t{1} << (i % 64);
    } else if (batch.words[i] == nullptr) {
      texts_[i][slot] = column.strings()[row];
    } else {
      std::memcpy(&kept[kNulls + null_words_ + i], static_cast<const std::int64_t*>(batch.words[i]) + row, 8);
    }
  }
  hold.set(code);
}

void PointInTimeJoin::add(const FeatureRows& rows) {
  // A row may answer from the first moment on at which it was known; who answers later slots is settled by finish().
  std::span<const std::int64_t> known = rows.event->integers();
  std::vector<std::int64_t> later;
  if (knowledge_ == Knowledge::at_the_time && rows.created != nullptr) {
    later.assign(known.begin(), known.end());
    for (std::size_t row = 0; row < later.size(); ++row) {
      if (rows.created->nulls[row] == 0) later[row] = std::max(later[row], rows.created->integers()[row]);
    }
    known = later;
  }
  const KeyBatch keys(rows.keys);
  const Batch batch(rows);
  const TimeCodes& codes = spine_.codes();
  std::uint64_t skipped = 0;
  std::array<std::array<std::uint32_t, kBlock>, 2> slots;
  std::array<std::pair<std::uint32_t, std::size_t>, kBlock> better;  // slots and rows
  std::size_t better_count = 0;
  const auto find = [&](std::size_t block) {
    const std::size_t first = block * kBlock;
    auto& found = slots[block % 2];
    found.fill(SpineIndex::kNone);
    if (first >= rows.size()) return;
    spine_.find_slots(keys, known, first, std::min(kBlock, rows.size() - first), found.data());
    for (const std::uint32_t slot : found) {
      if (slot != SpineIndex::kNone) __builtin_prefetch(&best_[slot], 1);
    }
  };
  const auto choose = [&](std::size_t block) {
    const std::size_t first = block * kBlock;
    better_count = 0;
    for (std::size_t row = first; row < std::min(first + kBlock, rows.size()); ++row) {
      const std::uint32_t slot = slots[block % 2][row - first];
      if (rows.event->nulls[row] != 0 || !keys.known(row)) {
        ++skipped;
      } else if (slot != SpineIndex::kNone) {
        better[better_count] = {slot, row};
        better_count +=
            std::atomic_ref(best_[slot]).load(std::memory_order_relaxed) <= codes.of(batch.event[row]) ? 1 : 0;
      }
    }
    for (std::size_t i = 0; i < better_count; ++i) __builtin_prefetch(cells(better[i].first), 1);
  };
  // While one block is worked on, what the next ones need is on its way.
  const std::size_t blocks = (rows.size() + kBlock - 1) / kBlock;
  find(0);
  for (std::size_t block = 0; block <= blocks; ++block) {
    find(block + 1);
    for (std::size_t i = 0; i < better_count; ++i) keep(better[i].first, batch, better[i].second);
    choose(block);
  }
  rows_read_ += rows.size();
  rows_skipped_ += skipped;
}

/// Of two slots that have a row each.
bool PointInTimeJoin::is_later(std::uint32_t slot, std::uint32_t than) const {
  if (best_[slot] != best_[than]) return best_[slot] > best_[than];
  const std::int64_t *const here = cells(slot), *const there = cells(than);
  return std::tuple(here[kEvent], here[kCreated]) > std::tuple(there[kEvent], there[kCreated]);
}

void PointInTimeJoin::finish() {
  std::vector<std::uint32_t> answer_of(spine_.slots(), SpineIndex::kNone);
  for (std::uint32_t key = 0; key < spine_.keys(); ++key) {
    std::uint32_t best = SpineIndex::kNone;
    for (std::uint32_t slot = spine_.first_slot(key); slot < spine_.end_slot(key); ++slot) {
      // Equal (event, created) lie in one slot, so a later slot never has to settle a tie with an earlier one.
      if (best_[slot] != TimeCodes::kNone && (best == SpineIndex::kNone || is_later(slot, best))) best = slot;
      const bool old = best != SpineIndex::kNone && ttl_ != 0 && cells(best)[kEvent] < spine_.time(slot) - ttl_;
      answer_of[slot] = old ? kTooOld : best;
    }
  }
  answers_.resize(spine_.rows());
  for (std::size_t row = 0; row < answers_.size(); ++row) {
    const std::uint32_t slot = spine_.slot_of_row(row);
    answers_[row] = slot == SpineIndex::kNone ? slot : answer_of[slot];
  }
}

Answer PointInTimeJoin::answer(std::size_t spine_row) const {
  const std::uint32_t best = answers_[spine_row];
  return best == SpineIndex::kNone ? Answer::not_found : best == kTooOld ? Answer::outside_ttl : Answer::present;
}

void PointInTimeJoin::append_answers(std::size_t feature, std::span<const std::int64_t> spine_rows, Column& out) const {
  const std::size_t first = out.nulls.size();
  out.nulls.resize(first + spine_rows.size());
  std::vector<const std::int64_t*> found(spine_rows.size());  // the cells, null for a null
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto row = static_cast<std::size_t>(spine_rows[i]);
    if (row >= answers_.size() || answers_[row] >= kTooOld) continue;
    found[i] = cells(answers_[row]);
    __builtin_prefetch(found[i]);
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] != nullptr &&
        (static_cast<std::uint64_t>(found[i][kNulls + feature / 64]) >> (feature % 64) & 1U) != 0)
      found[i] = nullptr;
    out.nulls[first + i] = found[i] == nullptr ? 1 : 0;
  }
  const std::size_t cell = kNulls + null_words_ + feature;
  const auto append = [&](auto& values, auto value_of) {
    values.resize(first + found.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (found[i] != nullptr) values[first + i] = value_of(found[i]);
    }
  };
  if (is_text(out)) {
    append(std::get<2>(out.values), [&](const std::int64_t* slot) {
      return texts_[feature][static_cast<std::size_t>(slot - cells_.data()) / stride_];
    });
  } else if (out.type == ColumnType::real) {
    append(std::get<1>(out.values), [&](const std::int64_t* slot) { return std::bit_cast<double>(slot[cell]); });
  } else {
    append(std::get<0>(out.values), [&](const std::int64_t* slot) { return slot[cell]; });
  }
}

}  // namespace mlo::features
