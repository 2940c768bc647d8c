#include "tests/unit/gates/gate_project.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

std::string only(const std::string& fields) {
  return "mlo: gate/1\nstage: prod\ngates:\n  - {id: fast, metric: latency_ms.p95, warmup: 1, samples: 5, " + fields +
         "}\n";
}

GateResult ask(const std::string& fields) {
  GateProject p(only(fields));
  p.write("requests.txt", "1\n2\n3\n");
  p.commit();
  const GateReport report = p.check("0.9 0.9");
  CHECK(p.leftovers() == "");
  REQUIRE(report.results.size() == 1);
  return report.results[0];
}

}  // namespace

TEST_CASE("a command that answers line by line is one process, asked in turn", "[gates]") {
  const GateResult result = ask("max: 1000000, requests: requests.txt, command: 'tee -a asked.txt'");
  CHECK(result.verdict == Verdict::pass);
  CHECK(result.candidate.value_or(-1) > 0);
  CHECK(result.bound == "at most 1000000 ms");
  CHECK(result.reason.starts_with("5 samples, half of them within "));
  CHECK(ask("max: 0, requests: requests.txt, command: cat").verdict == Verdict::fail);
}

TEST_CASE("without requests each sample is a process that must succeed, with the model in place", "[gates]") {
  CHECK(ask("max: 1000000, command: grep -q 0.9 model.txt").verdict == Verdict::pass);
  const GateResult result = ask("max: 1000000, command: exit 3");
  CHECK(result.verdict == Verdict::missing);
  CHECK(result.reason == "the command ended with exit code 3");
  CHECK_FALSE(result.candidate);
}

TEST_CASE("a command that does not answer as it should is missing, with the reason", "[gates]") {
  const std::string with = "max: 1000000, requests: requests.txt, ";
  CHECK(ask(with + "command: 'read a; echo $a'").reason == "the command ended with exit code 0 before it answered");
  CHECK(ask(with + "command: 'kill -9 $$'").reason == "the command was killed by signal 9 before it answered");
  CHECK(ask(with + "command: 'while read a; do printf \"1\\n2\\n\"; done'").reason ==
        "the command wrote more than one line for one request");
  CHECK(ask(with + "timeout: 0.05, command: sleep 1000").reason == "the command did not answer within 50 ms");
  CHECK(ask("max: 1, timeout: 0.05, command: sleep 1000").reason == "the command did not end within 50 ms");
  CHECK(ask("max: 1, command: cat, requests: nowhere.txt").reason.ends_with("nowhere.txt`: No such file or directory"));
}

TEST_CASE("requests come from the policy's commit, not from the work tree", "[gates]") {
  GateProject p(only("max: 1000000, requests: requests.txt, command: cat"));
  p.write("requests.txt", "1\n");
  CHECK(p.check("0.9 0.9").results[0].verdict == Verdict::missing);
  p.commit();
  CHECK(p.check("0.9 0.9").results[0].verdict == Verdict::pass);
}
