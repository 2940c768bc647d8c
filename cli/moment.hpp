#pragma once
#include <string>

#include "lib/util/utc_time.hpp"

namespace mlo::cli {

/// A time that a user typed: `2013-07-01T12:00:00Z`, or a day such as `2013-07-01`, which means its end in UTC.
/// Error{usage} for anything else.
UtcTime read_moment(const std::string& text);

}  // namespace mlo::cli
