#include "lib/util/utc_time.hpp"

#include <fmt/format.h>

#include "lib/util/text.hpp"

namespace mlo {
namespace {

struct Parts {
  std::chrono::year_month_day date;
  std::int64_t hour, minute, second, micro;
};

Parts parts_of(UtcTime time) {
  using namespace std::chrono;
  const sys_time<microseconds> point{microseconds(time.micros())};
  const auto day = floor<days>(point);
  const std::int64_t rest = (point - day).count();
  return {year_month_day(day), rest / 3'600'000'000, rest / 60'000'000 % 60, rest / 1'000'000 % 60, rest % 1'000'000};
}

/// `width` digits at `pos` as a number.
std::optional<int> digits(std::string_view text, std::size_t pos, std::size_t width) {
  if (pos + width > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = pos; i < pos + width; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

/// Minutes east of UTC of "Z", "+02:00" or "-0530".
std::optional<int> parse_zone(std::string_view zone) {
  if (zone == "Z" || zone == "z") return 0;
  if (zone.size() < 5 || (zone[0] != '+' && zone[0] != '-')) return std::nullopt;
  const bool colon = zone[3] == ':';
  const auto hours = digits(zone, 1, 2);
  const auto minutes = digits(zone, colon ? 4 : 3, 2);
  if (!hours || !minutes || zone.size() != (colon ? 6U : 5U) || *hours > 23 || *minutes > 59) return std::nullopt;
  return (zone[0] == '-' ? -1 : 1) * (*hours * 60 + *minutes);
}

}  // namespace

std::string format_utc(UtcTime time) {
  const Parts p = parts_of(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(p.date.year()),
                     static_cast<unsigned>(p.date.month()), static_cast<unsigned>(p.date.day()), p.hour, p.minute,
                     p.second, p.micro);
}

std::string format_utc_short(UtcTime time) {
  std::string text = format_utc(time).substr(0, 19);
  text[10] = ' ';
  return text;
}

std::optional<UtcTime> parse_utc(std::string_view text) {
  using namespace std::chrono;
  const auto y = digits(text, 0, 4), mo = digits(text, 5, 2), d = digits(text, 8, 2);
  const auto h = digits(text, 11, 2), mi = digits(text, 14, 2), s = digits(text, 17, 2);
  if (!y || !mo || !d || !h || !mi || !s) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  const year_month_day date{year(*y), month(static_cast<unsigned>(*mo)), day(static_cast<unsigned>(*d))};
  if (!date.ok() || *h > 23 || *mi > 59 || *s > 59) return std::nullopt;
  std::string_view rest = text.substr(19);
  std::int64_t micro = 0;
  if (rest.starts_with('.')) {
    std::size_t width = 0;
    while (width + 1 < rest.size() && rest[width + 1] >= '0' && rest[width + 1] <= '9') ++width;
    if (width == 0 || width > 6) return std::nullopt;
    micro = *digits(rest, 1, width);
    for (std::size_t i = width; i < 6; ++i) micro *= 10;
    rest.remove_prefix(width + 1);
  }
  const auto zone = parse_zone(rest);
  if (!zone) return std::nullopt;
  const std::int64_t days_since = sys_days(date).time_since_epoch().count();
  const std::int64_t seconds = days_since * 86400 + *h * std::int64_t{3600} + (*mi - *zone) * std::int64_t{60} + *s;
  const UtcTime time = UtcTime::from_micros(seconds * 1'000'000 + micro);
  if (!is_spellable(time)) return std::nullopt;  // an offset led out of the year 0 or 9999
  return time;
}

}  // namespace mlo
