#include "lib/codec/yaml_scalar.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "lib/util/text.hpp"

namespace mlo {
namespace {

template <std::size_t N>
bool one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

constexpr std::array<std::string_view, 3> kTrue = {"true", "True", "TRUE"};
constexpr std::array<std::string_view, 3> kFalse = {"false", "False", "FALSE"};
constexpr std::array<std::string_view, 5> kNull = {"", "~", "null", "Null", "NULL"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string without_underscores(std::string_view text) {
  std::string out(text);
  std::erase(out, '_');
  return out;
}

std::optional<Value> based_integer(std::string_view digits, int base, bool negative) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (digits.empty() || digits[0] == '-' || error != std::errc{} || end != digits.data() + digits.size())
    return std::nullopt;
  return Value(negative ? -value : value);
}

/// Digits, at most one point and an exponent, with at least one digit: the shape of a number.
bool is_decimal(std::string_view text) {
  std::size_t i = 0, digits = 0;
  bool point = false;
  for (; i < text.size() && (is_digit(text[i]) || (text[i] == '.' && !point)); ++i) {
    if (text[i] == '.')
      point = true;
    else
      ++digits;
  }
  if (digits == 0) return false;
  if (i == text.size()) return true;
  if (text[i] != 'e' && text[i] != 'E') return false;
  ++i;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
  return i < text.size() && std::all_of(text.begin() + static_cast<std::ptrdiff_t>(i), text.end(), is_digit);
}

std::optional<Value> number(std::string_view text) {
  const bool negative = text.starts_with('-');
  std::string_view body = text;
  if (body.starts_with('-') || body.starts_with('+')) body.remove_prefix(1);
  if (body == ".inf" || body == ".Inf" || body == ".INF") {
    const double infinity = std::numeric_limits<double>::infinity();
    return Value(negative ? -infinity : infinity);
  }
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return Value(std::numeric_limits<double>::quiet_NaN());
  if (body.starts_with("0x")) return based_integer(body.substr(2), 16, negative);
  if (body.starts_with("0o")) return based_integer(body.substr(2), 8, negative);
  if (body.starts_with("0b")) return based_integer(body.substr(2), 2, negative);
  if (body.empty() || body[0] == '_' || (!is_digit(body[0]) && body[0] != '.')) return std::nullopt;
  const std::string plain = without_underscores(body);
  if (!is_decimal(plain)) return std::nullopt;
  if (plain.find_first_of(".eE") == std::string::npos) {
    if (const auto whole = parse_i64((negative ? "-" : "") + plain)) return Value(*whole);
  }
  double real = 0;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), real);
  if (end != plain.data() + plain.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range)
    real = std::strtod(plain.c_str(), nullptr);  // infinity or nearly nothing
  return Value(negative ? -real : real);
}

/// Characters that a reader may take for something else than itself, beyond ASCII: NEL, line and paragraph separator,
/// BOM.
std::size_t special_length(std::string_view rest) {
  for (const std::string_view special : {"\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xEF\xBB\xBF"}) {
    if (rest.starts_with(special)) return special.size();
  }
  return 0;
}

/// The shape the emitter gives a number: digits on both sides of the point, a signed exponent if any.
bool is_canonical_number(std::string_view text) {
  if (text == ".nan" || text == ".inf" || text == "-.inf") return true;
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  if (whole.empty() || !std::all_of(whole.begin(), whole.end(), is_digit) || (whole.size() > 1 && whole[0] == '0'))
    return false;
  if (point == std::string_view::npos) return true;
  if (point + 1 >= text.size() || !is_digit(text[point + 1])) return false;
  const std::size_t exponent = text.find('e', point);
  return exponent == std::string_view::npos ||
         (exponent + 1 < text.size() && (text[exponent + 1] == '+' || text[exponent + 1] == '-'));
}

/// "0x..", "0o..", "0b..", signed or not.
bool is_based(std::string_view text) {
  if (text[0] == '-' || text[0] == '+') text.remove_prefix(1);
  return text.size() > 1 && text[0] == '0' && std::string_view("xXoObB").find(text[1]) != std::string_view::npos;
}

}  // namespace

Value resolve_plain(std::string_view text) {
  if (one_of(text, kNull)) return Value();
  if (one_of(text, kTrue)) return Value(true);
  if (one_of(text, kFalse)) return Value(false);
  if (text.size() < 400) {
    if (auto found = number(text)) return std::move(*found);
  }
  return Value(text);
}

bool is_ambiguous(std::string_view text) {
  static constexpr std::array<std::string_view, 8> kWords = {"yes", "no", "on", "off", "y", "n", "<<", "="};
  const std::string lower = to_lower(text);
  if (one_of(lower, kWords)) return true;
  if (lower == "true" || lower == "false" || lower == "null") return lower != text;
  if (text == "~" || text.empty()) return true;
  const Value meaning = resolve_plain(text);
  if (meaning.is_number()) return !is_canonical_number(text);
  // 1.1 readers: base 60, dates, underscores, a leading sign or point before digits. No reader takes a number with one
  // letter behind it, such as `7d`, for anything but a string.
  const bool signed_or_digit = is_digit(text[0]) || ((text[0] == '+' || text[0] == '-' || text[0] == '.') &&
                                                     text.size() > 1 && (is_digit(text[1]) || text[1] == '.'));
  if (!signed_or_digit) return false;
  if (is_based(text)) return text.find_first_not_of("0123456789_-+aAbBcCdDeEfFoOxX") == std::string_view::npos;
  const std::size_t digits = text.find_first_not_of("0123456789");
  if (digits != 0 && digits + 1 == text.size() && is_letter(text[digits])) return false;
  return text.find_first_not_of("0123456789_.:-+eETtZz ") == std::string_view::npos;
}

bool is_plain(std::string_view text) {
  if (text.empty() || text.size() > 500) return false;
  if (!is_letter(text[0]) && text[0] != '_' && text[0] != '/') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool word = is_letter(c) || is_digit(c) || std::string_view("_./+@%=,-").find(c) != std::string_view::npos;
    const bool inner = (c == ':' || c == ' ') && i + 1 < text.size() && text[i + 1] != ' ';
    if (!word && !inner) return false;
  }
  // Every word that means something else is short.
  return text.size() > 5 || (resolve_plain(text).is(Value::Type::string) && !is_ambiguous(text));
}

bool is_plain_line(std::string_view text) {
  const bool starts = !text.empty() && (is_letter(text[0]) || text[0] == '_' || text[0] == '/' ||
                                        text.starts_with("./") || text.starts_with("../"));
  if (!starts || text.size() <= 5) return is_plain(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : ' ';
    if (text[i] < ' ' || text[i] > '~' || ((text[i] == ' ' || text[i] == ':') && next == ' ') ||
        (text[i] == ' ' && next == '#'))
      return false;
  }
  return true;
}

bool is_literal(std::string_view text) {
  const std::size_t end = text.find_last_not_of('\n');
  if (end == std::string_view::npos || text.find('\n') == std::string_view::npos || text.size() - end > 2) return false;
  if (text[0] == ' ' || text[0] == '\n' || text[0] == '\t') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F || special_length(text.substr(i)) > 0) return false;
    if (c == '\n' && i > 0 && text[i - 1] == ' ') return false;  // spaces at a line's end do not survive editors
    if (c == '\t' && (i == 0 || text[i - 1] == '\n')) return false;
  }
  return is_utf8(text);
}

std::string double_quoted(std::string_view text) {
  if (!is_utf8(text)) throw Error(ErrorKind::invalid, fmt::format("`{}` is not valid UTF-8", printable(text)));
  if (text.find('\0') != std::string_view::npos)
    throw Error(ErrorKind::invalid, fmt::format("a NUL character is not allowed in `{}`", printable(text)));
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += text[i];
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c < 0x20 || c == 0x7F) {
      out += fmt::format("\\x{:02x}", c);
    } else if (const std::size_t size = special_length(text.substr(i)); size > 0) {
      out += size == 2 ? "\\x85" : text[i] == '\xEF' ? "\\ufeff" : text[i + 2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += size - 1;
    } else {
      out += text[i];
    }
  }
  out += '"';
  return out;
}

std::string real_text(double value) {
  if (std::isnan(value)) return ".nan";
  if (std::isinf(value)) return value > 0 ? ".inf" : "-.inf";
  std::string text = format_double(value);
  const std::size_t exponent = text.find('e');
  // YAML 1.1 readers want a point in the mantissa.
  if (text.find('.') == std::string::npos) text.insert(exponent == std::string::npos ? text.size() : exponent, ".0");
  return text;
}

}  // namespace mlo
