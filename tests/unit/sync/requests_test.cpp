#include "lib/crypto/sha256.hpp"
#include "lib/sync/pull.hpp"
#include "lib/sync/push.hpp"
#include "lib/sync/remote_results.hpp"
#include "tests/support/lying_server.hpp"
#include "tests/support/test.hpp"
#include "tests/support/two_clones.hpp"

// How often the data remote is asked by whole commands.
using namespace mlo;

namespace {

/// Two clones with some files, a large one and a run; their data goes to the lying server's bucket.
struct BucketClones : test::TwoClones {
  BucketClones() {
    test::set_keys(env);
    for (int i = 0; i < 50; ++i) dir.write(fmt::format("a/d/sub/{}/n{}", i % 5, i), std::to_string(i));
    dir.write("a/d/large", std::string(kMaxPacked + 1, 'x'));
    save();
    publish(*a, "brave-otter");
    bucket("a")->init();
    server.requests();
  }
  void save() {
    add_datasets(*a, {.paths = {"d"}, .name = {}, .source = {}, .message = {}, .commit = true});
    sh("cd a && git push -q origin main && cd ../b && git pull -q");
  }
  std::unique_ptr<Remote> bucket(const char* clone) {
    return open_remote(world, {.name = "origin", .url = "s3://bucket/p", .endpoint = server.url()}, dir / clone);
  }
  SyncReport push_a(const std::vector<std::string>& names = {}, Mode mode = Mode::real) {
    return push(*a, *bucket("a"), names, mode);
  }
  SyncReport pull_b(RunObjects runs = RunObjects::skip) { return pull(*b, *bucket("b"), {}, runs, Mode::real); }
  std::size_t requests() {
    last = server.requests();
    UNSCOPED_INFO(last);
    return static_cast<std::size_t>(std::count(last.begin(), last.end(), '\n'));
  }

  test::LyingServer server;
  std::string last;
};

}  // namespace

TEST_CASE("a push asks the data remote once what is there, whatever it is about", "[sync]") {
  BucketClones w;
  CHECK(w.push_a().transfer.objects == 52 + 1 + 7 + 1);
  // A list; the large object, a pack of the small ones and their index; those of the trees; what the run made.
  CHECK(w.requests() == 7);
  CHECK(w.push_a().transfer.objects == 0);
  CHECK(w.requests() == 1);
  CHECK(w.push_a({"d"}).transfer.objects == 0);
  CHECK(w.requests() == 1);
  CHECK(w.push_a({}, Mode::dry_run).transfer.objects == 0);
  CHECK(w.requests() == 1);
  w.dir.write("a/d/sub/3/n3", "changed");
  w.save();
  CHECK(w.push_a().transfer.objects == 4);  // the file and the trees above it
  CHECK(w.requests() == 4);                 // a list; the file; the trees' pack and its index
  CHECK(w.push_a().transfer.objects == 0);
  CHECK(w.requests() == 1);
}

TEST_CASE("a pull of nothing asks nobody, one of a fresh clone asks once what is there", "[sync]") {
  BucketClones w;
  w.push_a();
  w.requests();
  CHECK(w.pull_b().transfer.objects == 52 + 1 + 7);
  CHECK(w.requests() == 8);  // a list; two indexes; three levels of trees; a part of a pack, the large object
  CHECK(std::count(w.last.begin(), w.last.end(), '?') == 1);
  CHECK(w.pull_b().transfer.objects == 0);
  CHECK(w.requests() == 0);
  CHECK(w.pull_b(RunObjects::fetch).transfer.objects == 1);
  CHECK(w.requests() == 2);
  CHECK(w.pull_b(RunObjects::fetch).transfer.objects == 0);
  CHECK(w.requests() == 0);
}

TEST_CASE("what another clone pushed since the last look is neither lost nor needed", "[sync]") {
  BucketClones w;
  w.push_a();
  w.pull_b();
  const auto remote = w.bucket("b");
  CHECK(push(*w.b, *remote, {}, Mode::real).transfer.objects == 0);
  w.dir.write("a/d/sub/3/n3", "changed");
  w.save();
  w.push_a();
  // The same object that speaks to the remote, in another command.
  CHECK(pull(*w.b, *remote, {}, RunObjects::skip, Mode::real).transfer.objects == 4);
  CHECK(read_file(w.dir / "b/d/sub/3/n3") == "changed");
  CHECK(push(*w.b, *remote, {}, Mode::real).transfer.objects == 0);
}

TEST_CASE("what others' runs made comes from a server without ranges where it can, else the stage runs", "[sync]") {
  BucketClones w;
  ObjectStore& store = w.a->store();
  const std::string large(kInPieces + 1, 'x');
  std::vector<ObjectRef> objects = {{store.put(large), large.size(), {}}};
  for (int i = 0; i < 20; ++i) objects.push_back({store.put(fmt::format("small {}", i)), 0, {}});
  const auto output = [&](const ObjectRef& object) {
    return SavedOutput{.path = "out", .content = {object.id, false, false, object.size, 1}, .stored = true};
  };
  upload(*w.world_a, store, *w.bucket("a"), objects, Mode::real);
  w.server.lie("GET", "p/(objects|packs)/", "whole", 1000);
  RemoteResults results(*w.b, w.bucket("b"));
  CHECK(results.fetch({output(objects[0])}));
  CHECK(w.b->store().has(objects[0].id));
  CHECK_FALSE(results.fetch({output(objects[5])}));
  REQUIRE_FALSE(w.log.lines.empty());
  CHECK(w.log.lines.back().find("the server ignores `Range`") != std::string::npos);
}
