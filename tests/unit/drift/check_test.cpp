#include <cmath>

#include "lib/codec/json.hpp"
#include "lib/drift/check.hpp"
#include "lib/util/text.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using namespace mlo::drift;
using namespace mlo::test;

namespace {

/// Two CSV files in a world of their own.
struct Fixture : TestWorld {
  Fixture& reference(std::string_view text, std::string_view name = "a.csv") {
    dir.write(name, text);
    reference_name = name;
    return *this;
  }
  Fixture& current(std::string_view text, std::string_view name = "b.csv") {
    dir.write(name, text);
    current_name = name;
    return *this;
  }
  DriftReport check(const DriftOptions& options = {}) {
    return check_drift(world, resolve_source(dir.path(), nullptr, reference_name),
                       resolve_source(dir.path(), nullptr, current_name), options);
  }
  Error error(const DriftOptions& options = {}) {
    try {
      check(options);
    } catch (const Error& e) {
      return e;
    }
    FAIL("no error");
    return {ErrorKind::internal, ""};
  }
  std::string reference_name;
  std::string current_name;
};

std::string column_of(std::string_view header, int rows, const std::function<std::string(int)>& cell) {
  std::string text(header);
  text += '\n';
  for (int i = 0; i < rows; ++i) text += cell(i) + '\n';
  return text;
}

std::string numbers(double shift, int rows = 200) {
  return column_of("x", rows, [&](int i) { return fmt::format("{}", i * 37 % 101 / 4.0 + shift); });
}

const ColumnDrift& only(const DriftReport& report) {
  REQUIRE(report.columns.size() == 1);
  return report.columns.front();
}

}  // namespace

TEST_CASE("the same data has not drifted, shifted data has", "[drift]") {
  Fixture fixture;
  CHECK_FALSE(fixture.reference(numbers(0)).current(numbers(0)).check().is_drift());
  const DriftReport report = fixture.current(numbers(9)).check();
  CHECK(report.is_drift());
  CHECK(only(report).test == "ks");
  CHECK(only(report).outcome == Outcome::drifted);
  CHECK(only(report).reference.moments->minimum == 0);
}

TEST_CASE("columns are typed by the reference", "[drift]") {
  const auto kind = [](const std::function<std::string(int)>& cell) {
    const std::string text = column_of("x,y", 30, [&](int i) { return cell(i) + fmt::format(",{}.5", i); });
    Fixture fixture;
    return fixture.reference(text).current(text).check().columns.front().kind;
  };
  CHECK(kind([](int i) { return fmt::format("{}.25", i % 3); }) == ColumnKind::number);
  CHECK(kind([](int i) { return fmt::format("{}", i % 10); }) == ColumnKind::category);
  CHECK(kind([](int i) { return fmt::format("{}", i % 11); }) == ColumnKind::number);
  CHECK(kind([](int i) { return i % 2 == 0 ? "true" : "false"; }) == ColumnKind::category);
  CHECK(kind([](int i) { return fmt::format("v{}", i % 15); }) == ColumnKind::category);
  CHECK(kind([](int i) { return fmt::format("v{}", i % 16); }) == ColumnKind::text);
  CHECK(kind([](int i) { return fmt::format("2026-01-{:02}", i + 1); }) == ColumnKind::time);
  CHECK(kind([](int i) { return fmt::format("2026-01-01 00:00:{:02}", i); }) == ColumnKind::time);
}

TEST_CASE("a kind can be chosen where the values allow it", "[drift]") {
  Fixture fixture;
  const std::string few = column_of("x", 100, [](int i) { return fmt::format("{}", i % 7); });
  fixture.reference(few).current(few);
  CHECK(only(fixture.check()).kind == ColumnKind::category);
  CHECK(only(fixture.check({.kinds = {{"x", ColumnKind::number}}})).kind == ColumnKind::number);
  const std::string words = column_of("x", 100, [](int i) { return fmt::format("w{}", i); });
  fixture.reference(words).current(words);
  CHECK(only(fixture.check({.kinds = {{"x", ColumnKind::category}}})).test == "chisquare");
  CHECK(fixture.error({.kinds = {{"x", ColumnKind::number}}}).message() ==
        "column `x` cannot be compared as a number: its type is string");
}

TEST_CASE("categories of integers meet those of reals", "[drift]") {
  Fixture fixture;
  fixture.reference(column_of("x", 90, [](int i) { return fmt::format("{}", i % 3); }));
  fixture.current(column_of("x", 60, [](int i) { return fmt::format("{}.0", i % 3); }));
  const DriftReport report = fixture.check();
  CHECK(only(report).score == 1.0);
  CHECK(only(report).shape.labels == std::vector<std::string>{"0", "1", "2"});
  CHECK(only(report).notes == std::vector<std::string>{"type integer -> real"});
}

TEST_CASE("a missing column counts as drifted, a new one does not count", "[drift]") {
  Fixture fixture;
  const auto rows = [](std::string_view header) {
    return column_of(header, 50, [](int i) { return fmt::format("{}.5,{}.5", i, 50 - i); });
  };
  const DriftReport report = fixture.reference(rows("x,gone")).current(rows("x,fresh")).check();
  CHECK(report.missing == std::vector<std::string>{"gone"});
  CHECK(report.added == std::vector<std::string>{"fresh"});
  CHECK(report.compared() == 2);
  CHECK(report.drifted() == 1);
  CHECK(report.is_drift());
  CHECK_FALSE(fixture.check({.share = 0.6}).is_drift());
}

TEST_CASE("numbers that became words have drifted", "[drift]") {
  Fixture fixture;
  const DriftReport report = fixture.reference(numbers(0))
                                 .current(column_of("x", 200, [](int i) { return i % 2 == 0 ? "low" : "high"; }))
                                 .check();
  CHECK(only(report).outcome == Outcome::drifted);
  CHECK(only(report).test.empty());
  CHECK(only(report).reason == "values not comparable");
  CHECK(only(report).notes == std::vector<std::string>{"type real -> string"});
}

TEST_CASE("nulls are left out and their share is reported", "[drift]") {
  Fixture fixture;
  const auto with_nulls = [](int every) {
    return column_of("x,y", 200, [&](int i) { return i % every == 0 ? ",1" : fmt::format("{}.5,1", i % 50); });
  };
  const DriftReport report = fixture.reference(with_nulls(1000)).current(with_nulls(4)).check();
  CHECK(report.columns.front().reference.nulls == 1);
  CHECK(report.columns.front().current.nulls == 50);
  CHECK(report.columns.front().current.values == 150);
  CHECK(report.columns.front().notes == std::vector<std::string>{"nulls 0.5% -> 25.0%"});
}

TEST_CASE("NaN and infinities are left out and counted", "[drift]") {
  Fixture fixture;
  fixture.reference("x\n1.5\nnan\n2.5\ninf\n3.5\n-inf\n4.5\n").current("x\n1.5\n2.5\n3.5\n4.5\n");
  const DriftReport report = fixture.check();
  CHECK(only(report).reference.not_finite == 3);
  CHECK(only(report).reference.values == 4);
  CHECK(only(report).score == 1.0);
}

TEST_CASE("a column without values is not tested, one that lost them has drifted", "[drift]") {
  Fixture fixture;
  fixture.reference("x,full,void\n1.5,1.5,\n2.5,2.5,\n").current("x,full,void\n1.5,,\n2.5,,\n");
  const DriftReport report = fixture.check();
  CHECK(report.columns[0].outcome == Outcome::stable);
  CHECK(report.columns[1].outcome == Outcome::drifted);
  CHECK(report.columns[1].reason == "no values left");
  CHECK(report.columns[2].outcome == Outcome::untested);
  CHECK(report.columns[2].reason == "the reference has no values");
  CHECK(report.compared() == 2);
}

TEST_CASE("one row is enough to be compared", "[drift]") {
  Fixture fixture;
  CHECK_FALSE(fixture.reference("x\n1.5\n").current("x\n1.5\n").check().is_drift());
}

TEST_CASE("tests and thresholds can be chosen, for all columns and for one", "[drift]") {
  Fixture fixture;
  fixture.reference(numbers(0)).current(numbers(1));
  CHECK(only(fixture.check({.tests = {"chisquare", "psi"}})).test == "chisquare");
  CHECK(only(fixture.check({.tests = {"psi"}, .column_tests = {{"x", "ed"}}})).test == "ed");
  const auto outcome = [&](DriftOptions options) { return only(fixture.check(options)).outcome; };
  CHECK(outcome({.tests = {"wasserstein"}}) == Outcome::drifted);
  CHECK(outcome({.tests = {"wasserstein"}, .threshold = 0.5}) == Outcome::stable);
  CHECK(outcome({.tests = {"wasserstein"}, .threshold = 0.5, .column_thresholds = {{"x", 0.1}}}) == Outcome::drifted);
}

TEST_CASE("options that name what is not there are refused", "[drift]") {
  Fixture fixture;
  fixture.reference(numbers(0)).current(numbers(0));
  CHECK(fixture.error({.columns = {"z"}}).message() == "no column named `z`");
  CHECK(fixture.error({.ignored = {"z"}}).kind() == ErrorKind::usage);
  CHECK(fixture.error({.tests = {"kolmogorov"}}).message() == "no drift test named `kolmogorov`");
  CHECK(fixture.error({.threshold = -1}).message() == "`-1` is no threshold");
  CHECK(fixture.error({.threshold = std::nan("")}).kind() == ErrorKind::usage);
  CHECK(fixture.error({.share = 0}).message() == "`0` is no share");
  CHECK(fixture.error({.share = 1.1}).kind() == ErrorKind::usage);
  const std::string words = column_of("x", 100, [](int i) { return i % 2 == 0 ? "a" : "b"; });
  fixture.reference(words).current(words);
  CHECK(fixture.error({.column_tests = {{"x", "ks"}}}).message() ==
        "test `ks` does not read column `x`: it is a category");
  CHECK(fixture.error({.ignored = {"x"}}).message() == "no column of `a.csv` and `b.csv` could be compared");
}

TEST_CASE("a test that lacks data leaves its column untested", "[drift]") {
  Fixture fixture;
  const auto two = [](std::string_view last) { return fmt::format("x,y\n1.5,1.5\n1.5,{}\n1.5,3.5\n1.5,4.5\n", last); };
  const DriftReport report = fixture.reference(two("2.5")).current(two("2.75")).check({.tests = {"anderson"}});
  CHECK(report.columns[0].outcome == Outcome::untested);
  CHECK(report.columns[0].reason == "the test needs at least two different values");
  CHECK(report.columns[1].outcome == Outcome::stable);
}

TEST_CASE("JSON lines and TSV are read like CSV", "[drift]") {
  Fixture fixture;
  fixture.reference("x\ty\n1.5\ta\n2.5\tb\n3.5\ta\n", "a.tsv")
      .current(R"({"x": 1.5, "y": "a"}
{"x": 2.5, "y": "b"}
{"x": 3.5, "y": "a"}
)",
               "b.jsonl");
  const DriftReport report = fixture.check({.kinds = {{"y", ColumnKind::category}}});
  CHECK(report.compared() == 2);
  CHECK(report.drifted() == 0);
}

TEST_CASE("a directory of tables is one table", "[drift]") {
  Fixture fixture;
  fixture.dir.write("parts/1.csv", "x\n1.5\n2.5\n");
  fixture.dir.write("parts/sub/2.csv", "x\n3.5\n");
  fixture.dir.write("parts/README.md", "no table\n");
  fixture.reference_name = "parts";
  CHECK(fixture.current("x\n1.5\n2.5\n3.5\n").check().reference_rows == 3);
  fixture.dir.write("parts/3.jsonl", "{}\n");
  CHECK(fixture.error().message() == "`parts` mixes table formats: `1.csv` and `3.jsonl`");
}

TEST_CASE("files that are no tables are refused with their name", "[drift]") {
  Fixture fixture;
  fixture.current(numbers(0));
  const auto message = [&](std::string_view name, std::string_view bytes) {
    return fixture.reference(bytes, name).error().message();
  };
  CHECK(message("a.txt", "x\n1\n") == "`a.txt` is no table");
  CHECK(message("a.parquet", "").starts_with("cannot read `a.parquet`: "));
  CHECK(message("a.parquet", "PAR1 and no more").starts_with("cannot read `a.parquet`: "));
  CHECK(message("a.jsonl", "{\"x\": 1}\n{\"x\": \n").starts_with("cannot read `a.jsonl`: "));
  CHECK(message("ragged.csv", "x,y\n1,2\n1,2,3\n1\n4,5,6,7,8\n").find("ragged.csv") != std::string::npos);
  CHECK(message("none.csv", "x\n") == "`none.csv` has no rows");
  CHECK(message("empty.csv", "").find("empty.csv") != std::string::npos);
  CHECK_THROWS_AS(resolve_source(fixture.dir.path(), nullptr, "nowhere.csv"), Error);
}

TEST_CASE("a text file whose type changes late is read by all its rows", "[drift]") {
  Fixture fixture;
  const std::string late = column_of("x,y", 60'000, [](int i) {
    return i < 50'000 ? fmt::format("{},{}.5", i % 100, i) : fmt::format("word,{}.5", i);
  });
  const DriftReport report = fixture.reference(late).current(late).check();
  CHECK(report.columns.front().reference.type == "string");
  CHECK(report.reference_rows == 60'000);
}

TEST_CASE("odd names of files and columns mean what they say", "[drift]") {
  Fixture fixture;
  const std::string text =
      column_of("\"a \"\"b\"\" [c]*\",\"x'; --\"", 30, [](int i) { return fmt::format("{}.5,{}.5", i, i); });
  fixture.reference(text, "it's [a] *.csv").current(text, "b?.csv");
  fixture.dir.write("it's a x.csv", "other\n1\n");
  CHECK(fixture.check().compared() == 2);
}

TEST_CASE("a report survives its JSON", "[drift]") {
  Fixture fixture;
  fixture.reference("x,c,gone,t\n1.5,a,1,p q\n2.5,b,1,r s\n3.5,a,1,t u\n")
      .current("x,c,new,t\n1.5,a,1,p\n,b,1,q\n9e307,c,1,r\n");
  const DriftReport report = fixture.check({.kinds = {{"c", ColumnKind::category}}});
  const std::string json = emit_json(to_value(report));
  CHECK(emit_json(to_value(parse_report(json, "x.json"))) == json);
  CHECK_THROWS_AS(parse_report("{}", "x.json"), Error);
  CHECK_THROWS_AS(parse_report(replace_all(json, "\"number\"", "\"fine\""), "x.json"), Error);
}
