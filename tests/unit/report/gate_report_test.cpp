#include "lib/crypto/sha256.hpp"
#include "lib/report/gate_junit.hpp"
#include "lib/report/gate_markdown.hpp"
#include "lib/util/text.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

namespace {

GateReport sample() {
  GateReport r;
  r.stage = "prod";
  r.when = UtcTime::from_seconds(981'173'106);
  r.policy_commit = "git-sha1:" + std::string(40, 'b');
  r.policy = sha256("policy");
  r.holdout = {"holdout", sha256("holdout")};
  r.candidate = {"delay", "1.2.0", sha256("new"), "git-sha1:" + std::string(40, 'a'), "", {}};
  r.champion = {"delay", "1.1.0", sha256("old"), "git-sha1:" + std::string(40, 'c'), "", {}};
  r.results = {
      {"auc", "metric", "auc", Severity::hard, Verdict::pass, 0.875, 0.75, "at least 0.85", ""},
      {"fair", "fairness", "recall[c=<A|B>]", Severity::hard, Verdict::fail, 0.5, std::nullopt, "at least 0.7",
       "0.5 is below 0.7"},
      {"fair", "fairness", "recall[c=C]", Severity::hard, Verdict::missing, std::nullopt, std::nullopt, "", "no rows"},
      {"cost", "metric", "cost", Severity::soft, Verdict::fail, 3.0, std::nullopt, "at most 2", "3 is above 2"},
      {"fast", "latency", "latency_ms.p99", Severity::hard, Verdict::fail, 9.0, std::nullopt, "at most 5 ms", ""}};
  r.overrides = {{"fast", "bought \"faster\" machines", "ada@example.org"}};
  return r;
}

}  // namespace

TEST_CASE("JUnit has one testcase a gate and one failure for each that refuses", "[report]") {
  CHECK(report::gate_junit(std::array{sample()}) == R"~(<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="4" failures="1" errors="0" skipped="2">
  <testsuite name="delay@v1.2.0 to prod" tests="4" failures="1" errors="0" skipped="2" timestamp="2001-02-03T04:05:06">
    <testcase classname="prod" name="auc">
      <system-out>auc: pass with 0.875, champion 0.75 (at least 0.85)
</system-out>
    </testcase>
    <testcase classname="prod" name="fair">
      <failure message="recall[c=&lt;A|B&gt;]: fail with 0.5 (at least 0.7): 0.5 is below 0.7 (and 1 more)"/>
      <system-out>recall[c=&lt;A|B&gt;]: fail with 0.5 (at least 0.7): 0.5 is below 0.7
recall[c=C]: missing: no rows
</system-out>
    </testcase>
    <testcase classname="prod" name="cost">
      <skipped message="soft: cost: fail with 3 (at most 2): 3 is above 2"/>
      <system-out>cost: fail with 3 (at most 2): 3 is above 2
</system-out>
    </testcase>
    <testcase classname="prod" name="fast">
      <skipped message="overridden by ada@example.org: bought &quot;faster&quot; machines"/>
      <system-out>latency_ms.p99: fail with 9 (at most 5 ms)
</system-out>
    </testcase>
  </testsuite>
</testsuites>
)~");
}

TEST_CASE("Markdown shows the verdict and a row a result, and foreign text stays text", "[report]") {
  CHECK(report::gate_markdown(sample()) == R"~(## ❌ delay\@v1.2.0 → prod: is refused

Champion: delay\@v1.1.0. Holdout: holdout `)~" +
                                               sha256("holdout").brief() +
                                               R"~(`. Policy at `bbbbbbbbbbbb`.

| | gate | what | candidate | champion | bound | remark |
|---|---|---|--:|--:|---|---|
| ✅ pass | auc | auc | 0.875 | 0.75 | at least 0.85 |  |
| ❌ fail | fair | recall\[c=&lt;A\|B&gt;\] | 0.5 |  | at least 0.7 | 0.5 is below 0.7 |
| ❌ missing | fair | recall\[c=C\] |  |  |  | no rows |
| ⚠️ fail, soft | cost | cost | 3 |  | at most 2 | 3 is above 2 |
| ⚠️ fail, overridden | fast | latency\_ms.p99 | 9 |  | at most 5 ms |  |

⚠️ fast was overridden by ada\@example.org: bought &quot;faster&quot; machines
)~");
}

TEST_CASE("a summary stays below what GitHub takes, and keeps the refusals", "[report]") {
  GateReport r = sample();
  const GateResult pass = r.results[0];
  for (int i = 0; i < 20'000; ++i) r.results.insert(r.results.begin(), pass);
  const std::string text = report::gate_markdown(r);
  CHECK(text.size() < 1'000'000);
  CHECK(text.find("no rows") != std::string::npos);
  CHECK(text.find(" rows left out.") != std::string::npos);
}
