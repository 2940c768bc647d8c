#include "lib/crypto/digest.hpp"
#include "lib/manifest/names.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/random.hpp"
#include "lib/util/utc_time.hpp"
#include "tests/fuzz/fuzz.hpp"

// Digests, run ids, times and names: whatever is accepted has one spelling, and names that become paths are safe ones.
MLO_FUZZ_TARGET(bytes) {
  using namespace mlo;
  if (const auto digest = Digest::parse(bytes)) fuzz::require(digest->str() == bytes);
  if (const auto time = parse_utc(bytes)) fuzz::require(parse_utc(format_utc(*time)) == time);
  if (is_uuid7(bytes)) fuzz::require(uuid7_time(bytes) >= UtcTime() && !adjective_noun(bytes).empty());
  if (is_name(bytes)) fuzz::require(is_dataset_name(bytes));
  if (is_dataset_name(bytes)) fuzz::require(is_safe_relative(bytes));
  const std::string name = dataset_name_from_path(bytes);
  fuzz::require(name.empty() || is_dataset_name(name) || name.size() > 200 || name.find("//") != std::string::npos ||
                name.front() == '/' || name.back() == '/');
}
