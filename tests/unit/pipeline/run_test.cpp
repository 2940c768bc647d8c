#include "tests/unit/pipeline/pipeline_project.hpp"

using namespace mlo;
using namespace mlo::test;
using Catch::Matchers::Contains;

TEST_CASE("a named run with nothing to do is recorded with the results as they are", "[pipeline]") {
  Project p = two();
  p.world.sh("git add -A && git commit -q -m pipeline");
  p.write("params.yaml", "lr: 2\n");
  p.run();
  REQUIRE(p.last.code.dirty);
  const RunRecord dirty = p.last;
  p.world.sh("git add -A && git commit -q -m rate");
  CHECK(p.run() == "idle");
  CHECK(p.commits() == 1);
  p.request.name = "good";
  CHECK(p.run() == "");  // no stage had anything to do
  CHECK(p.commits() == 2);
  CHECK(p.last.name == "good");
  CHECK(p.last.status == RunStatus::cached);
  CHECK_FALSE(p.last.code.dirty);  // m.json, which `second` makes and git tracks now, is not its code
  CHECK(p.last.code.commit != dirty.code.commit);
  CHECK(p.last.outputs == dirty.outputs);
  CHECK(p.last.inputs == dirty.inputs);
  CHECK(p.last.params == dirty.params);
  CHECK(p.last.metrics.at("acc").value == 2);
}

TEST_CASE("a run does what is needed, once, and records it", "[pipeline]") {
  Project p = two();
  CHECK(p.run() == "first ran, second ran");
  CHECK(p.read("model") == "1\n");
  CHECK(p.read(".gitignore") == "/model\n/top\n");
  CHECK(p.read("mlo.lock").find("second:") != std::string::npos);
  CHECK(p.last.status == RunStatus::finished);
  CHECK(p.last.metrics.at("acc").value == 1);
  CHECK(*p.last.params.find("lr") == Value(1));
  CHECK(p.last.inputs.size() == 1);  // raw; top is made here
  CHECK(p.run() == "idle");
  CHECK(p.why().empty());
  CHECK(p.commits() == 1);
  Workspace workspace = p.open();
  const auto stages = RunStore(workspace).stages_of(p.last.id);
  REQUIRE(stages.size() == 2);
  for (const RunRecord& stage : stages) CHECK((stage.parent == p.last.id && stage.action && stage.outputs.size() >= 1));
}

TEST_CASE("a changed parameter reruns what reads it, and the old value comes from the cache", "[pipeline]") {
  Project p = two();
  p.run();
  p.write("params.yaml", "lr: 2\nother: 1\n");
  CHECK(p.why() ==
        "second stale: command changed: `sed s/x/1/ top > model; echo \"{\\\"acc\\\": 1}\" > m.json` -> `sed s/x/2/ "
        "top > model; "
        "echo \"{\\\"acc\\\": 2}\" > m.json`; parameter `lr` changed: 1 -> 2;\n");
  CHECK(p.run() == "second ran");
  CHECK(p.last.metrics.at("acc").value == 2);
  p.write("params.yaml", "lr: 1\n");
  CHECK(p.run() == "second cached");
  CHECK(p.read("model") == "1\n");
  CHECK(p.read("m.json") == "{\"acc\": 1}\n");  // `cache: false`, yet it comes back
  CHECK(p.last.status == RunStatus::cached);
  CHECK(p.last.metrics.at("acc").value == 1);
  CHECK(p.run() == "idle");
  CHECK(p.commits() == 3);
}

TEST_CASE("an unchanged output cuts the rest off", "[pipeline]") {
  Project p = two();
  p.run();
  p.write("raw", "x\nchanged\n");
  CHECK_THAT(p.why(), Contains("first stale: dependency `raw` changed: sha256:") &&
                          Contains("second waiting: stage `first` runs first"));
  CHECK(p.run() == "first ran, second up-to-date");
  CHECK(p.run() == "idle");
}

TEST_CASE("a dependency or parameter that is taken away reruns the stage", "[pipeline]") {
  Project p("stages: {a: {cmd: 'echo > o', deps: [x, y], params: [k], outs: [o]}}",
            {{"x", "1"}, {"y", "2"}, {"params.yaml", "k: 1\n"}});
  p.run();
  p.write("mlo.yaml", "stages: {a: {cmd: 'echo > o', deps: [x], outs: [o]}}");
  CHECK_THAT(p.why(), Contains("dependency `y` removed: was sha256:") && Contains("parameter `k` removed: was 1"));
  CHECK(p.run() == "a ran");
}

TEST_CASE("a missing or edited output is put back without running", "[pipeline]") {
  Project p = two();
  p.run();
  p.erase("model");
  p.write("top", "forged\n");
  CHECK_THAT(p.why(), Contains("first cached: output `top` is not what the last run wrote") &&
                          Contains("second cached: output `model` is missing"));
  CHECK(p.run() == "first cached, second cached");
  CHECK(p.read("top") == "x\n");
  CHECK(p.read("model") == "1\n");
}

TEST_CASE("damaged objects make the stage run again", "[pipeline]") {
  Project p = two();
  p.run();
  p.erase("model");
  Workspace workspace = p.open();
  const fs::path object = *workspace.store().find_file_of(sha256_file(p.world.dir / "top").digest);
  fs::permissions(object, fs::perms::owner_write, fs::perm_options::add);
  write_file(object, "z\n", Durability::cache);
  p.erase("top");
  CHECK(p.run() == "first ran, second cached");
  CHECK(p.read("top") == "x\n");
  CHECK_THAT(p.world.log.lines.at(0), Contains("stage `first` runs again"));
}

TEST_CASE("a failure keeps its log, publishes nothing, and stops what needs it", "[pipeline]") {
  Project p(R"(stages:
  bad: {cmd: ['echo partial > o; echo oops >&2', 'exit 3', 'echo never'], deps: [x], outs: [o]}
  after: {cmd: cat o, deps: [o]}
  other: {cmd: 'echo ok > p', deps: [x], outs: [p]}
)",
            {{"x", "1"}});
  p.request.keep_going = true;
  CHECK(p.run() == "after skipped, bad failed, other ran");
  CHECK(p.outcomes.size() == 3);
  const auto bad =
      std::find_if(p.outcomes.begin(), p.outcomes.end(), [](const StageOutcome& o) { return o.stage == "bad"; });
  CHECK(bad->error == "exit code 3: `exit 3`");
  CHECK(p.watcher.text.find("never") == std::string::npos);
  CHECK(p.last.status == RunStatus::failed);
  CHECK(p.read("mlo.lock").find("bad:") == std::string::npos);
  Workspace workspace = p.open();
  for (const RunRecord& stage : RunStore(workspace).stages_of(p.last.id)) {
    if (stage.stage == "bad") CHECK((stage.exit_code == 3 && workspace.store().get(*stage.log) == "oops\n"));
  }
  p.write("mlo.yaml",
          "stages: {bad: {cmd: 'echo whole > o', deps: [x], outs: [o]}, other: {cmd: 'echo ok > p', deps: [x], outs: "
          "[p]}}");
  CHECK(p.run() == "bad ran");
}

TEST_CASE("without --keep-going nothing starts after a failure", "[pipeline]") {
  Project p("stages: {a: {cmd: exit 1, deps: [x]}, b: {cmd: 'true', deps: [x]}}", {{"x", "1"}});
  p.request.jobs = 1;
  CHECK(p.run() == "a failed");
}

TEST_CASE("a stage that does not write what it declares fails", "[pipeline]") {
  Project p("stages: {a: {cmd: 'true', deps: [x], outs: [o]}}", {{"x", "1"}});
  CHECK(p.run() == "a failed");
  CHECK_THAT(p.outcomes[0].error, Contains("did not write `o`"));
}

TEST_CASE("an interrupted run is recorded as killed, and the next one goes on from there", "[pipeline]") {
  Project p(
      "stages: {a: {cmd: 'echo > o', deps: [x], outs: [o]}, b: {cmd: 'sleep 100; echo > q', deps: [o], outs: [q]}}",
      {{"x", "1"}});
  p.watcher.on_start = [&](const Stage& stage) {
    if (stage.name == "b") p.world.stop.request_stop();
  };
  {
    Workspace workspace = p.open();
    try {
      run_pipeline(workspace, p.request, p.watcher);
      FAIL("not interrupted");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::interrupted);
    }
    CHECK(RunStore(workspace).all().at(0).record.status == RunStatus::killed);
  }
  p.world.world.stop = {};
  p.watcher.on_start = nullptr;
  p.write("mlo.yaml",
          "stages: {a: {cmd: 'echo > o', deps: [x], outs: [o]}, b: {cmd: 'echo > q', deps: [o], outs: [q]}}");
  CHECK(p.run() == "b ran");
}

TEST_CASE("what ran before a crash comes from the cache though mlo.lock never heard of it", "[pipeline]") {
  Project p = two();
  p.run();
  p.erase("mlo.lock");
  CHECK(p.run() == "first cached, second cached");
  CHECK(p.run() == "idle");
}

TEST_CASE("a missing input is said before anything starts", "[pipeline]") {
  Project p("stages: {a: {cmd: 'touch ran', deps: [x]}, b: {cmd: 'true', deps: [none], params: [k]}}", {{"x", "1"}});
  CHECK(p.error() == "cannot run stage `b`: dependency `none` does not exist");
  p.write("none", "");
  CHECK(p.error() == "cannot run stage `b`: parameter `params.yaml:k` does not exist");
  CHECK(p.read("ran") == "(none)");
  CHECK(p.commits() == 0);
}

TEST_CASE("an output that git tracks is not taken over", "[pipeline]") {
  Project p("stages: {a: {cmd: 'echo > README.md', deps: [x], outs: [README.md]}}", {{"x", "1"}});
  CHECK(p.error() == "output `README.md` of stage `a` is tracked by git");
  CHECK(p.read("README.md") == "test\n");
  p.write("mlo.yaml", "stages: {a: {cmd: 'echo > README.md', deps: [x], outs: [{README.md: {cache: false}}]}}");
  CHECK(p.run() == "a ran");
  CHECK(p.read(".gitignore") == "(none)");
}

TEST_CASE("an input that changes while the stage runs leaves no result behind", "[pipeline]") {
  Project p("stages: {a: {cmd: 'echo new >> x; cat x > o', deps: [x], outs: [o]}}", {{"x", "1\n"}});
  CHECK(p.run() == "a ran");
  CHECK_THAT(p.world.log.lines.at(0), Contains("inputs of stage `a` changed while it ran"));
  CHECK_THAT(p.why(), Contains("a stale: it has never run"));
}

TEST_CASE("frozen, always_changed and persist mean what DVC means", "[pipeline]") {
  Project p(R"(stages:
  f: {cmd: 'exit 1', deps: [x], outs: [o], frozen: true}
  always: {cmd: 'echo > q', deps: [o], outs: [q], always_changed: true}
  keep: {cmd: 'echo line >> r', deps: [x], outs: [{r: {persist: true}}]}
)",
            {{"x", "1"}, {"o", "made by hand"}});
  CHECK(p.run() == "always ran, keep ran");
  CHECK(p.run() == "always ran");
  p.write("x", "2");
  CHECK(p.run() == "always ran, keep ran");
  CHECK(p.read("r") == "line\nline\n");
}

TEST_CASE("--force runs everything, and an override edits its parameter in place", "[pipeline]") {
  Project p = two();
  p.run();
  p.request.force = Force::yes;
  CHECK(p.run() == "first ran, second ran");
  p.request.force = Force::no;
  p.request.overrides = {parse_override("lr=7", "params.yaml")};
  CHECK(p.run() == "second ran");
  CHECK(p.read("params.yaml") == "lr: 7 # rate\n");
  CHECK(p.read("model") == "7\n");
  CHECK(p.run() == "idle");
}

TEST_CASE("a directory comes back from the cache with its modes and links", "[pipeline]") {
  Project p("stages: {a: {cmd: 'mkdir -p d/e; cp x d/e/f; chmod +x d/e/f; ln -s e/f d/l', deps: [x], outs: [d]}}",
            {{"x", "1"}});
  CHECK(p.run() == "a ran");
  p.write("d/extra", "by hand");
  CHECK(p.run() == "a cached");
  CHECK(p.read("d/extra") == "(none)");
  p.erase("d");
  CHECK(p.run() == "a cached");
  CHECK((p.read("d/l") == "1" && find_stat(p.world.dir / "d/e/f")->executable()));
}

TEST_CASE("a renamed stage finds its results", "[pipeline]") {
  Project p("stages: {a: {cmd: 'cat x > o', deps: [x], outs: [o]}}", {{"x", "1"}});
  p.run();
  p.write("mlo.yaml", "stages: {b: {cmd: 'cat x > o', deps: [x], outs: [o]}}");
  CHECK(p.run() == "b cached");
  CHECK(p.read("mlo.lock").find("  a:") == std::string::npos);
}

TEST_CASE("parameters that a stage writes are read after it ran", "[pipeline]") {
  Project p(
      "stages: {tune: {cmd: 'cp x best.yaml', deps: [x], outs: [best.yaml]}, use: {cmd: 'cat best.yaml > o', params: "
      "[{best.yaml: [lr]}], outs: [o]}}",
      {{"x", "lr: 1\n"}});
  CHECK(p.run() == "tune ran, use ran");
  p.write("x", "lr: 2\n");
  CHECK(p.run() == "tune ran, use ran");
  CHECK(p.read("o") == "lr: 2\n");
  p.write("x", "lr: 1\n");
  CHECK(p.run() == "tune cached, use cached");
  CHECK(p.read("o") == "lr: 1\n");
}

TEST_CASE("declared environment counts, the rest is handed through", "[pipeline]") {
  Project p("stages: {a: {cmd: 'echo $SEED $FREE $MLO_STAGE > o', env: {SEED: 1}, outs: [o], deps: [x]}}",
            {{"x", "1"}});
  p.world.env["FREE"] = "yes";
  CHECK(p.run() == "a ran");
  CHECK(p.read("o") == "1 yes a\n");
  p.world.env["FREE"] = "no";
  CHECK(p.run() == "idle");
  p.write("mlo.yaml", "stages: {a: {cmd: 'echo $SEED $FREE $MLO_STAGE > o', env: {SEED: 2}, outs: [o], deps: [x]}}");
  CHECK_THAT(p.why(), Contains("environment `SEED` changed: 1 -> 2"));
}

TEST_CASE("a cached stage and an untouched one keep their metrics with every point", "[pipeline]") {
  Project p(R"(stages:
  fit:
    cmd: 'for i in 1 2 3; do echo "{\"step\": $i, \"loss\": 0.$i}" >> $MLO_METRICS; done; echo ${lr} > model'
    params: [lr]
    outs: [model]
  check: {cmd: 'echo "{\"step\": 7, \"auc\": ${lr}}" >> $MLO_METRICS; echo > c', deps: [model], outs: [c]}
)",
            {{"params.yaml", "lr: 1\n"}});
  const auto steps = [&](const std::string& key) {
    Workspace workspace = p.open();
    std::string out;
    for (const MetricPoint& point : RunStore(workspace).series(p.last, key))
      out += fmt::format("{}={} ", point.step, point.value);
    return out;
  };
  CHECK(p.run() == "check ran, fit ran");
  CHECK(steps("loss") == "1=0.1 2=0.2 3=0.3 ");
  p.write("params.yaml", "lr: 2\n");
  p.run();
  p.write("params.yaml", "lr: 1\n");
  CHECK(p.run() == "check cached, fit cached");
  CHECK(steps("loss") == "1=0.1 2=0.2 3=0.3 ");
  CHECK(p.last.metrics.at("loss").step == 3);
  CHECK(steps("auc") == "7=1 ");
  p.erase("c");
  p.request.force = Force::yes;
  p.request.targets = {"check"};
  p.request.single = true;
  CHECK(p.run() == "check ran");
  p.request = RunRequest();
  p.write("mlo.yaml", p.read("mlo.yaml") + "  last: {cmd: echo > l, deps: [c], outs: [l]}\n");
  CHECK(p.run() == "last ran");  // fit and check are up to date
  CHECK(steps("loss") == "1=0.1 2=0.2 3=0.3 ");
}

TEST_CASE("one command is one run, whatever becomes of it", "[pipeline]") {
  Project p("");
  Workspace workspace = p.open();
  std::string out;
  const auto track = [&](const std::string& script) {
    return run_tracked(workspace, {{"sh", "-c", script}, "", "default", -1},
                       [&](StreamKind, std::string_view bytes) { out += bytes; });
  };
  const RunRecord run = track(R"(echo hi; echo '{"step": 3, "loss": 0.5}' >> $MLO_METRICS; exit 4)");
  CHECK((run.exit_code == 4 && run.status == RunStatus::failed && run.metrics.at("loss").value == 0.5));
  CHECK(out == "hi\n");
  CHECK(workspace.store().get(*run.log) == "hi\n");
  CHECK(RunStore(workspace).find(run.id).record.command.at(2).starts_with("echo hi"));
  CHECK_THROWS_WITH(
      run_tracked(workspace, {{"no-such-program"}, "", "default", -1}, [](StreamKind, std::string_view) {}),
      Contains("no-such-program"));
  CHECK(p.commits() == 1);
}

TEST_CASE("the proof that nothing changed ends with any change", "[pipeline]") {
  Project p = two();
  p.run();
  const auto proofs = [&] {
    const fs::path dir = p.open().local() / "cache";
    return find_stat(dir) ? list_dir(dir).size() : 0;
  };
  // Files as young as the look itself give no proof, so it takes until the file system's clock has moved on.
  while (proofs() == 0) CHECK(p.run() == "idle");
  CHECK(p.run() == "idle");
  p.write("raw", "z\ny\n");
  CHECK(p.run() == "first ran, second ran");
  while (p.read("top") != "x\n") {
    p.write("raw", "x\ny\n");
    CHECK(p.run() == "first cached, second cached");
  }
  p.erase("m.json");
  CHECK(p.run() == "second cached");
}

TEST_CASE("a run can begin and end in the middle of a pipeline", "[pipeline]") {
  Project p(R"(stages:
  a: {cmd: 'cp x a.txt', deps: [x], outs: [a.txt]}
  b: {cmd: 'cp a.txt b.txt', deps: [a.txt], outs: [b.txt]}
  c: {cmd: 'cp b.txt c.txt', deps: [b.txt], outs: [c.txt]}
  d: {cmd: 'cp a.txt d.txt', deps: [a.txt], outs: [d.txt]}
)",
            {{"x", "1"}});
  CHECK(p.run() == "a ran, b ran, c ran, d ran");
  p.request.force = Force::yes;
  p.request.targets = {"b"};
  p.request.downstream = true;
  CHECK(p.run() == "b ran, c ran");
  p.request.targets = {};
  p.request.downstream = false;
  p.request.from = {"b"};
  CHECK(p.run() == "b ran, c ran");
  p.request.targets = {"b", "d"};
  p.request.from = {"b", "d"};
  CHECK(p.run() == "b ran, d ran");
}
