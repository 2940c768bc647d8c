#include "lib/validate/expectation.hpp"
#include "lib/validate/gx_suite.hpp"
#include "tests/fuzz/fuzz.hpp"

// A suite that somebody committed or exported: what is taken is written in one way that reads the same.
MLO_FUZZ_TARGET(bytes) {
  using namespace mlo;
  const SuiteManifest suite = validate::parse_any_suite(bytes, "s.yaml");
  const std::string written = emit_suite(suite);
  fuzz::require(emit_suite(parse_suite(written, "again.yaml")) == written);
  fuzz::require(validate::read_expectations(suite).size() == suite.expectations.size());
}
