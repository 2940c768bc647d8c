#include "lib/util/text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace mlo {
namespace {

constexpr std::string_view kSpace = " \t\r\n\f\v";

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

/// Length of the valid UTF-8 sequence at the start of `text`, or 0. Rejects overlong forms, surrogates, > U+10FFFF.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xF0 && lead <= 0xF4  ? 4
                           : lead >= 0xE0 && lead < 0xF0 ? 3
                           : lead >= 0xC2 && lead < 0xE0 ? 2
                                                         : 0;
  if (size == 0 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  if (lead == 0xE0 && byte(1) < 0xA0) return 0;
  if (lead == 0xED && byte(1) > 0x9F) return 0;
  if (lead == 0xF0 && byte(1) < 0x90) return 0;
  if (lead == 0xF4 && byte(1) > 0x8F) return 0;
  return size;
}

/// Characters that end a line or turn the direction of writing: what is shown after them may not be what is there.
bool is_deceptive(std::string_view character) {
  return (character >= "\xE2\x80\xA8" && character <= "\xE2\x80\xAE") ||
         (character >= "\xE2\x81\xA6" && character <= "\xE2\x81\xA9");
}

/// Matches a `[..]` class at the start of `pattern`; sets `used` to its length, or to 0 if it is not a class.
bool match_class(std::string_view pattern, char c, std::size_t& used) {
  std::size_t i = 1;
  const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (negated) ++i;
  bool hit = false;
  const std::size_t first = i;
  for (; i < pattern.size() && (pattern[i] != ']' || i == first); ++i) {
    if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
      hit = hit || (pattern[i] <= c && c <= pattern[i + 2]);
      i += 2;
    } else {
      hit = hit || pattern[i] == c;
    }
  }
  used = i < pattern.size() ? i + 1 : 0;
  return hit != negated && c != '/';
}

}  // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t start = 0;;) {
    const std::size_t end = text.find(separator, start);
    parts.push_back(text.substr(start, end - start));
    if (end == std::string_view::npos) return parts;
    start = end + 1;
  }
}

std::vector<std::string_view> split_lines(std::string_view text) {
  auto lines = split(text, '\n');
  if (lines.back().empty()) lines.pop_back();
  return lines;
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
  if (from.empty()) return std::string(text);
  std::string out;
  for (std::size_t start = 0;;) {
    const std::size_t hit = text.find(from, start);
    out.append(text.substr(start, hit - start));
    if (hit == std::string_view::npos) return out;
    out.append(to);
    start = hit + from.size();
  }
}

std::optional<std::int64_t> parse_i64(std::string_view text) { return parse_number<std::int64_t>(text); }
std::optional<std::uint64_t> parse_u64(std::string_view text) { return parse_number<std::uint64_t>(text); }
std::optional<double> parse_double(std::string_view text) { return parse_number<double>(text); }

std::optional<std::chrono::microseconds> parse_duration(std::string_view text) {
  const std::size_t unit_at = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string_view unit = text.substr(unit_at);
  const auto amount = parse_double(text.substr(0, unit_at));
  const double seconds = unit.empty() || unit == "s" ? 1
                         : unit == "m"               ? 60
                         : unit == "h"               ? 3600
                         : unit == "d"               ? 86400
                                                     : 0;
  if (!amount || seconds == 0 || *amount * seconds > 100'000.0 * 86400) return std::nullopt;
  return std::chrono::microseconds(std::llround(*amount * seconds * 1e6));
}

std::string format_double(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return fmt::format("{}", value);
}

std::string format_bytes(ByteCount size) {
  static constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  if (size.value < 1000) return fmt::format("{} B", size.value);
  double value = static_cast<double>(size.value);
  std::size_t unit = 0;
  for (; value >= 999.5 && unit < 6; ++unit) value /= 1000;
  return value < 99.95 ? fmt::format("{:.1f} {}", value, kUnits[unit]) : fmt::format("{:.0f} {}", value, kUnits[unit]);
}

std::string format_count(std::uint64_t value) {
  std::string out = std::to_string(value);
  for (std::size_t i = out.size(); i > 3; i -= 3) out.insert(i - 3, ",");
  return out;
}

std::string format_seconds(double seconds) {
  if (seconds < 0.9995) return fmt::format("{:.0f} ms", seconds * 1000);
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string count_of(std::uint64_t n, std::string_view singular, std::string_view plural) {
  if (n == 1) return fmt::format("1 {}", singular);
  if (plural.empty()) return fmt::format("{} {}s", format_count(n), singular);
  return fmt::format("{} {}", format_count(n), plural);
}

std::string shell_quote(std::string_view text) {
  static constexpr std::string_view kSafe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,";
  if (!text.empty() && text.find_first_not_of(kSafe) == std::string_view::npos) return std::string(text);
  return "'" + replace_all(text, "'", "'\"'\"'") + "'";
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = utf8_length(text);
    const auto lead = static_cast<unsigned char>(text[0]);
    const bool c1_control = size == 2 && lead == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0;
    if (size == 0 || lead < 0x20 || lead == 0x7F || c1_control || is_deceptive(text.substr(0, size))) {
      out += fmt::format("\\x{:02x}", lead);
      text.remove_prefix(1);
    } else {
      out.append(text.substr(0, size));
      text.remove_prefix(size);
    }
  }
  return out;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = utf8_length(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

// Follows all places of the text that the pattern so far may have reached at once, so no pattern takes exponential
// time.
bool lies_in(std::string_view path, std::string_view top) {
  return path.starts_with(top) && (path.size() == top.size() || path[top.size()] == '/');
}

bool overlaps(std::string_view a, std::string_view b) { return lies_in(a, b) || lies_in(b, a); }

bool glob_match(std::string_view pattern, std::string_view text) {
  std::vector<char> reached(text.size() + 1, 0);
  reached[0] = 1;
  while (!pattern.empty()) {
    if (pattern[0] == '*') {
      const bool crosses = pattern.starts_with("**");
      const bool whole_directories = pattern.starts_with("**/");  // `**/` is nothing, or anything that ends in `/`
      pattern.remove_prefix(whole_directories ? 3 : crosses ? 2 : 1);
      bool passed = false;
      for (std::size_t i = 0; i < text.size(); ++i) {
        passed = reached[i] != 0 || (crosses && passed);
        if (passed && (whole_directories ? text[i] == '/' : crosses || text[i] != '/')) reached[i + 1] = 1;
      }
      continue;
    }
    std::size_t used = 1;
    if (pattern[0] == '[') match_class(pattern, '\0', used);
    const bool is_class = pattern[0] == '[' && used > 0;
    const bool escaped = pattern[0] == '\\' && pattern.size() > 1;
    const auto accepts = [&](char c) {
      if (is_class) return match_class(pattern, c, used);
      if (pattern[0] == '?') return c != '/';
      return c == pattern[escaped ? 1 : 0];
    };
    bool any = false;
    for (std::size_t i = text.size(); i-- > 0;) {
      reached[i + 1] = reached[i] != 0 && accepts(text[i]) ? 1 : 0;
      any = any || reached[i + 1] != 0;
    }
    if (!any) return false;
    reached[0] = 0;
    pattern.remove_prefix(is_class ? used : escaped ? 2 : 1);
  }
  return reached.back() != 0;
}

}  // namespace mlo
