#include "cli/terminal.hpp"

#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Range {
  char32_t first, last;
};

// From Unicode 15's East Asian Width (W, F) and the combining blocks, coarsened to blocks.
constexpr Range kWide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},  {0xAC00, 0xD7A3},
                           {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},  {0xFFE0, 0xFFE6},
                           {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
constexpr Range kZero[] = {{0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}};

template <std::size_t N>
bool in(const Range (&ranges)[N], char32_t c) {
  return std::any_of(std::begin(ranges), std::end(ranges), [c](const Range& r) { return r.first <= c && c <= r.last; });
}

/// The code point at the start of valid UTF-8, and its length in bytes.
std::pair<char32_t, std::size_t> decode(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t c = size == 1 ? lead : lead & (0x7FU >> size);
  for (std::size_t i = 1; i < size && i < text.size(); ++i)
    c = (c << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  return {c, std::min(size, text.size())};
}

int width_of(char32_t c) { return in(kZero, c) ? 0 : in(kWide, c) ? 2 : 1; }

}  // namespace

std::string styled(std::string_view text, Style style, bool colour) {
  if (!colour || style == Style::plain || text.empty()) return std::string(text);
  const char* code = "";
  switch (style) {
    case Style::plain:
      break;
    case Style::bold:
      code = "1";
      break;
    case Style::dim:
      code = "2";
      break;
    case Style::good:
      code = "32";
      break;
    case Style::bad:
      code = "31";
      break;
    case Style::warn:
      code = "33";
      break;
    case Style::name:
      code = "36";
      break;
    case Style::number:
      code = "35";
      break;
  }
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const auto [c, size] = decode(text);
    width += width_of(c);
    text.remove_prefix(size);
  }
  return width;
}

std::string cut_to(std::string_view text, int width, bool utf8) {
  if (display_width(text) <= width) return std::string(text);
  std::string out;
  int used = 0;
  while (!text.empty()) {
    const auto [c, size] = decode(text);
    if (used + width_of(c) > width - 1) break;
    used += width_of(c);
    out.append(text.substr(0, size));
    text.remove_prefix(size);
  }
  return out + (utf8 ? "…" : "~");
}

bool is_utf8_locale(const Environment& env) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string value = to_lower(find_env(env, name).value_or(""));
    if (!value.empty()) return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace mlo::cli
