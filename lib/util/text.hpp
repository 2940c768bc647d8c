#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/util/bytes.hpp"

namespace mlo {

/// Pieces between separators, empty ones included; "" gives one empty piece. Views into `text`.
std::vector<std::string_view> split(std::string_view text, char separator);
/// Lines without their `\n` (a last one without newline counts, an empty rest does not). Views into `text`.
std::vector<std::string_view> split_lines(std::string_view text);
/// Without ASCII white space at both ends. A view into `text`.
std::string_view trim(std::string_view text);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string to_lower(std::string_view text);
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);

/// The whole text as a number; nothing if any of it is left over or out of range.
std::optional<std::int64_t> parse_i64(std::string_view text);
std::optional<std::uint64_t> parse_u64(std::string_view text);
std::optional<double> parse_double(std::string_view text);
/// "90", "1.5h", "7d": a number and its unit, s (or none), m, h or d; from zero to 100,000 days.
std::optional<std::chrono::microseconds> parse_duration(std::string_view text);

/// The shortest decimal text that reads back as the same double; `nan`, `inf`, `-inf`.
std::string format_double(double value);
/// For people: "2 B", "1.4 kB", "21.3 GB" (powers of 1000, one decimal below 100).
std::string format_bytes(ByteCount size);
/// For people: "1,234,567".
std::string format_count(std::uint64_t value);
/// For people: "840 ms", "3.2 s", "4 min 10 s", "2 h 5 min".
std::string format_seconds(double seconds);
/// "1 file", "2 files"; the plural is the singular plus "s" unless given.
std::string count_of(std::uint64_t n, std::string_view singular, std::string_view plural = {});

/// One word of a POSIX shell command line that means exactly `text`; unquoted if that is safe.
std::string shell_quote(std::string_view text);
/// Control characters and invalid UTF-8 as \xNN, so that foreign text cannot drive a terminal or forge a line.
std::string printable(std::string_view text);
bool is_utf8(std::string_view text);
/// Whether `path` is `top` or below it; both are relative and spelled with single `/`.
bool lies_in(std::string_view path, std::string_view top);
/// Whether one of the two lies in the other.
bool overlaps(std::string_view a, std::string_view b);
/// Glob with `*`, `?` and `[..]`; none of them matches `/`. `**` does.
bool glob_match(std::string_view pattern, std::string_view text);

}  // namespace mlo
