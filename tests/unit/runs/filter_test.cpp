#include <limits>

#include "lib/runs/index.hpp"
#include "lib/util/random.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Runs `a` (oldest) to `d`, with metrics of every kind.
struct Runs : test::TestWorld {
  std::optional<Workspace> workspace;
  Runs() {
    git_init();
    Workspace::init(world);
    workspace.emplace(Workspace::open(world));
    add("a", {{"auc", 0.5}, {"recall[carrier=AA]", 1}}, "gbt", RunStatus::finished);
    add("b", {{"auc", kNan}}, "GBT'x", RunStatus::failed);
    add("c", {{"auc", kInfinity}, {"m/n", -1e300}}, "linear", RunStatus::finished);
    add("d", {}, "", RunStatus::killed);
  }
  void add(const std::string& name, const std::map<std::string, double>& metrics, const std::string& model,
           RunStatus status) {
    RunRecord r;
    r.started = r.ended = clock.now();
    r.id = make_uuid7(r.started, rng);
    r.name = name;
    r.status = status;
    for (const auto& [key, value] : metrics) r.metrics[key] = {0, value, r.started};
    if (!model.empty()) r.params.set("model", model);
    if (name == "a") r.datasets["flights"] = "sha256:" + std::string(64, '1');
    if (name == "a") r.tags["team"] = "x";
    RunStore(*workspace).publish(r, {});
  }
  std::string search(const std::string& filter, std::vector<std::string> order = {"attributes.run_name"}) {
    std::string out;
    for (const Run& run : RunStore(*workspace).search({.filter = filter, .order_by = std::move(order)}))
      out += run.record.name;
    return out;
  }
  std::string refusal(const std::string& filter, std::vector<std::string> order = {}) {
    try {
      search(filter, std::move(order));
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::usage);
      return error.message();
    }
    return "accepted";
  }
};

}  // namespace

TEST_CASE_METHOD(Runs, "metrics compare as numbers; NaN only differs", "[runs]") {
  CHECK(search("metrics.auc > 0.4") == "ac");
  CHECK(search("metric.auc >= 0.5 AND metrics.auc < 1e9") == "a");
  CHECK(search("metrics.auc != 0.5") == "bc");
  CHECK(search("metrics.auc <= -1") == "");
  CHECK(search("metrics.m/n = -1e300") == "c");
  CHECK(search("metrics.\"recall[carrier=AA]\" = 1") == "a");
  CHECK(search("metrics.`auc` > 0 and parameters.model like 'lin%'") == "c");
  CHECK(search("") == "abcd");
}

TEST_CASE_METHOD(Runs, "texts compare exactly, by pattern, by list or by absence", "[runs]") {
  CHECK(search("params.model = 'gbt'") == "a");
  CHECK(search("params.model = \"gbt\"") == "a");
  CHECK(search("params.model = 'GBT''x'") == "b");
  CHECK(search("params.model != 'gbt'") == "bc");
  CHECK(search("params.model LIKE 'g%'") == "a");
  CHECK(search("param.model ILIKE 'g%'") == "ab");
  CHECK(search("params.model IS NULL") == "d");
  CHECK(search("tags.team IS NOT NULL") == "a");
  CHECK(search("attributes.status = 'FINISHED'") == "ac");
  CHECK(search("status IN ('failed', 'KILLED')") == "bd");
  CHECK(search("attr.run_name NOT IN ('a', 'b')") == "cd");
  CHECK(search("dataset.name = 'flights' and datasets.digest LIKE 'sha256:11%'") == "a");
  CHECK(search("start_time >= '2001-02-03T04:05:06Z' and created < 4000000000000") == "abcd");
  CHECK(search("end_time < 5") == "");
}

TEST_CASE_METHOD(Runs, "an order puts numbers first, then NaN, then what is missing", "[runs]") {
  CHECK(search("", {"metrics.auc"}) == "acbd");
  CHECK(search("", {"metrics.auc DESC"}) == "cabd");
  CHECK(search("", {"params.model desc", "start_time"}) == "cabd");
  CHECK(search("", {}) == "dcba");
  CHECK(search("", {"start_time ASC"}) == "abcd");
}

TEST_CASE_METHOD(Runs, "what the language does not have is named with its column", "[runs]") {
  CHECK_THAT(refusal("metrics.auc > 'x'"), Catch::Contains("column 15: expected a number"));
  CHECK_THAT(refusal("metrics.auc LIKE 'x'"), Catch::Contains("column 13"));
  CHECK_THAT(refusal("params.model > 'x'"), Catch::Contains("column 14"));
  CHECK_THAT(refusal("params.model IN ('x')"), Catch::Contains("column 14"));
  CHECK_THAT(refusal("metrics.auc > 1 OR metrics.auc < 0"),
             Catch::Contains("column 17: conditions can only be joined by AND"));
  CHECK_THAT(refusal("auc > 1"), Catch::Contains("a metric is `metrics.auc`"));
  CHECK_THAT(refusal("nope.auc > 1"), Catch::Contains("column 1"));
  CHECK_THAT(refusal("params.model = 'x"), Catch::Contains("column 16: this ' is never closed"));
  CHECK_THAT(refusal("metrics.auc > 1 and"), Catch::Contains("not `the end`"));
  CHECK_THAT(refusal("metrics.auc > 1; DROP TABLE runs"), Catch::Contains("column 16: `;` has no meaning here"));
  CHECK_THAT(refusal("metrics.auc IS NULL"), Catch::Contains("only params and tags"));
  CHECK_THAT(refusal("run_id IN ()"), Catch::Contains("expected text in quotes"));
  CHECK_THAT(refusal("metrics.auc > 1e999"), Catch::Contains("not a number"));
  CHECK_THAT(refusal("", {"metrics.auc UP"}), Catch::Contains("order, column 13"));
  CHECK_THAT(refusal("", {"datasets.name"}), Catch::Contains("cannot be sorted"));
  CHECK(search("params.model = '''; DROP TABLE runs; --'") == "");
  CHECK(search("") == "abcd");
}

TEST_CASE_METHOD(Runs, "a damaged index is built anew, and a foreign file gives way", "[runs]") {
  CHECK(search("") == "abcd");
  const fs::path file = workspace->local() / "index.sqlite";
  std::string bytes = read_file(file);
  write_file(file, "not a database at all, but long enough to be taken for one by its size alone", Durability::cache);
  CHECK(search("metrics.auc > 0.4") == "ac");
  for (std::size_t at = 100; at < bytes.size(); at += 512) bytes.replace(at, 64, std::string(64, '\xFF'));
  write_file(file, bytes, Durability::cache);
  CHECK(search("metrics.auc > 0.4") == "ac");
  write_file(file, "", Durability::cache);
  CHECK(search("metrics.auc > 0.4") == "ac");
}

TEST_CASE_METHOD(Runs, "the index follows a ref that was rewritten or removed", "[runs]") {
  CHECK(search("") == "abcd");
  sh("git update-ref refs/mlo/runs refs/mlo/runs~2");
  CHECK(search("") == "ab");
  sh("git update-ref -d refs/mlo/runs");
  CHECK(search("") == "");
}

TEST_CASE_METHOD(Runs, "an experiment is left out unless a comparison is of the attribute", "[runs]") {
  RunRecord gate = RunStore(*workspace).find("a").record;
  gate.id = make_uuid7(gate.started, rng);
  gate.name = "g";
  gate.experiment = "gates";
  gate.params.set("experiment", "x");
  RunStore(*workspace).publish(gate, {});
  const auto search = [&](const std::string& filter) {
    std::string out;
    for (const Run& run :
         RunStore(*workspace).search({.filter = filter, .order_by = {"attributes.run_name"}, .without = "gates"}))
      out += run.record.name;
    return out;
  };
  CHECK(search("") == "abcd");
  CHECK(search("params.experiment = 'x'") == "");
  CHECK(search("run_name != 'experiment'") == "abcd");
  CHECK(search("experiment = 'gates'") == "g");
  CHECK(search("metrics.auc = 0.5 AND attr.experiment IN ('gates', 'default')") == "ag");
  CHECK(search("\"experiment\" LIKE '%'") == "abcdg");
}
