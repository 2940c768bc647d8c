#include "lib/workspace/hooks.hpp"

#include <sys/stat.h>

#include "lib/crypto/sha256.hpp"
#include "lib/manifest/dataset.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using mlo::test::TestWorld;

namespace {

struct TestWorkspace : TestWorld {
  TestWorkspace() {
    git_init();
    Workspace::init(world);
    sh("git commit -qm mlo");
  }
  Workspace open() { return Workspace::open(world); }
  void stage_manifest(const std::string& name, const std::string& path, const Digest& id, bool directory = false) {
    DatasetManifest manifest;
    manifest.name = name;
    manifest.path = path;
    manifest.tree = id;
    manifest.directory = directory;
    manifest.files = 1;
    dir.write(".mlo/data/" + name + ".yaml", emit_dataset(manifest));
    sh("git add .mlo/data");
  }
};

HookState state_of(const std::vector<Hook>& hooks, std::string_view name) {
  for (const Hook& hook : hooks) {
    if (hook.name == name) return hook.state;
  }
  FAIL("no such hook");
  return HookState::absent;
}

}  // namespace

TEST_CASE("hooks are installed once, executable, and taken away without a trace", "[workspace]") {
  TestWorkspace ws;
  const Workspace workspace = ws.open();
  CHECK(state_of(list_hooks(workspace), "pre-commit") == HookState::absent);
  for (int i = 0; i < 2; ++i)
    CHECK(state_of(install_hooks(workspace, "/opt/my mlo"), "pre-commit") == HookState::installed);
  CHECK(find_stat(ws.dir / ".git/hooks/pre-commit")->executable());
  CHECK(read_file(ws.dir / ".git/hooks/pre-commit").find("mlo='/opt/my mlo'\n") != std::string::npos);
  CHECK(uninstall_hooks(workspace).size() == list_hooks(workspace).size());
  CHECK_FALSE(find_stat(ws.dir / ".git/hooks/pre-commit"));
  CHECK(uninstall_hooks(workspace).empty());
}

TEST_CASE("a hook of the user is never touched, and counts as chained once it calls mlo", "[workspace]") {
  TestWorkspace ws;
  const Workspace workspace = ws.open();
  ws.dir.write(".git/hooks/pre-commit", "#!/bin/sh\nmake lint\n");
  fs::create_symlink("../../elsewhere", ws.dir / ".git/hooks/post-merge");
  const auto hooks = install_hooks(workspace, "/bin/mlo");
  CHECK(state_of(hooks, "pre-commit") == HookState::foreign);
  CHECK(state_of(hooks, "post-merge") == HookState::foreign);
  CHECK(state_of(hooks, "post-checkout") == HookState::installed);
  CHECK(read_file(ws.dir / ".git/hooks/pre-commit") == "#!/bin/sh\nmake lint\n");
  ws.dir.write(".git/hooks/pre-commit", "#!/bin/sh\nmake lint\n" + hooks[0].line + "\n");
  CHECK(state_of(list_hooks(workspace), "pre-commit") == HookState::chained);
  uninstall_hooks(workspace);
  CHECK(find_stat(ws.dir / ".git/hooks/pre-commit"));
  CHECK(find_stat(ws.dir / ".git/hooks/post-merge"));
}

TEST_CASE("core.hooksPath is respected inside the repository and left alone outside", "[workspace]") {
  TestWorkspace ws;
  ws.sh("git config core.hooksPath .githooks");
  install_hooks(ws.open(), "/bin/mlo");
  CHECK(find_stat(ws.dir / ".githooks/pre-commit"));
  CHECK_FALSE(find_stat(ws.dir / ".git/hooks/pre-commit"));
  const test::TempDir shared;
  ws.sh("git config core.hooksPath " + shared.path().string());
  CHECK_THROWS_AS(install_hooks(ws.open(), "/bin/mlo"), Error);
  CHECK(list_dir(shared.path()).empty());
}

TEST_CASE("git runs the hook and heeds pre-commit's no, while a failing report changes nothing", "[workspace]") {
  TestWorkspace ws;
  ws.dir.write("mlo", "#!/bin/sh\necho \"$@\" >> calls\nexit 3\n");
  fs::permissions(ws.dir / "mlo", fs::perms::owner_all);
  install_hooks(ws.open(), ws.dir / "mlo");
  CHECK_THROWS_AS(ws.sh("git commit -q --allow-empty -m x"), Error);
  ws.sh("git checkout -q -b other");
  CHECK(ws.sh("cut -d' ' -f1-3 calls") == "hooks run pre-commit\nhooks run post-checkout\n");
}

TEST_CASE("a dataset manifest may be committed only with its objects in the store", "[workspace]") {
  TestWorkspace ws;
  Workspace workspace = ws.open();
  const Digest here = workspace.store().put("here"), gone = sha256("gone");
  ws.stage_manifest("good", "good.csv", here);
  CHECK(check_commit(workspace).empty());
  ws.stage_manifest("bad", "bad.csv", gone);
  ws.stage_manifest(
      "dir", "dir",
      workspace.store().put_tree({{TreeEntryKind::file, 4, here, "a"}, {TreeEntryKind::file, 4, gone, "b"}}), true);
  const auto problems = check_commit(workspace);
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].path == ".mlo/data/bad.yaml");
  CHECK(problems[0].hint == "mlo version-data add bad.csv");
  CHECK(problems[1].problem == "names 1 file not in the store, the first is `b`");
}

TEST_CASE("what HEAD already names is not held against a commit that only edits the words", "[workspace]") {
  TestWorkspace ws;
  ws.stage_manifest("d", "d.csv", sha256("elsewhere"));
  ws.sh("git commit -qm colleague");
  CHECK(check_commit(ws.open()).empty());
  ws.dir.write(".mlo/data/d.yaml", read_file(ws.dir / ".mlo/data/d.yaml") + "description: words\n");
  ws.sh("git add .mlo/data");
  CHECK(check_commit(ws.open()).empty());
}

TEST_CASE("files of a dataset do not go into git itself", "[workspace]") {
  TestWorkspace ws;
  Workspace workspace = ws.open();
  ws.stage_manifest("raw", "data/raw", workspace.store().put_tree({}), true);
  ws.dir.write("data/raw/f.csv", "x");
  ws.dir.write("data/rawest", "x");
  ws.sh("git add -f data");
  const auto problems = check_commit(workspace);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].path == "data/raw/f.csv");
  CHECK(problems[0].hint == "git rm --cached data/raw/f.csv");
}

TEST_CASE("a manifest that cannot be read is a problem of the commit, not of the hook", "[workspace]") {
  TestWorkspace ws;
  ws.dir.write(".mlo/data/broken.yaml", "mlo: dataset/1\nname: [\n");
  ws.sh("git add .mlo/data");
  const auto problems = check_commit(ws.open());
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].problem.find("cannot be read") != std::string::npos);
}
