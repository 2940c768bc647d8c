#include "lib/pipeline/metrics_file.hpp"

#include <cmath>

#include "tests/unit/pipeline/pipeline_project.hpp"

using namespace mlo;
using namespace mlo::test;

TEST_CASE("every number of a metrics file counts, also those that Python spells NaN and Infinity", "[pipeline]") {
  const auto found =
      parse_metrics(R"({"a": {"b": 1, "c": [2, -Infinity]}, "d": NaN, "e": "NaN", "f": null})", "m.json");
  REQUIRE(found.size() == 4);
  CHECK(found[0] == std::pair<std::string, double>("a/b", 1));
  CHECK(found[1] == std::pair<std::string, double>("a/c/0", 2));
  CHECK(found[2] == std::pair<std::string, double>("a/c/1", -INFINITY));
  CHECK((found[3].first == "d" && std::isnan(found[3].second)));
  CHECK(std::isnan(parse_metrics("d: .nan\n", "m.yaml")[0].second));
}

TEST_CASE("a number alone is a metric with the name of its file", "[pipeline]") {
  CHECK(parse_metrics("0.25\n", "out/auc.json") == std::vector<std::pair<std::string, double>>{{"auc", 0.25}});
  CHECK(parse_metrics("1\n", "auc.yaml") == std::vector<std::pair<std::string, double>>{{"auc", 1}});
  CHECK(parse_metrics("", "auc.yaml").empty());
  CHECK_THROWS_WITH(parse_metrics("1", "\xC3\xA9.json"), Catch::Contains("cannot name a metric"));
}

TEST_CASE("a metrics file that cannot be read is a warning of the run that made it", "[pipeline]") {
  Project p(R"(stages:
  bad: {cmd: 'echo "{" > m.json', metrics: [m.json]}
  good: {cmd: 'echo "{\"acc\": ${lr}, \"loss\": NaN}" > n.json', metrics: [n.json]}
)",
            {{"params.yaml", "lr: 1\n"}});
  CHECK(p.run() == "bad ran, good ran");
  REQUIRE(p.world.log.lines.size() == 1);
  CHECK(p.world.log.lines[0].starts_with("warning: metrics of stage `bad` are not recorded: m.json:2:1: invalid JSON"));
  CHECK(p.last.metrics.at("acc").value == 1);
  CHECK(std::isnan(p.last.metrics.at("loss").value));
  p.write("params.yaml", "lr: 2\n");
  CHECK(p.run() == "good ran");
  CHECK(p.world.log.lines.size() == 1);
}

TEST_CASE("parameters of JSON may be NaN and Infinity", "[pipeline]") {
  Project p(R"(stages:
  fit: {cmd: 'echo ${lr} > m', params: [{p.json: [lr, other]}], outs: [m]}
vars: [p.json]
)",
            {{"p.json", R"({"lr": Infinity, "other": [NaN]})"}});
  CHECK(p.run() == "fit ran");
  CHECK(p.read("m") == "inf\n");
  CHECK(p.read("mlo.lock").find("lr: .inf") != std::string::npos);
  CHECK(p.run() == "idle");
  p.write("p.json", R"({"lr": -Infinity, "other": [NaN]})");
  CHECK(p.run() == "fit ran");
}
