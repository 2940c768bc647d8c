#include "lib/features/point_in_time.hpp"

#include <bit>
#include <limits>

namespace mlo::features {
namespace {

using table::Column;
using table::ColumnType;

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();
constexpr std::size_t kEvent = 0, kCreated = 1, kNulls = 2;

bool is_text(const Column& column) { return column.type == ColumnType::string; }

}  // namespace

PointInTimeJoin::PointInTimeJoin(const SpineIndex& spine, std::vector<Column> features, std::chrono::microseconds ttl,
                                 Knowledge knowledge)
    : spine_(spine),
      features_(std::move(features)),
      ttl_(ttl.count()),
      knowledge_(knowledge),
      null_words_((features_.size() + 63) / 64),
      stride_(kNulls + null_words_ + features_.size()),
      cells_(spine.slots() * stride_, kNever),
      texts_(features_.size()) {
  for (std::size_t i = 0; i < features_.size(); ++i) {
    if (is_text(features_[i])) texts_[i].resize(spine.slots());
  }
}

void PointInTimeJoin::keep(std::uint32_t slot, const FeatureRows& rows, std::size_t row) {
  const std::int64_t event = rows.event->integers()[row];
  const std::int64_t created =
      rows.created == nullptr || rows.created->nulls[row] ? kNever : rows.created->integers()[row];
  std::int64_t* const kept = cells(slot);
  if (event < kept[kEvent] || (event == kept[kEvent] && created < kept[kCreated])) return;
  kept[kEvent] = event;
  kept[kCreated] = created;
  for (std::size_t word = 0; word < null_words_; ++word) kept[kNulls + word] = 0;
  for (std::size_t i = 0; i < features_.size(); ++i) {
    const Column& column = *rows.features[i];
    if (column.nulls[row]) {
      kept[kNulls + i / 64] |= std::int64_t{1} << (i % 64);
    } else if (is_text(column)) {
      texts_[i][slot] = column.strings()[row];
    } else {
      kept[kNulls + null_words_ + i] =
          column.type == ColumnType::real ? std::bit_cast<std::int64_t>(column.reals()[row]) : column.integers()[row];
    }
  }
}

void PointInTimeJoin::add(const FeatureRows& rows) {
  keys_of_batch_.resize(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const bool known = !rows.event->nulls[row] && encode_key(rows.keys, row, key_);
    keys_of_batch_[row] = known ? spine_.find_key(key_) : SpineIndex::kNone;
    if (!known) ++rows_skipped_;
  }
  rows_read_ += rows.size();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (keys_of_batch_[row] == SpineIndex::kNone) continue;
    std::int64_t known = rows.event->integers()[row];
    if (knowledge_ == Knowledge::at_the_time && rows.created != nullptr && !rows.created->nulls[row])
      known = std::max(known, rows.created->integers()[row]);
    // It may answer from the first moment on at which it was known; who answers later slots is settled by finish().
    const std::uint32_t slot = spine_.find_slot(keys_of_batch_[row], known);
    if (slot != SpineIndex::kNone) keep(slot, rows, row);
  }
}

void PointInTimeJoin::finish() {
  best_.assign(spine_.slots(), SpineIndex::kNone);
  for (std::uint32_t key = 0; key < spine_.keys(); ++key) {
    std::uint32_t best = SpineIndex::kNone;
    for (std::uint32_t slot = spine_.first_slot(key); slot < spine_.end_slot(key); ++slot) {
      // Equal (event, created) lie in one slot, so a later slot never has to settle a tie with an earlier one.
      const std::int64_t* const here = cells(slot);
      if (here[kEvent] != kNever && (best == SpineIndex::kNone || here[kEvent] > cells(best)[kEvent] ||
                                     (here[kEvent] == cells(best)[kEvent] && here[kCreated] > cells(best)[kCreated])))
        best = slot;
      best_[slot] = best;
    }
  }
}

Answer PointInTimeJoin::answer(std::size_t spine_row) const {
  const std::uint32_t slot = spine_.slot_of_row(spine_row);
  if (slot == SpineIndex::kNone || best_[slot] == SpineIndex::kNone) return Answer::not_found;
  const bool old = ttl_ != 0 && cells(best_[slot])[kEvent] < spine_.time(slot) - ttl_;
  return old ? Answer::outside_ttl : Answer::present;
}

void PointInTimeJoin::append_answers(std::size_t first, std::size_t count, std::vector<Column>& out) const {
  std::vector<std::uint32_t> slots(count, SpineIndex::kNone);
  for (std::size_t i = 0; i < count; ++i) {
    if (answer(first + i) == Answer::present) slots[i] = best_[spine_.slot_of_row(first + i)];
  }
  for (std::size_t f = 0; f < features_.size(); ++f) {
    Column& column = out[f];
    for (const std::uint32_t slot : slots) {
      const bool null =
          slot == SpineIndex::kNone || (static_cast<std::uint64_t>(cells(slot)[kNulls + f / 64]) >> (f % 64) & 1U) != 0;
      const std::int64_t cell = null ? 0 : cells(slot)[kNulls + null_words_ + f];
      column.nulls.push_back(null);
      if (is_text(column)) {
        std::get<2>(column.values).push_back(null ? std::string() : texts_[f][slot]);
      } else if (column.type == ColumnType::real) {
        std::get<1>(column.values).push_back(std::bit_cast<double>(cell));
      } else {
        std::get<0>(column.values).push_back(cell);
      }
    }
  }
}

}  // namespace mlo::features
