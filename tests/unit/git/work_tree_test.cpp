#include "lib/git/work_tree.hpp"

#include "lib/util/text.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using mlo::test::TestWorld;

namespace {

git::WorkTree tree_of(const TestWorld& world) { return {world.dir.path(), world.env}; }

ErrorKind kind_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.kind();
  }
  FAIL("nothing was thrown");
  return ErrorKind::internal;
}

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("mlo's commit holds the named paths alone; what the user had staged stays staged", "[git]") {
  TestWorld world;
  world.git_init({{"a.txt", "1"}, {".gitignore", "ignored\n"}});
  world.dir.write("a.txt", "2");
  world.sh("git add a.txt");
  world.dir.write("ignored/m [1].yaml", "x");
  tree_of(world).stage({"ignored/m [1].yaml"});
  const auto id = tree_of(world).commit_only({"ignored/m [1].yaml"}, "topic: words\n\nMlo-Data: x\n");
  CHECK(world.sh("git rev-parse HEAD") == id.hex() + "\n");
  CHECK(world.sh("git log -1 --format=%B") == "topic: words\n\nMlo-Data: x\n\n");
  CHECK(world.sh("git show --format= --name-only HEAD") == "ignored/m [1].yaml\n");
  CHECK(world.sh("git diff --cached --name-only") == "a.txt\n");
}

TEST_CASE("the first commit of a repository works too", "[git]") {
  TestWorld world;
  world.sh("git init -q -b main .");
  world.dir.write("x", "1");
  world.dir.write("y", "1");
  tree_of(world).stage({"x"});
  tree_of(world).commit_only({"x"}, "first\n");
  CHECK(world.sh("git ls-files") == "x\n");
}

TEST_CASE("a file that is gone is staged as gone", "[git]") {
  TestWorld world;
  world.git_init({{"gone", "1"}, {"kept", "1"}});
  remove_file(world.dir / "gone");
  tree_of(world).stage({"gone", "never-was"});
  CHECK(world.sh("git diff --cached --name-status") == "D\tgone\n");
}

TEST_CASE("untrack leaves the files, takes whole directories, and skips what git does not know", "[git]") {
  TestWorld world;
  world.git_init({{"data/a", "1"}, {"data/b", "2"}, {"z", "3"}});
  world.dir.write("data/a", "changed");
  CHECK(tree_of(world).tracked("data") == Paths{"data/a", "data/b"});
  CHECK(tree_of(world).tracked("").size() == 3);
  tree_of(world).untrack({"data", "unknown"});
  CHECK(tree_of(world).tracked("data").empty());
  CHECK(read_file(world.dir / "data/a") == "changed");
}

TEST_CASE("dirty is what differs from HEAD plus what is new, not what is ignored", "[git]") {
  TestWorld world;
  world.git_init({{"same", "1"}, {"edited", "1"}, {"removed", "1"}, {".gitignore", "skip\n"}});
  CHECK(tree_of(world).dirty().empty());
  world.dir.write("edited", "2");
  world.dir.write("new dir/new\nname", "1");
  world.dir.write("skip", "1");
  remove_file(world.dir / "removed");
  CHECK(tree_of(world).dirty() == Paths{"edited", "new dir/new\nname", "removed"});
  CHECK(tree_of(world).files() == Paths{".gitignore", "edited", "new dir/new\nname", "removed", "same"});
}

TEST_CASE("what is untracked is what git says it is", "[git]") {
  TestWorld world;
  world.git_init({{".gitignore", "*.log\n/build/\n!keep.log\n"},
                  {"src/a", "1"},
                  {"src/.gitignore", "/made-*\n"},
                  {"deep/er/b", "1"}});
  for (const char* path : {"new", "x.log", "keep.log", "build/out/1", "src/made-1", "src/new", "src/sub/made-1",
                           "src/sub/x.log", "only/new/files/1", "only/.gitignore", "only/ignored/1", "venv/.gitignore",
                           "venv/lib/1", "deep/er/c", "strange \xff name/\n", "local/1", ":(top)new", "[a]*"})
    world.dir.write(path, "x");
  world.dir.write("only/.gitignore", "ignored\n");
  world.dir.write("venv/.gitignore", "*\n");
  world.dir.write(".git/info/exclude", "local\n");
  world.sh(
      "git init -q nested && touch nested/f && ln -s src link && ln -s nowhere broken && mkdir empty && mkfifo pipe");
  std::string listed = world.sh("git ls-files -z --others --exclude-standard");
  Paths wanted;
  for (const std::string_view path : split(listed, '\0')) {
    if (!path.empty()) wanted.emplace_back(path);
  }
  std::sort(wanted.begin(), wanted.end());
  CHECK(wanted.size() > 10);
  CHECK(tree_of(world).untracked() == wanted);
  CHECK(tree_of(world).dirty() == wanted);

  const git::PathSet made = {"only/new", "src/new", "strange"};
  std::erase_if(wanted, [&](const std::string& path) { return path == "src/new" || path.starts_with("only/new/"); });
  CHECK(tree_of(world).untracked(made) == wanted);
  CHECK(git::covers(made, "only/new/files/1"));
  CHECK_FALSE(git::covers(made, "only/newer"));
}

TEST_CASE("a hook sees the index that is being committed, also a partial or a first one", "[git]") {
  TestWorld world;
  world.sh("git init -q -b main .");
  world.dir.write("a", "1");
  world.dir.write("d/b", "1");
  world.sh("git add a d/b");
  CHECK(tree_of(world).staged() == Paths{"a", "d/b"});
  CHECK(tree_of(world).indexed("d").at("d/b") == tree_of(world).indexed("").at("a"));
  world.env["GIT_INDEX_FILE"] = ".git/next-index";
  world.sh("git add a");
  CHECK(tree_of(world).staged() == Paths{"a"});
  CHECK(tree_of(world).indexed("d").empty());
}

TEST_CASE("nothing is committed in the middle of something else", "[git]") {
  TestWorld world;
  world.git_init({{"f", "1"}});
  const auto refuses = [&](const git::WorkTree& tree) {
    world.dir.write("mine", "1");
    tree.stage({"mine"});
    const std::string head = world.sh("git rev-parse HEAD");
    CHECK(kind_of([&] { tree.commit_only({"mine"}, "m\n"); }) == ErrorKind::conflict);
    CHECK(world.sh("git rev-parse HEAD") == head);
  };
  SECTION("a merge") {
    world.sh(
        "git checkout -q -b side && echo 2 > f && git commit -qam s && git checkout -q main && echo 3 > f && git "
        "commit -qam m");
    world.sh("git merge -q side >/dev/null || true");
    refuses(tree_of(world));
  }
  SECTION("a rebase") {
    world.sh(
        "git checkout -q -b side && echo 2 > f && git commit -qam s && git checkout -q main && echo 3 > f && git "
        "commit -qam m");
    world.sh("git rebase -q side >/dev/null 2>&1 || true");
    refuses(tree_of(world));
  }
  SECTION("a cherry-pick") {
    world.sh(
        "git checkout -q -b side && echo 2 > f && git commit -qam s && git checkout -q main && echo 3 > f && git "
        "commit -qam m");
    world.sh("git cherry-pick side >/dev/null 2>&1 || true");
    refuses(tree_of(world));
  }
  SECTION("another index") {
    Environment env = world.env;
    env["GIT_INDEX_FILE"] = (world.dir / "other").string();
    refuses(git::WorkTree(world.dir.path(), env));
  }
  SECTION("index.lock") {
    world.dir.write(".git/index.lock", "");
    world.dir.write("f", "2");
    CHECK(kind_of([&] { tree_of(world).require_quiet(); }) == ErrorKind::conflict);
    CHECK(kind_of([&] { tree_of(world).stage({"f"}); }) == ErrorKind::conflict);
    CHECK_THROWS_WITH(tree_of(world).stage({"f"}), "git's index is locked");
  }
}

TEST_CASE("an index that another git holds for a moment is waited for", "[git]") {
  TestWorld world;
  world.git_init({{"f", "1"}});
  world.dir.write("f", "2");
  // The first to want the index finds it locked, and the lock gone when it looks.
  const std::string git = world.sh("command -v git");
  world.dir.write("bin/git", fmt::format(R"(#!/bin/sh
case " $* " in
*" update-index "*)
  if mkdir '{0}/asked' 2>/dev/null; then
    echo "fatal: Unable to create '{0}/.git/index.lock': File exists." >&2
    exit 128
  fi
esac
exec {1} "$@"
)",
                                         world.dir.path().string(), trim(git)));
  world.sh("chmod +x bin/git");
  world.env["PATH"] = (world.dir / "bin").string() + ":" + world.env["PATH"];
  tree_of(world).stage({"f"});
  CHECK(find_stat(world.dir / "asked"));
  CHECK(tree_of(world).staged() == Paths{"f"});
}

TEST_CASE("variables of an outer git do not reach the inner one", "[git]") {
  TestWorld world;
  world.git_init({{"here", "1"}});
  world.sh("git init -q elsewhere");
  world.env["GIT_DIR"] = (world.dir / "elsewhere/.git").string();
  world.env["GIT_INDEX_FILE"] = (world.dir / "elsewhere/index").string();
  CHECK(tree_of(world).tracked("") == Paths{"here"});
}

TEST_CASE("git's failures are one line, and its absence has a way out", "[git]") {
  TestWorld world;
  world.git_init();
  try {
    tree_of(world).run({"push", "nowhere", "main"});
    FAIL("pushed to nowhere");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::remote);
    CHECK(error.message().starts_with("git push failed: "));
    CHECK(error.message().find('\n') == std::string::npos);
  }
  world.env["PATH"] = (world.dir / "empty").string();
  CHECK(kind_of([&] { tree_of(world).files(); }) == ErrorKind::config);
}

TEST_CASE("a hook of the user can refuse mlo's commit and is heard", "[git]") {
  TestWorld world;
  world.git_init();
  world.dir.write(".git/hooks/pre-commit", "#!/bin/sh\necho not today >&2\nexit 1\n");
  world.sh("chmod +x .git/hooks/pre-commit");
  world.dir.write("x", "1");
  tree_of(world).stage({"x"});
  CHECK_THROWS_WITH(tree_of(world).commit_only({"x"}, "m\n"), "git commit failed: not today");
}

TEST_CASE("a commit takes a path as it is staged, not as it lies on disk", "[git]") {
  test::TestWorld world;
  world.git_init({{"README.md", "test\n"}, {"kept-on-disk", "1\n"}, {"edited", "1\n"}});
  const git::WorkTree tree = tree_of(world);
  tree.untrack({"kept-on-disk"});
  world.dir.write("edited", "2\n");
  tree.stage({"edited"});
  world.dir.write("edited", "3\n");
  world.dir.write("other", "1\n");
  tree.stage({"other"});
  tree.commit_only({"kept-on-disk", "edited"}, "m\n");
  CHECK(world.sh("git show --name-status --format= HEAD") == "M\tedited\nD\tkept-on-disk\n");
  CHECK(world.sh("git show HEAD:edited") == "2\n");
  CHECK(world.sh("git status --porcelain") == " M edited\nA  other\n?? kept-on-disk\n");
}
