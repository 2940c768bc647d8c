#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/codec/value.hpp"
#include "lib/util/utc_time.hpp"

namespace mlo::validate {

/// A row that broke an expectation of rows.
struct FailingRow {
  std::uint64_t row = 0;                           ///< from 1, over all files in the order of their names
  std::vector<std::optional<std::string>> values;  ///< of the expectation's columns; nothing: null
};

struct ExpectationResult {
  std::string type;
  std::vector<std::string> columns;
  std::string bound;  ///< for people
  double mostly = 1;
  bool success = false;
  std::string reason = {};                   ///< why it could not be judged, or what is wrong with the columns
  std::optional<std::uint64_t> judged = {};  ///< rows; nothing: it is no expectation of rows
  std::uint64_t unexpected = 0;              ///< of the judged ones
  std::optional<Value> observed = {};        ///< of an expectation of figures or columns
  std::vector<FailingRow> sample = {};       ///< the first ones

  double unexpected_percent() const;  ///< of the judged rows; 0 if there are none
};

/// What a validation found.
struct ValidationReport {
  std::string data;               ///< as people should read it
  std::optional<std::string> id;  ///< of a dataset version
  std::string suite;
  UtcTime when;
  std::uint64_t rows = 0;
  std::vector<ExpectationResult> results = {};  ///< in the order of the suite

  std::size_t failed() const;
  bool success() const { return failed() == 0; }
};

/// One of the reports of `mlo version-data validate --json`.
Value to_value(const ValidationReport& report);

/// One line: "2 of 3 expectations failed".
std::string summary_of(const ValidationReport& report);
/// What was asked: ">= 0 (mostly 0.9)".
std::string bound_of(const ExpectationResult& result);
/// What was found: "3 of 100 rows (3%)", "12.5", or the reason.
std::string finding_of(const ExpectationResult& result);

}  // namespace mlo::validate
