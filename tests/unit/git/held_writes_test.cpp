#include "lib/git/repository.hpp"

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

TEST_CASE("what is held exists for its repository alone until it is flushed, as one pack", "[git]") {
  test::TestWorld world;
  world.git_init();
  git::Repository repo = *git::Repository::discover(world.dir.path(), world.env);
  const git::Repository other = *git::Repository::discover(world.dir.path(), world.env);
  std::vector<git::TreeChange> files;
  git::ObjectId lost, kept;
  {
    git::HeldWrites held(repo);
    lost = repo.write_blob("never flushed");
    CHECK(repo.load_blob(lost) == "never flushed");
    CHECK_FALSE(other.has_object(lost));
  }
  CHECK_FALSE(repo.has_object(lost));
  {
    git::HeldWrites held(repo);
    for (int i = 0; i < 50; ++i)
      files.push_back({fmt::format("d{}/f{}", i % 5, i), repo.write_blob(fmt::format("file {}", i))});
    const git::Signature who{"n", "e@example.org", UtcTime::from_seconds(1)};
    kept = repo.write_commit(repo.write_tree(std::nullopt, files), {}, who, who, "all\n");
    CHECK_FALSE(other.has_object(kept));
    repo.flush_held();
    CHECK(other.has_object(kept));
    const git::ObjectId later = repo.write_blob("later");
    repo.flush_held();
    CHECK(other.has_object(later));
  }
  CHECK(repo.load_commit(kept).message == "all\n");
  CHECK(world.sh("git cat-file --batch-check --batch-all-objects | grep -c blob") == "52\n");  // and the first commit's
  CHECK(world.sh("git show " + kept.hex() + ":d3/f13") == "file 13");
  CHECK(world.sh("git fsck --strict --no-dangling").empty());
  std::size_t packs = 0;
  for (const DirEntry& entry : list_dir(world.dir / ".git/objects/pack"))
    packs += entry.name.ends_with(".pack") ? 1 : 0;
  CHECK(packs == 2);
}
