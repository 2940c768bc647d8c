#pragma once
#include <span>
#include <string>

#include "lib/validate/report.hpp"

namespace mlo::report {

/// A page of its own, with nothing from elsewhere: per table the verdict, every expectation, and rows that broke it.
std::string validation_html(std::span<const validate::ValidationReport> reports);

}  // namespace mlo::report
