#include <condition_variable>

#include "lib/crypto/sha256.hpp"
#include "lib/data/datasets.hpp"
#include "lib/drift/baseline.hpp"
#include "lib/sync/fsck.hpp"
#include "lib/sync/pull.hpp"
#include "lib/sync/push.hpp"
#include "tests/support/test.hpp"
#include "tests/support/two_clones.hpp"

using namespace mlo;
using test::TwoClones;

namespace {

/// A remote whose wire is cut after some objects.
class CutRemote : public Remote {
 public:
  CutRemote(std::unique_ptr<Remote> inner, int puts) : inner_(std::move(inner)), puts_(puts) {}
  std::vector<Digest> find_missing(const std::vector<Digest>& ids, Look look) override {
    return inner_->find_missing(ids, look);
  }
  void put_file(const Digest& id, const fs::path& file, const Moved& moved) override {
    send(id, [&] { inner_->put_file(id, file, moved); });
  }
  void put_bytes(const Digest& id, std::string_view bytes) override {
    send(id, [&] { inner_->put_bytes(id, bytes); });
  }
  void put_record(const Digest& id, const Record& record) override {
    send(id, [&] { inner_->put_record(id, record); });
  }
  bool is_recipe(const Digest& id) override { return inner_->is_recipe(id); }
  std::optional<Record> find_record(const Digest& id) override { return inner_->find_record(id); }
  void flush() override { inner_->flush(); }
  bool get(const Digest& id, const std::optional<FileRange>& range, const FileTarget& target) override {
    return inner_->get(id, range, target);
  }
  RemoteCheck find_lost(const std::vector<Digest>& known, const SizeHere& size_here, Reading reading,
                        Healing healing) override {
    return inner_->find_lost(known, size_here, reading, healing);
  }
  void forget_lost() override { inner_->forget_lost(); }
  void init() override { inner_->init(); }
  void check() override { inner_->check(); }
  const std::string& name() const override { return inner_->name(); }

 private:
  virtual void begin(const Digest& /*id*/) {}
  void send(const Digest& id, const std::function<void()>& put) {
    begin(id);
    const std::lock_guard lock(mutex_);  // flush is for one thread
    if (puts_-- <= 0) throw Error(ErrorKind::remote, "the wire is cut");
    put();
    inner_->flush();
  }

  std::unique_ptr<Remote> inner_;
  std::mutex mutex_;
  int puts_;
};

/// A remote whose first put of some object is so slow that the next one would be done before it.
class SlowRemote : public CutRemote {
 public:
  SlowRemote(std::unique_ptr<Remote> inner, DigestSet slow)
      : CutRemote(std::move(inner), 100), slow_(std::move(slow)) {}
  std::vector<Digest> order;  ///< how those came

 private:
  void begin(const Digest& id) override {
    if (!slow_.contains(id)) return;
    std::unique_lock lock(mutex_);
    if (!std::exchange(waited_, true)) overtaken_.wait_for(lock, std::chrono::milliseconds(300));
    order.push_back(id);
    overtaken_.notify_all();
  }

  const DigestSet slow_;
  std::mutex mutex_;
  std::condition_variable overtaken_;
  bool waited_ = false;
};

class ReadOnlyRemote : public CutRemote {
 public:
  explicit ReadOnlyRemote(std::unique_ptr<Remote> inner) : CutRemote(std::move(inner), 0) {}
  bool is_read_only() const override { return true; }
};

}  // namespace

TEST_CASE("what one clone pushes another pulls, data and runs", "[sync]") {
  TwoClones w;
  w.publish(*w.a, "brave-otter");
  const SyncReport pushed = push(*w.a, *w.remote(), {}, Mode::real);
  CHECK(pushed.transfer.objects == 5);  // two files, two trees, one output
  CHECK(pushed.runs_moved);
  const SyncReport again = push(*w.a, *w.remote(), {}, Mode::real);
  CHECK(again.transfer.objects == 0);
  CHECK_FALSE(again.runs_moved);

  const SyncReport pulled = pull(*w.b, *w.remote(), {}, RunObjects::skip, Mode::real);
  CHECK(pulled.runs_moved);
  CHECK(pulled.results_left);
  CHECK(pulled.transfer.objects == 4);
  CHECK(read_file(w.dir / "b/d/sub/y") == "22\n");
  CHECK_FALSE(pull(*w.b, *w.remote(), {}, RunObjects::skip, Mode::real).results_left);  // said once
  CHECK(w.names(*w.b) == std::vector<std::string>{"brave-otter"});
  CHECK(pull(*w.b, *w.remote(), {}, RunObjects::fetch, Mode::real).transfer.objects == 1);
  CHECK(w.b->store().verify(sha256("brave-otter")));
  CHECK(w.sh("git -C b for-each-ref --format='%(refname)' refs/mlo-remotes") == "refs/mlo-remotes/origin/runs\n");
}

TEST_CASE("nothing is left behind where all results come along, or runs made none", "[sync]") {
  TwoClones w;
  w.publish(*w.a, "brave-otter");
  push(*w.a, *w.remote(), {}, Mode::real);
  CHECK_FALSE(pull(*w.b, *w.remote(), {}, RunObjects::fetch, Mode::real).results_left);
  RunRecord bare;
  bare.started = bare.ended = w.clock.now();
  bare.id = make_uuid7(bare.started, w.rng);
  RunStore(*w.a).publish(bare, {});
  push(*w.a, *w.remote(), {}, Mode::real);
  const SyncReport pulled = pull(*w.b, *w.remote(), {}, RunObjects::skip, Mode::real);
  CHECK(pulled.runs_moved);
  CHECK_FALSE(pulled.results_left);
}

TEST_CASE("a drift baseline travels with its rows", "[sync]") {
  TwoClones w;
  w.dir.write("a/january.csv", "x\n1.5\n2.5\n");
  drift::save_baseline(*w.a, "delay", resolve_source(w.dir / "a", nullptr, "january.csv"), {});
  w.sh("cd a && git commit -qm baseline && git push -q origin main && cd ../b && git pull -q");
  push(*w.a, *w.remote(), {}, Mode::real);
  const drift::Baseline baseline = drift::load_baseline(*w.b, "delay");
  CHECK_THROWS_AS(drift::baseline_source(*w.b, baseline), Error);
  pull(*w.b, *w.remote(), {"d"}, RunObjects::skip, Mode::real);
  CHECK_THROWS_AS(drift::baseline_source(*w.b, baseline), Error);
  pull(*w.b, *w.remote(), {}, RunObjects::skip, Mode::real);
  CHECK(read_file(drift::baseline_source(*w.b, baseline).files.at(0)) == "x\n1.5\n2.5\n");

  fs::remove(*w.b->store().find_file_of(baseline.tree));
  for (const char* part : {"objects/objects", "objects/packs", "objects/index"}) fs::remove_all(w.dir / part);
  CHECK_THROWS_WITH(push(*w.b, *w.remote(), {}, Mode::real), Catch::Contains("baseline `delay`"));
}

TEST_CASE("two clones that both have new runs end with the union", "[sync]") {
  TwoClones w;
  w.publish(*w.a, "one");
  w.publish(*w.b, "two");
  push(*w.a, *w.remote(), {"d"}, Mode::real);
  push(*w.a, *w.remote(), {}, Mode::real);
  pull(*w.b, *w.remote(), {"d"}, RunObjects::skip, Mode::real);
  push(*w.b, *w.remote(), {}, Mode::real);
  pull(*w.a, *w.remote(), {}, RunObjects::skip, Mode::real);
  CHECK(w.names(*w.a) == std::vector<std::string>{"one", "two"});
  CHECK(w.names(*w.b) == std::vector<std::string>{"one", "two"});
}

TEST_CASE("a push that is cut never shows a name whose objects are not there", "[sync]") {
  for (int puts = 0; puts < 5; ++puts) {
    TwoClones w;
    w.publish(*w.a, "brave-otter");
    CutRemote cut(w.remote(), puts);
    CHECK_THROWS_WITH(push(*w.a, cut, {}, Mode::real), "the wire is cut");
    CHECK(w.sh("git -C hub.git for-each-ref refs/mlo").empty());
    // A tree that is there has all it names.
    const ObjectStore there(w.dir / "objects/objects");
    const Digest top = load_dataset(*w.a, "d").tree;
    for (const TreeEntry& entry : w.a->store().get_tree(top)) {
      if (there.has(top)) CHECK(there.has(entry.id));
    }
    CHECK(push(*w.a, *w.remote(), {}, Mode::real).transfer.objects == 5U - static_cast<unsigned>(puts));
  }
}

TEST_CASE("a tree is never sent before those it names", "[sync]") {
  TwoClones w;
  const Digest top = load_dataset(*w.a, "d").tree;
  const std::vector<TreeEntry> entries = w.a->store().get_tree(top);
  REQUIRE(entries.at(0).kind == TreeEntryKind::directory);
  const std::vector<Digest> expected{entries.at(0).id, top};
  SlowRemote remote(w.remote(), {expected.begin(), expected.end()});
  push(*w.a, remote, {}, Mode::real);
  CHECK(remote.order == expected);
}

TEST_CASE("an object that nobody has stops the push of its dataset before anything is sent", "[sync]") {
  TwoClones w;
  fs::remove(*w.a->store().find_file_of(sha256("22\n")));
  CHECK_THROWS_AS(push(*w.a, *w.remote(), {}, Mode::real), Error);
  CHECK_FALSE(find_stat(w.dir / "objects/objects"));
}

TEST_CASE("all versions of all branches travel if that is asked for, also a side that a merge did not take", "[sync]") {
  TwoClones w;
  const auto commit = [&](const char* text) {
    w.dir.write("a/d/x", text);
    add_datasets(*w.a, {.paths = {"d"}, .name = {}, .source = {}, .message = {}, .commit = true});
    return load_dataset(*w.a, "d").tree;
  };
  const Digest first = load_dataset(*w.a, "d").tree;
  w.sh("cd a && git switch -q -c side");
  const Digest side = commit("side\n");
  w.sh("cd a && git switch -q main && git merge -q -s ours side -m merged && git branch -q -D side");
  const Digest last = commit("last\n");
  push(*w.a, *w.remote(), {}, Mode::real);
  const auto missing = [&] { return w.remote()->find_missing({first, side, last}); };
  CHECK(missing() == std::vector<Digest>{first, side});
  push(*w.a, *w.remote(), {}, Mode::real, Versions::all);
  CHECK(missing().empty());
  CHECK(push(*w.a, *w.remote(), {}, Mode::real, Versions::all).transfer.objects == 0);

  w.sh("cd a && git push -q origin main && cd ../b && git pull -q");
  pull(*w.b, *w.remote(), {}, RunObjects::skip, Mode::real);
  CHECK_FALSE(w.b->store().has(side));
  pull(*w.b, *w.remote(), {}, RunObjects::skip, Mode::real, Versions::all);
  for (const Digest& tree : {first, side, last}) CHECK(w.b->store().has(tree));
  CHECK(w.b->store().has(sha256("side\n")));
  CHECK(w.log.lines.empty());

  // What nobody has any more is told of once, and stops nothing.
  fs::remove(*w.a->store().find_file_of(side));
  for (const char* part : {"objects/objects", "objects/packs", "objects/index"}) fs::remove_all(w.dir / part);
  for (const char* part : {"objects", "packs"}) fs::remove_all(w.dir / "b/.git/mlo" / part);
  const std::vector<std::string> said{"warning: 1 object is neither here nor on the remote, the first of dataset `d`"};
  const std::uint64_t planned = push(*w.a, *w.remote(), {}, Mode::dry_run, Versions::all).transfer.objects;
  w.log.lines.clear();
  CHECK(push(*w.a, *w.remote(), {}, Mode::real, Versions::all).transfer.objects == planned);
  CHECK(w.log.lines == said);
  w.log.lines.clear();
  pull(*w.b, *w.remote(), {}, RunObjects::skip, Mode::real, Versions::all);
  CHECK(w.log.lines == said);
  CHECK(w.b->store().has(first));
}

TEST_CASE("a pull leaves unsaved changes alone and says so", "[sync]") {
  TwoClones w;
  push(*w.a, *w.remote(), {}, Mode::real);
  w.dir.write("b/d/x", "mine\n");
  const SyncReport report = pull(*w.b, *w.remote(), {}, RunObjects::skip, Mode::real);
  CHECK(report.left_alone == std::vector<std::string>{"d"});
  CHECK(read_file(w.dir / "b/d/x") == "mine\n");
}

TEST_CASE("what a remote lost is sent again by the clone that has it", "[sync]") {
  TwoClones w;
  for (int i = 0; i < 10; ++i) w.dir.write(fmt::format("a/d/n{}", i), std::to_string(i));
  add_datasets(*w.a, {.paths = {"d"}, .name = {}, .source = {}, .message = {}, .commit = true});
  push(*w.a, *w.remote(), {}, Mode::real);
  CHECK(fsck(*w.a, w.remote().get()).lost.empty());
  // Looking changes nothing, however often: neither a damaged pack nor one that is not there.
  for (const auto& file : fs::directory_iterator(w.dir / "objects/packs")) {
    fs::permissions(file.path(), fs::perms::owner_write, fs::perm_options::add);
    fs::resize_file(file.path(), 10);
  }
  CHECK_FALSE(fsck(*w.a, w.remote().get(), Reading::sizes, Healing::unwanted).good());
  CHECK_FALSE(fs::is_empty(w.dir / "objects/packs"));
  fs::remove_all(w.dir / "objects/packs");
  for (int i = 0; i < 2; ++i) {
    const FsckReport seen = fsck(*w.a, w.remote().get(), Reading::all, Healing::unwanted);
    CHECK_FALSE(seen.good());
    CHECK(seen.lost.size() == 12);
    CHECK(std::none_of(seen.lost.begin(), seen.lost.end(), [](const LostObject& object) { return object.sent; }));
  }
  const FsckReport report = fsck(*w.a, w.remote().get());
  CHECK(report.good());
  CHECK(report.lost.size() == 12);
  CHECK(std::all_of(report.lost.begin(), report.lost.end(),
                    [](const LostObject& object) { return object.sent && object.owner == "dataset `d`"; }));
  CHECK(fsck(*w.a, w.remote().get(), Reading::all).lost.empty());
  w.sh("cd a && git push -q origin main && cd ../b && git pull -q");
  pull(*w.b, *w.remote(), {}, RunObjects::skip, Mode::real);
  CHECK(read_file(w.dir / "b/d/n7") == "7");
  // What neither has is told once.
  fs::remove_all(w.dir / "objects/packs");
  std::optional<World> world;
  w.sh("git clone -q a c");
  Workspace empty = w.open("c", world, /*init=*/false);
  CHECK_FALSE(fsck(empty, w.remote().get()).good());
  CHECK(fsck(empty, w.remote().get()).good());
  CHECK(push(*w.a, *w.remote(), {}, Mode::real).transfer.objects == 12);
}

TEST_CASE("what a remote lost of older versions is found and sent again", "[sync]") {
  TwoClones w;
  const std::string old(2'000'000, 'o');
  w.dir.write("a/d/x", old);
  const auto save = [&] {
    add_datasets(*w.a, {.paths = {"d"}, .name = {}, .source = {}, .message = {}, .commit = true});
  };
  save();
  push(*w.a, *w.remote(), {}, Mode::real);
  w.dir.write("a/d/x", "3\n");
  save();
  w.dir.write("a/d/x", std::string(2'000'000, 'u'));
  save();  // never pushed: not lost
  w.dir.write("a/d/x", "3\n");
  save();
  push(*w.a, *w.remote(), {}, Mode::real);
  const fs::path file = w.dir / "objects/objects" / ObjectStore::relative_path(sha256(old));
  REQUIRE(find_stat(file));
  CHECK(fsck(*w.a, w.remote().get()).lost.empty());
  for (const char* harm : {"rm", "truncate -s 5", "perl -pi -e s/o/p/"}) {
    INFO(harm);
    w.sh(fmt::format("chmod u+w {0} && {1} {0}", file.string(), harm));
    const FsckReport report = fsck(*w.a, w.remote().get(), Reading::all);
    REQUIRE(report.lost.size() == 1);
    CHECK(report.lost[0].id == sha256(old));
    CHECK(report.lost[0].owner == "an older version");
    CHECK(report.lost[0].sent);
    CHECK(fsck(*w.a, w.remote().get(), Reading::all).lost.empty());
  }
  // Who does not have it says so, and the one who has mends it.
  w.sh(fmt::format("cp -r a/.git/mlo/. b/.git/mlo/ && cd b && git pull -q ../a main && rm -f {}",
                   (w.dir / "b/.git/mlo/objects" / ObjectStore::relative_path(sha256(old))).string()));
  remove_file(file);
  Workspace b = w.open("b", w.world_b, /*init=*/false);
  const FsckReport there = fsck(b, w.remote().get());
  REQUIRE(there.lost.size() == 1);
  CHECK_FALSE(there.lost[0].sent);
  CHECK_FALSE(there.good());
  CHECK(fsck(*w.a, w.remote().get()).good());
  CHECK(fsck(b, w.remote().get()).good());
}

TEST_CASE("nobody takes a remote that can only be read for one that was looked at", "[sync]") {
  TwoClones w;
  push(*w.a, *w.remote(), {}, Mode::real);
  ReadOnlyRemote remote(w.remote());
  CHECK_THROWS_AS(push(*w.a, remote, {}, Mode::dry_run), Error);
  CHECK_THROWS_AS(fsck(*w.a, &remote, Reading::all), Error);
  CHECK_FALSE(fsck(*w.a, &remote).there);
  REQUIRE(w.log.lines.size() == 1);
  CHECK(w.log.lines[0].find("can only be read") != std::string::npos);
}

TEST_CASE("a pull mends an object that was damaged here", "[sync]") {
  TwoClones w;
  push(*w.a, *w.remote(), {}, Mode::real);
  const fs::path object = *w.a->store().find_file_of(sha256("1\n"));
  fs::permissions(object, fs::perms::owner_write, fs::perm_options::add);
  write_file(object, "2\n", Durability::cache);
  fs::remove_all(w.dir / "a/d");
  CHECK_THROWS_AS(pull(*w.a, *w.remote(), {}, RunObjects::skip, Mode::real), Error);  // notices, and sets it aside
  pull(*w.a, *w.remote(), {}, RunObjects::skip, Mode::real);
  CHECK(read_file(w.dir / "a/d/x") == "1\n");
}
