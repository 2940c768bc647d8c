#include "lib/features/latest_rows.hpp"

#include <algorithm>
#include <numeric>

#include "lib/features/feature_value.hpp"

namespace mlo::features {
namespace {

constexpr std::uint64_t kMostBytes = 256 << 20;

}  // namespace

void LatestRows::add(const FeatureRows& rows, const std::string& input) {
  read_ += rows.size();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (rows.event->nulls[row] || !encode_key(rows.keys, row, key_)) {
      ++skipped_;
      continue;
    }
    OnlineRow next{.event = rows.event->integers()[row], .created = {}, .input = {}, .values = {}};
    if (rows.created != nullptr && !rows.created->nulls[row]) next.created = rows.created->integers()[row];
    const std::int64_t known = std::max(next.event, next.created.value_or(next.event));
    if (known > now_) {
      ++future_;
      due_ = std::min(due_.value_or(UtcTime::from_micros(known)), UtcTime::from_micros(known));
      continue;
    }
    const std::uint32_t id = keys_.insert(key_);
    const bool fresh = id == rows_.size();
    if (fresh) rows_.emplace_back();
    OnlineRow& kept = rows_[id];
    // Inputs come in order, so of two rows of the same times the one that comes later has the later label, or the same.
    if (!fresh && (next.event != kept.event ? next.event < kept.event : next.created < kept.created)) continue;
    bytes_ -= fresh ? 0 : kept.values.size();
    kept.event = next.event;
    kept.created = next.created;
    kept.input = input;
    pack_row(rows, row, kept.values);
    bytes_ += kept.values.size() + (fresh ? sizeof(OnlineRow) + key_.size() + 32 : 0);
  }
  if (bytes_ > kMostBytes) flush();
}

void LatestRows::flush() {
  std::vector<std::uint32_t> order(rows_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return keys_.key(a) < keys_.key(b); });
  for (const std::uint32_t id : order) update_.put(keys_.key(id), rows_[id]);
  keys_ = {};
  rows_.clear();
  bytes_ = 0;
}

}  // namespace mlo::features
