#include "cli/moment.hpp"

#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {

UtcTime read_moment(const std::string& text) {
  if (text.size() == 10) {
    if (const auto day = parse_utc(text + "T00:00:00Z"))
      return *day + (std::chrono::hours(24) - std::chrono::microseconds(1));
  }
  if (const auto time = parse_utc(text)) return *time;
  throw Error(ErrorKind::usage, fmt::format("`{}` is neither a day nor a time with zone", printable(text)))
      .hint("2013-07-01, or 2013-07-01T12:00:00Z");
}

}  // namespace mlo::cli
