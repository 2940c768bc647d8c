#include "lib/features/point_in_time.hpp"

#include <atomic>
#include <bit>
#include <cstring>
#include <limits>
#include <tuple>

namespace mlo::features {
namespace {

using table::Column;
using table::ColumnType;

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();
constexpr std::size_t kEvent = 0, kCreated = 1, kPlace = 2, kNulls = 3;
constexpr std::uint32_t kTooOld = SpineIndex::kNone - 1;  // as the best of a slot: there is one, beyond the ttl

constexpr std::size_t kBlock = 64;  // rows whose memory is fetched at once: all of it stays in the nearest cache

bool is_text(const Column& column) { return column.type == ColumnType::string; }

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
      cells_(spine.slots() * stride_, kNever),
      texts_(features_.size()) {
  for (std::size_t i = 0; i < features_.size(); ++i) {
    if (is_text(features_[i])) texts_[i].resize(spine.slots());
  }
}

void PointInTimeJoin::keep(std::uint32_t slot, const Batch& batch, std::size_t row) {
  std::int64_t* const kept = cells(slot);
  const std::atomic_ref kept_event(kept[kEvent]);
  const std::int64_t event = batch.event[row];
  // It only ever grows, so most rows need not wait for anybody.
  if (event < kept_event.load(std::memory_order_relaxed)) return;
  const std::lock_guard lock(locks_[slot % locks_.size()]);
  const std::int64_t created = batch.created(row);
  const auto place = static_cast<std::int64_t>(batch.rows.place + row);
  if (std::tuple(event, created, place) < std::tuple(kept[kEvent], kept[kCreated], kept[kPlace])) return;
  kept_event.store(event, std::memory_order_relaxed);
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
}

void PointInTimeJoin::add(const FeatureRows& rows) {
  // A row may answer from the first moment on at which it was known; who answers later slots is settled by finish().
  std::vector<std::int64_t> known = rows.event->integers();
  if (knowledge_ == Knowledge::at_the_time && rows.created != nullptr) {
    for (std::size_t row = 0; row < known.size(); ++row) {
      if (rows.created->nulls[row] == 0) known[row] = std::max(known[row], rows.created->integers()[row]);
    }
  }
  const KeyBatch keys(rows.keys);
  const Batch batch(rows);
  std::vector<std::uint32_t> slots(rows.size());
  std::uint64_t skipped = 0;
  const auto keep_block = [&](std::size_t first) {
    for (std::size_t row = first; row < std::min(first + kBlock, slots.size()); ++row) {
      if (rows.event->nulls[row] != 0 || !keys.known(row))
        ++skipped;
      else if (slots[row] != SpineIndex::kNone)
        keep(slots[row], batch, row);
    }
  };
  // A block's cells are on their way while the slots of the next are looked for.
  for (std::size_t first = 0; first < slots.size(); first += kBlock) {
    const std::size_t count = std::min(kBlock, slots.size() - first);
    spine_.find_slots(keys, known, first, count, &slots[first]);
    for (std::size_t row = first; row < first + count; ++row) {
      if (slots[row] != SpineIndex::kNone) __builtin_prefetch(cells(slots[row]), 1);
    }
    if (first > 0) keep_block(first - kBlock);
  }
  if (!slots.empty()) keep_block((slots.size() - 1) / kBlock * kBlock);
  rows_read_ += rows.size();
  rows_skipped_ += skipped;
}

void PointInTimeJoin::finish() {
  std::vector<std::uint32_t> best_of(spine_.slots(), SpineIndex::kNone);
  for (std::uint32_t key = 0; key < spine_.keys(); ++key) {
    std::uint32_t best = SpineIndex::kNone;
    for (std::uint32_t slot = spine_.first_slot(key); slot < spine_.end_slot(key); ++slot) {
      // Equal (event, created) lie in one slot, so a later slot never has to settle a tie with an earlier one.
      const std::int64_t* const here = cells(slot);
      if (here[kEvent] != kNever && (best == SpineIndex::kNone || here[kEvent] > cells(best)[kEvent] ||
                                     (here[kEvent] == cells(best)[kEvent] && here[kCreated] > cells(best)[kCreated])))
        best = slot;
      const bool old = best != SpineIndex::kNone && ttl_ != 0 && cells(best)[kEvent] < spine_.time(slot) - ttl_;
      best_of[slot] = old ? kTooOld : best;
    }
  }
  best_.resize(spine_.rows());
  for (std::size_t row = 0; row < best_.size(); ++row) {
    const std::uint32_t slot = spine_.slot_of_row(row);
    best_[row] = slot == SpineIndex::kNone ? slot : best_of[slot];
  }
}

Answer PointInTimeJoin::answer(std::size_t spine_row) const {
  const std::uint32_t best = best_[spine_row];
  return best == SpineIndex::kNone ? Answer::not_found : best == kTooOld ? Answer::outside_ttl : Answer::present;
}

void PointInTimeJoin::append_answers(std::size_t feature, std::span<const std::int64_t> spine_rows, Column& out) const {
  const std::size_t first = out.nulls.size();
  out.nulls.resize(first + spine_rows.size());
  std::vector<const std::int64_t*> found(spine_rows.size());  // the cells, null for a null
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto row = static_cast<std::size_t>(spine_rows[i]);
    if (row >= best_.size() || best_[row] >= kTooOld) continue;
    found[i] = cells(best_[row]);
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
