#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/drift/test.hpp"

namespace mlo::drift {

/// What the user chose; everything has a default.
struct DriftOptions {
  std::vector<std::string> columns = {};  ///< only these; empty: all
  std::vector<std::string> ignored = {};
  std::vector<std::string> tests = {};  ///< a column gets the first that reads its kind, else the default rule's
  std::map<std::string, std::string, std::less<>> column_tests = {};
  std::optional<double> threshold = {};  ///< for every test; nothing: each test's own
  std::map<std::string, double, std::less<>> column_thresholds = {};
  std::map<std::string, ColumnKind, std::less<>> kinds = {};  ///< where the typing rule is wrong
  double share = 0.5;  ///< of drifted columns, from which the dataset has drifted
};

/// Error{usage} for an unknown test, a threshold that is not a positive number, or a share outside (0, 1].
void require_valid(const DriftOptions& options);

}  // namespace mlo::drift
