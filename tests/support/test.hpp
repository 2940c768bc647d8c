#pragma once
// The one place that names Catch2, so that moving to another version is one line.
#include <stdlib.h>

#include <catch2/catch.hpp>
#include <string_view>

namespace mlo::test {

/// Says why the test goes no further. Where CI=true that is a failure: a machine of ours lacks nothing.
inline void skip(std::string_view why) {
  const char* const ci = ::getenv("CI");  // NOLINT(concurrency-mt-unsafe)
  if (ci != nullptr && std::string_view(ci) == "true") FAIL("skipped: " << why);
  WARN("SKIP: " << why);
}

}  // namespace mlo::test
