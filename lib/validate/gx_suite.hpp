#pragma once
#include <string_view>

#include "lib/manifest/suite.hpp"

namespace mlo::validate {

/// A suite of Great Expectations, as JSON of its versions 0.x or 1.x. Parameters of the suite are filled in; what is
/// for people, for services or for the form of results is left out. Error{invalid} with file and number of the
/// expectation for what would change the meaning and is not known here: row conditions, parameters without a value.
SuiteManifest parse_gx_suite(std::string_view text, std::string_view source);

/// A suite in either form: Great Expectations' if it is JSON.
SuiteManifest parse_any_suite(std::string_view text, std::string_view source);

}  // namespace mlo::validate
