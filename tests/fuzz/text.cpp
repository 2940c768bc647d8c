#include "lib/util/text.hpp"

#include "lib/util/fs.hpp"
#include "tests/fuzz/fuzz.hpp"

MLO_FUZZ_TARGET(bytes) {
  using namespace mlo;
  const std::string shown = printable(bytes);
  fuzz::require(is_utf8(shown));
  fuzz::require(printable(shown) == shown || bytes.find('\\') != std::string_view::npos ||
                shown.find('\\') != std::string::npos);
  for (const char c : shown) fuzz::require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  if (const auto number = parse_double(bytes); number && *number == *number) {
    fuzz::require(parse_double(format_double(*number)) == number);
  }
  if (is_safe_relative(bytes)) fuzz::require(fs::path("/r") / bytes == absolute_in("/r", fs::path(bytes)));
  const auto middle = bytes.find('\n');
  if (middle != std::string_view::npos) glob_match(bytes.substr(0, middle), bytes.substr(middle + 1));
}
