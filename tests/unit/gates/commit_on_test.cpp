#include "tests/unit/gates/gate_project.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

std::string only(const std::string& more = {}) {
  return "mlo: gate/1\nstage: prod\ngates:\n  - {id: line, check: commit-on, branch: main" + more + "}\n";
}

}  // namespace

TEST_CASE("a version must come from commits of the branch", "[gates]") {
  GateProject p(only());
  GateRequest request{p.version("1.0.0", "0.9 0.9"), {}, {}, {}};
  CHECK(GateProject::verdicts(p.check(request)) == "main: pass");
  p.sh("git checkout -q -b side && git commit -q --allow-empty -m side");
  request.candidate = p.version("1.1.0", "0.9 0.9");
  CHECK(GateProject::verdicts(p.check(request)).starts_with("main: fail (its version tag's commit `"));
  request.candidate.commit = *p.open().repo().find_commit("main");
  CHECK(GateProject::verdicts(p.check(request)).starts_with("main: fail (the commit that made it `"));
  p.sh("git checkout -q main && git merge -q --no-edit side");
  CHECK(GateProject::verdicts(p.check(request)) == "main: pass");
}

TEST_CASE("what the remote's branch has counts more than the local one", "[gates]") {
  GateProject p(only());
  p.sh("git update-ref refs/remotes/origin/main HEAD && git commit -q --allow-empty -m unpushed");
  CHECK(GateProject::verdicts(p.check("0.9 0.9")).starts_with("main: fail (its version tag's commit"));
}

TEST_CASE("uncommitted changes count unless the policy allows them", "[gates]") {
  GateProject strict(only()), lax(only(", dirty: true"));
  GateRequest request{strict.version("1.0.0", "0.9 0.9"), {}, {}, {}};
  request.candidate.model.code.dirty = true;
  CHECK(GateProject::verdicts(strict.check(request))
            .starts_with("main: fail (made with uncommitted changes on top of `"));
  request.candidate = lax.version("1.0.0", "0.9 0.9");
  request.candidate.model.code.dirty = true;
  CHECK(GateProject::verdicts(lax.check(request)) == "main: pass");
}

TEST_CASE("what cannot be known is missing, and says how to learn it", "[gates]") {
  GateProject p(only());
  GateRequest request{p.version("1.0.0", "0.9 0.9"), {}, {}, {}};
  request.candidate.model.code.commit = "";
  CHECK(GateProject::verdicts(p.check(request)) == "main: missing (the version does not say which commit made it)");
  p.sh("git branch -m main trunk");
  CHECK(GateProject::verdicts(p.check("0.9 0.9")) ==
        "main: missing (there is no branch `main` here; type `git fetch origin main`)");
}

TEST_CASE("a shallow clone cannot tell, and says what to fetch", "[gates]") {
  GateProject p(only());
  const GateSubject old = p.version("1.0.0", "0.9 0.9");
  p.sh(
      "git commit -q --allow-empty -m later && git commit -q --allow-empty -m latest && git clone -q --depth=1 "
      "file://$PWD clone");
  const fs::path before = p.world.world.cwd;
  p.world.world.cwd = before / "clone";
  CHECK(GateProject::verdicts(p.check(GateRequest{old, {}, {}, {}})) ==
        "main: missing (the history of `main` is cut here; type `git fetch --unshallow --tags`)");
  p.sh("cd clone && git fetch -q --unshallow --tags");
  CHECK(GateProject::verdicts(p.check(GateRequest{old, {}, {}, {}})) == "main: pass");
  p.world.world.cwd = before;
}
