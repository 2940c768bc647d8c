// Names and kinds of files that hurt: each goes in, shows as unchanged, and comes out again as it was.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/data/add.hpp"
#include "lib/data/checkout.hpp"
#include "lib/data/datasets.hpp"
#include "lib/data/scan.hpp"
#include "lib/data/status.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

struct NamesWorld : test::TestWorld {
  std::optional<Workspace> workspace;
  NamesWorld() {
    git_init();
    Workspace::init(world);
    sh("git add -A && git commit -qm mlo && mkdir d");
    workspace.emplace(Workspace::open(world));
  }
  DatasetManifest add() {
    AddRequest request{.paths = {"d"}, .name = {}, .source = {}, .message = {}};
    return add_datasets(*workspace, request).datasets.at(0).manifest;
  }
  std::string refusal() {
    try {
      add();
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::invalid);
      return error.message();
    }
    return {};
  }
  /// Every name below, with its kind, mode, size and target.
  std::string listing() { return sh("cd d && find . -printf '%P|%y|%m|%l\\0' | sort -z | od -c"); }
  /// Adds, removes, checks out; the disk is as it was.
  void round_trip() {
    const std::string before = listing();
    const DatasetManifest m = add();
    CHECK(data_status(*workspace, {m}).front().state == DataState::unchanged);
    fs::remove_all(dir / "d");
    check_out_dataset(*workspace, m, Overwrite::saved_only, Execution::real);
    CHECK(listing() == before);
    CHECK(data_status(*workspace, {m}).front().state == DataState::unchanged);
    CHECK(add().tree == m.tree);
  }
};

}  // namespace

TEST_CASE("names of any bytes come back as they were", "[data]") {
  NamesWorld w;
  for (const std::string& name :
       {std::string("\xff\xfe.bin"), std::string("new\nline"), std::string("tab\t\x01"), std::string(255, 'n'),
        std::string("-rf"), std::string(" lead "), std::string("Case"), std::string("case"),
        std::string("q'\"$`\\*?[]"), std::string("\xc3\xa4"), std::string("a\xcc\x88"), std::string("...")})
    w.dir.write("d/" + name, name);
  w.round_trip();
  CHECK(read_file(w.dir / "d/Case") == "Case");
}

TEST_CASE("empty files, empty directories, modes and sparse files come back", "[data]") {
  NamesWorld w;
  w.dir.write("d/empty", "");
  fs::create_directories(w.dir / "d/hollow/deep");
  w.dir.write("d/run.sh", "#!/bin/sh\n");
  REQUIRE(::chmod((w.dir / "d/run.sh").c_str(), 0755) == 0);
  w.dir.write("d/sparse", "");
  REQUIRE(::truncate((w.dir / "d/sparse").c_str(), 3 << 20) == 0);
  w.round_trip();
  CHECK(read_file(w.dir / "d/sparse") == std::string(3 << 20, '\0'));
}

TEST_CASE("links stay links, wherever they lead inside", "[data]") {
  NamesWorld w;
  w.dir.write("d/sub/file", "x");
  for (const auto& [name, target] :
       {std::pair("dangling", "nowhere"), std::pair("self", "self"), std::pair("one", "two"), std::pair("two", "one"),
        std::pair("dir", "sub"), std::pair("sub/up", "../sub/file"), std::pair("here", ".")})
    fs::create_symlink(target, w.dir / "d" / name);
  w.round_trip();
}

TEST_CASE("links that could lead out are refused, also by way of another link", "[data]") {
  CHECK(is_inner_link("a/b", "../c"));
  CHECK(is_inner_link("a/b", "./c/d"));
  CHECK_FALSE(is_inner_link("a/b", "../../c"));
  CHECK_FALSE(is_inner_link("a", "/etc/passwd"));
  CHECK_FALSE(is_inner_link("a", ""));
  // x/y/top leads to the top, so up from it is out, though the letters say otherwise.
  CHECK(is_inner_link("x/y/top", "../.."));
  CHECK_FALSE(is_inner_link("x/y/out", "top/../../etc"));
  NamesWorld w;
  fs::create_symlink("/etc/passwd", w.dir / "d/abs");
  CHECK(w.refusal().find("`d/abs`") != std::string::npos);
}

TEST_CASE("what is no file is named, with what it is", "[data]") {
  NamesWorld w;
  REQUIRE(::mkfifo((w.dir / "d/pipe").c_str(), 0644) == 0);
  CHECK(w.refusal() == "cannot version `d/pipe`: it is a named pipe");
  fs::remove(w.dir / "d/pipe");
  REQUIRE(::mknod((w.dir / "d/sock").c_str(), S_IFSOCK | 0644, 0) == 0);
  CHECK(w.refusal() == "cannot version `d/sock`: it is a socket");
}

TEST_CASE("a path as long as the system takes comes back, a longer one is refused in a short line", "[data]") {
  NamesWorld w;
  const std::string name(200, 'p');
  const std::size_t room = PATH_MAX - 1 - (w.dir / "d").native().size();
  std::string path = "d";
  for (std::size_t i = 0; i + 1 < room / (name.size() + 1); ++i) path += "/" + name;
  fs::create_directories(w.dir / path);
  const std::size_t rest = PATH_MAX - 1 - (w.dir / path).native().size() - 1;
  w.dir.write("d/short", "1");
  {
    const UniqueFd fd(::open((w.dir / (path + "/" + std::string(std::min<std::size_t>(rest, 255), 'f'))).c_str(),
                             O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
    REQUIRE(fd);
  }
  const DatasetManifest m = w.add();
  CHECK(m.files == 2);
  fs::remove_all(w.dir / "d");
  check_out_dataset(*w.workspace, m, Overwrite::saved_only, Execution::real);
  CHECK(data_status(*w.workspace, {m}).front().state == DataState::unchanged);
  const UniqueFd deep(::open((w.dir / path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  REQUIRE(::mkdirat(deep.get(), std::string(255, 'q').c_str(), 0755) == 0);
  const UniqueFd deeper(::openat(deep.get(), std::string(255, 'q').c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  REQUIRE(::mkdirat(deeper.get(), std::string(255, 'q').c_str(), 0755) == 0);
  const std::string message = w.refusal();
  CHECK(message.find("too long") != std::string::npos);
  CHECK(message.size() < 600);
}
