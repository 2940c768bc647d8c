#include "lib/pipeline/claims.hpp"

#include "tests/unit/pipeline/pipeline_project.hpp"

using namespace mlo;
using namespace mlo::test;

TEST_CASE("a claim comes back as it was, and damaged bytes are none", "[pipeline]") {
  const StageClaim claim{"sub/mlo.yaml", {"a", "b@1"}, {"", "z"}};
  const std::string bytes = encode_claim(claim);
  const auto back = decode_claim(bytes);
  REQUIRE(back);
  CHECK(back->pipeline == claim.pipeline);
  CHECK(back->runs == claim.runs);
  CHECK(back->needs == claim.needs);
  for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(decode_claim(bytes.substr(0, size)));
  CHECK_FALSE(decode_claim(bytes + "x"));
}

TEST_CASE("a run is in the way of those that run its stages, read them, or write what it reads", "[pipeline]") {
  Project p("stages: {}");
  Workspace workspace = p.open();
  const Claims claims(workspace, "mlo.yaml");
  CHECK_FALSE(claims.find_any());
  {
    const LiveRun live = LiveRun::create(workspace, start_record(workspace, "first", "default", {"mlo", "run"}));
    CHECK_FALSE(claims.find_any());  // it has claimed nothing yet
    Claims::stake(live, {"mlo.yaml", {"b"}, {"a"}});
    const auto stage_of = [&](const StageClaim& wanted) {
      const auto found = claims.find_in_the_way(wanted);
      return found ? found->stage : "nobody";
    };
    CHECK(stage_of({"mlo.yaml", {"b"}, {}}) == "b");
    CHECK(stage_of({"mlo.yaml", {"c"}, {"b"}}) == "b");
    CHECK(stage_of({"mlo.yaml", {"a"}, {}}) == "a");
    CHECK(stage_of({"mlo.yaml", {"c"}, {"a"}}) == "nobody");
    CHECK(claims.find_any()->run == "run first");
    CHECK_FALSE(Claims(workspace, "other/mlo.yaml").find_any());
  }
  CHECK_FALSE(claims.find_any());  // it is dead
}

TEST_CASE("a run inside of another one does not wait for it", "[pipeline]") {
  Project p("stages: {}");
  Workspace workspace = p.open();
  const Claims claims(workspace, "mlo.yaml");
  const LiveRun outer = LiveRun::create(workspace, start_record(workspace, "outer", "default", {"mlo", "run"}));
  Claims::stake(outer, {"mlo.yaml", {"b"}, {}});
  const auto other = claims.find_any();
  REQUIRE(other);
  claims.refuse_own(*other);  // we are outside

  p.world.env = outer.child_environment(p.world.env);
  p.world.env["MLO_STAGE"] = "b";
  CHECK_THROWS_WITH(claims.refuse_own(*other), Catch::Contains("stage `b` waits for itself"));
  const LiveRun inner = LiveRun::create(workspace, start_record(workspace, "inner", "default", {"mlo", "run"}));
  p.world.env = inner.child_environment(p.world.env);
  p.world.env["MLO_STAGE"] = "c";
  CHECK_THROWS_WITH(claims.refuse_own(*other), Catch::Contains("stage `b` waits for itself"));  // also two levels up
}
