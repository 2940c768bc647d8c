#pragma once
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mlo {

/// A moment in UTC with microsecond resolution; the only notion of absolute time in mlo.
class UtcTime {
 public:
  constexpr UtcTime() = default;
  static constexpr UtcTime from_micros(std::int64_t micros) { return UtcTime(micros); }
  static constexpr UtcTime from_seconds(std::int64_t seconds) { return UtcTime(seconds * 1'000'000); }

  constexpr std::int64_t micros() const { return micros_; }
  constexpr std::int64_t millis() const { return floor_div(micros_, 1000); }
  constexpr std::int64_t seconds() const { return floor_div(micros_, 1'000'000); }

  auto operator<=>(const UtcTime&) const = default;
  friend constexpr std::chrono::microseconds operator-(UtcTime a, UtcTime b) {
    return std::chrono::microseconds(a.micros_ - b.micros_);
  }
  friend constexpr UtcTime operator+(UtcTime t, std::chrono::microseconds d) { return UtcTime(t.micros_ + d.count()); }

 private:
  constexpr explicit UtcTime(std::int64_t micros) : micros_(micros) {}
  static constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }
  std::int64_t micros_ = 0;
};

/// True in the years 0 to 9999, whose times format_utc can spell. A foreign number that is no such time must be
/// refused.
constexpr bool is_spellable(UtcTime time) {
  return time.micros() >= -62'167'219'200'000'000 && time.micros() <= 253'402'300'799'999'999;
}
/// "2001-02-03T04:05:06.000000Z": one spelling, always six decimals, so text order is time order. `time` must be
/// spellable.
std::string format_utc(UtcTime time);
/// "2001-02-03 04:05:06", for people.
std::string format_utc_short(UtcTime time);
/// Reads what format_utc writes, and the same with no fraction, 1-6 decimals, or an offset such as +02:00.
/// A time without a zone is nothing: mlo never guesses one.
std::optional<UtcTime> parse_utc(std::string_view text);

}  // namespace mlo
