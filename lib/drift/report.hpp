#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/codec/value.hpp"
#include "lib/drift/test.hpp"
#include "lib/stats/moments.hpp"
#include "lib/util/utc_time.hpp"

namespace mlo::drift {

enum class Outcome {
  stable,
  drifted,
  untested,  ///< nothing was measured; does not count
};
std::string_view to_string(Outcome outcome);

/// One side of a column.
struct ColumnSide {
  std::string type = {};  ///< boolean, integer, real, string, date, timestamp, other
  std::uint64_t nulls = 0;
  std::uint64_t not_finite = 0;
  std::uint64_t values = 0;                    ///< the rest
  std::uint64_t distinct = 0;                  ///< of numbers and categories
  std::optional<stats::Moments> moments = {};  ///< of numbers
};

/// Both distributions, coarse enough to draw: shares of each side in the same bins or categories.
struct Shape {
  std::vector<double> edges = {};        ///< of a number: one more than shares
  std::vector<std::string> labels = {};  ///< of a category: the most frequent; others are one label
  std::vector<double> reference = {};
  std::vector<double> current = {};
};

struct ColumnDrift {
  std::string name = {};
  ColumnKind kind = ColumnKind::other;
  Outcome outcome = Outcome::untested;
  std::string test = {};  ///< empty if none was applied
  std::optional<double> score = {};
  double threshold = 0;
  std::string reason = {};              ///< why untested, or why drifted without a test
  std::vector<std::string> notes = {};  ///< type changed, share of nulls changed
  ColumnSide reference = {};
  ColumnSide current = {};
  Shape shape = {};  ///< empty if there is nothing to draw
};

/// The answer to "does the current data still look like the reference?"
struct DriftReport {
  std::string model = {};      ///< whose baseline was used; may be empty
  std::string reference = {};  ///< as the user named them
  std::string current = {};
  std::optional<std::string> reference_id = {};  ///< of dataset versions
  std::optional<std::string> current_id = {};
  UtcTime when = {};
  std::uint64_t reference_rows = 0;
  std::uint64_t current_rows = 0;
  std::vector<ColumnDrift> columns = {};  ///< in the order of the reference, missing ones included
  std::vector<std::string> missing = {};  ///< in the reference only: these count as drifted
  std::vector<std::string> added = {};    ///< in the current data only: these do not count
  double share_limit = 0.5;

  std::size_t drifted() const;
  std::size_t compared() const;  ///< drifted or stable
  double share() const;          ///< drifted of compared; 0 if none was compared
  bool is_drift() const { return compared() > 0 && share() >= share_limit; }
};

/// The members of `mlo drift check --json`; `parse_report` reads them back. Error{invalid} for anything else.
Value to_value(const DriftReport& report);
DriftReport parse_report(std::string_view json, std::string_view source);

}  // namespace mlo::drift
