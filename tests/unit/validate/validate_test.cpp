#include "lib/validate/validate.hpp"

#include <set>

#include "lib/codec/json.hpp"
#include "lib/util/text.hpp"
#include "lib/validate/expectation.hpp"
#include "lib/validate/gx_suite.hpp"
#include "lib/validate/infer.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using namespace mlo::test;
using namespace mlo::validate;

namespace {

struct Fixture : TestWorld {
  Rows rows(std::string_view text, const std::string& name = "t.csv") {
    dir.write(name, text);
    return {name, {dir.path() / name}, *table::format_of(name)};
  }
  /// `entries`: lines of YAML, each an expectation.
  ValidationReport check(const Rows& rows, const std::string& entries, const ValidateOptions& options = {}) {
    return validate::validate(world, rows, suite(entries), options);
  }
  static SuiteManifest suite(const std::string& entries) {
    return parse_suite("mlo: suite/1\nname: s\nexpectations:\n" + entries, "s.yaml");
  }
  std::string error(const std::string& entries, std::string_view text = "x\n1\n") {
    try {
      check(rows(text), entries);
    } catch (const Error& e) {
      return e.message();
    }
    return "no error";
  }
  std::string reason(const std::string& entries, std::string_view text = "x,s\n1,a\n") {
    const ValidationReport report = check(rows(text), entries);
    CHECK_FALSE(report.results.at(0).success);
    return report.results.at(0).reason;
  }
};

}  // namespace

TEST_CASE("a suite that is wrong is refused with its place before any data is read", "[validate]") {
  Fixture f;
  CHECK(f.error("  - {type: expect_column_values_to_be_uniqe, column: x}\n") ==
        "s.yaml:4:12: unknown expectation `expect_column_values_to_be_uniqe`; did you mean "
        "`expect_column_values_to_be_unique`?");
  CHECK(f.error("  - {type: expect_column_to_exist, colum: x}\n").starts_with("s.yaml:4:"));
  CHECK(f.error("  - {type: expect_column_values_to_be_unique, column: x, mostly: 1.5}\n")
            .ends_with("`mostly` must be between 0 and 1"));
  CHECK(f.error("  - {type: expect_column_to_exist, column: x, mostly: 0.5}\n").find("unknown key `mostly`") !=
        std::string::npos);
  CHECK(f.error("  - {type: expect_column_values_to_be_between, column: x}\n").find("needs `min_value`") !=
        std::string::npos);
  CHECK(f.error("  - {type: expect_column_values_to_be_between, column: x, min_value: 3, max_value: 1}\n")
            .ends_with("`min_value` is above `max_value`"));
  CHECK(f.error("  - {type: expect_column_values_to_be_of_type, column: x, type_: integr}\n")
            .ends_with("unknown type `integr`; did you mean `integer`?"));
  CHECK(
      f.error("  - {type: expect_column_values_to_be_in_set, column: x, value_set: [[1]]}\n").starts_with("s.yaml:4:"));
  CHECK(f.error("  - {type: expect_freshness, column: x, max_age: soon}\n").starts_with("s.yaml:4:"));
  CHECK_THROWS_AS(parse_suite("mlo: suite/1\nname: s\nexpectations: []\n", "s.yaml"), Error);
  CHECK_THROWS_AS(parse_suite("mlo: suite/2\nname: s\nexpectations: []\n", "s.yaml"), Error);
}

TEST_CASE("what cannot be judged has failed and says why", "[validate]") {
  Fixture f;
  CHECK(f.reason("  - {type: expect_column_values_to_be_unique, column: X}\n") ==
        "there is no column `X`; did you mean `x`?");
  CHECK(f.reason("  - {type: expect_column_values_to_match_regex, column: s, regex: \"(?<!a)b\"}\n") ==
        "`(?<!a)b` is no regular expression for RE2");
  CHECK(f.reason("  - {type: expect_column_values_to_match_regex, column: s, regex: \"(\"}\n") ==
        "`(` is no regular expression for RE2");
  CHECK(f.reason("  - {type: expect_column_values_to_be_between, column: s, min_value: 1}\n") ==
        "column `s` is string, and `1` is not");
  CHECK(f.reason("  - {type: expect_column_mean_to_be_between, column: s, min_value: 1}\n") ==
        "column `s` is string, not a number");
  CHECK(f.reason("  - {type: expect_column_pair_values_a_to_be_greater_than_b, column_A: s, column_B: x}\n") ==
        "column `s` is string and `x` is integer: they cannot be compared");
  CHECK(f.reason("  - {type: expect_relationship, column: x, to: other, field: id}\n") ==
        "there are no other tables here");
  CHECK(f.reason("  - {type: expect_column_values_to_be_between, column: t, min_value: \"soon\"}\n",
                 "t\n2001-02-03\n") == "`soon` is no time");
}

TEST_CASE("names and values cannot be SQL", "[validate]") {
  Fixture f;
  const Rows rows = f.rows("\"a\"\"b'; DROP\",mlo,MLO_0_\nit's,1,5\n\"\"\"; --\",1,6\n");
  const ValidationReport report =
      f.check(rows,
              "  - {type: expect_column_values_to_be_in_set, column: \"a\\\"b'; DROP\", value_set: [\"it's\", \"'); "
              "SELECT 1; --\"]}\n"
              "  - {type: expect_column_values_to_match_regex, column: \"a\\\"b'; DROP\", regex: \"'\"}\n"
              "  - {type: expect_column_values_to_be_increasing, column: MLO_0_}\n"
              "  - {type: expect_column_values_to_be_unique, column: mlo}\n");
  CHECK(report.results[0].unexpected == 1);
  CHECK(report.results[0].sample.at(0).values.at(0) == "\"; --");
  CHECK(report.results[1].unexpected == 1);
  CHECK(report.results[2].success);
  CHECK(report.results[3].unexpected == 2);
}

TEST_CASE("many values, many rows: the sample has the first rows, the counts all", "[validate]") {
  Fixture f;
  std::string text = "x,s\n", values;
  for (int i = 0; i < 30'000; ++i) text += fmt::format("{},v{}\n", i, i % 7);
  for (int i = 0; i < 20'000; ++i) values += fmt::format("{}{}", i == 0 ? "" : ",", i);
  const ValidationReport report = f.check(
      f.rows(text),
      fmt::format("  - {{type: expect_column_values_to_be_in_set, column: x, value_set: [{}]}}\n"
                  "  - {{type: expect_column_values_to_be_between, column: x, max_value: 29990, mostly: 0.999}}\n",
                  values),
      {.sample = 2});
  CHECK(report.rows == 30'000);
  CHECK(report.results[0].unexpected == 10'000);
  REQUIRE(report.results[0].sample.size() == 2);
  CHECK(report.results[0].sample[0].row == 20'001);
  CHECK(report.results[1].success);
  CHECK(report.results[1].unexpected == 9);
}

TEST_CASE("a text file whose later rows are of another type is typed by all of them", "[validate]") {
  Fixture f;
  std::string text = "x\n";
  for (int i = 0; i < 30'000; ++i) text += "1\n";
  const ValidationReport report = f.check(
      f.rows(text + "oops\n"), "  - {type: expect_column_values_to_match_regex, column: x, regex: \"^[0-9]+$\"}\n");
  CHECK(report.results[0].unexpected == 1);
  CHECK(report.results[0].sample.at(0).row == 30'001);
}

TEST_CASE("a column of another table, and the age of the newest row", "[validate]") {
  Fixture f;
  ValidateOptions options;
  const Rows carriers = f.rows("code\nUA\nAA\n", "carriers.csv");
  options.other = [&](const std::string& typed) {
    CHECK(typed == "carriers");
    return carriers;
  };
  const Rows rows = f.rows("c,t\nUA,2001-02-03T00:00:00\nZZ,2001-02-01T00:00:00\n,2001-02-02T00:00:00\n");
  const ValidationReport report = f.check(rows,
                                          "  - {type: expect_relationship, column: c, to: carriers, field: code}\n"
                                          "  - {type: expect_relationship, column: c, to: carriers, field: name}\n"
                                          "  - {type: expect_freshness, column: t, max_age: \"5h\"}\n"
                                          "  - {type: expect_freshness, column: t, max_age: \"4h\"}\n",
                                          options);
  CHECK(report.results[0].judged == 2);
  CHECK(report.results[0].unexpected == 1);
  CHECK(report.results[0].sample.at(0).row == 2);
  CHECK(report.results[1].reason.starts_with("there is no column `name`"));
  CHECK(report.results[2].success);
  CHECK_FALSE(report.results[3].success);
}

TEST_CASE("a proposed suite holds on its own data and survives the file", "[validate]") {
  Fixture f;
  std::string text = "id,kind,amount,day,note\n";
  for (int i = 0; i < 200; ++i)
    text +=
        fmt::format("{},{},{},2001-02-{:02},{}\n", i, i % 2 == 0 ? "yes" : "it's",
                    i % 9 == 0 ? "" : fmt::format("{}", i * 0.37), i % 28 + 1, i % 3 == 0 ? "" : fmt::format("n{}", i));
  const Rows rows = f.rows(text);
  const SuiteManifest proposed = infer_suite(f.world, rows, "t");
  const SuiteManifest read = parse_suite(emit_suite(proposed), "t.yaml");
  const ValidationReport report = validate::validate(f.world, rows, read);
  for (const ExpectationResult& result : report.results) {
    INFO(result.type << " " << finding_of(result));
    CHECK(result.success);
  }
  std::set<std::string> types;
  for (const ExpectationRule& rule : read.expectations) types.insert(rule.type);
  CHECK(types.contains("expect_column_values_to_be_unique"));
  CHECK(types.contains("expect_column_values_to_be_in_set"));
  CHECK(types.contains("expect_column_values_to_be_between"));
  CHECK_THROWS_AS(infer_suite(f.world, f.rows("x\n", "none.csv"), "t"), Error);
}

TEST_CASE("suites of Great Expectations 0.x and 1.x mean the same", "[validate]") {
  const std::string v1 = R"({"name": "My Suite", "id": null, "expectations": [
    {"type": "expect_column_values_to_be_between", "kwargs": {"column": "x", "min_value": {"$PARAMETER": "low"},
     "max_value": null, "mostly": 0.9, "row_condition": null}, "meta": {"a": 1}, "id": "b", "severity": "warning"}],
    "suite_parameters": {"low": 3}, "meta": {"great_expectations_version": "1.3.0"}, "notes": null})";
  const std::string v0 = R"({"expectation_suite_name": "my.suite", "data_asset_type": null, "ge_cloud_id": null,
    "evaluation_parameters": {"low": 3}, "expectations": [{"expectation_type": "expect_column_values_to_be_between",
    "kwargs": {"column": "x", "min_value": {"$PARAMETER": "low"}, "mostly": 0.9, "result_format": "BASIC",
    "parse_strings_as_datetimes": false}, "meta": {}}], "meta": {}})";
  const SuiteManifest a = parse_any_suite(v1, "a.json"), b = parse_any_suite(v0, "b.json");
  REQUIRE(a.expectations.size() == 1);
  CHECK(a.expectations[0].body == b.expectations[0].body);
  CHECK(a.name == "my-suite");
  CHECK(read_expectations(a).at(0).mostly == 0.9);
  CHECK(parse_suite(emit_suite(a), "a.yaml").expectations[0].body == a.expectations[0].body);
}

TEST_CASE("what an imported suite says and mlo would not do is refused with its place", "[validate]") {
  const auto error = [](const std::string& entry) {
    try {
      read_expectations(parse_gx_suite("{\"name\": \"s\", \"expectations\": [\n" + entry + "]}", "s.json"));
    } catch (const Error& e) {
      return e.message();
    }
    return std::string("no error");
  };
  CHECK(
      error(R"({"type": "expect_column_to_shine", "kwargs": {"column": "x"}})").starts_with("s.json: expectation 1: "));
  CHECK(error(R"({"type": "expect_column_to_exist", "kwargs": {"column": "x", "row_condition": "y > 1"}})")
            .find("unknown key `row_condition`") != std::string::npos);
  CHECK(error(R"_({"type": "expect_column_max_to_be_between",
              "kwargs": {"column": "x", "max_value": {"$PARAMETER": "now()"}}})_")
            .ends_with("the suite gives no value for the parameter `now()`"));
  CHECK(error(R"({"kwargs": {}})").starts_with("s.json: expectation 1: "));
  CHECK(error(R"({"type": "expect_column_to_exist", "kwargs": [1]})").starts_with("s.json: expectation 1: "));
  CHECK(error(R"({"type": "expect_column_to_exist", "kwargs": {"column": "x", "type": "y"}})")
            .starts_with("s.json: expectation 1: "));
  CHECK_THROWS_AS(parse_any_suite("{\"name\": 1", "s.json"), Error);
}

TEST_CASE("every kind of expectation has a name of its own in order", "[validate]") {
  std::vector<std::string_view> names;
  for (const ExpectationKind& kind : expectation_kinds()) names.push_back(kind.name);
  CHECK(std::is_sorted(names.begin(), names.end()));
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
}
