#include <cmath>

#include "lib/codec/json.hpp"
#include "lib/drift/test.hpp"
#include "lib/stats/cramer_von_mises.hpp"
#include "lib/stats/incomplete_gamma.hpp"
#include "lib/stats/kolmogorov_smirnov.hpp"
#include "lib/stats/sort_doubles.hpp"
#include "lib/util/fs.hpp"
#include "tests/support/test.hpp"

// golden/drift_vectors.py says how the vectors were made.
using namespace mlo;
using namespace mlo::drift;

namespace {

Value load_vectors() { return parse_json(read_file("tests/golden/drift_vectors.json"), "drift_vectors.json"); }

std::vector<double> make_sample(const Value& spec) {
  const auto field = [&](const char* name) { return spec.find(name)->as_number(); };
  std::vector<double> values;
  for (double i = 0; i < field("count"); ++i) {
    double v = std::fmod(i * field("multiply"), field("modulus")) / field("divide");
    if (spec.find("square")->as_bool()) v *= v;
    values.push_back(v + field("add"));
  }
  stats::sort_doubles(values);
  return values;
}

Samples make_categories(const Value& vector) {
  std::map<std::string, stats::CountPair> counts;
  for (const auto& [name, count] : vector.find("reference")->members())
    counts[name].reference = static_cast<std::uint64_t>(count.as_int());
  for (const auto& [name, count] : vector.find("current")->members())
    counts[name].current = static_cast<std::uint64_t>(count.as_int());
  Samples samples{.kind = ColumnKind::category};
  for (const auto& [name, count] : counts) samples.categories.push_back({name, count});
  return samples;
}

bool near(double a, double b, double relative, double absolute) {
  return std::abs(a - b) <= std::max(absolute, relative * std::max(std::abs(a), std::abs(b)));
}

/// 1e-9 relative, or 1e-13 where the other side computes 1 - cdf; roots of differences are compared squared. For
/// Cramer-von Mises the other side stops its series at terms below 1e-7 and counts paths in single precision; the exact
/// value is checked besides.
bool agrees(std::string_view test, double ours, double theirs) {
  if (test == "jensenshannon" || test == "hellinger") {
    return near(ours, theirs, 1e-9, 0) || near(ours * ours, theirs * theirs, 1e-9, 1e-13);
  }
  if (test == "cramer_von_mises") return near(ours, theirs, 1e-6, 3e-7);
  return near(ours, theirs, 1e-9, 1e-13);
}

void check_scores(const Value& vector, const Samples& samples) {
  for (const auto& [test, expected] : vector.find("scores")->members()) {
    if (expected.is_null()) continue;  // the others have no answer
    const double score = require_test(test).compare(samples);
    INFO(vector.find("name")->as_string()
         << ", " << test << ": " << fmt::format("{} != {}", score, expected.as_number()));
    CHECK(agrees(test, score, expected.as_number()));
  }
  for (const auto& [test, expected] : vector.find("exact")->members()) {
    const double score = require_test(test).compare(samples);
    INFO(vector.find("name")->as_string()
         << ", exact " << test << ": " << fmt::format("{} != {}", score, expected.as_number()));
    CHECK(near(score, expected.as_number(), 1e-9, 0));
  }
}

}  // namespace

TEST_CASE("scores of numbers have Evidently's digits", "[drift]") {
  const Value vectors = load_vectors();
  REQUIRE(vectors.find("numeric")->items().size() == 56);
  for (const Value& vector : vectors.find("numeric")->items()) {
    check_scores(vector, {.kind = ColumnKind::number,
                          .reference = make_sample(*vector.find("reference")),
                          .current = make_sample(*vector.find("current"))});
  }
}

TEST_CASE("scores of categories have Evidently's digits", "[drift]") {
  const Value vectors = load_vectors();
  REQUIRE(vectors.find("categorical")->items().size() == 21);
  for (const Value& vector : vectors.find("categorical")->items()) check_scores(vector, make_categories(vector));
}

TEST_CASE("distributions have SciPy's digits, and the true ones", "[drift]") {
  const Value vectors = load_vectors();
  REQUIRE(vectors.find("functions")->items().size() > 200);
  for (const Value& vector : vectors.find("functions")->items()) {
    const auto& arguments = vector.find("arguments")->items();
    const std::string& name = vector.find("function")->as_string();
    const double x = arguments[0].as_number();
    const double value = name == "kolmogorov_tail"   ? stats::kolmogorov_tail(x, arguments[1].as_number())
                         : name == "chi_square_tail" ? stats::chi_square_tail(x, arguments[1].as_number())
                                                     : stats::cramer_von_mises_tail(x);
    INFO(emit_json(vector, JsonStyle::compact) << fmt::format(" is {}", value));
    if (const Value* theirs = vector.find("value")) CHECK(near(value, theirs->as_number(), 1e-9, 1e-13));
    if (const Value* exact = vector.find("exact")) CHECK(near(value, exact->as_number(), 1e-9, 0));
  }
}

TEST_CASE("the worked example has its digits", "[drift]") {
  Samples samples;
  for (int i = 0; i < 500; ++i) samples.reference.push_back((i * 7919) % 1000 / 100.0);
  for (int i = 0; i < 400; ++i) samples.current.push_back((i * 10429) % 1100 / 100.0 + 0.25);
  stats::sort_doubles(samples.reference);
  stats::sort_doubles(samples.current);
  const auto score = [&](std::string_view test) { return require_test(test).compare(samples); };
  CHECK(stats::kolmogorov_smirnov(samples.reference, samples.current).statistic == Approx(0.127).epsilon(1e-14));
  CHECK(score("ks") == Approx(0.0014019029607989396).epsilon(1e-12));
  CHECK(stats::kolmogorov_tail(222, 0.127) == Approx(0.0013992212520121544).epsilon(1e-9));
  CHECK(score("wasserstein") == Approx(0.27238985937396093).epsilon(1e-12));
  CHECK(score("jensenshannon") == Approx(0.19648645496506786).epsilon(1e-12));
  CHECK(score("psi") == Approx(0.7346427207599843).epsilon(1e-12));
  CHECK(score("kl_div") == Approx(0.11459354198409265).epsilon(1e-12));
  CHECK(score("hellinger") == Approx(0.23310737667185366).epsilon(1e-12));
  CHECK(score("ed") == Approx(0.3591350024712156).epsilon(1e-12));
  CHECK(score("anderson") == 0.001);
  CHECK(score("cramer_von_mises") == Approx(0.000495423835122244).epsilon(1e-9));

  samples = {.kind = ColumnKind::category,
             .categories = {{"a", {90, 80}}, {"b", {90, 72}}, {"c", {90, 77}}, {"d", {30, 21}}}};
  CHECK(score("chisquare") == Approx(0.7658221557892518).epsilon(1e-12));
  samples.categories = {{"a", {90, 80}}, {"b", {90, 72}}, {"c", {90, 77}}, {"d", {30, 0}}, {"e", {0, 21}}};
  CHECK(score("jensenshannon") == Approx(0.2530185847081245).epsilon(1e-12));
  CHECK(score("psi") == Approx(1.2570083439190034).epsilon(1e-12));
  CHECK(score("hellinger") == Approx(0.30372500736358854).epsilon(1e-12));
  samples.categories = {{"no", {210, 179}}, {"yes", {90, 71}}};
  CHECK(score("z") == Approx(0.6813483380791938).epsilon(1e-12));
}
