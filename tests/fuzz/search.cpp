#include "lib/runs/filter.hpp"
#include "tests/fuzz/fuzz.hpp"

// No text of a search can become SQL: every value is bound, and what is left are words of our own.
MLO_FUZZ_TARGET(bytes) {
  using namespace mlo;
  if (bytes.empty()) return;
  const std::string_view text = bytes.substr(1);
  const SqlPiece piece = bytes[0] == 'o' ? compile_order({std::string(text)}) : compile_filter(text).where;
  fuzz::require(static_cast<std::size_t>(std::count(piece.sql.begin(), piece.sql.end(), '?')) == piece.values.size());
  fuzz::require(piece.sql.find_first_of("\"`;\\-") == std::string::npos);
}
