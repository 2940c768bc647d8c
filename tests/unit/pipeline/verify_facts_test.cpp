// What a verification makes of where and with what a stage ran.
#include "lib/capture/environment.hpp"
#include "lib/pipeline/verify.hpp"
#include "tests/unit/pipeline/pipeline_project.hpp"

using namespace mlo;
using test::Project;

namespace {

struct Quiet : VerifyObserver {
  void started(const std::string&, std::size_t, std::size_t) override {}
  void output(const std::string&, StreamKind, std::string_view) override {}
  void finished(const VerifiedStage&) override {}
};

/// "s different: why", of a pipeline with one stage.
std::string told(const VerifyReport& report) {
  const AttestedStage& stage = report.stages.at(0).attested;
  return fmt::format("{} {}{}", stage.stage, to_string(stage.verdict), stage.reason.empty() ? "" : ": " + stage.reason);
}

VerifyReport verified(Project& project, const VerifyRequest& request = {}) {
  Workspace workspace = project.open();
  Quiet quiet;
  return verify(workspace, request, quiet);
}

}  // namespace

TEST_CASE("installed packages and programs that changed are named where outputs differ", "[verify]") {
  Project project("stages: {s: {cmd: 'python3 train.py > out', outs: [out]}}\n");
  const fs::path home = project.world.env.at("HOME"), site = home / "site";
  project.world.env["PATH"] = (home / "bin").string() + ":" + project.world.env.at("PATH");
  const auto install = [&](const std::string& numpy, const std::string& interpreter) {
    remove_tree(site);
    make_dirs(site / ("numpy-" + numpy + ".dist-info"));
    write_file(home / "bin/real", interpreter);
    // A Python, as far as it is asked: what it computes depends on what is installed.
    write_file(
        home / "bin/python3",
        fmt::format(
            "#!/bin/sh\ncase $1 in\n-c) printf 'mlo\\ncpython 3.11.2\\n{0}/bin/real\\n{0}\\n{0}\\n{0}/site\\n';;\n"
            "*) ls {0}/site; cat {0}/bin/real;;\nesac\n",
            home.string()),
        Durability::durable, 0755);
  };
  install("1.26.4", "one");
  project.world.sh("git add -A && git commit -q -m pipeline");
  REQUIRE(project.run() == "s ran");
  Workspace workspace = project.open();
  CHECK(RunStore(workspace).find(project.last.id).record.environment.facts.at("interpreter.python") ==
        "cpython 3.11.2");
  CHECK(told(verified(project, {.run = project.last.id})) == "s identical");
  install("2.0.1", "one");
  CHECK_THAT(told(verified(project, {.run = project.last.id})),
             Catch::StartsWith("s not-comparable: made elsewhere (packages.python: numpy 1.26.4 -> 2.0.1): "));
  install("1.26.4", "two");
  CHECK_THAT(told(verified(project, {.run = project.last.id})),
             Catch::StartsWith("s not-comparable: made elsewhere (program.python3: sha256:"));
}

TEST_CASE("facts decide by content: where a program lies, and what is called otherwise, excuses nothing", "[verify]") {
  const auto changes = [](FactMap before, FactMap now) { return compare_machines({before}, {now}); };
  const std::string one = sha256("one").str(), two = sha256("two").str();
  CHECK(changes({{"program.a", one + " /x"}}, {{"program.a", one + " /y"}}).empty());
  CHECK(changes({{"program.a", one + " /x"}}, {{"program.a", two + " /x"}}) ==
        std::vector<std::string>{fmt::format("program.a: {} -> {}", sha256("one").brief(), sha256("two").brief())});
  CHECK(changes({{"packages.python", one}}, {{"packages.python", two}}).size() == 1);
  CHECK(changes({{"gpu", "A100"}}, {}) == std::vector<std::string>{"gpu: A100 -> none"});
  CHECK(changes({{"gpu.driver", "NVIDIA 1"}, {"cuda.runtime", "12"}},
                {{"gpu.driver", "NVIDIA 2"}, {"cuda.runtime", "11"}})
            .size() == 2);
  for (const char* fact : {"kernel", "os", "python", "env.X", "secret.TOKEN", "lockfile.uv.lock"})
    CHECK(changes({{fact, "1"}}, {{fact, "2"}}).empty());
}

TEST_CASE("a stage that runs again is held in its bounds, and leaves nothing running", "[verify]") {
  Project project(
      "stages: {s: {cmd: 'if test -e \"$HOME/noisy\"; then yes; fi; echo 1 > out', outs: [out], resources: {log: "
      "1MiB}}}\n");
  project.world.sh("git add -A && git commit -q -m pipeline");
  REQUIRE(project.run() == "s ran");
  write_file(fs::path(project.world.env.at("HOME")) / "noisy", "");
  CHECK_THAT(told(verified(project)),
             Catch::StartsWith(
                 "s different: its commands fail in a clean work tree: stopped: wrote more than 1 MiB of log allowed "
                 "(resources.log)"));
}
