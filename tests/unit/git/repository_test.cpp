#include "lib/git/repository.hpp"

#include <thread>

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using namespace mlo::git;
using mlo::test::TestWorld;

namespace {

const Signature kAda{"Ada", "ada@example.org", UtcTime::from_seconds(981'173'106)};

Repository open(TestWorld& world, std::string_view below = {}) {
  auto repo = Repository::discover(below.empty() ? world.dir.path() : world.dir / below, world.env);
  REQUIRE(repo);
  return std::move(*repo);
}

}  // namespace

TEST_CASE("a repository is found from any directory below it, and absence is an answer", "[git]") {
  TestWorld world;
  world.env["GIT_CEILING_DIRECTORIES"] = world.dir.path().parent_path();
  CHECK_FALSE(Repository::discover(world.dir.path(), world.env));
  world.git_init({{"a/b/c.txt", "x"}});
  const Repository repo = open(world, "a/b");
  CHECK(repo.work_dir() == world.dir.path());
  CHECK(repo.git_dir() == world.dir / ".git");
  CHECK(repo.common_dir() == repo.git_dir());
}

TEST_CASE("an unborn branch has a name and no commit; a detached HEAD has a commit and no branch", "[git]") {
  TestWorld world;
  world.sh("git init -q -b trunk .");
  {
    const Repository repo = open(world);
    CHECK(repo.head_branch() == "trunk");
    CHECK_FALSE(repo.head());
    CHECK_FALSE(repo.find_commit("HEAD"));
  }
  world.sh("git commit -q --allow-empty -m one && git checkout -q --detach");
  const Repository repo = open(world);
  CHECK_FALSE(repo.head_branch());
  CHECK(repo.head());
  CHECK(repo.find_commit("trunk") == repo.head());
}

TEST_CASE("a linked worktree shares the common directory and has its own HEAD", "[git]") {
  TestWorld world;
  world.git_init();
  world.sh("git worktree add -q -b side wt");
  const Repository repo = open(world, "wt");
  CHECK(repo.work_dir() == world.dir / "wt");
  CHECK(repo.common_dir() == world.dir / ".git");
  CHECK(repo.git_dir() == world.dir / ".git/worktrees/wt");
  CHECK(repo.head_branch() == "side");
}

TEST_CASE("a submodule is a repository of its own", "[git]") {
  TestWorld world;
  world.sh(
      "git init -q sub && git -C sub commit -q --allow-empty -m s && git init -q super && cd super && "
      "git -c protocol.file.allow=always submodule add -q ../sub dep");
  CHECK(open(world, "super/dep").work_dir() == world.dir / "super/dep");
}

TEST_CASE("repositories that cannot be used say why and the way out", "[git]") {
  TestWorld world;
  world.sh("git init -q --bare bare && git init -q --object-format=sha256 wide");
  const auto error_of = [&](const char* name) -> std::pair<std::string, std::string> {
    try {
      Repository::discover(world.dir / name, world.env);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::config);
      return {error.message(), error.hint()};
    }
    return {};
  };
  CHECK(error_of("bare").first.find("is bare") != std::string::npos);
  CHECK(error_of("bare").second.find("git worktree add") != std::string::npos);
  CHECK(error_of("wide").first.find("SHA-256") != std::string::npos);
  CHECK_FALSE(error_of("wide").second.empty());
}

TEST_CASE("sparse checkouts and partial clones open: their objects and refs are ordinary", "[git]") {
  TestWorld world;
  world.git_init({{"a/x", "1"}, {"b/y", "2"}});
  world.sh("git sparse-checkout set a && git config extensions.partialClone origin");
  CHECK(open(world).head());
}

TEST_CASE("trees change by path: set, replace a file by a directory, remove, and empty directories go", "[git]") {
  TestWorld world;
  world.git_init({{"keep.txt", "k"}, {"d/one", "1"}, {"f", "file"}});
  Repository repo = open(world);
  const ObjectId base = repo.load_commit(*repo.head()).tree;
  const ObjectId blob = repo.write_blob("new");
  const ObjectId tree = repo.write_tree(base, {{"d/one", std::nullopt},
                                               {"f/deep/er", blob},
                                               {"run.sh", blob, EntryKind::executable},
                                               {"absent/x", std::nullopt},
                                               {"missing", std::nullopt}});
  CHECK_FALSE(repo.find_entry(tree, "d"));
  CHECK_FALSE(repo.find_entry(tree, "absent"));
  CHECK(repo.find_entry(tree, "f/deep/er")->id == blob);
  CHECK(repo.find_entry(tree, "run.sh")->kind == EntryKind::executable);
  CHECK(repo.find_entry(tree, "keep.txt"));
  CHECK(repo.find_entry(tree, "")->id == tree);
  CHECK(repo.load_tree(tree).size() == 3);
  CHECK(repo.load_blob(blob) == "new");
  CHECK(world.sh("git ls-tree -r --name-only " + tree.hex()) == "f/deep/er\nkeep.txt\nrun.sh\n");
  CHECK(repo.write_tree(tree, {{"keep.txt", std::nullopt}, {"run.sh", std::nullopt}, {"f/deep/er", std::nullopt}})
            .hex() == "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
}

TEST_CASE("a tree refuses paths that would escape it", "[git]") {
  TestWorld world;
  world.git_init();
  Repository repo = open(world);
  const ObjectId blob = repo.write_blob("x");
  for (const char* path : {"", "/abs", "../up", "a/../b", ".git/config", "a/.GIT/x", "a//b", "a/"}) {
    CHECK_THROWS_AS(repo.write_tree(std::nullopt, {{path, blob}}), Error);
  }
}

TEST_CASE("commits and tags say exactly what they were given", "[git]") {
  TestWorld world;
  world.git_init();
  Repository repo = open(world);
  const ObjectId head = *repo.head();
  const ObjectId tree = repo.load_commit(head).tree;
  const ObjectId id = repo.write_commit(tree, {head}, kAda, kAda, "run: x\n\nMlo-Run: 1\n");
  CHECK(id == repo.write_commit(tree, {head}, kAda, kAda, "run: x\n\nMlo-Run: 1\n"));
  const Commit commit = repo.load_commit(id);
  CHECK(commit.message == "run: x\n\nMlo-Run: 1\n");
  CHECK(commit.parents == std::vector<ObjectId>{head});
  CHECK(commit.author.name == "Ada");
  CHECK(commit.committer.when == kAda.when);
  CHECK(repo.is_ancestor(head, id));
  CHECK_FALSE(repo.is_ancestor(id, head));
  const ObjectId tag = repo.write_tag(id, "v1", kAda, "note\n");
  CHECK(repo.move_ref("refs/tags/v1", std::nullopt, tag, "tag"));
  CHECK(repo.find_ref("refs/tags/v1") == tag);
  CHECK(repo.find_commit("v1") == id);
  CHECK(world.sh("git cat-file -t v1") == "tag\n");
  CHECK(world.sh("git fsck --strict 2>&1").find("error") == std::string::npos);
}

TEST_CASE("history is walked newest first until the visitor has enough", "[git]") {
  TestWorld world;
  world.git_init();
  world.sh("for i in 2 3 4; do git commit -q --allow-empty -m $i; done");
  const Repository repo = open(world);
  std::vector<std::string> seen;
  repo.walk(*repo.head(), [&](const Commit& commit) {
    seen.push_back(commit.message);
    return seen.size() < 3;
  });
  CHECK(seen == std::vector<std::string>{"4\n", "3\n", "2\n"});
}

TEST_CASE("a ref moves only from what was expected", "[git]") {
  TestWorld world;
  world.git_init();
  Repository repo = open(world);
  const ObjectId one = *repo.head();
  const ObjectId two = repo.write_commit(repo.load_commit(one).tree, {one}, kAda, kAda, "two\n");
  CHECK(repo.move_ref("refs/mlo/runs", std::nullopt, one, "run"));
  CHECK_FALSE(repo.move_ref("refs/mlo/runs", std::nullopt, two, "run"));
  CHECK_FALSE(repo.move_ref("refs/mlo/runs", two, two, "run"));
  CHECK(repo.move_ref("refs/mlo/runs", one, two, "run"));
  CHECK(repo.find_ref("refs/mlo/runs") == two);
  world.sh("git pack-refs --all");
  CHECK(repo.find_ref("refs/mlo/runs") == two);
  CHECK_FALSE(repo.delete_ref("refs/mlo/runs", one));
  CHECK(repo.delete_ref("refs/mlo/runs", two));
  CHECK_FALSE(repo.find_ref("refs/mlo/runs"));
  CHECK(repo.list_refs("refs/heads/").size() == 1);
}

TEST_CASE("the lock that a killed process left on mlo's own ref is taken over, one on another ref is not", "[git]") {
  TestWorld world;
  world.git_init();
  Repository repo = open(world);
  const ObjectId id = *repo.head();
  world.dir.write(".git/refs/mlo/runs.lock", "");
  CHECK(repo.move_ref("refs/mlo/runs", std::nullopt, id, "test"));
  CHECK(repo.find_ref("refs/mlo/runs") == id);
  world.dir.write(".git/refs/heads/topic.lock", "");
  CHECK_THROWS_WITH(repo.move_ref("refs/heads/topic", std::nullopt, id, "test"),
                    Catch::Contains("another program holds it"));
  CHECK(find_stat(world.dir / ".git/refs/heads/topic.lock"));
}

TEST_CASE("no increment of a ref is lost among threads that compare, swap and retry", "[git]") {
  TestWorld world;
  world.git_init();
  const ObjectId tree = open(world).load_commit(*open(world).head()).tree;
  constexpr int kThreads = 4, kEach = 5;
  const auto work = [&](int thread) {
    auto repo = std::move(*Repository::discover(world.dir.path(), world.env));
    for (int i = 0; i < kEach;) {
      const auto old = repo.find_ref("refs/mlo/runs");
      std::vector<ObjectId> parents;
      if (old) parents.push_back(*old);
      const ObjectId next = repo.write_commit(tree, parents, kAda, kAda, fmt::format("{}.{}\n", thread, i));
      if (repo.move_ref("refs/mlo/runs", old, next, "run")) ++i;
    }
  };
  std::vector<std::jthread> threads;
  for (int t = 0; t < kThreads; ++t) threads.emplace_back(work, t);
  threads.clear();
  CHECK(world.sh("git rev-list --count refs/mlo/runs") == "20\n");
}

TEST_CASE("configuration is what git would say with the same environment", "[git]") {
  TestWorld world;
  world.git_init();
  world.env["GIT_CONFIG_GLOBAL"] = (world.dir / "global").string();
  world.dir.write("global", "[user]\n\tname = Global\n[mlo]\n\ta = g\n\tb = g\n");
  world.sh("git config mlo.a local");
  const Repository repo = open(world);
  CHECK(repo.config("mlo.a") == "local");
  CHECK(repo.config("mlo.b") == "g");
  CHECK_FALSE(repo.config("mlo.none"));
  world.env["GIT_CONFIG_COUNT"] = "1";
  world.env["GIT_CONFIG_KEY_0"] = "mlo.A";
  world.env["GIT_CONFIG_VALUE_0"] = "env";
  CHECK(open(world).config("mlo.a") == "env");
}

TEST_CASE("the identity is the environment's, then the configuration's, and its absence says what to type", "[git]") {
  TestWorld world;
  world.git_init();
  const Repository repo = open(world);
  CHECK(repo.identity(world.env, kAda.when).name == "Ada Tester");
  CHECK(repo.identity({{"GIT_COMMITTER_NAME", "C <x>\n"}, {"EMAIL", "c@d"}}, kAda.when).name == "C x");
  CHECK_THROWS_AS(repo.identity({}, kAda.when), Error);
  world.sh("git config user.name Conf && git config user.email conf@example.org");
  CHECK(open(world).identity({}, kAda.when).email == "conf@example.org");
}

TEST_CASE("an object id reads only forty lower-case hex digits", "[git]") {
  const std::string hex = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
  CHECK(ObjectId::parse(hex)->hex() == hex);
  CHECK(ObjectId::parse_tagged("git-sha1:" + hex)->tagged() == "git-sha1:" + hex);
  CHECK_FALSE(ObjectId::parse(hex.substr(1)));
  CHECK_FALSE(ObjectId::parse(hex + "0"));
  CHECK_FALSE(ObjectId::parse_tagged(hex));
}
