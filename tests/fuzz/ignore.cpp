#include "lib/data/ignore.hpp"

#include "tests/fuzz/fuzz.hpp"

// The rules up to the first NUL, then a path. A rule file of a repository may neither crash nor stall what reads it.
MLO_FUZZ_TARGET(bytes) {
  using namespace mlo;
  const auto nul = bytes.find('\0');
  if (nul == std::string_view::npos || bytes.size() > 4096) return;
  const std::string_view path = bytes.substr(nul + 1);
  const IgnoreRules rules = IgnoreRules::parse(bytes.substr(0, nul));
  const IgnoreScope scope = IgnoreScope().enter("", rules);
  scope.ignores(path, false);
  fuzz::require(scope.ignores(".git", true) && scope.ignores(".mlo", true));
}
