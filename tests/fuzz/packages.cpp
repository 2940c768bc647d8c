#include "lib/capture/packages.hpp"

#include "lib/util/text.hpp"
#include "tests/fuzz/fuzz.hpp"

// One list up to the first NUL, then another. What is read is sorted, comes from the text, and survives its own text.
MLO_FUZZ_TARGET(bytes) {
  using namespace mlo;
  const auto nul = std::min(bytes.find('\0'), bytes.size());
  const std::string_view text = bytes.substr(0, nul);
  const PackageList before = parse_packages(text);
  const PackageList now = parse_packages(nul == bytes.size() ? "" : bytes.substr(nul + 1));
  const std::string emitted = emit_packages(before);
  fuzz::require(parse_packages(emitted) == before && emit_packages(parse_packages(emitted)) == emitted);
  const auto given = split_lines(text);
  std::string_view last;
  std::size_t count = 0;
  for (const std::string_view line : split_lines(emitted)) {
    if (line.empty()) continue;
    const std::string_view name = line.substr(0, line.find(' '));
    fuzz::require(last < name && std::find(given.begin(), given.end(), line) != given.end());
    last = name;
    ++count;
  }
  fuzz::require(count == before.size());
  fuzz::require(compare_packages(before, before).empty());
  PackageList changed = before;
  for (const PackageChange& change : compare_packages(before, now)) {
    changed.erase(change.name);
    if (!change.now.empty()) changed.emplace(change.name, change.now);
  }
  fuzz::require(changed == now);
  fuzz::require(describe(compare_packages(before, now), 3).find('\n') == std::string::npos);
}
