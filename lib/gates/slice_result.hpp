#pragma once
#include <optional>
#include <string>

#include "lib/manifest/gate_report.hpp"

// What the results of a `fairness` gate say about one slice. Reports keep text only, so writing and reading it is here.
namespace mlo {

struct SliceResult {
  std::string metric, column, value;
  bool judged = false;  ///< false: too few rows; it passes unlooked at
};

/// "auc[carrier=UA]"
std::string slice_name(const SliceResult& slice);
/// The reason of a slice that is not judged.
std::string too_few_rows(std::size_t rows);
/// Nothing for a result that is not about one slice: another gate, a gap, a ratio.
std::optional<SliceResult> find_slice(const GateResult& result);

}  // namespace mlo
