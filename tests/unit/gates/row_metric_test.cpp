#include "lib/stats/row_metric.hpp"

#include <cmath>

#include "lib/codec/json.hpp"
#include "lib/stats/bootstrap.hpp"
#include "lib/stats/quantile.hpp"
#include "lib/util/fs.hpp"
#include "tests/support/test.hpp"

// golden/gate_metrics.py says how the vectors were made.
using namespace mlo;

namespace {

Value load_vectors() { return parse_json(read_file("tests/golden/gate_metrics.json"), "gate_metrics.json"); }

ScoredRows make_rows(const Value& spec, bool binary) {
  const auto field = [&](const char* name) { return spec.find(name)->as_number(); };
  std::vector<double> truth, score;
  for (double i = 0; i < field("count"); ++i) {
    const double other = std::fmod(i * field("other"), field("over"));
    score.push_back(std::fmod(i * field("multiply"), field("modulus")) / field("divide") + field("add"));
    truth.push_back(binary ? (other < field("below") ? 1.0 : 0.0) : other / field("below") + field("shift"));
  }
  return {std::move(truth), std::move(score)};
}

int check_scores(const Value& scores, const ScoredRows& rows, RowCounts counts) {
  int checked = 0;
  for (const auto& [name, expected] : scores.members()) {
    INFO(name);
    const RowMetric* metric = find_row_metric(name);
    REQUIRE(metric != nullptr);
    const double value = compute(*metric, rows, counts);
    if (expected.is_null()) {
      CHECK(std::isnan(value));
    } else {
      CHECK(value == Approx(expected.as_number()).epsilon(1e-12).margin(1e-13));
    }
    ++checked;
  }
  return checked;
}

/// Each row as often as `counts` says.
ScoredRows repeat(const ScoredRows& rows, RowCounts counts) {
  std::vector<std::uint32_t> index;
  for (std::uint32_t i = 0; i < rows.size(); ++i) index.insert(index.end(), counts[i], i);
  return rows.select(index);
}

double metric(std::string_view name, std::vector<double> truth, std::vector<double> score) {
  return compute(*find_row_metric(name), ScoredRows(std::move(truth), std::move(score)));
}

}  // namespace

TEST_CASE("metrics are scikit-learn's, also where rows count more than once", "[stats]") {
  int checked = 0;
  for (const char* kind : {"binary", "regression"}) {
    const Value vectors = load_vectors();
    for (const Value& vector : vectors.find(kind)->items()) {
      INFO(vector.find("spec")->find("name")->as_string());
      const ScoredRows rows = make_rows(*vector.find("spec"), kind == std::string_view("binary"));
      std::vector<std::uint32_t> counts;
      for (std::uint32_t i = 0; i < rows.size(); ++i) counts.push_back(1 + i % 3);
      checked += check_scores(*vector.find("scores"), rows, {});
      checked += check_scores(*vector.find("counted"), rows, counts);
    }
  }
  CHECK(checked >= 150);
}

TEST_CASE("a row that counts twice is two rows", "[stats]") {
  const Value vectors = load_vectors();
  const ScoredRows rows = make_rows(*vectors.find("binary")->items()[1].find("spec"), true);
  std::vector<std::uint32_t> counts;
  for (std::uint32_t i = 0; i < rows.size(); ++i) counts.push_back(i % 4);
  const ScoredRows repeated = repeat(rows, counts);
  for (const RowMetric& m : row_metrics()) {
    INFO(m.name);
    const double a = compute(m, rows, counts), b = compute(m, repeated);
    CHECK((std::isnan(a) ? std::isnan(b) : a == Approx(b).epsilon(1e-12)));
  }
}

TEST_CASE("what is not defined is not a number", "[stats]") {
  CHECK(std::isnan(metric("auc", {1, 1}, {0.2, 0.8})));        // one class
  CHECK(std::isnan(metric("precision", {0, 1}, {0.2, 0.3})));  // nothing predicted positive
  CHECK(std::isnan(metric("recall", {0, 0}, {0.2, 0.8})));     // nothing is positive
  CHECK(std::isnan(metric("log_loss", {0, 1}, {0.2, 1.8})));   // no probability
  CHECK(std::isnan(metric("brier", {0, 1}, {-0.2, 0.8})));     // no probability
  CHECK(std::isnan(metric("r2", {3, 3}, {1, 2})));             // nothing to explain
  CHECK(std::isnan(metric("mape", {0, 3}, {1, 2})));           // a truth of 0
  CHECK(std::isnan(metric("accuracy", {0, 2}, {0.1, 0.8})));   // a third class
  for (const RowMetric& m : row_metrics()) {
    INFO(m.name);
    CHECK(std::isnan(metric(m.name, {}, {})));
    CHECK(std::isnan(metric(m.name, {0, 1}, {NAN, 0.5})));
    CHECK(std::isnan(metric(m.name, {0, NAN}, {0.2, 0.5})));
    CHECK(std::isnan(metric(m.name, {0, 1}, {0.2, INFINITY})));
  }
  CHECK(metric("auc", {0, 1, 0, 1}, {7, 7, 7, 7}) == 0.5);  // any scale, ties half
}

TEST_CASE("metrics are listed by name, so that they can be found", "[stats]") {
  for (const RowMetric& m : row_metrics()) CHECK(find_row_metric(m.name) == &m);
  CHECK(find_row_metric("aucc") == nullptr);
}

TEST_CASE("quantiles are NumPy's", "[stats]") {
  std::vector<double> values;
  for (int k = 0; k < 137; ++k) values.push_back(k * 7919 % 1009 / 8.0);
  const Value vectors = load_vectors();
  for (const auto& [q, expected] : vectors.find("quantiles")->find("scores")->members())
    CHECK(stats::quantile(values, std::stod(q)) == Approx(expected.as_number()).epsilon(1e-14));
  CHECK(std::isnan(stats::quantile({}, 0.5)));
  CHECK(stats::quantile({-INFINITY, 1, 2}, 0.1) == -INFINITY);
}

TEST_CASE("the paired bootstrap of an accuracy has the spread that theory gives", "[stats]") {
  // a is right in 80 %, b in 70 % of 1000 rows, and b is right only where a is: var(a - b) = p (1 - p) / n, p = 0.1.
  std::vector<double> truth(1000, 1.0), a, b;
  for (int i = 0; i < 1000; ++i) {
    a.push_back(i % 10 < 8 ? 1.0 : 0.0);
    b.push_back(i % 10 < 7 ? 1.0 : 0.0);
  }
  const ScoredRows rows_a(truth, a), rows_b(truth, b);
  const auto draws = paired_bootstrap(*find_row_metric("accuracy"), rows_a, rows_b, 20'000, 7, 2);
  double sum = 0, squares = 0;
  std::vector<double> differences;
  for (const PairedDraw& draw : draws) {
    const double d = draw.a - draw.b;
    sum += d;
    squares += d * d;
    differences.push_back(d);
  }
  const double mean = sum / 20'000, sd = std::sqrt(squares / 20'000 - mean * mean);
  CHECK(mean == Approx(0.1).margin(3e-4));
  CHECK(sd == Approx(std::sqrt(0.1 * 0.9 / 1000)).epsilon(0.02));
  CHECK(stats::quantile(differences, 0.05) == Approx(0.1 - 1.6449 * sd).margin(7e-4));
}

TEST_CASE("a bootstrap draws the same whatever the number of threads, and other rows with another seed", "[stats]") {
  std::vector<double> truth, a, b;
  for (int i = 0; i < 200; ++i) {
    truth.push_back(i % 3 == 0 ? 1.0 : 0.0);
    a.push_back(i * 37 % 101 / 101.0);
    b.push_back(i * 53 % 101 / 101.0);
  }
  const ScoredRows rows_a(truth, a), rows_b(truth, b);
  const auto draw = [&](std::uint64_t seed, unsigned threads) {
    std::vector<double> out;
    for (const PairedDraw& d : paired_bootstrap(*find_row_metric("auc"), rows_a, rows_b, 300, seed, threads)) {
      out.push_back(d.a);
      out.push_back(d.b);
    }
    return out;
  };
  CHECK(draw(1, 1) == draw(1, 4));
  CHECK(draw(1, 1) != draw(2, 1));
}

TEST_CASE("both models see the same rows in a draw", "[stats]") {
  std::vector<double> truth, a;
  for (int i = 0; i < 100; ++i) {
    truth.push_back(i % 2);
    a.push_back(i * 37 % 101 / 101.0);
  }
  const ScoredRows rows(truth, a);
  for (const PairedDraw& d : paired_bootstrap(*find_row_metric("brier"), rows, rows, 50, 1, 1)) CHECK(d.a == d.b);
}
