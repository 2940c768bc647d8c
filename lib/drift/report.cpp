#include "lib/drift/report.hpp"

#include <algorithm>

#include "lib/util/error.hpp"

namespace mlo::drift {

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::stable:
      return "stable";
    case Outcome::drifted:
      return "drift";
    case Outcome::untested:
      return "untested";
  }
  MLO_ASSERT(false);
}

std::size_t DriftReport::drifted() const {
  return static_cast<std::size_t>(std::count_if(columns.begin(), columns.end(),
                                                [](const ColumnDrift& c) { return c.outcome == Outcome::drifted; }));
}

std::size_t DriftReport::compared() const {
  return static_cast<std::size_t>(std::count_if(columns.begin(), columns.end(),
                                                [](const ColumnDrift& c) { return c.outcome != Outcome::untested; }));
}

double DriftReport::share() const {
  return compared() == 0 ? 0 : static_cast<double>(drifted()) / static_cast<double>(compared());
}

}  // namespace mlo::drift
