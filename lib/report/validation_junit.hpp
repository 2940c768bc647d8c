#pragma once
#include <span>
#include <string>

#include "lib/validate/report.hpp"

namespace mlo::report {

/// JUnit XML: a testsuite a table, in it one testcase an expectation, with a failure if it does not hold.
std::string validation_junit(std::span<const validate::ValidationReport> reports);

}  // namespace mlo::report
