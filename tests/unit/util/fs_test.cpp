#include "lib/util/fs.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using mlo::test::TempDir;

namespace {

std::vector<std::string> names_in(const fs::path& dir) {
  std::vector<std::string> names;
  for (const DirEntry& entry : list_dir(dir)) names.push_back(entry.name);
  return names;
}

ErrorKind kind_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    CHECK(error.message().find('`') != std::string::npos);
    return error.kind();
  }
  return ErrorKind::internal;
}

}  // namespace

TEST_CASE("write_file replaces a file whole, makes its parents, sets its mode and leaves nothing beside it", "[util]") {
  const TempDir dir;
  write_file(dir / "a/b/c", "one");
  write_file(dir / "a/b/c", "two", Durability::durable, 0600);
  CHECK(read_file(dir / "a/b/c") == "two");
  CHECK((find_stat(dir / "a/b/c")->mode & 07777U) == 0600);
  CHECK(names_in(dir / "a/b") == std::vector<std::string>{"c"});
}

TEST_CASE("a reader that has a file open keeps its old content when it is replaced", "[util]") {
  const TempDir dir;
  dir.write("f", "old");
  const MappedFile map(dir / "f");
  dir.write("f", "new");
  CHECK(map.bytes() == "old");
  CHECK(read_file(dir / "f") == "new");
}

TEST_CASE("write_file replaces a symlink, not what it points at", "[util]") {
  const TempDir dir;
  dir.write("target", "precious");
  fs::create_symlink("target", dir / "link");
  write_file(dir / "link", "mine");
  CHECK(read_file(dir / "target") == "precious");
  CHECK(find_stat(dir / "link")->kind == FileKind::file);
}

TEST_CASE("a write that fails changes nothing and leaves nothing", "[util]") {
  const TempDir dir;
  fs::create_directories(dir / "busy/child");
  CHECK(kind_of([&] { write_file(dir / "busy", "x"); }) == ErrorKind::io);
  CHECK(names_in(dir.path()) == std::vector<std::string>{"busy"});
  dir.write("file", "x");
  CHECK(kind_of([&] { write_file(dir / "file/below", "x"); }) == ErrorKind::io);
}

TEST_CASE("a temporary file vanishes unless it is published", "[util]") {
  const TempDir dir;
  {
    const TempFile temp(dir.path());
    CHECK(names_in(dir.path()).size() == 1);
  }
  CHECK(names_in(dir.path()).empty());
  {
    TempFile temp(dir.path());
    write_all(temp.fd(), "x", temp.path());
    temp.publish(dir / "kept", 0444, Durability::durable);
  }
  CHECK(read_file(dir / "kept") == "x");
  CHECK((find_stat(dir / "kept")->mode & 07777U) == 0444);
}

TEST_CASE("absence is an answer to find and an error to read", "[util]") {
  const TempDir dir;
  dir.write("file", "x");
  CHECK_FALSE(find_file(dir / "none"));
  CHECK_FALSE(find_file(dir / "file/below"));
  CHECK_FALSE(find_stat(dir / "file/below"));
  CHECK(kind_of([&] { read_file(dir / "none"); }) == ErrorKind::not_found);
  CHECK_FALSE(remove_file(dir / "none"));
  CHECK(remove_file(dir / "file"));
}

TEST_CASE("reading honours its limit and refuses what is not a file", "[util]") {
  const TempDir dir;
  dir.write("ten", "0123456789");
  CHECK(read_file(dir / "ten", 10) == "0123456789");
  CHECK(kind_of([&] { read_file(dir / "ten", 9); }) == ErrorKind::invalid);
  CHECK(kind_of([&] { read_file(dir.path()); }) == ErrorKind::invalid);
  REQUIRE(::mkfifo((dir / "fifo").c_str(), 0600) == 0);
  CHECK(kind_of([&] { read_file(dir / "fifo"); }) == ErrorKind::invalid);  // and does not wait for a writer
  CHECK(kind_of([&] { MappedFile map(dir / "fifo"); }) == ErrorKind::invalid);
}

TEST_CASE("lstat at full resolution: kinds, sizes, the executable bit, links not followed", "[util]") {
  const TempDir dir;
  dir.write("f", "123");
  fs::create_directory(dir / "d");
  fs::create_symlink("nowhere", dir / "l");
  CHECK(find_stat(dir / "f")->size == 3);
  CHECK_FALSE(find_stat(dir / "f")->executable());
  ::chmod((dir / "f").c_str(), 0755);
  CHECK(find_stat(dir / "f")->executable());
  CHECK(find_stat(dir / "d")->kind == FileKind::directory);
  CHECK(find_stat(dir / "l")->kind == FileKind::symlink);
  CHECK(read_link(dir / "l") == "nowhere");
  const timespec times[2] = {{1, 2}, {1, 123456789}};
  ::utimensat(AT_FDCWD, (dir / "f").c_str(), times, 0);
  CHECK(find_stat(dir / "f")->mtime_ns == 1'123'456'789);
}

TEST_CASE("a directory lists by bytes, whatever the locale", "[util]") {
  const TempDir dir;
  for (const char* name : {"b", "a", "B", ".hidden", "\xC3\xA9"}) dir.write(name, "");
  CHECK(names_in(dir.path()) == std::vector<std::string>{".hidden", "B", "a", "b", "\xC3\xA9"});
  CHECK(kind_of([&] { list_dir(dir / "none"); }) == ErrorKind::not_found);
}

TEST_CASE("a long symlink target is read whole", "[util]") {
  const TempDir dir;
  const std::string target(3000, 'x');
  REQUIRE(::symlink(target.c_str(), (dir / "l").c_str()) == 0);
  CHECK(read_link(dir / "l") == target);
}

TEST_CASE("directories are made with their parents; a file in the way is an error", "[util]") {
  const TempDir dir;
  make_dirs(dir / "a/b/c");
  make_dirs(dir / "a/b/c");
  CHECK(find_stat(dir / "a/b/c")->kind == FileKind::directory);
  dir.write("f", "");
  CHECK(kind_of([&] { make_dirs(dir / "f/x"); }) == ErrorKind::io);
  CHECK(kind_of([&] { make_dirs(dir / "f"); }) == ErrorKind::io);
  remove_tree(dir / "a");
  CHECK_FALSE(find_stat(dir / "a"));
}

TEST_CASE("several may remove a tree at once", "[util]") {
  const TempDir dir;
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < 20; ++i) dir.write(fmt::format("a/{}/x", i), "");
    std::atomic<int> failed = 0;
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] {
          try {
            remove_tree(dir / "a");
          } catch (const Error&) {
            ++failed;
          }
        });
      }
    }
    CHECK(failed == 0);
    CHECK_FALSE(find_stat(dir / "a"));
  }
}

TEST_CASE("an empty file maps to no bytes", "[util]") {
  const TempDir dir;
  dir.write("empty", "");
  CHECK(MappedFile(dir / "empty").bytes().empty());
}

TEST_CASE("a path is safe only if it stays below its root wherever it is resolved", "[util]") {
  for (const char* path : {"a", "a/b.c", "..a/b..", ".gitignore", "a/.github"}) CHECK(is_safe_relative(path));
  for (const char* path :
       {"", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/./b", ".git", "a/.git/b", ".GIT/config"}) {
    CHECK_FALSE(is_safe_relative(path));
  }
  CHECK_FALSE(is_safe_relative(std::string_view("a\0b", 3)));
}

TEST_CASE("paths become absolute and normal, and relative only below their root", "[util]") {
  CHECK(absolute_in("/r", "a/../b/") == "/r/b");
  CHECK(absolute_in("/r", "/x/.") == "/x");
  CHECK(absolute_in("/", ".") == "/");
  CHECK(relative_to("/r", "/r/a/b") == "a/b");
  CHECK(relative_to("/r", "/r") == "");
  CHECK(relative_to("/", "/a") == "a");
  CHECK_FALSE(relative_to("/r", "/rest"));
  CHECK_FALSE(relative_to("/r/a", "/r"));
}

TEST_CASE("a descriptor is owned once", "[util]") {
  const TempDir dir;
  dir.write("f", "x");
  UniqueFd a = open_read(dir / "f");
  const int number = a.get();
  UniqueFd b = std::move(a);
  CHECK(b.get() == number);
  b = open_read(dir / "f");
  CHECK(::fcntl(b.get(), F_GETFD) >= 0);
  const int last = b.get();
  b.reset();
  CHECK(::fcntl(last, F_GETFD) < 0);
}

TEST_CASE("a write takes over what a killed one left behind, but never what a live one holds", "[util]") {
  const test::TempDir dir;
  dir.write(".mlo-tmp-f", "half a wri");
  write_file(dir / "f", "whole");
  CHECK(names_in(dir.path()) == std::vector<std::string>{"f"});
  const TempFile live = TempFile::beside(dir / "f");
  write_all(live.fd(), "of another", live.path());
  write_file(dir / "f", "new");
  CHECK(read_file(dir / "f") == "new");
  CHECK(read_file(live.path()) == "of another");
}

TEST_CASE("a temporary name that somebody planted as a link is not written through", "[util]") {
  const test::TempDir dir;
  dir.write("victim", "precious");
  fs::create_symlink("victim", dir / ".mlo-tmp-f");
  write_file(dir / "f", "new");
  CHECK(read_file(dir / "victim") == "precious");
}
