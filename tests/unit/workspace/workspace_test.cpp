#include "lib/workspace/workspace.hpp"

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using mlo::test::TestWorld;

namespace {

struct TestWorkspace : TestWorld {
  TestWorkspace() {
    env["GIT_CEILING_DIRECTORIES"] = dir.path().parent_path();
    git_init();
  }
  Workspace open() { return Workspace::open(world); }
  Error error_of_open() {
    try {
      open();
    } catch (const Error& error) {
      return error;
    }
    FAIL("it opened");
    return {ErrorKind::internal, ""};
  }
};

}  // namespace

TEST_CASE("outside git, and in git before `mlo init`, the line to type is named", "[workspace]") {
  TestWorld outside;
  outside.env["GIT_CEILING_DIRECTORIES"] = outside.dir.path().parent_path();
  try {
    Workspace::init(outside.world);
    FAIL("made a workspace outside git");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::not_found);
    CHECK(error.hint().find("git init") != std::string::npos);
  }
  TestWorkspace ws;
  CHECK(ws.error_of_open().kind() == ErrorKind::not_found);
  CHECK(ws.error_of_open().hint() == "type `mlo init`");
}

TEST_CASE("init makes and stages .mlo once, from any directory of the work tree", "[workspace]") {
  TestWorkspace ws;
  ws.dir.write("deep/er/file", "x");
  ws.world.cwd = ws.dir / "deep/er";
  CHECK(Workspace::init(ws.world));
  CHECK_FALSE(Workspace::init(ws.world));
  CHECK(read_link(ws.dir / ".mlo/local") == "../.git/mlo");
  CHECK(ws.sh("git diff --cached --name-only") == ".mlo/.gitignore\n.mlo/config.yaml\n");
  CHECK(ws.sh("git status --porcelain -- .mlo") == "A  .mlo/.gitignore\nA  .mlo/config.yaml\n");
  CHECK(ws.open().root() == ws.dir.path());
}

TEST_CASE("init completes a half-made workspace and keeps what is there", "[workspace]") {
  TestWorkspace ws;
  ws.dir.write(".mlo/config.yaml", "mlo: config/1\nautocommit: true\n");
  CHECK(Workspace::init(ws.world));
  CHECK(ws.open().config().autocommit);
  CHECK(find_file(ws.dir / ".mlo/.gitignore"));
}

TEST_CASE("the local link comes back after `git clean -fdx`, and nothing in it is lost", "[workspace]") {
  TestWorkspace ws;
  Workspace::init(ws.world);
  const Digest id = ws.open().store().put("bytes");
  ws.sh("git commit -qm mlo && git clean -qfdx");
  CHECK_FALSE(find_stat(ws.dir / ".mlo/local"));
  CHECK(ws.open().store().get(id) == "bytes");
  CHECK(find_stat(ws.dir / ".mlo/local/objects"));
}

TEST_CASE("a link that points elsewhere is put right; a directory in its place is not touched", "[workspace]") {
  TestWorkspace ws;
  Workspace::init(ws.world);
  remove_file(ws.dir / ".mlo/local");
  fs::create_symlink("/etc", ws.dir / ".mlo/local");
  ws.open();
  CHECK(read_link(ws.dir / ".mlo/local") == "../.git/mlo");
  remove_file(ws.dir / ".mlo/local");
  ws.dir.write(".mlo/local/precious", "x");
  CHECK(ws.error_of_open().kind() == ErrorKind::config);
  CHECK(read_file(ws.dir / ".mlo/local/precious") == "x");
}

TEST_CASE("a linked worktree shares the store and has a stat cache of its own", "[workspace]") {
  TestWorkspace ws;
  Workspace::init(ws.world);
  ws.sh("git commit -qm mlo && git worktree add -q wt");
  const Digest id = ws.open().store().put("shared");
  ws.world.cwd = ws.dir / "wt";
  const Workspace linked = ws.open();
  CHECK(linked.root() == ws.dir / "wt");
  CHECK(linked.store().get(id) == "shared");
  CHECK(read_file(ws.dir / "wt/.mlo/local/objects" / id.hex().substr(0, 2) / id.hex().substr(2)) == "shared");
}

TEST_CASE("a .mlo that is a symlink, or holds one, is refused: it could aim writes anywhere", "[workspace]") {
  TestWorkspace ws;
  fs::create_directory(ws.dir / "elsewhere");
  SECTION("itself") { fs::create_symlink("elsewhere", ws.dir / ".mlo"); }
  SECTION("a directory in it") {
    Workspace::init(ws.world);
    fs::create_symlink("../elsewhere", ws.dir / ".mlo/data");
  }
  CHECK(ws.error_of_open().kind() == ErrorKind::config);
  CHECK_THROWS_AS(Workspace::init(ws.world), Error);
  CHECK(list_dir(ws.dir / "elsewhere").empty());
}

TEST_CASE("configuration is read strictly, machine-local settings on top", "[workspace]") {
  TestWorkspace ws;
  Workspace::init(ws.world);
  CHECK(ws.open().config().link == LinkType::reflink);
  ws.dir.write(".mlo/config.yaml",
               "mlo: config/1\nremotes:\n  origin:\n    url: /a\n  backup:\n    url: /b\nlink: copy\nx-mine: kept\n");
  ws.dir.write(".mlo/local/config.yaml", "mlo: config/1\nremotes:\n  origin:\n    url: /mine\nautocommit: true\n");
  const Config config = ws.open().config();
  CHECK(config.remotes == std::vector<RemoteConfig>{{"backup", "/b"}, {"origin", "/mine"}});
  CHECK(config.link == LinkType::copy);
  CHECK(config.autocommit);
}

TEST_CASE("a configuration that is wrong says where", "[workspace]") {
  TestWorkspace ws;
  Workspace::init(ws.world);
  const auto message = [&](std::string_view text) {
    ws.dir.write(".mlo/config.yaml", text);
    return ws.error_of_open().message();
  };
  CHECK(message("mlo: config/1\nlinks: copy\n").starts_with(".mlo/config.yaml:2:"));
  CHECK(message("mlo: config/1\nlink: hard\n").starts_with(".mlo/config.yaml:2:"));
  CHECK(message("mlo: config/1\nremotes:\n  o: {url: a, uri: b}\n").starts_with(".mlo/config.yaml:3:"));
  CHECK(message("mlo: config/1\nremotes:\n  ../x:\n    url: a\n").find("not a remote name") != std::string::npos);
  for (const char* ref : {"runs", "refs/a..b", "refs/a b", "refs/x.lock", "refs/", "refs//a", "refs/a\\b"}) {
    CHECK(message(fmt::format("mlo: config/1\nruns_ref: '{}'\n", ref)).find("not a full ref name") !=
          std::string::npos);
  }
  CHECK(message("mlo: dataset/1\n").starts_with(".mlo/config.yaml:1:"));
  CHECK(message("").find("config") != std::string::npos);
  CHECK(message("mlo: config/2\nnew: thing\n").find("newer than this mlo") != std::string::npos);
  CHECK(ws.error_of_open().hint() == "use a newer mlo");
}

TEST_CASE("saving writes only what changed, and keeps the rest of the file", "[workspace]") {
  TestWorkspace ws;
  Workspace::init(ws.world);
  ws.dir.write(".mlo/config.yaml", "mlo: config/1\nx-mine: kept\nremotes:\n  a:\n    url: /a\n    x-note: mine\n");
  ws.dir.write(".mlo/local/config.yaml", "mlo: config/1\nlink: copy\n");
  Workspace workspace = ws.open();
  Config config = workspace.config();
  config.remotes.push_back({"z", "/z"});
  config.autocommit = true;
  workspace.save_config(config);
  CHECK(read_file(ws.dir / ".mlo/config.yaml") ==
        "mlo: config/1\nx-mine: kept\nremotes:\n  a:\n    url: /a\n    x-note: mine\n  z:\n    url: /z\nautocommit: "
        "true\n");
  config.remotes.clear();
  workspace.save_config(config);
  CHECK(read_file(ws.dir / ".mlo/config.yaml") == "mlo: config/1\nx-mine: kept\nautocommit: true\n");
  config.runs_ref = "nonsense";
  CHECK_THROWS_AS(workspace.save_config(config), Error);
  CHECK(ws.open().config().runs_ref == "refs/mlo/runs");
}

TEST_CASE("a typed path becomes relative to the root, wherever the user stands", "[workspace]") {
  TestWorkspace ws;
  Workspace::init(ws.world);
  ws.dir.write("data/raw/f.csv", "x");
  fs::create_symlink("data/raw", ws.dir / "inside");
  ws.world.cwd = ws.dir / "data";
  const Workspace workspace = ws.open();
  CHECK(workspace.to_repo_path("raw/f.csv") == "data/raw/f.csv");
  CHECK(workspace.to_repo_path("../data/./raw/") == "data/raw");
  CHECK(workspace.to_repo_path((ws.dir / "new/file").string()) == "new/file");
  CHECK(workspace.to_repo_path("..") == "");
  CHECK(workspace.to_repo_path("../inside/f.csv") == "data/raw/f.csv");
  CHECK(workspace.to_repo_path("../inside") == "inside");
}

TEST_CASE("a typed path that leaves the repository is refused, also through symlinks", "[workspace]") {
  TestWorkspace ws;
  Workspace::init(ws.world);
  fs::create_symlink("/etc", ws.dir / "out");
  fs::create_symlink("../..", ws.dir / "up");
  fs::create_symlink("/etc/passwd", ws.dir / "file");
  fs::create_symlink("loop", ws.dir / "loop");
  const Workspace workspace = ws.open();
  for (const char* path :
       {"..", "../x", "/etc/passwd", "out", "out/passwd", "up/x", "file", "loop", "loop/x", "a/../../x", ".git",
        ".git/config", "sub/.GIT/config", ".mlo", ".mlo/config.yaml", "", "bad\xff"}) {
    INFO(path);
    try {
      workspace.to_repo_path(path);
      FAIL_CHECK("accepted");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::usage);
    }
  }
}

TEST_CASE("the manifests' lock names who holds it", "[workspace]") {
  TestWorkspace ws;
  Workspace::init(ws.world);
  const Workspace workspace = ws.open();
  const LockFile held = workspace.lock_manifests("mlo version-data add");
  try {
    workspace.lock_manifests("me", std::chrono::milliseconds(1));
    FAIL("locked twice");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::conflict);
    CHECK(error.message().find("mlo version-data add") != std::string::npos);
  }
}
