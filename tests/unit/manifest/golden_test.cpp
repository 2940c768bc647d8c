#include <cmath>

#include "lib/crypto/sha256.hpp"
#include "lib/manifest/attestation.hpp"
#include "lib/manifest/dataset.hpp"
#include "lib/manifest/gate_report.hpp"
#include "lib/manifest/lock.hpp"
#include "lib/manifest/model.hpp"
#include "lib/manifest/rollback.hpp"
#include "lib/manifest/run_record.hpp"
#include "lib/util/fs.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

// tests/golden/*.yaml hold one manifest of each kind with every field it can have. They never change: what format 1
// wrote once, every later mlo must read. tests/golden/schemas.py holds them against schemas/.
namespace {

const std::string kRun = "00e3a1b2c3d47abc8def0123456789ab";
const std::string kParent = "00e3a1b2c3d47abc8def0123456789ac";
const UtcTime kTime = UtcTime::from_micros(981'173'106'000'001);

DatasetManifest every_dataset_field() {
  DatasetManifest m;
  m.name = "nyc/flights-2013.raw";
  m.path = "data/raw";
  m.executable = true;
  m.tree = sha256("tree");
  m.bytes = INT64_MAX;
  m.files = 1;
  m.schema = {{"year", "integer"}, {"dep delay", "real"}};
  m.source = "https://example.org/flights?year=2013";
  m.description = "departures\nof one year\n";
  m.extras = {{"x-owner", Value(Value::Object{{"team", Value("ops")}, {"since", Value(2013)}})}};
  m.origin = {.repo = "https://example.org/nyc.git",
              .dataset = "flights",
              .path = "raw/2013.csv",
              .revision = "v1.2",
              .commit = "0123456789abcdef0123456789abcdef01234567"};
  return m;
}

RunRecord every_run_field() {
  RunRecord r;
  r.id = kRun;
  r.name = "brave-otter";
  r.parent = kParent;
  r.stage = "train@a";
  r.experiment = "default";
  r.user = "Ada Tester";
  r.command = {"python3", "train.py", "--name=x y", "yes", ""};
  r.status = RunStatus::cached;
  r.exit_code = 3;
  r.started = kTime;
  r.ended = kTime + std::chrono::seconds(1);
  r.code = {"git-sha1:" + std::string(40, 'a'), "main", true, sha256("code")};
  r.params.set("train.lr", 0.1)
      .set("model", "gbt")
      .set("deep", true)
      .set("n", 3)
      .set("none", nullptr)
      .set("tiny", 1e-05);
  r.metrics = {{"auc[carrier=AA]", {3, 0.75, r.ended}},
               {"loss", {-1, NAN, r.ended}},
               {"max", {0, INFINITY, r.ended}},
               {"min", {0, -INFINITY, r.ended}}};
  r.tags = {{"team", "ops"}};
  r.datasets = {{"flights", sha256("in").str()}};
  r.inputs = {{"data/raw", sha256("in"), true, 12, 2, true}};
  r.outputs = {{"model.pkl", sha256("out"), false, 5, 0, false}};
  r.artifacts = {{"plots/roc.svg", sha256("plot"), false, 7, 0, true}};
  r.environment.facts = {{"os", "linux"}, {"python", "3.11.2"}};
  r.usage = {1.5, 1.25, 0, 1 << 20};
  r.bounds = {"watchdog",
              {{"gpu", "1"}, {"mem", "2GiB"}},
              {{"mem", 2'254'857'830}, {"processes", 3}},
              {"GPU-a"},
              "stopped: used 2.1 GiB of memory, of 2 GiB allowed (resources.mem)"};
  r.trace = {"seccomp", "a process is hidden from mlo", {"lib.py", "raw/a.csv"}, {"log.txt"}, 3};
  r.action = sha256("action");
  r.cached_from = kParent;
  r.series = sha256("series");
  r.log = sha256("log");
  return r;
}

PipelineLock every_lock_field() {
  StageLock stage;
  stage.commands = {"mkdir -p out", "python3 train.py"};
  stage.wdir = "sub";
  stage.deps = {{"data/raw", sha256("in"), true, 12, 2}, {"train.py", sha256("py"), false, 3, 0}};
  stage.params = {{"params.yaml", {{"lr", Value(0.1)}, {"list", Value(Value::Array{Value(1), Value("a")})}}},
                  {"whole.json", {{"", Value(Value::Object{{"k", Value()}})}}}};
  stage.env = {{"SEED", "1"}};
  stage.deterministic = true;
  stage.outputs = {{{"model.pkl", sha256("out"), false, 5, 0}, true, false, true}};
  stage.action = sha256("action");
  StageLock small;
  small.commands = {"true"};
  small.action = sha256("small");
  return {{{"train@a", stage}, {"a", small}}};
}

Attestation every_attestation_field() {
  Attestation a;
  a.run = kParent;
  a.time = kTime;
  a.verifier = "ada@example.org";
  a.verdict = Reproduction::different;
  a.executions = 2;
  a.tolerance = 1e-06;
  a.code = {"git-sha1:" + std::string(40, 'a'), "main", true, sha256("code")};
  a.environment.facts = {{"os", "linux"}};
  a.stages = {{.stage = "train@a",
               .run = kRun,
               .action = sha256("action"),
               .verdict = Reproduction::different,
               .reason = "`model.pkl` differs, first at byte 3",
               .materials = {{"data/raw", sha256("in")}},
               .subject = {{"model.pkl", sha256("out"), sha256("new"), sha256("newer")}}}};
  return a;
}

GateReport every_report_field() {
  GateReport r;
  r.stage = "prod";
  r.when = kTime;
  r.policy_commit = "git-sha1:" + std::string(40, 'b');
  r.policy = sha256("policy");
  r.holdout = {"holdout/2013.12", sha256("holdout")};
  r.candidate = {
      "delay", "1.2.0", sha256("new"), "git-sha1:" + std::string(40, 'a'), kRun, {{"auc", 0.875}, {"loss", NAN}}};
  r.champion = {"delay", "1.1.0", sha256("old"), "git-sha1:" + std::string(40, 'c'), kParent, {{"auc", 0.75}}};
  r.results = {{"auc", "metric", "auc", Severity::hard, Verdict::pass, 0.875, 0.75, "at least 0.85", ""},
               {"fair", "fairness", "recall[carrier=AA]", Severity::soft, Verdict::fail, 0.5, std::nullopt,
                "at least 0.7", "0.5 is below 0.7 on 120 rows"},
               {"fast", "latency", "latency_ms.p99", Severity::hard, Verdict::missing, std::nullopt, std::nullopt, "",
                "the command ended with exit code 1"}};
  r.overrides = {{"fast", "measured by hand: 12 ms", "ada@example.org"}};
  return r;
}

ModelManifest every_model_field() {
  ModelManifest m;
  m.name = "ads/click-rate";
  m.version = "1.2.0-rc.1";
  m.created = kTime;
  m.author = "ada@example.org";
  m.run = kRun;
  m.stage = "train@a";
  m.model = {"model", sha256("model"), true, 12, 2, true};
  m.code = {"git-sha1:" + std::string(40, 'a'), "main", true, sha256("code")};
  m.training = {{"data/raw.csv", sha256("raw")}, {"flights", sha256("flights")}};
  m.holdout = {"late-holdout", sha256("holdout")};
  m.metrics = {{"auc", 0.75}, {"auc[carrier=AA]", 1}, {"loss", NAN}};
  m.params.set("lr", 0.1).set("kind", "gbt");
  m.features = {{"age", "integer"}, {"wind speed", "real"}};
  m.dependencies = {{"numpy", "1.26.4"}, {"scikit-learn", "1.5.0"}};
  m.environment.facts = {{"os", "linux"}};
  m.card = {
      "Late departures.\nFrom New York.", "planning", "not for weather alerts", "none known", "MIT", {"Ada", "Bo"}};
  return m;
}

Rollback every_rollback_field() {
  Rollback r;
  r.stage = "prod";
  r.when = kTime;
  r.who = "ada@example.org";
  r.reason = "late alerts: too many";
  r.name = "delay";
  r.version = "1.1.0";
  r.id = sha256("old");
  r.commit = "git-sha1:" + std::string(40, 'c');
  r.replaces = "1.2.0";
  r.promotion = "delay#prod#3";
  r.report = sha256("report");
  return r;
}

void check_golden(const std::string& name, const std::string& written) {
  INFO(name);
  CHECK(written == read_file("tests/golden/" + name + ".yaml"));
}

}  // namespace

TEST_CASE("every kind of manifest is written as it was when format 1 was fixed", "[manifest]") {
  check_golden("dataset", emit_dataset(every_dataset_field()));
  check_golden("run", emit_run(every_run_field()));
  check_golden("lock", emit_lock(every_lock_field()));
  check_golden("model", emit_model(every_model_field()));
  check_golden("rollback", emit_rollback(every_rollback_field()));
  check_golden("attestation", emit_attestation(every_attestation_field()));
  check_golden("gate-report", emit_gate_report(every_report_field()));
  RunAmendment amendment{kRun,       kTime,       {{"gone", std::nullopt}, {"team", "ops"}}, "worth\n\nkeeping",
                         "new-name", std::nullopt};
  check_golden("amend", emit_amendment(amendment));
  amendment.deleted = true;
  check_golden("tombstone", emit_amendment(amendment));
}

TEST_CASE("every kind of manifest of format 1 reads back", "[manifest]") {
  const auto text = [](const std::string& name) { return read_file("tests/golden/" + name + ".yaml"); };
  CHECK(emit_dataset(parse_dataset(text("dataset"), "d")) == text("dataset"));
  DatasetManifest of_url = parse_dataset(text("dataset"), "d");
  of_url.origin = {.url = "https://example.org/f.csv", .etag = "\"5d41\"", .last_modified = "Sat, 03 Feb 2001"};
  CHECK(parse_dataset(emit_dataset(of_url), "d").origin == of_url.origin);
  CHECK(emit_rollback(parse_rollback(text("rollback"), "r")) == text("rollback"));
  CHECK(emit_model(parse_model(text("model"), "m")) == text("model"));
  CHECK(emit_run(parse_run(text("run"), "r")) == text("run"));
  CHECK(parse_lock(text("lock"), "l") == every_lock_field());
  CHECK(emit_attestation(parse_attestation(text("attestation"), "a")) == text("attestation"));
  CHECK(emit_gate_report(parse_gate_report(text("gate-report"), "g")) == text("gate-report"));
  for (const char* kind : {"amend", "tombstone"}) CHECK(emit_amendment(parse_amendment(text(kind), "a")) == text(kind));
}
