#pragma once
#include "lib/data/table_source.hpp"
#include "lib/drift/options.hpp"
#include "lib/drift/report.hpp"
#include "lib/util/world.hpp"

namespace mlo::drift {

/// Compares two tables column by column. A column is missing if only the reference has it, and then counts as drifted;
/// so does one whose values cannot be compared any more (numbers became text) or that became empty. Error{invalid} if a
/// side cannot be read or has no rows, or if no column could be compared; Error{usage} for options that name a column
/// neither has.
DriftReport check_drift(World& world, const DataSource& reference, const DataSource& current,
                        const DriftOptions& options);

}  // namespace mlo::drift
