#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lib/features/spine_index.hpp"
#include "lib/table/columns.hpp"

namespace mlo::features {

/// Which of a key's rows may answer at a moment t.
enum class Knowledge {
  at_the_time,  ///< those whose event and creation are both not after t
  event_only,   ///< Feast's rule: those whose event is not after t, even if they were written later
};

/// Some feature rows that follow each other, borrowed: parallel columns.
struct FeatureRows {
  std::vector<const table::Column*> keys;
  const table::Column* event = nullptr;    ///< rows without one never answer
  const table::Column* created = nullptr;  ///< null if the view has none; null values count as known at the event
  std::vector<const table::Column*> features;
  std::uint64_t place = 0;  ///< of the first row among the view's rows
  std::size_t size() const { return event->nulls.size(); }
};

enum class Answer { present, outside_ttl, not_found };

/// The point-in-time join of one view. For each slot of the spine: of the rows with its key that may answer at its
/// moment, the one with the greatest (event, created), the last by its place of several; nothing if its event is more
/// than the ttl before the moment. Takes rows in any order, once, and keeps memory for the slots alone.
class PointInTimeJoin {
 public:
  /// `features`: names and types. `ttl` 0: unlimited. Borrows the spine, which is finished.
  PointInTimeJoin(const SpineIndex& spine, std::vector<table::Column> features, std::chrono::microseconds ttl,
                  Knowledge knowledge);

  /// From any thread.
  void add(const FeatureRows& rows);
  /// After the last row, before anything below.
  void finish();

  Answer answer(std::size_t spine_row) const;
  /// Appends one feature of these rows of the spine; nulls where the answer is not `present`. From any thread.
  void append_answers(std::size_t feature, std::span<const std::int64_t> spine_rows, table::Column& out) const;
  std::uint64_t rows_read() const { return rows_read_; }
  /// Rows that never could answer: without key or event time.
  std::uint64_t rows_skipped() const { return rows_skipped_; }

 private:
  struct Batch;
  std::int64_t* cells(std::uint32_t slot) { return cells_.data() + slot * stride_; }
  const std::int64_t* cells(std::uint32_t slot) const { return cells_.data() + slot * stride_; }
  bool is_later(std::uint32_t slot, std::uint32_t than) const;
  void keep(std::uint32_t slot, const Batch& batch, std::size_t row);

  const SpineIndex& spine_;
  std::vector<table::Column> features_;
  std::int64_t ttl_;
  Knowledge knowledge_;
  std::size_t null_words_;
  std::size_t stride_;
  /// Per slot: the code of its best row's event, which turns most rows away. Also the lock of all that belongs to it.
  HugeVector<TimeCodes::Code> best_;
  /// Per slot, of its best row: event, created, place, null bits, then a cell per feature; a string's cell is unused.
  HugeVector<std::int64_t> cells_;
  std::vector<std::vector<std::string>> texts_;  ///< per feature, per slot; only of string features
  std::vector<std::uint32_t> answers_;           ///< per row of the spine: the slot that holds its answer, or why none
  std::atomic<std::uint64_t> rows_read_ = 0;
  std::atomic<std::uint64_t> rows_skipped_ = 0;
};

}  // namespace mlo::features
