#include "lib/migrate/dvc_files.hpp"

#include "lib/migrate/lfs_pointer.hpp"
#include "tests/support/test.hpp"

using namespace mlo;
using namespace mlo::dvc;

namespace {

constexpr const char* kMd5 = "0123456789abcdef0123456789abcdef";

ErrorKind kind_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::internal;
}

}  // namespace

TEST_CASE("a .dvc file of 3.x and one of 2.x say what they track", "[migrate]") {
  const ParsedFile now = parse_dvc_file(
      "outs:\n- md5: 0123456789abcdef0123456789abcdef.dir\n  size: 6\n  nfiles: 3\n  hash: md5\n  path: raw\n  desc: "
      "d\n"
      "meta: {owner: ada}\n",
      "data/raw.dvc");
  REQUIRE(now.outs.size() == 1);
  CHECK(now.outs[0].path == "data/raw");
  CHECK(now.outs[0].md5 == kMd5);
  CHECK(now.outs[0].directory);
  CHECK_FALSE(now.outs[0].text_md5);
  CHECK(now.outs[0].description == "d");
  const ParsedFile old = parse_dvc_file(
      "md5: ffffffffffffffffffffffffffffffff\nwdir: ../..\nouts:\n- md5: 0123456789abcdef0123456789abcdef\n"
      "  isexec: true\n  path: a/../b.sh\n",
      "x/y/b.dvc");
  REQUIRE(old.outs.size() == 1);
  CHECK(old.outs[0].path == "b.sh");
  CHECK(old.outs[0].text_md5);
  CHECK(old.outs[0].executable);
}

TEST_CASE("an import of DVC keeps where it came from", "[migrate]") {
  const std::string outs = "outs:\n- {md5: 0123456789abcdef0123456789abcdef, hash: md5, path: x}\n";
  const ParsedFile url = parse_dvc_file("deps:\n- {path: 'https://h/x', etag: abc, size: 1}\n" + outs, "x.dvc");
  REQUIRE(url.outs.at(0).origin);
  CHECK(url.outs[0].origin->url == "https://h/x");
  CHECK(url.outs[0].origin->etag == "\"abc\"");
  const ParsedFile repo =
      parse_dvc_file("deps:\n- {path: d/x, repo: {url: 'git@h:r', rev_lock: abc}}\n" + outs, "x.dvc");
  CHECK(repo.outs.at(0).source == "d/x of git@h:r at abc");
}

TEST_CASE("outs without content of DVC's are named, not taken", "[migrate]") {
  const ParsedFile parsed = parse_dvc_file(
      "outs:\n- {path: a, cache: false, md5: 0123456789abcdef0123456789abcdef}\n- {path: s3://b/x, etag: y}\n- {path: "
      "b}\n"
      "- {path: /tmp/x, md5: 0123456789abcdef0123456789abcdef}\n",
      "x.dvc");
  CHECK(parsed.outs.empty());
  CHECK(parsed.skipped.size() == 4);
  CHECK(parse_dvc_file("frozen: true\n", "x.dvc").outs.empty());
}

TEST_CASE("hostile .dvc files are refused", "[migrate]") {
  const std::string md5 = "md5: 0123456789abcdef0123456789abcdef";
  for (const std::string& bad :
       {std::string("- list\n"), "outs:\n- {path: ../x, " + md5 + "}\n", "outs:\n- {path: .git/x, " + md5 + "}\n",
        "wdir: ..\nouts:\n- {path: x, " + md5 + "}\n", "outs:\n- {path: ., " + md5 + "}\n",
        std::string("outs:\n- {path: x, md5: 0123}\n"),
        std::string("outs:\n- {path: x, md5: ../../../../etc/passwd}\n"),
        std::string("outs:\n- {path: {a: b}, md5: x}\n"), std::string("outs:\n- x\n"), std::string("outs: [\n"),
        std::string("outs:\n- {path: x, path: y}\n")}) {
    INFO(bad);
    CHECK(kind_of([&] { parse_dvc_file(bad, "x.dvc"); }) == ErrorKind::invalid);
  }
}

TEST_CASE("a directory object lists its files, and nothing outside it", "[migrate]") {
  const std::string md5 = R"("md5": "0123456789abcdef0123456789abcdef")";
  const auto entries =
      parse_dvc_directory("[{" + md5 + R"(, "relpath": "b/c"}, {)" + md5 + R"(, "relpath": "a"}])", "x.dir");
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].path == "a");
  CHECK(entries[1].path == "b/c");
  CHECK(parse_dvc_directory("[]", "x.dir").empty());
  for (const std::string& bad :
       {std::string("{}"), std::string("[1]"), std::string("["), "[{" + md5 + "}]", "[{" + md5 + R"(, "relpath": 3}])",
        "[{" + md5 + R"(, "relpath": "../x"}])", "[{" + md5 + R"(, "relpath": "/x"}])",
        "[{" + md5 + R"(, "relpath": ".git/x"}])", "[{" + md5 + R"(, "relpath": "a//b"}])",
        "[{" + md5 + R"(, "relpath": ""}])", std::string(R"([{"md5": "xyz", "relpath": "a"}])"),
        "[{" + md5 + R"(, "relpath": "a"}, {)" + md5 + R"(, "relpath": "a"}])"}) {
    INFO(bad);
    CHECK(kind_of([&] { parse_dvc_directory(bad, "x.dir"); }) == ErrorKind::corrupt);
  }
}

TEST_CASE("DVC's configuration says where bytes are", "[migrate]") {
  dvc::Config config;
  read_dvc_config(
      "# c\n[core]\n    remote = far\n[cache]\n    dir = /shared\n['remote \"near\"']\n    url = ../near\n"
      "['remote \"far\"']\n    url = s3://b/p\n    endpointurl = http://h\nnonsense\n[",
      config);
  CHECK(config.cache == "/shared");
  REQUIRE(config.remotes.size() == 2);
  CHECK(config.remotes[0].name == "far");
  CHECK(config.remotes[0].endpoint == "http://h");
  read_dvc_config("[core]\nremote = near\n['remote \"far\"']\nsecret_access_key = k\n", config);
  CHECK(config.remotes[0].name == "near");
  CHECK(config.remotes[1].secret_access_key == "k");
  CHECK(relative_path(kMd5, true, false) == "files/md5/01/23456789abcdef0123456789abcdef.dir");
  CHECK(relative_path(kMd5, false, true) == "01/23456789abcdef0123456789abcdef");
}

TEST_CASE("a pointer of git-lfs names an object", "[migrate]") {
  const std::string hex(64, 'a');
  const std::string good = "version https://git-lfs.github.com/spec/v1\noid sha256:" + hex + "\nsize 12\n";
  const auto pointer = parse_lfs_pointer(good);
  REQUIRE(pointer);
  CHECK(pointer->id.hex() == hex);
  CHECK(pointer->size == 12);
  for (const std::string& bad :
       {std::string(), std::string("version 1\n"), good + std::string(1024, 'x'),
        "version https://git-lfs.github.com/spec/v1\noid md5:" + hex + "\nsize 12\n",
        "version https://git-lfs.github.com/spec/v1\noid sha256:" + hex + "\nsize -1\n",
        "version https://git-lfs.github.com/spec/v1\noid sha256:" + hex + "\nsize 18446744073709551615\n",
        "version https://git-lfs.github.com/spec/v1\next-0-x sha256:" + hex + "\noid sha256:" + hex + "\nsize 1\n",
        "version https://git-lfs.github.com/spec/v1\noid sha256:" + hex.substr(1) + "\nsize 1\n"}) {
    INFO(bad);
    CHECK_FALSE(parse_lfs_pointer(bad));
  }
}
