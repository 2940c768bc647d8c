#include <cmath>

#include "lib/codec/json.hpp"
#include "lib/util/text.hpp"
#include "lib/validate/validate.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

// golden/validate_gx.py says how the answers were made.
using namespace mlo;
using namespace mlo::test;
using namespace mlo::validate;

namespace {

bool same(const Value& ours, const Value& theirs) {
  if (theirs.is(Value::Type::array)) {
    if (!ours.is(Value::Type::array)) return theirs.items().size() == 1 && same(ours, theirs.items().front());
    return std::equal(ours.items().begin(), ours.items().end(), theirs.items().begin(), theirs.items().end(), same);
  }
  if (!theirs.is_number() || !ours.is_number()) return ours == theirs;
  const double a = ours.as_number(), b = theirs.as_number();
  return std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b));
}

ExpectationRule rule_of(const Value& golden) {
  ExpectationRule rule{golden.find("type")->as_string(), {}};
  rule.body.set("type", rule.type);
  for (const auto& [key, value] : golden.find("kwargs")->members()) rule.body.set(key, value);
  return rule;
}

}  // namespace

TEST_CASE("every expectation answers as Great Expectations does", "[validate][golden]") {
  TestWorld world;
  const Value golden = parse_json(read_file("tests/golden/validate_gx.json"), "validate_gx.json");
  for (const auto& [table, text] : golden.find("tables")->members()) {
    world.dir.write(table + ".csv", text.as_string());
    SuiteManifest suite;
    std::vector<const Value*> answers;
    for (const Value& entry : golden.find("cases")->items()) {
      if (entry.find("table")->as_string() != table) continue;
      suite.expectations.push_back(rule_of(entry));
      answers.push_back(&entry);
    }
    const Rows rows{table, {world.dir.path() / (table + ".csv")}, table::FileFormat::csv};
    const ValidationReport report = validate::validate(world.world, rows, suite, {.sample = 100});
    REQUIRE(report.results.size() == answers.size());
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const ExpectationResult& ours = report.results[i];
      const Value& theirs = *answers[i];
      INFO(emit_json(theirs, JsonStyle::compact));
      INFO(finding_of(ours));
      CHECK(ours.success == theirs.find("success")->as_bool());
      if (const Value* judged = theirs.find("judged")) {
        CHECK(ours.judged == static_cast<std::uint64_t>(judged->as_int()));
        CHECK(ours.unexpected == static_cast<std::uint64_t>(theirs.find("unexpected")->as_int()));
        Value sampled = Value::array();
        for (const FailingRow& row : ours.sample) sampled.push(row.row);
        CHECK(sampled == *theirs.find("rows"));
      }
      if (const Value* observed = theirs.find("observed")) CHECK(same(ours.observed.value_or(Value()), *observed));
    }
  }
}
