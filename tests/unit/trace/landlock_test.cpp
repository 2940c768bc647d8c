#include "lib/trace/landlock.hpp"

#include "tests/unit/trace/traced_run.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

bool has_landlock() {
  const auto reason = Landlock::why_not();
  if (reason) skip(*reason);
  return !reason;
}

}  // namespace

TEST_CASE("in a sandbox only what is allowed can be read and written", "[trace][landlock]") {
  if (!has_landlock()) return;
  TracedRun run;
  fs::create_directories(run.world.dir / "in");
  fs::create_directories(run.world.dir / "out");
  run.world.dir.write("in/a", "1");
  run.world.dir.write("dep", "1");
  run.world.dir.write("secret", "1");
  Landlock rules;
  rules.allow_around(run.world.dir.path());
  rules.allow(run.world.dir / "in", Landlock::Right::read);
  rules.allow(run.world.dir / "dep", Landlock::Right::read);
  rules.allow(run.world.dir / "nothing", Landlock::Right::read);
  rules.allow(run.world.dir / "out", Landlock::Right::write);
  rules.allow("/dev/null", Landlock::Right::write);
  run.tracer = std::make_unique<Tracer>(run.spec);
  run.tracer->enclose(rules.fd());
  CHECK(run.sh("cat dep in/a > out/x; echo 2 > out/t; mv out/t out/x; mkdir out/d; cat out/x; ls . > /dev/null").code ==
        0);
  for (const char* const refused : {"cat secret", "echo 1 > dep", "echo 1 > new", "mkdir in/b", "rm in/a",
                                    "mv dep out/", "ln secret out/s", "echo > /etc/mlo-sandbox-test"}) {
    INFO(refused);
    CHECK(run.sh(refused).code != 0);
  }
  CHECK(fs::exists(run.world.dir / "in/a"));
}

TEST_CASE("a link beside does not open what is closed", "[trace][landlock]") {
  if (!has_landlock()) return;
  TracedRun run;
  fs::create_directories(run.world.dir / "repo");
  run.world.dir.write("repo/secret", "1");
  run.world.dir.write("beside", "1");
  fs::create_symlink("repo", run.world.dir / "link");
  Landlock rules;
  rules.allow_around(run.world.dir / "repo");
  run.tracer = std::make_unique<Tracer>(run.spec);
  run.tracer->enclose(rules.fd());
  CHECK(run.sh("cat beside").code == 0);
  CHECK(run.sh("cat repo/secret").code != 0);
  CHECK(run.sh("cat link/secret").code != 0);
}
