#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lib/features/keys.hpp"
#include "lib/features/online_store.hpp"
#include "lib/features/point_in_time.hpp"

namespace mlo::features {

/// Collects the latest row of each key, as far as known at one moment, and hands them to a store in the order of their
/// keys. Memory grows with the keys, up to a limit at which what was collected is handed over.
class LatestRows {
 public:
  LatestRows(OnlineUpdate& update, UtcTime now) : update_(update), now_(now.micros()) {}

  /// Rows of the input of that label; rows are added in the inputs' order.
  void add(const FeatureRows& rows, const std::string& input);
  void flush();

  std::uint64_t rows_read() const { return read_; }
  std::uint64_t rows_skipped() const { return skipped_; }
  std::uint64_t rows_future() const { return future_; }
  std::optional<UtcTime> due() const { return due_; }

 private:
  OnlineUpdate& update_;
  std::int64_t now_;
  KeyIndex keys_;
  std::vector<OnlineRow> rows_;
  std::uint64_t bytes_ = 0;
  std::string key_;
  std::uint64_t read_ = 0, skipped_ = 0, future_ = 0;
  std::optional<UtcTime> due_;
};

}  // namespace mlo::features
