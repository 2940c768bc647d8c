#include <cmath>

#include "lib/crypto/sha256.hpp"
#include "lib/manifest/dataset.hpp"
#include "lib/manifest/names.hpp"
#include "lib/manifest/run_record.hpp"
#include "lib/util/text.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

namespace {

DatasetManifest flights() {
  DatasetManifest m;
  m.name = "flights";
  m.path = "data/raw";
  m.directory = true;
  m.tree = sha256("tree");
  m.bytes = 12;
  m.files = 2;
  m.schema = {{"year", "integer"}, {"dep delay", "real"}};
  m.source = "https://example.org/flights";
  m.extras = {{"x-owner", Value("ada")}};
  return m;
}

RunRecord a_run() {
  RunRecord r;
  r.id = "00e3a1b2c3d47abc8def0123456789ab";
  r.name = "brave-otter";
  r.parent = "00e3a1b2c3d47abc8def0123456789ac";
  r.stage = "train@a";
  r.user = "Ada";
  r.command = {"python", "train.py", "--name=x y"};
  r.status = RunStatus::finished;
  r.started = UtcTime::from_seconds(981173106);
  r.ended = UtcTime::from_micros(981173107000001);
  r.code = {"git-sha1:" + std::string(40, 'a'), "main", true, sha256("code")};
  r.params.set("train.lr", 0.1).set("model", "gbt").set("deep", true).set("n", 3).set("none", nullptr);
  r.metrics["auc"] = {3, 0.75, r.ended};
  r.metrics["loss"] = {3, NAN, r.ended};
  r.tags["team"] = "ops";
  r.inputs = {{"data/raw", sha256("in"), true, 12, 2, true}};
  r.outputs = {{"model.pkl", sha256("out"), false, 5, 0, false}};
  r.datasets["flights"] = sha256("in").str();
  r.environment.facts["os"] = "linux";
  r.usage = {1.5, 1.25, 0.25, 1 << 20};
  r.bounds = {"watchdog", {{"mem", "2GiB"}}, {{"mem", 12}}, {"0"}, "stopped: x"};
  r.trace = {"none", "trace: off", {"lib.py"}, {"x"}, 1};
  r.action = sha256("action");
  r.series = sha256("series");
  return r;
}

void check_refused(const std::string& text, const std::string& why) {
  INFO(text);
  CHECK_THROWS_WITH(parse_dataset(text, "d.yaml"), Catch::Contains(why) && Catch::StartsWith("d.yaml:"));
}

}  // namespace

TEST_CASE("a dataset manifest is pinned to the byte", "[manifest]") {
  CHECK(emit_dataset(flights()) ==
        "mlo: dataset/1\nname: flights\npath: data/raw\ntype: directory\ntree: " + sha256("tree").str() +
            "\nbytes: 12\nfiles: 2\nschema:\n  - name: year\n    type: integer\n  - name: dep delay\n    type: real\n"
            "source: https://example.org/flights\nx-owner: ada\n");
}

TEST_CASE("manifests read back as they were written", "[manifest]") {
  const std::string dataset = emit_dataset(flights());
  CHECK(emit_dataset(parse_dataset(dataset, "d.yaml")) == dataset);
  const std::string run = emit_run(a_run());
  CHECK(emit_run(parse_run(run, "run.yaml")) == run);
  CHECK(parse_run(run, "run.yaml").params == a_run().params);
  for (const auto deleted : {std::optional<bool>(), std::optional(true), std::optional(false)}) {
    const RunAmendment a{a_run().id,
                         UtcTime::from_seconds(5),
                         {{"k", "v"}, {"gone", std::nullopt}},
                         "a note\nof two lines\n",
                         "new-name",
                         deleted};
    CHECK(emit_amendment(parse_amendment(emit_amendment(a), "a.yaml")) == emit_amendment(a));
  }
}

TEST_CASE("a manifest that is not exactly right is refused with its place", "[manifest]") {
  const std::string good = emit_dataset(flights());
  check_refused(replace_all(good, "data/raw", "../etc"), "`../etc`");
  check_refused(replace_all(good, "data/raw", "/etc"), "`/etc`");
  check_refused(replace_all(good, "data/raw", "a/.GIT/x"), ".GIT");
  check_refused(replace_all(good, "name: flights", "name: ../flights"), "not a dataset name");
  check_refused(replace_all(good, "bytes: 12", "bytes: -1"), "negative");
  check_refused(replace_all(good, "files: 2", "files: two"), "whole number");
  check_refused(replace_all(good, "sha256:", "md5:"), "digest");
  check_refused(replace_all(good, "dataset/1", "run/1"), "expected `dataset/1`");
  check_refused(good + "surprise: 1\n", "unknown key `surprise`");
  check_refused("mlo: dataset/1\n", "missing `name`");
}

TEST_CASE("a manifest of a newer mlo says what to do", "[manifest]") {
  try {
    parse_dataset(replace_all(emit_dataset(flights()), "dataset/1", "dataset/2"), "d.yaml");
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.message() == "d.yaml:1:6: `dataset/2` is newer than this mlo, which reads `dataset/1`");
    CHECK(error.hint() == "use a newer mlo");
  }
}

TEST_CASE("names follow the grammar", "[manifest]") {
  for (const char* good : {"a", "a1", "raw_data", "a-b/c", "nyc13"}) CHECK(is_name(good));
  for (const char* bad : {"", "A", "-a", "a-", "a--b", "a//b", "a b", "../a", "a.b", "/a", "a/", "\xC3\xA9"})
    CHECK_FALSE(is_name(bad));
  CHECK(is_dataset_name("flights.v2"));
  CHECK_FALSE(is_dataset_name("a..b"));
  CHECK(dataset_name_from_path("Data/My File (1).CSV") == "data/my-file-1.csv");
}

TEST_CASE("metric keys allow nesting and slices, nothing that forges a path or a line", "[manifest]") {
  for (const char* good : {"auc", "val/auc", "auc[carrier=AA]", "auc[a=1][b=x y]", "p-99.latency ms"})
    CHECK(is_metric_key(good));
  for (const char* bad :
       {"", "/a", "a/", "a//b", "../a", "a\nb", "a[b]", "a[=x]", "a[b=c", "a[b=c]d", "[a=b]", "a\x1b[0m"})
    CHECK_FALSE(is_metric_key(bad));
}
