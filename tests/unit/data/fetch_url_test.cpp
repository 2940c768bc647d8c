#include "lib/data/fetch_url.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/data/datasets.hpp"
#include "lib/data/import.hpp"
#include "tests/support/lying_server.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

namespace {

struct UrlWorld : test::TestWorld {
  test::LyingServer server;
  std::optional<Workspace> workspace;
  std::string url = server.url("/b/flights.csv");

  UrlWorld() {
    git_init();
    Workspace::init(world);
    sh("git add -A && git commit -qm mlo");
    workspace.emplace(Workspace::open(world));
    server.put("/b/flights.csv", "a,b\n1,2\n");
  }
  ImportReport import(std::optional<Digest> expected = {}) {
    ImportRequest request;
    request.url = url;
    request.expected = expected;
    return import_dataset(*workspace, request);
  }
  void open_bucket() {
    test::set_keys(env);
    env["AWS_ENDPOINT_URL"] = server.url();
  }
  /// What is on its way, or was left there.
  std::vector<DirEntry> parts() { return list_dir(workspace->local() / "tmp"); }
};

ErrorKind kind_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::internal;
}

}  // namespace

TEST_CASE("what a URL shows becomes a dataset that knows its origin", "[data]") {
  UrlWorld w;
  const DatasetManifest m = w.import().datasets.at(0).manifest;
  CHECK(m.path == "flights.csv");
  CHECK(m.tree == sha256("a,b\n1,2\n"));
  CHECK(m.bytes == 8);
  CHECK(read_file(w.dir / "flights.csv") == "a,b\n1,2\n");
  REQUIRE(load_dataset(*w.workspace, "flights.csv").origin);
  CHECK(m.origin->url == w.url);
  CHECK(m.origin->etag.starts_with('"'));
  CHECK(w.sh("git diff --cached --name-only") == ".gitignore\n.mlo/data/flights.csv.yaml\n");
  CHECK(w.parts().empty());
}

TEST_CASE("update loads only what changed", "[data]") {
  UrlWorld w;
  w.import();
  w.server.requests();
  CHECK_FALSE(update_datasets(*w.workspace, {}).datasets.at(0).changed());
  CHECK(w.server.requests() == "HEAD /b/flights.csv\n");
  w.server.put("/b/flights.csv", "a,b\n3,4\n");
  CHECK(update_datasets(*w.workspace, {}).datasets.at(0).changed());
  CHECK(read_file(w.dir / "flights.csv") == "a,b\n3,4\n");
  CHECK(w.parts().empty());
}

TEST_CASE("bytes that are not the expected ones are not taken", "[data]") {
  UrlWorld w;
  CHECK(kind_of([&] { w.import(sha256("else")); }) == ErrorKind::remote);
  CHECK_FALSE(find_stat(w.dir / "flights.csv"));
  CHECK(load_datasets(*w.workspace).empty());
  CHECK_FALSE(w.workspace->store().has(sha256("a,b\n1,2\n")));
  CHECK(w.parts().empty());
  w.import(sha256("a,b\n1,2\n"));
  CHECK(load_datasets(*w.workspace).size() == 1);
}

TEST_CASE("a download goes on where a killed one was cut", "[data]") {
  UrlWorld w;
  const std::string bytes(1000, 'x');
  w.server.put("/b/flights.csv", bytes);
  const fs::path tmp = w.workspace->local() / "tmp";
  w.import();
  w.server.requests();
  // The same version again, of which a part is there under the name that the first attempt gave it.
  const DataOrigin origin = *load_dataset(*w.workspace, "flights.csv").origin;
  const std::string version = sha256(origin.etag + "\n1000").hex().substr(0, 16);
  const fs::path part = tmp / ("import-" + sha256(w.url).hex().substr(0, 16) + "-" + version);
  write_file(part, bytes.substr(0, 400), Durability::cache);
  REQUIRE(fetch_url(*w.workspace, w.url, nullptr, sha256(bytes)));
  CHECK(w.server.requests().find("if-match range") != std::string::npos);
  // A server that gives no parts of files, though it says so, gives the whole.
  write_file(part, bytes.substr(0, 400), Durability::cache);
  w.server.lie("GET", "flights", "whole", 2);
  REQUIRE(fetch_url(*w.workspace, w.url, nullptr, sha256(bytes)));
  // A part of another version is no use, and goes.
  w.server.put("/b/flights.csv", std::string(900, 'y'));
  write_file(part, bytes.substr(0, 400), Durability::cache);
  REQUIRE(fetch_url(*w.workspace, w.url, nullptr, sha256(std::string(900, 'y'))));
  CHECK(w.parts().empty());
}

TEST_CASE("a URL that cannot be had leaves nothing", "[data]") {
  UrlWorld w;
  w.server.lie("HEAD", "flights", "status", 1, "403");
  w.server.lie("GET", "flights", "status", 1, "403");
  CHECK(kind_of([&] { w.import(); }) == ErrorKind::remote);
  w.url = w.server.url("/b/nothing.csv");
  CHECK(kind_of([&] { w.import(); }) == ErrorKind::remote);
  w.url = "https://ada:secret@example.org/x";
  CHECK(kind_of([&] { w.import(); }) == ErrorKind::usage);
  CHECK(w.parts().empty());
  CHECK(load_datasets(*w.workspace).empty());
  CHECK_FALSE(is_data_url("ftp://h/x"));
  CHECK_FALSE(is_data_url("https://h/a b"));
  CHECK(is_data_url("https://h/x.csv?raw=true&v=1"));
}

TEST_CASE("an object of S3 is imported, and loaded again only if its ETag is another", "[data]") {
  UrlWorld w;
  w.open_bucket();
  w.url = "s3://b/flights.csv";
  CHECK(w.import().datasets.at(0).manifest.origin->etag.starts_with('"'));
  CHECK(read_file(w.dir / "flights.csv") == "a,b\n1,2\n");
  w.server.requests();
  CHECK_FALSE(update_datasets(*w.workspace, {}).datasets.at(0).changed());
  CHECK(w.server.requests().find("GET") == std::string::npos);
  w.server.put("/b/flights.csv", "a,b\n3,4\n");
  CHECK(update_datasets(*w.workspace, {}).datasets.at(0).changed());
  // What a killed attempt left is gone on with; a part of another version is no use, and goes.
  const std::string url = "s3://b/large.bin", bytes(1000, 'x');
  w.server.put("/b/large.bin", bytes);
  const std::string etag = fetch_url(*w.workspace, url, nullptr, sha256(bytes))->origin.etag;
  const fs::path part =
      w.workspace->local() / "tmp" /
      fmt::format("import-{}-{}", sha256(url).hex().substr(0, 16), sha256(etag + "\n1000").hex().substr(0, 16));
  write_file(part, bytes.substr(0, 400), Durability::cache);
  w.server.requests();
  CHECK(fetch_url(*w.workspace, url, nullptr, sha256(bytes)));
  CHECK(w.server.requests().find("GET /b/large.bin authorization if-match range") != std::string::npos);
  write_file(part, bytes, Durability::cache);
  CHECK(fetch_url(*w.workspace, url, nullptr, sha256(bytes)));
  CHECK(w.server.requests().find("GET /b/large.bin") == std::string::npos);
  w.server.put("/b/large.bin", std::string(900, 'y'));
  write_file(part, bytes.substr(0, 400), Durability::cache);
  CHECK(fetch_url(*w.workspace, url, nullptr, sha256(std::string(900, 'y'))));
  CHECK(w.parts().empty());
  CHECK(kind_of([&] { fetch_url(*w.workspace, "s3://b/none", nullptr, std::nullopt); }) == ErrorKind::remote);
  CHECK(kind_of([&] { fetch_url(*w.workspace, "s3://b/", nullptr, std::nullopt); }) == ErrorKind::usage);
  CHECK(w.parts().empty());
}

TEST_CASE("what lies below a prefix in S3 becomes a directory, and is loaded again only if it changed", "[data]") {
  UrlWorld w;
  w.open_bucket();
  w.server.put("/b/sets/day/one.csv", "1\n");
  w.server.put("/b/sets/day/sub/two.csv", "22\n");
  w.server.put("/b/sets/day/sub/", "");  // how some programs mark a directory
  w.server.put("/b/sets/daylight", "no");
  w.url = "s3://b/sets/day/";
  const DatasetManifest m = w.import().datasets.at(0).manifest;
  CHECK((m.directory && m.path == "day" && m.files == 2 && m.bytes == 5));
  CHECK((m.origin->url == w.url && m.origin->etag.starts_with('"')));
  CHECK(read_file(w.dir / "day/one.csv") == "1\n");
  CHECK(read_file(w.dir / "day/sub/two.csv") == "22\n");
  w.server.requests();
  CHECK_FALSE(update_datasets(*w.workspace, {}).datasets.at(0).changed());
  CHECK(w.server.requests().find("GET /b/sets") == std::string::npos);
  w.server.put("/b/sets/day/three.csv", "333\n");
  w.server.lie("GET", "three", "status", 1, "403");
  CHECK(kind_of([&] { update_datasets(*w.workspace, {}); }) == ErrorKind::remote);
  CHECK_FALSE(find_stat(w.dir / "day/three.csv"));
  CHECK(update_datasets(*w.workspace, {}).datasets.at(0).changed());
  CHECK(read_file(w.dir / "day/three.csv") == "333\n");
  CHECK(w.parts().empty());
}

TEST_CASE("what cannot be a directory is not imported from S3", "[data]") {
  UrlWorld w;
  w.open_bucket();
  w.server.put("/b/both/a", "1");
  w.server.put("/b/both/a/b", "1");
  w.server.put("/b/odd//x", "1");
  w.server.put("/b/git/.git/config", "1");
  w.server.put("/b/own/.mlo/config.yaml", "1");
  for (const auto& [url, kind] :
       {std::pair("s3://b/none/", ErrorKind::remote), std::pair("s3://b/both/", ErrorKind::invalid),
        std::pair("s3://b/odd/", ErrorKind::invalid), std::pair("s3://b/git/", ErrorKind::invalid),
        std::pair("s3://b/own/", ErrorKind::invalid)}) {
    CAPTURE(url);
    w.url = url;
    CHECK(kind_of([&] { w.import(); }) == kind);
  }
  w.url = "s3://b/both/";
  CHECK(kind_of([&] { w.import(sha256("1")); }) == ErrorKind::usage);
  CHECK(w.parts().empty());
  CHECK(load_datasets(*w.workspace).empty());
}
