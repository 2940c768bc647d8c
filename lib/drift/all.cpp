#include "lib/codec/reader.hpp"
#include "lib/drift/test.hpp"
#include "lib/drift/tests.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::drift {

const std::vector<DriftTest>& all_tests() {
  static const std::vector<DriftTest> tests{
      ks_test(),     chi_square_test(), z_test(),         wasserstein_test(),      jensen_shannon_test(),
      psi_test(),    kl_test(),         hellinger_test(), anderson_darling_test(), cramer_von_mises_test(),
      energy_test(),
  };
  return tests;
}

const DriftTest& require_test(std::string_view name) {
  std::vector<std::string> names;
  for (const DriftTest& test : all_tests()) {
    if (test.name == name) return test;
    names.emplace_back(test.name);
  }
  const std::string near = nearest(name, names);
  throw Error(ErrorKind::usage, fmt::format("no drift test named `{}`", printable(name)))
      .hint(near.empty() ? "list them with `mlo drift tests`" : fmt::format("did you mean `{}`?", near));
}

bool DriftTest::is_drift(double value, double limit) const {
  if (value == limit) return at_threshold == AtThreshold::drift;
  return score == Score::p_value ? !(value > limit) : !(value < limit);
}

const DriftTest& default_test(const Samples& samples, std::size_t reference_values) {
  constexpr std::size_t kLarge = 1000;
  constexpr std::size_t kFewValues = 5;
  const std::size_t distinct = samples.distinct();
  const bool spread = samples.kind == ColumnKind::number && distinct > kFewValues;
  if (reference_values > kLarge) return require_test(spread ? "wasserstein" : "jensenshannon");
  if (spread) return require_test("ks");
  return require_test(distinct > 2 ? "chisquare" : "z");
}

}  // namespace mlo::drift
