#include "tests/unit/pipeline/pipeline_project.hpp"

using namespace mlo;
using namespace mlo::test;

TEST_CASE("an output that is executable no more says so", "[pipeline]") {
  Project p("stages: {tool: {cmd: 'echo > t; chmod +x t; echo > u', outs: [t, u]}}\n");
  p.run();
  fs::permissions(p.world.dir / "t", fs::perms(0644));
  fs::permissions(p.world.dir / "u", fs::perms(0755));
  CHECK(p.why() ==
        "tool cached: output `t` is not what the last run wrote: executable -> not executable; output `u` is not what "
        "the last run wrote: not executable -> executable;\n");
  CHECK(p.run() == "tool cached");
  CHECK(p.why().empty());
}

TEST_CASE("what a frozen stage lacks is said once, and comes back if it can", "[pipeline]") {
  Project p("stages: {a: {cmd: echo 1 > a, outs: [a]}, b: {cmd: echo 2 > b, outs: [b]}}\n");
  p.run();
  p.write("mlo.yaml", "stages: {a: {cmd: echo 1 > a, outs: [a]}, b: {cmd: echo 3 > b, outs: [b, c], frozen: true}}\n");
  CHECK(p.why() == "b frozen: output `c` is missing;\n");
  p.write("mlo.yaml", "stages: {a: {cmd: echo 1 > a, outs: [a]}, b: {cmd: echo 2 > b, outs: [b], frozen: true}}\n");
  p.erase("b");
  CHECK(p.why() == "b cached: output `b` is missing;\n");
  CHECK(p.run() == "b cached");
  p.erase("b");
  p.erase(".mlo/local/objects");
  CHECK(p.why() == "b frozen: output `b` is missing;\n");
  p.world.log.lines.clear();
  for (int i = 0; i < 2; ++i) {  // the second time too: nothing may remember that all is well
    CHECK(p.run() == "idle");
    REQUIRE(p.world.log.lines.size() == static_cast<std::size_t>(2 * i + 2));
    CHECK(p.world.log.lines[static_cast<std::size_t>(2 * i)] ==
          "warning: stage `b` is frozen and never runs, but its output `b` is missing");
  }
}

TEST_CASE("a stage that waits for what comes from the cache names it", "[pipeline]") {
  Project p(R"(stages:
  e: {cmd: 'mkdir -p p && echo 1 > p/e', outs: [p/e]}
  c: {cmd: ls p > c, deps: [p], outs: [c]}
)");
  p.run();
  p.erase("p");
  CHECK(p.why() ==
        "e cached: output `p/e` is missing;\n"
        "c waiting: stage `e` comes from the cache first;\n");
  CHECK(p.run() == "c up-to-date, e cached");
}
