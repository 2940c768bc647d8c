#pragma once
#include <string>

#include "lib/validate/validate.hpp"

namespace mlo::validate {

/// Proposes a suite that the table itself passes: its columns and their types, which of them have no nulls or no
/// doubles, the values of those that have few, the bounds of numbers and times. To be read and loosened by people.
/// Error{invalid} naming the table if it cannot be read or has no rows.
SuiteManifest infer_suite(World& world, const Rows& rows, const std::string& name);

}  // namespace mlo::validate
