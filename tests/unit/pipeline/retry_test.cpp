#include "tests/unit/pipeline/pipeline_project.hpp"

using namespace mlo;
using namespace mlo::test;
using Catch::Matchers::Contains;

TEST_CASE("a stage that is too slow is ended with its children, and tried again if it may", "[pipeline]") {
  Project p("stages: {a: {cmd: 'echo x >> tries; sleep 100 & wait', timeout: 0.05, retries: 1, deps: [x]}}",
            {{"x", "1"}});
  CHECK(p.run() == "a failed");
  CHECK_THAT(p.outcomes[0].error, Contains("timed out after 50 ms"));
  CHECK(p.read("tries") == "x\nx\n");
}

TEST_CASE("a retry that succeeds is a success", "[pipeline]") {
  Project p(
      "stages: {a: {cmd: 'echo > o; test -e again || { touch again; exit 1; }', retries: 2, deps: [x], outs: [o]}}",
      {{"x", "1"}});
  CHECK(p.run() == "a ran");
  CHECK_THAT(p.watcher.text, Contains("attempt 2 of 3"));
}

TEST_CASE("only the exit codes that are worth it are tried again", "[pipeline]") {
  Project p("stages: {a: {cmd: 'echo x >> tries; exit $(cat code)', retries: {limit: 2, exit_codes: [75]}, deps: [x]}}",
            {{"x", "1"}, {"code", "75"}});
  CHECK(p.run() == "a failed");
  CHECK(p.read("tries") == "x\nx\nx\n");
  p.write("code", "74");
  CHECK(p.run() == "a failed");
  CHECK(p.read("tries") == "x\nx\nx\nx\n");
}

TEST_CASE("the pause before a retry grows, up to an hour", "[pipeline]") {
  const Retries retries{5, std::chrono::milliseconds(500), 3, {}};
  CHECK(retries.delay_before(1) == std::chrono::milliseconds(500));
  CHECK(retries.delay_before(3) == std::chrono::milliseconds(4500));
  CHECK(retries.delay_before(90) == std::chrono::hours(1));
  CHECK(Retries{}.delay_before(50) == std::chrono::milliseconds(0));
}
