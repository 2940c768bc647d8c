#include "lib/codec/json.hpp"
#include "tests/unit/features/feature_project.hpp"

// golden/feast_history.py says how the answers were made.
using namespace mlo;
using namespace mlo::features;
using namespace mlo::test;

namespace {

std::string moment(const Value& minutes) {
  return minutes.is_null() ? ""
                           : fmt::format("2024-03-01 {:02}:{:02}:00", minutes.as_int() / 60, minutes.as_int() % 60);
}

/// As FeatureProject::query spells it: reals as eighths, which they are whole numbers of.
std::string spelled(const std::string& feature, const Value& value) {
  if (value.is_null()) return "NULL|";
  if (feature == "s") return value.as_string() + "|";
  return fmt::format("{}|", static_cast<std::int64_t>(value.as_number() * (feature == "x" ? 8 : 1)));
}

void write_view(FeatureProject& p, const std::string& name, const Value& rows, std::int64_t ttl, bool created) {
  std::string text = "driver,event,created,x,n,s\n";
  for (const Value& row : rows.items()) {
    const Value::Array& cells = row.items();
    text += fmt::format("{},{},{},{},{},{}\n", cells[0].as_int(), moment(cells[1]), moment(cells[2]),
                        cells[3].is_null() ? "" : fmt::format("{}", cells[3].as_number()), cells[4].as_int(),
                        cells[5].is_null() ? "" : cells[5].as_string());
  }
  p.write(name + ".csv", text);
  p.define(name + ".yaml",
           fmt::format("mlo: view/1\nname: {0}\nentities: [driver]\nttl: {1}m\nsource: {{path: {0}.csv, "
                       "timestamp_field: event{2}}}\nfeatures: [{{name: x, dtype: real}}, {{name: \"n\", dtype: "
                       "integer}}, {{name: s, dtype: string}}]\n",
                       name, ttl, created ? ", created_timestamp_column: created" : ""));
}

}  // namespace

TEST_CASE("--feast-compat answers what Feast answers, cell by cell", "[features]") {
  const Value golden = parse_json(read_file("tests/golden/feast_history.json"), "feast_history.json");
  std::size_t cells = 0;
  for (const Value& of_case : golden.find("cases")->items()) {
    CAPTURE(of_case.find("name")->as_string());
    FeatureProject p;
    p.define("driver.yaml", "mlo: entity/1\nname: driver\nkeys: [{name: driver, type: integer}]\n");
    const Value::Array& ttls = of_case.find("ttls")->items();
    const bool created = of_case.find("created")->as_bool();
    write_view(p, "a", *of_case.find("a"), ttls[0].as_int(), created);
    write_view(p, "b", *of_case.find("b"), ttls[1].as_int(), created);
    std::string spine = "id,driver,event_timestamp\n";
    for (const Value& row : of_case.find("spine")->items())
      spine += fmt::format("{},{},{}\n", row.items()[0].as_int(), row.items()[1].as_int(), moment(row.items()[2]));
    p.write("spine.csv", spine);
    TrainRequest request;
    request.names = ColumnNames::full;
    request.knowledge = Knowledge::event_only;
    p.train({"a:x", "a:n", "a:s", "b:x", "b:n", "b:s"}, request, "spine.csv", "out.parquet");
    const auto got =
        p.query(fmt::format("SELECT CAST(CAST(a__x * 8 AS BIGINT) AS VARCHAR), CAST(a__n AS VARCHAR), a__s, "
                            "CAST(CAST(b__x * 8 AS BIGINT) AS VARCHAR), CAST(b__n AS VARCHAR), b__s FROM '{}'",
                            (p.w.dir / "out.parquet").native()));
    const Value::Array& answers = of_case.find("answers")->items();
    REQUIRE(got.size() == answers.size());
    const std::vector<std::string> features = {"x", "n", "s", "x", "n", "s"};
    for (std::size_t row = 0; row < answers.size(); ++row) {
      std::string expected;
      for (std::size_t i = 0; i < features.size(); ++i) expected += spelled(features[i], answers[row].items()[i]);
      CAPTURE(row);
      CHECK(got[row] == expected);
      cells += features.size();
    }
  }
  CHECK(cells >= 1000);
}
