#include "lib/data/safe_place.hpp"

#include <catch2/catch.hpp>

#include "lib/data/add.hpp"
#include "lib/workspace/workspace.hpp"
#include "tests/support/test_world.hpp"

namespace mlo {
namespace {

/// A home that holds two repositories: `work`, where the user stands, and `other`.
struct Places : test::TestWorld {
  Places() {
    sh("for r in work other; do git init -q -b main $r; git -C $r commit -q --allow-empty -m init; done\n"
       "git -C work worktree add -q ../linked; git init -q --bare bare.git\n"
       "git init -q --separate-git-dir=kept apart; mkdir -p work/deep/er work/src work/.mlo/data empty\n"
       "ln -s work through; mkdir -p holds/one; git init -q holds/one/two");
    write_file(dir / "work/.mlo/data/raw.yaml",
               "mlo: dataset/1\nname: raw\npath: data/raw\ntype: directory\ntree: sha256:" + std::string(64, 'a') +
                   "\nbytes: 1\nfiles: 1\n");
    world.cwd = dir / "work/deep";
  }
  /// The kind of the refusal; nothing if the place may be used.
  std::optional<ErrorKind> refusal(const fs::path& place) {
    try {
      require_replaceable(world, absolute_in(world.cwd, place));
      return std::nullopt;
    } catch (const Error& error) {
      INFO(error.message());
      CHECK(!error.hint().empty());
      return error.kind();
    }
  }
};

TEST_CASE("what is got replaces nothing that holds where the user is", "[data]") {
  Places at;
  for (const char* place : {"/", ".", "..", "../..", "../../.."}) {
    INFO(place);
    CHECK(at.refusal(place) == ErrorKind::usage);
  }
  at.world.cwd = "/";
  CHECK(at.refusal(at.dir.path()) == ErrorKind::usage);  // home
  CHECK(at.refusal(at.dir.path().parent_path()) == ErrorKind::usage);
  CHECK(at.refusal(at.dir / "empty") == std::nullopt);
}

TEST_CASE("what is got replaces no repository, and nothing in what git and mlo keep", "[data]") {
  Places at;
  for (const char* place :
       {"../.git", "../.git/mlo", "../.git/new/one", "../.GIT/new", "../.mlo", "../.mlo/local/x", "../.mlo/new",
        "../../linked/.git", "../../linked/.git/x", "../../other/.git/x", "../../bare.git/x", "../../kept/refs/x",
        "../../through/.git/new", "../../through/.mlo/new"}) {
    INFO(place);
    CHECK(at.refusal(place) == ErrorKind::usage);
  }
  for (const char* place : {"../../other", "../../linked", "../../bare.git", "../../kept", "../../apart", "../../holds",
                            "../../holds/one", "../../holds/one/two"}) {
    INFO(place);
    CHECK(at.refusal(place) == ErrorKind::conflict);
  }
  for (const char* place : {"er", "new", "new/er", "../src", "../../empty", "../../holds/two", "../../linked/new",
                            "../../through", "../../through/src", "../.mlorc", "../../mlo"}) {
    INFO(place);
    CHECK(at.refusal(place) == std::nullopt);
  }
}

TEST_CASE("what is got goes neither into a dataset nor around one", "[data]") {
  Places at;
  for (const char* place : {"../data", "../data/raw", "../data/raw/sub/x", "../../through/data/raw/x"}) {
    INFO(place);
    CHECK(at.refusal(place) == ErrorKind::conflict);  // whether or not it is checked out
  }
  CHECK(at.refusal("../data/rawer") == std::nullopt);
  make_dirs(at.dir / "work/data/raw");
  CHECK(at.refusal("../data") == ErrorKind::conflict);
  CHECK_THROWS_AS(require_outside(at.dir / "work/data/raw/x"), Error);
  CHECK_NOTHROW(require_outside(at.dir / "work"));
  CHECK_NOTHROW(require_outside(at.dir / "work/data"));
}

}  // namespace
}  // namespace mlo
