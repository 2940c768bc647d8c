#include "lib/pipeline/add_deps.hpp"
#include "lib/pipeline/missing_deps.hpp"
#include "lib/pipeline/stage_trace.hpp"
#include "tests/unit/pipeline/pipeline_project.hpp"

// What a stage touches without declaring it: told, recorded, refused under --strict, written into the pipeline.
using namespace mlo;
using namespace mlo::test;
using Catch::Matchers::Contains;

namespace {

bool can_trace() {
  const TempDir dir;
  const auto reason = why_untraceable(dir.path());
  if (reason) skip("cannot trace here: " + *reason);
  return !reason;
}

struct Traced : Project {
  using Project::Project;
  TraceRecord trace_of(const std::string& stage) {
    Workspace workspace = open();
    for (const RunRecord& record : RunStore(workspace).stages_of(last.id)) {
      if (record.stage == stage && record.trace) return *record.trace;
    }
    return {};
  }
  std::string warnings() {
    std::string out;
    for (const std::string& line : world.log.lines) out += line + "\n";
    world.log.lines.clear();
    return out;
  }
  std::vector<MissingDeps> missing() {
    Workspace workspace = open();
    const Pipeline pipeline(workspace);
    return missing_deps(pipeline, pipeline.named({}));
  }
  std::string fix() {
    Workspace workspace = open();
    const Pipeline pipeline(workspace);
    for (const MissingDeps& stage : missing_deps(pipeline, pipeline.named({}))) {
      try {
        if (!stage.deps.empty()) declare_deps(workspace, pipeline, stage);
      } catch (const Error& error) {
        return error.message();
      }
    }
    return "fixed";
  }
};

const std::string kTrain = R"(stages:
  train:   # the model
    cmd: sh train.sh
    deps:
      - raw.csv   # what it learns from
    params: [lr]
    outs: [model]
)";
const std::map<std::string, std::string> kFiles = {
    {"raw.csv", "1\n"},
    {"extra.csv", "2\n"},
    {"params.yaml", "lr: 1\n"},
    {"lib.sh", "cat extra.csv\n"},
    {"train.sh", ". ./lib.sh; cat raw.csv params.yaml > tmp; mv tmp model; cat model; echo done > note.log\n"}};

}  // namespace

TEST_CASE("undeclared reads and writes are a warning and a part of the record", "[pipeline][trace]") {
  if (!can_trace()) return;
  Traced p(kTrain, kFiles);
  CHECK(p.run() == "train ran");
  const TraceRecord trace = p.trace_of("train");
  CHECK(trace == TraceRecord{trace.method, "", {"extra.csv", "lib.sh", "train.sh"}, {"note.log"}, 0});
  CHECK((trace.method == "seccomp" || trace.method == "ptrace"));
  CHECK(p.warnings() ==
        "warning: stage `train` read 3 files that it does not declare: `extra.csv`, `lib.sh`, `train.sh`\n"
        "hint: declare them with `mlo run deps train --fix`\n");
  CHECK(p.run() == "idle");
  CHECK(p.warnings().empty());
}

TEST_CASE("--fix declares them and keeps the rest of the file", "[pipeline][trace]") {
  if (!can_trace()) return;
  Traced p(kTrain, kFiles);
  p.run();
  CHECK(p.fix() == "fixed");
  CHECK(p.read("mlo.yaml") == R"(stages:
  train:   # the model
    cmd: sh train.sh
    deps:
      - raw.csv   # what it learns from
      - extra.csv
      - lib.sh
      - train.sh
    params: [lr]
    outs: [model]
)");
  CHECK(p.missing().front().deps.empty());
  p.warnings();
  CHECK(p.run() == "train ran");
  CHECK_THAT(p.warnings(), Contains("wrote 1 file that it does not declare: `note.log`") && !Contains("hint"));
  p.write("lib.sh", "cat extra.csv; echo more\n");
  CHECK(p.run() == "train ran");
}

TEST_CASE("--strict keeps nothing of a stage that reads what it does not declare", "[pipeline][trace]") {
  if (!can_trace()) return;
  Traced p(kTrain, kFiles);
  p.request.strict = true;
  CHECK(p.run() == "train failed");
  CHECK(p.outcomes.front().error == "read 3 files that it does not declare: `extra.csv`, `lib.sh`, `train.sh`");
  CHECK(p.outcomes.front().exit_code == 1);
  CHECK_THAT(p.read("mlo.lock"), !Contains("train"));
  p.request.strict = false;
  CHECK(p.run() == "train ran");  // nothing was cached
  p.fix();
  p.request.strict = true;
  CHECK(p.run() == "train ran");
}

TEST_CASE("a strict stage that may not be traced does not start", "[pipeline][trace]") {
  Traced p("stages:\n  a: {cmd: 'echo > out', outs: [out], strict: true, trace: off}\n");
  CHECK_THAT(p.error(), Contains("stage `a` is strict, and not to be traced: the stage says `trace: off`"));
  CHECK(p.read("out") == "(none)");
}

TEST_CASE("tracing can be switched off, and the record says so", "[pipeline][trace]") {
  Traced p(kTrain, kFiles);
  p.write(".mlo/config.yaml", "mlo: config/1\ntrace: false\n");
  CHECK(p.run() == "train ran");
  CHECK(p.warnings().empty());
  CHECK(p.trace_of("train") == TraceRecord{"none", "the configuration says `trace: false`", {}, {}, 0});
  CHECK(p.missing().front().reason == "the configuration says `trace: false`");
}

TEST_CASE("what environments and tools keep in the repository is no input", "[pipeline][trace]") {
  if (!can_trace()) return;
  Traced p(
      "stages:\n  a: {cmd: 'cat .venv/lib/m.py .gitignore mlo.yaml x/__pycache__/m.pyc data.csv > out', outs: [out]}\n",
      {{"data.csv", "1\n"}, {".gitignore", "z\n"}});
  fs::create_directories(p.world.dir / ".venv/lib");
  fs::create_directories(p.world.dir / "x/__pycache__");
  p.write(".venv/pyvenv.cfg", "");
  p.write(".venv/lib/m.py", "");
  p.write("x/__pycache__/m.pyc", "");
  CHECK(p.run() == "a ran");
  CHECK(p.trace_of("a").reads == std::vector<std::string>{"data.csv"});
}

TEST_CASE("a directory is proposed where all of it was read", "[pipeline][trace]") {
  if (!can_trace()) return;
  Traced p("stages:\n  a: {cmd: 'cat all/* > out; cat part/1 >> out', outs: [out], deps: [x]}\n", {{"x", "1"}});
  for (const char* const dir : {"all", "part"}) {
    fs::create_directories(p.world.dir / dir);
    p.write(std::string(dir) + "/1", "1");
    p.write(std::string(dir) + "/2", "1");
  }
  p.world.sh("git add -A && git commit -qm data");
  CHECK(p.run() == "a ran");
  CHECK(p.missing().front().deps == std::vector<std::string>{"all", "part/1"});
  CHECK(p.fix() == "fixed");
  CHECK_THAT(p.read("mlo.yaml"), Contains("deps: [x, all, part/1]"));
}

TEST_CASE("a linked dependency covers what it leads to", "[pipeline][trace]") {
  if (!can_trace()) return;
  Traced p("stages:\n  a: {cmd: 'cat latest/x now > out', outs: [out], deps: [latest, now]}\n");
  fs::create_directories(p.world.dir / "v1");
  p.write("v1/x", "1");
  p.write("v1/y", "1");
  fs::create_symlink("v1", p.world.dir / "latest");
  fs::create_symlink("v1/y", p.world.dir / "now");
  CHECK(p.run() == "a ran");
  CHECK(p.trace_of("a").reads.empty());
}

TEST_CASE("a traced stage that fails with sudo is told why", "[pipeline][trace]") {
  if (!can_trace()) return;
  const TempDir tools;
  tools.write("sudo", "#!/bin/sh\nexit 1\n");
  fs::permissions(tools / "sudo", fs::perms::owner_all);
  Traced p("stages:\n  a: {cmd: '" + (tools / "sudo").string() + " mount', outs: [out]}\n");
  CHECK(p.run() == "a failed");
  CHECK_THAT(p.warnings(), Contains("`sudo` gains no rights in a stage that is traced: `trace: off` in stage `a`"));
}

TEST_CASE("stages side by side are traced apart", "[pipeline][trace]") {
  if (!can_trace()) return;
  std::string stages = "stages:\n";
  std::map<std::string, std::string> files;
  for (int i = 0; i < 8; ++i) {
    stages += fmt::format("  s{}: {{cmd: 'cat in{} > out{}', outs: [out{}]}}\n", i, i, i, i);
    files[fmt::format("in{}", i)] = "1";
  }
  Traced p(stages, files);
  p.request.jobs = 4;
  p.run();
  for (int i = 0; i < 8; ++i)
    CHECK(p.trace_of(fmt::format("s{}", i)).reads == std::vector<std::string>{fmt::format("in{}", i)});
}

TEST_CASE("dependencies are added in every layout that is safe", "[pipeline][trace]") {
  const auto edit = [](const std::string& stage) {
    try {
      return add_deps("stages:\n" + stage, "mlo.yaml", "a", {"x.py", "with space"});
    } catch (const Error& error) {
      return error.message() + " / " + error.hint();
    }
  };
  CHECK(edit("  a:\n    cmd: c  # why\n    outs: [o]\n") ==
        "stages:\n  a:\n    cmd: c  # why\n    deps:\n      - x.py\n      - \"with space\"\n    outs: [o]\n");
  CHECK(edit("  a:\n    deps:\n    - b\n    cmd: |\n      c\n      d\n  z: {cmd: e}\n") ==
        "stages:\n  a:\n    deps:\n    - b\n    - x.py\n    - \"with space\"\n    cmd: |\n      c\n      d\n  z: {cmd: "
        "e}\n");
  CHECK(
      edit("  a:\n    outs: [o]\n    cmd: >\n      c\n      d\n") ==
      "stages:\n  a:\n    outs: [o]\n    deps:\n      - x.py\n      - \"with space\"\n    cmd: >\n      c\n      d\n");
  CHECK(edit("  a: {cmd: c}\n") == "stages:\n  a: {deps: [x.py, \"with space\"], cmd: c}\n");
  CHECK(edit("  a: {cmd: c, deps: []}\n") == "stages:\n  a: {cmd: c, deps: [x.py, \"with space\"]}\n");
  CHECK(edit("  a:\n    cmd: c\n    deps: [\n      b,\n    ]\n") ==
        "stages:\n  a:\n    cmd: c\n    deps: [\n      b, x.py, \"with space\",\n    ]\n");
  CHECK(edit("  a:\n    cmd: c\n    deps:\n      - b") ==
        "stages:\n  a:\n    cmd: c\n    deps:\n      - b\n      - x.py\n      - \"with space\"\n");
  CHECK(edit("  a:\n    foreach: [1]\n    do: {cmd: c}\n") ==
        "cannot add to the `deps` of stage `a` in `mlo.yaml`: a template makes it / add them by hand: x.py, \"with "
        "space\"");
  CHECK_THAT(edit("  z: {cmd: c, deps: &d [b]}\n  a: {cmd: c, deps: *d}\n"),
             Contains("its layout leaves no safe place"));
}

TEST_CASE("a dependency that would close a circle is not written", "[pipeline][trace]") {
  if (!can_trace()) return;
  Traced p(
      "stages:\n  a: {cmd: 'cat b.out > a.out', outs: [a.out]}\n  b: {cmd: 'cat a.out > b.out', outs: [b.out], deps: "
      "[a.out]}\n",
      {{"b.out", "old\n"}});
  p.request.targets = {"a"};
  const std::string before = p.read("mlo.yaml");
  CHECK(p.run() == "a ran");
  CHECK_THAT(p.fix(), Contains("cannot declare what stage `a` reads"));
  CHECK(p.read("mlo.yaml") == before);
}
