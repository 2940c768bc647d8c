#pragma once
#include "lib/data/add.hpp"
#include "lib/remote/remote.hpp"
#include "lib/runs/run_store.hpp"
#include "tests/support/test_world.hpp"

namespace mlo::test {

/// Two clones of one git repository, and a directory for objects beside it.
struct TwoClones : TestWorld {
  std::optional<Workspace> a, b;
  std::optional<World> world_a, world_b;

  TwoClones() {
    sh("git init -q --bare hub.git && git init -q -b main a && cd a && git remote add origin ../hub.git");
    a.emplace(open("a", world_a, /*init=*/true));
    dir.write("a/d/x", "1\n");
    dir.write("a/d/sub/y", "22\n");
    add_datasets(*a, {.paths = {"d"}, .name = {}, .source = {}, .message = {}, .commit = true});
    sh("cd a && git add -A && git commit -qm init && git push -q origin main && cd .. && git clone -q -b main hub.git "
       "b");
    remote()->init();
    b.emplace(open("b", world_b, /*init=*/false));
  }
  std::unique_ptr<Remote> remote() { return open_remote(world, {"origin", (dir / "objects").string()}, dir.path()); }
  void publish(Workspace& workspace, std::string_view name) {
    RunRecord record;
    record.id = make_uuid7(clock.now(), rng);
    record.name = name;
    record.status = RunStatus::finished;
    record.started = record.ended = clock.now();
    record.outputs.push_back({.path = "out",
                              .id = workspace.store().put(name),
                              .directory = false,
                              .bytes = name.size(),
                              .files = 1,
                              .cached = true});
    RunStore(workspace).publish(record, {});
  }
  std::vector<std::string> names(Workspace& workspace) {
    std::vector<std::string> out;
    for (const Run& run : RunStore(workspace).all()) out.push_back(run.record.name);
    std::sort(out.begin(), out.end());
    return out;
  }

  Workspace open(const char* name, std::optional<World>& place, bool init) {
    place.emplace(World{clock, rng, env, log, progress, stop.get_token(), 2, dir / name});
    if (init) Workspace::init(*place);
    return Workspace::open(*place);
  }
};

}  // namespace mlo::test
