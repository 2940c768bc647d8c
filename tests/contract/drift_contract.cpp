#include <cmath>
#include <set>

#include "lib/drift/test.hpp"
#include "lib/util/error.hpp"
#include "lib/util/fs.hpp"
#include "tests/support/test.hpp"

// What every registered drift test owes its callers, whatever it measures.
using namespace mlo;
using namespace mlo::drift;

namespace {

std::vector<double> ramp(std::size_t count, double from, double step) {
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(from + static_cast<double>(i) * step);
  return values;
}

Samples numbers(std::vector<double> reference, std::vector<double> current) {
  return {.kind = ColumnKind::number, .reference = std::move(reference), .current = std::move(current)};
}

Samples categories(std::vector<stats::CountPair> counts) {
  Samples samples{.kind = ColumnKind::category};
  for (const auto& count : counts)
    samples.categories.push_back({std::string(1, static_cast<char>('a' + samples.categories.size())), count});
  return samples;
}

/// Same, a little and far different data of each kind that the test reads.
struct Trio {
  Samples same, near, far;
};

std::vector<Trio> trios(const DriftTest& test) {
  std::vector<Trio> all;
  if (test.reads(ColumnKind::number) && test.name != "z") {
    const bool few = test.name == "chisquare";
    const auto sample = [&](double shift) {
      if (!few) return ramp(300, shift, 0.1);
      std::vector<double> values(static_cast<std::size_t>(150 + shift * 4), 1.0);
      values.resize(300, 2.0);
      return values;
    };
    all.push_back({numbers(sample(0), sample(0)), numbers(sample(0), sample(0.5)), numbers(sample(0), sample(25))});
  }
  if (test.reads(ColumnKind::category)) {
    all.push_back({categories({{200, 400}, {100, 200}}), categories({{200, 195}, {100, 105}}),
                   categories({{200, 5}, {100, 295}})});
  }
  return all;
}

bool drifts(const DriftTest& test, const Samples& samples) {
  return test.is_drift(test.compare(samples), test.threshold);
}

/// How different a test finds the samples: larger is more, whatever its score means.
double distance(const DriftTest& test, const Samples& samples) {
  const double score = test.compare(samples);
  return test.score == Score::p_value ? -score : score;
}

}  // namespace

TEST_CASE("every drift test has a name of its own, reads something and is documented", "[drift]") {
  std::set<std::string_view> names;
  const std::string readme = read_file("lib/drift/README.md");
  for (const DriftTest& test : all_tests()) {
    INFO(test.name);
    CHECK(names.insert(test.name).second);
    CHECK((test.numbers || test.categories));
    CHECK_FALSE(test.title.empty());
    CHECK(test.threshold > 0);
    CHECK(&require_test(test.name) == &test);
    CHECK(readme.find(fmt::format("`{}`", test.name)) != std::string::npos);
  }
}

TEST_CASE("every drift test finds nothing in the same data and something in far different data", "[drift]") {
  for (const DriftTest& test : all_tests()) {
    REQUIRE_FALSE(trios(test).empty());
    for (const Trio& trio : trios(test)) {
      INFO(test.name << " of a " << to_string(trio.same.kind));
      CHECK_FALSE(drifts(test, trio.same));
      CHECK(drifts(test, trio.far));
      if (test.score == Score::distance) CHECK(test.compare(trio.same) == 0);
    }
  }
}

TEST_CASE("every drift test finds more in more different data", "[drift]") {
  for (const DriftTest& test : all_tests()) {
    for (const Trio& trio : trios(test)) {
      INFO(test.name << " of a " << to_string(trio.same.kind));
      CHECK(distance(test, trio.same) <= distance(test, trio.near));
      CHECK(distance(test, trio.near) < distance(test, trio.far));
    }
  }
}

TEST_CASE("every score is in its range, and the same whenever it is asked", "[drift]") {
  for (const DriftTest& test : all_tests()) {
    for (const Trio& trio : trios(test)) {
      for (const Samples* samples : {&trio.same, &trio.near, &trio.far}) {
        INFO(test.name << " of a " << to_string(samples->kind));
        const double score = test.compare(*samples);
        CHECK(score >= 0);
        CHECK(std::isfinite(score));
        if (test.score == Score::p_value) CHECK(score <= 1);
        CHECK(test.compare(*samples) == score);
      }
    }
  }
}

TEST_CASE("a drift test either measures awkward data or says what it lacks", "[drift]") {
  const std::vector<Samples> awkward{
      numbers({1}, {1}),
      numbers({1}, {2}),
      numbers({1}, {1, 2}),
      numbers({5, 5, 5}, {5, 5}),
      numbers({5, 5, 5}, {6, 6}),
      numbers({-1e308, 1e308}, {-1e308, 1e308, 1.5e308}),
      numbers({0, 5e-324}, {5e-324, 1e-323}),
      numbers(ramp(30, 0, 0.1), ramp(1, 1, 1)),
      numbers(ramp(40, 1e15, 1), ramp(40, 1e15, 1)),
      categories({{1, 1}}),
      categories({{1, 0}, {0, 1}}),
      categories({{1'000'000'000'000, 1}, {1, 1'000'000'000'000}}),
  };
  for (const DriftTest& test : all_tests()) {
    for (const Samples& samples : awkward) {
      if (!test.reads(samples.kind)) continue;
      INFO(test.name);
      try {
        const double score = test.compare(samples);
        CHECK_FALSE(score < 0);
        if (test.score == Score::p_value) CHECK_FALSE(score > 1);
      } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::invalid);
      }
    }
  }
}

TEST_CASE("a constant column that stays what it was never drifts", "[drift]") {
  for (const DriftTest& test : all_tests()) {
    INFO(test.name);
    for (const std::size_t rows : {std::size_t{4}, std::size_t{400}, std::size_t{40'000}}) {
      if (!test.reads(ColumnKind::number)) break;
      const Samples same = numbers(std::vector<double>(rows, 5), std::vector<double>(rows / 2, 5));
      if (test.name == "anderson") {
        CHECK_THROWS_AS(test.compare(same), Error);
      } else {
        CHECK_FALSE(drifts(test, same));
      }
    }
    if (test.reads(ColumnKind::category)) CHECK_FALSE(drifts(test, categories({{100, 7}})));
  }
}

TEST_CASE("huge values drift as small ones do", "[drift]") {
  for (const DriftTest& test : all_tests()) {
    for (const Trio& trio : trios(test)) {
      if (trio.same.kind != ColumnKind::number) continue;
      for (const double unit : {1e150, 4e306}) {
        INFO(test.name << " in units of " << unit);
        const auto in_unit = [&](Samples samples) {
          for (auto* side : {&samples.reference, &samples.current})
            for (double& value : *side) value *= unit;
          return samples;
        };
        CHECK_FALSE(drifts(test, in_unit(trio.same)));
        CHECK(drifts(test, in_unit(trio.far)));
      }
    }
  }
}

TEST_CASE("what cannot be measured never passes", "[drift]") {
  for (const DriftTest& test : all_tests()) CHECK(test.is_drift(std::nan(""), test.threshold));
}

TEST_CASE("a score at the threshold is drift or not as Evidently has it", "[drift]") {
  for (const DriftTest& test : all_tests()) {
    const bool no_drift = std::set<std::string_view>{"chisquare", "z", "anderson", "ed"}.contains(test.name);
    INFO(test.name);
    CHECK(test.is_drift(test.threshold, test.threshold) != no_drift);
  }
}

TEST_CASE("the default test follows the number of rows and of values", "[drift]") {
  const auto chosen = [](const Samples& samples, std::size_t rows) { return default_test(samples, rows).name; };
  const Samples spread = numbers({1, 2, 3}, {4, 5, 6});
  const Samples five = numbers({1, 2, 3}, {3, 4, 5});
  const Samples two = numbers({1, 2}, {2});
  CHECK(chosen(spread, 1000) == "ks");
  CHECK(chosen(spread, 1001) == "wasserstein");
  CHECK(chosen(five, 1000) == "chisquare");
  CHECK(chosen(five, 1001) == "jensenshannon");
  CHECK(chosen(two, 1000) == "z");
  CHECK(chosen(categories({{1, 1}, {1, 1}}), 10) == "z");
  CHECK(chosen(categories({{1, 1}, {1, 1}, {0, 1}}), 10) == "chisquare");
  CHECK(chosen(categories({{1, 1}}), 1001) == "jensenshannon");
}

TEST_CASE("an unknown test is named, with a near one", "[drift]") {
  try {
    require_test("hellingr");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    CHECK(error.message() == "no drift test named `hellingr`");
    CHECK(error.hint() == "did you mean `hellinger`?");
  }
}
