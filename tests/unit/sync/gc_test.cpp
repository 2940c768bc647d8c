#include "lib/sync/gc.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "lib/crypto/sha256.hpp"
#include "lib/data/add.hpp"
#include "lib/runs/event_log.hpp"
#include "lib/sync/gc_roots.hpp"
#include "lib/util/text.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

/// A repository whose dataset `d` has one version after another.
struct Bench : test::TestWorld {
  std::optional<Workspace> workspace;

  Bench() {
    git_init();
    Workspace::init(world);
    workspace.emplace(Workspace::open(world));
    sh("git add -A && git commit -qm mlo");
  }
  /// Adds, without a commit; the file's id.
  Digest add(const std::string& text, const std::string& path = "d/x") {
    dir.write(path, text);
    add_datasets(*workspace, {.paths = {"d"}, .name = {}, .source = {}, .message = {}, .commit = false});
    return sha256(text);
  }
  GcReport collect(GcOptions options = {}) {
    options.mode = Mode::real;
    if (options.grace == kGcGrace) options.grace = {};
    options.unpushed = GcOptions::Unpushed::take;
    return gc(*workspace, {}, options);
  }
  bool has(const Digest& id) { return ObjectStore(workspace->store().root()).has(id); }
};

}  // namespace

TEST_CASE("gc finds digests that stand by themselves", "[sync]") {
  const std::string hex(64, 'a');
  std::size_t count = 0;
  const auto found = [&](const Digest&) { ++count; };
  find_digests("tree: sha256:" + hex + "\nid: " + hex, found);
  CHECK(count == 2);
  find_digests(hex + "a " + hex.substr(1) + " A" + std::string(64, 'A'), found);
  CHECK(count == 2);
  find_digests(hex, found);
  CHECK(count == 3);
}

TEST_CASE("gc keeps every version that a commit, reflog, stash, tag, index or work tree names", "[sync]") {
  Bench bench;
  std::vector<Digest> kept;
  kept.push_back(bench.add("committed, then amended\n"));
  bench.sh("git commit -qm one");
  kept.push_back(bench.add("on a branch\n"));
  bench.sh("git checkout -q -b side && git commit -qm two && git checkout -q main");
  kept.push_back(bench.add("only a tag has it\n"));
  bench.sh("git commit -qm three && git tag v1 && git reset -q --hard HEAD~1 && git reflog expire --expire=now --all");
  kept.push_back(bench.add("only the reflog has it\n"));
  bench.sh("git commit -qam four && git reset -q --hard HEAD~1");
  kept.push_back(bench.add("stashed\n"));
  bench.sh("git stash -q");
  kept.push_back(bench.add("detached in another work tree\n"));
  bench.sh("git worktree add -q --detach wt && cp .mlo/data/d.yaml wt/.mlo/data/ && cd wt && git commit -qam five");
  kept.push_back(bench.add("in the index of another work tree\n"));
  bench.sh(
      "cp .mlo/data/d.yaml wt/.mlo/data/ && cd wt && git add -A && git checkout-index -f -a; "
      "git show HEAD:.mlo/data/d.yaml > .mlo/data/d.yaml");
  kept.push_back(bench.add("on the disk of another work tree\n"));
  bench.sh("cp .mlo/data/d.yaml wt/.mlo/data/");
  kept.push_back(bench.add("in the index\n"));
  kept.push_back(bench.add("on disk\n"));
  bench.sh("git reset -q && git add .mlo/data/d.yaml");
  const Digest index = bench.add("in the index, not on disk\n");
  bench.sh("git add -A && git show HEAD:.mlo/data/d.yaml > .mlo/data/d.yaml");
  kept.push_back(index);
  bench.sh("git update-ref refs/mlo-remotes/far/x $(git commit-tree -m far $(git write-tree))");
  bench.sh("git show HEAD:.mlo/data/d.yaml > .mlo/data/d.yaml && git add -A");
  const Digest lost = bench.workspace->store().put("nobody names this\n");

  const GcReport report = bench.collect();
  for (std::size_t i = 0; i < kept.size(); ++i) {
    // Those that the index or disk lost again are named by nothing.
    if (i == 8 || i == 9) continue;
    INFO("version " << i);
    CHECK(bench.has(kept[i]));
  }
  CHECK_FALSE(bench.has(lost));
  CHECK(report.needed.objects > 0);
}

TEST_CASE("gc takes a version once nothing names it, and gives it back when something does again", "[sync]") {
  Bench bench;
  const Digest first = bench.add("first\n");
  const std::string manifest = bench.sh("cat .mlo/data/d.yaml");
  const Digest second = bench.add("second\n");
  const GcReport report = bench.collect();
  CHECK(report.taken.objects == 2);  // the file and its tree
  CHECK_FALSE(bench.has(first));
  CHECK(bench.has(second));
  CHECK(report.trash.files == 2);

  bench.dir.write(".mlo/data/d.yaml", manifest);
  CHECK(bench.collect().restored == 2);
  CHECK(bench.has(first));
}

TEST_CASE("gc spares what is young, unless told to, and empties trash a day later", "[sync]") {
  Bench bench;
  const Digest first = bench.add("first\n");
  bench.add("second\n");
  GcOptions options{.grace = std::chrono::hours(1)};
  CHECK(bench.collect(options).young.objects == 2);
  CHECK(bench.has(first));
  CHECK(bench.collect().taken.objects == 2);
  const GcReport again = bench.collect();
  CHECK(again.emptied.files == 0);
  CHECK(again.trash.files == 2);
  bench.clock.advance(std::chrono::hours(25));
  CHECK(bench.collect().emptied.files == 2);
}

TEST_CASE("gc keeps what no remote has", "[sync]") {
  Bench bench;
  const Digest pushed = bench.add("pushed\n");
  const RemoteConfig config{.name = "far", .url = (bench.dir / "far").string()};
  std::vector<std::unique_ptr<Remote>> remotes;
  remotes.push_back(open_remote(bench.world, config, bench.dir.path()));
  remotes[0]->init();
  remotes[0]->put_bytes(pushed, "pushed\n");
  remotes[0]->flush();
  const Digest alone = bench.add("alone\n");
  bench.add("now\n");
  const GcReport report = gc(*bench.workspace, remotes, {.mode = Mode::real, .grace = {}});
  CHECK(report.taken.objects == 1);
  CHECK(report.unpushed.objects == 3);  // and two trees
  CHECK_FALSE(bench.has(pushed));
  CHECK(bench.has(alone));
}

TEST_CASE("a dry run changes nothing", "[sync]") {
  Bench bench;
  const Digest first = bench.add("first\n");
  bench.add("second\n");
  const std::string before = bench.sh("find .git/mlo -type f | sort");
  const GcReport report = gc(*bench.workspace, {}, {.grace = {}, .unpushed = GcOptions::Unpushed::take});
  CHECK(report.taken.objects == 2);
  CHECK(bench.has(first));
  CHECK(bench.sh("find .git/mlo -type f | sort") == before);
}

TEST_CASE("gc stops at what it cannot read", "[sync]") {
  Bench bench;
  const Digest first = bench.add("first\n");
  bench.add("second\n");
  SECTION("a malformed manifest") {
    bench.dir.write(".mlo/data/e.yaml", "mlo: dataset/1\nname: [\n");
    CHECK_THROWS_AS(bench.collect(), Error);
  }
  SECTION("a malformed lock below") {
    bench.dir.write("sub/mlo.lock", "stages: 7\n");
    CHECK_THROWS_AS(bench.collect(), Error);
  }
  SECTION("a manifest that git lost") {
    bench.sh(
        "git commit -qm two && id=$(git rev-parse HEAD:.mlo/data/d.yaml) && "
        "rm -f .git/objects/$(echo $id | cut -c1-2)/$(echo $id | cut -c3-)");
    CHECK_THROWS_AS(bench.collect(), Error);
  }
  SECTION("a locked work tree that is not mounted") {
    bench.sh("git commit -qm two && git worktree add -q wt && git worktree lock wt && rm -r wt");
    CHECK_THROWS_AS(bench.collect(), Error);
  }
  CHECK(bench.has(first));
}

TEST_CASE("gc keeps what a live run logged, and what both sides of a merge name", "[sync]") {
  Bench bench;
  ObjectStore& store = bench.workspace->store();
  const Digest logged = store.put("logged\n"), ours = store.put("ours\n"), theirs = store.put("theirs\n");
  const fs::path run = bench.workspace->local() / "runs" / std::string(32, '7');
  make_dirs(run);
  create_event_log(run);
  append_events(run, {ArtifactEvent{{.path = "a", .id = logged}}});
  bench.sh("git worktree add -q wt");
  bench.dir.write("wt/.mlo/data/d.yaml",
                  "<<<<<<< HEAD\ntree: " + ours.str() + "\n=======\ntree: " + theirs.str() + "\n>>>>>>> side\n");
  bench.collect();
  CHECK(bench.has(logged));
  CHECK(bench.has(ours));
  CHECK(bench.has(theirs));
}

TEST_CASE("while another process stores, gc spares what it may count on", "[sync]") {
  Bench bench;
  const Digest first = bench.add("first\n");
  bench.add("second\n");
  {
    ObjectStore other(bench.workspace->store().root());
    other.put("of a process that still runs\n");
    const GcReport report = bench.collect();
    CHECK(report.busy);
    CHECK(report.taken.objects == 0);
  }
  CHECK(bench.has(first));
  CHECK(bench.collect().taken.objects == 3);
}

TEST_CASE("a clock that jumps ahead costs a running process nothing, and a clock set back no trash", "[sync]") {
  constexpr std::chrono::hours kAge(24 * 365 * 100);
  Bench bench;
  const Digest first = bench.add("first\n");
  bench.add("second\n");
  const fs::path root = bench.workspace->store().root();
  bench.workspace.reset();
  wait_for_tick(root);
  {
    ObjectStore other(root);  // nobody stored when it began
    const Digest stored = other.put("of a process that still runs\n");
    const Digest claimed = sha256("second\n");
    CHECK(other.claim(claimed));
    bench.workspace.emplace(Workspace::open(bench.world));
    bench.clock.advance(kAge);
    bench.sh("rm .mlo/data/d.yaml && git rm -q --cached .mlo/data/d.yaml");
    const GcReport report = bench.collect();
    CHECK(report.busy);
    CHECK(bench.has(stored));
    CHECK(bench.has(claimed));
    CHECK_FALSE(bench.has(first));
  }
  bench.clock.advance(-kAge);
  CHECK(bench.collect({.trash = GcOptions::Trash::all}).trash.files == 0);
}

TEST_CASE("a gc that began before there was a store takes nothing of it", "[sync]") {
  Bench bench;
  const Digest first = bench.add("first\n");
  bench.add("second\n");
  // Another process makes the store when this one is past its look, and asks git what is needed.
  bench.sh("mv .git/mlo/objects .git/made-later && mkdir bin");
  bench.dir.write("bin/git", fmt::format(R"(#!/bin/sh
mv '{0}/.git/made-later' '{0}/.git/mlo/objects' 2>/dev/null
exec {1} "$@"
)",
                                         bench.dir.path().string(), trim(bench.sh("command -v git"))));
  bench.sh("chmod +x bin/git");
  bench.env["PATH"] = (bench.dir / "bin").string() + ":" + bench.env["PATH"];
  CHECK(bench.collect().taken.objects == 0);
  CHECK(bench.has(first));
  CHECK(bench.collect().taken.objects == 2);
}

TEST_CASE("gc removes temporary files that nobody has open for long", "[sync]") {
  Bench bench;
  bench.add("first\n");
  const fs::path base = bench.workspace->local();
  write_file(base / "packs/.mlo-tmp-dead", "x");
  write_file(base / "packs/.mlo-tmp-open", "x");
  const timespec old[2] = {{1, 0}, {1, 0}};
  const fs::path index = bench.workspace->repo().common_dir() / ".mlo-tmp-dead.index";  // of a commit that was killed
  write_file(index, "x");
  for (const fs::path& file : {base / "packs/.mlo-tmp-dead", base / "packs/.mlo-tmp-open", index})
    REQUIRE(::utimensat(AT_FDCWD, file.c_str(), old, 0) == 0);
  const auto open = LockFile::try_acquire(base / "packs/.mlo-tmp-open", "");
  REQUIRE(::utimensat(AT_FDCWD, (base / "packs/.mlo-tmp-open").c_str(), old, 0) == 0);
  CHECK(bench.collect().litter == 2);
  CHECK_FALSE(find_stat(base / "packs/.mlo-tmp-dead"));
  CHECK_FALSE(find_stat(index));
  CHECK(find_stat(base / "packs/.mlo-tmp-open"));
}

namespace {

/// Two repositories with one cache.
struct TwoUsers : test::TestWorld {
  std::optional<World> world_a, world_b;
  std::optional<Workspace> a, b;

  TwoUsers() {
    sh("mkdir cache");
    a.emplace(make("a", world_a));
    b.emplace(make("b", world_b));
  }
  Workspace make(const std::string& name, std::optional<World>& here) {
    sh("git init -q -b main " + name + " && mkdir " + name + "/d && git -C " + name + " commit -q --allow-empty -m x");
    here.emplace(world);
    here->cwd = dir / name;
    Workspace::init(*here);
    dir.write(name + "/.git/mlo/config.yaml", "mlo: config/1\ncache:\n  dir: ../cache\n");
    return Workspace::open(*here);
  }
  Digest add(Workspace& workspace, const std::string& text) {
    write_file(workspace.root() / "d/x", text);
    add_datasets(workspace, {.paths = {"d"}, .name = {}, .source = {}, .message = {}, .commit = false});
    return sha256(text);
  }
  GcReport collect(Workspace& workspace) {
    return gc(workspace, {},
              {.mode = Mode::real, .grace = {}, .unpushed = GcOptions::Unpushed::take, .trash = GcOptions::Trash::all});
  }
  bool has(const Digest& id) { return ObjectStore(dir / "cache/objects").has(id); }
};

}  // namespace

TEST_CASE("a gc keeps what another repository needs of the same cache", "[sync]") {
  TwoUsers users;
  const Digest of_a = users.add(*users.a, "of a\n"), of_b = users.add(*users.b, "of b\n");
  CHECK_FALSE(find_stat(users.dir / "a/.git/mlo/objects"));
  const Digest old = users.add(*users.b, "of b, anew\n");
  users.b.reset();  // its process ends
  const GcReport report = users.collect(*users.a);
  CHECK(report.repositories == 2);
  CHECK(report.taken.objects == 2);
  CHECK(users.has(of_a));
  CHECK_FALSE(users.has(of_b));
  CHECK(users.has(old));
}

TEST_CASE("a gc stops if a repository that shares the cache is gone, until it is forgotten", "[sync]") {
  TwoUsers users;
  const Digest of_b = users.add(*users.b, "of b\n");
  users.b.reset();
  users.sh("mv b away");
  CHECK_THROWS_AS(users.collect(*users.a), Error);
  CHECK(users.has(of_b));
  CHECK_THROWS_AS(forget_repository(*users.a, "c"), Error);
  users.sh("mv away b");
  users.collect(*users.a);
  CHECK(users.has(of_b));
  users.sh("rm -rf b");
  forget_repository(*users.a, "../b");
  CHECK(users.collect(*users.a).repositories == 1);
  CHECK_FALSE(users.has(of_b));
}

TEST_CASE("a cache that is not there is an error, never a new one", "[sync]") {
  TwoUsers users;
  users.sh("mv cache unmounted");
  CHECK_THROWS_AS(Workspace::open(*users.world_a), Error);
  CHECK_FALSE(find_stat(users.dir / "cache"));
}
