#include <fcntl.h>
#include <unistd.h>

#include "lib/crypto/sha256.hpp"
#include "lib/remote/encryption.hpp"
#include "lib/remote/remote.hpp"
#include "lib/remote/s3_upload.hpp"
#include "lib/remote/transfer.hpp"
#include "lib/util/text.hpp"
#include "tests/support/lying_server.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

namespace {

/// A remote in the lying server's bucket, ready for objects.
struct Bucket : test::TestWorld {
  explicit Bucket(const std::string& page_size = "1000") : server(page_size) {
    test::set_keys(env);
    open()->init();
    server.requests();
  }
  std::unique_ptr<Remote> open() {
    config.endpoint = server.url();
    return open_remote(world, config, dir.path());
  }
  std::vector<ObjectRef> store_objects(int count) {
    std::vector<ObjectRef> out;
    for (int i = 0; i < count; ++i) out.push_back({here.put(std::to_string(i)), 0, "dataset `d`"});
    return out;
  }
  std::size_t requests() {
    last = server.requests();
    return static_cast<std::size_t>(std::count(last.begin(), last.end(), '\n'));
  }

  test::LyingServer server;
  RemoteConfig config{.name = "origin", .url = "s3://bucket/p"};
  ObjectStore here{dir / "here"}, there{dir / "there"};
  std::string last;
};

/// A bucket of which one list tells only a small part, with objects too large for packs.
struct LargeBucket : Bucket {
  LargeBucket(bool sealed, int count) : Bucket("7"), look(sealed ? 2 : 1) {
    fs::create_directories(dir / ".mlo/local");
    for (int i = 0; i < count; ++i) objects.push_back(store_large(i));
    if (!sealed) return;
    write_file(dir / "key", encode_remote_key(sha256("key")), Durability::cache);
    config.encryption = RemoteConfig::Encryption{.key_file = (dir / "key").string()};
    config.url += "/sealed";
    open()->init();
    server.requests();
  }
  ObjectRef store_large(int i) {
    const std::string text = std::to_string(i) + std::string(kMaxPacked, ' ');
    return {here.put(text), text.size(), "dataset `d`"};
  }
  static std::string path_of(const Digest& id) { return "/bucket/p/objects/" + ObjectStore::relative_path(id); }
  /// As an mlo did whose indexes knew only packs.
  void put_alone(const Digest& id) { server.put(path_of(id), here.get(id)); }

  std::vector<ObjectRef> objects;
  std::size_t look;  ///< requests
};

Error failure_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::internal, "nothing failed");
}

}  // namespace

TEST_CASE("small objects travel as one pack, a push of what is there is one request, a pull none", "[remote]") {
  Bucket bucket;
  const auto objects = bucket.store_objects(200);
  CHECK(upload(bucket.world, bucket.here, *bucket.open(), objects, Mode::real).objects == 200);
  CHECK(bucket.requests() == 3);  // a list, a pack, its index
  CHECK(upload(bucket.world, bucket.here, *bucket.open(), objects, Mode::real).objects == 0);
  CHECK(bucket.requests() == 2);  // the index is new to this machine
  fs::create_directories(bucket.dir / ".mlo/local");
  const auto first = bucket.open();
  CHECK(download(bucket.world, bucket.there, *first, objects, Mode::real).objects == 200);
  CHECK(bucket.requests() == 3);
  CHECK(bucket.there.verify(objects[7].id));
  CHECK(upload(bucket.world, bucket.here, *bucket.open(), objects, Mode::real).objects == 0);
  CHECK(bucket.requests() == 1);
  CHECK(download(bucket.world, bucket.there, *bucket.open(), objects, Mode::real).objects == 0);
  CHECK(bucket.requests() == 0);
}

TEST_CASE("of a pack only what is wanted is fetched", "[remote]") {
  Bucket bucket;
  std::vector<ObjectRef> objects;
  for (int i = 0; i < 100; ++i)
    objects.push_back({bucket.here.put(std::string(50'000, 'a') + std::to_string(i)), 0, "d"});
  upload(bucket.world, bucket.here, *bucket.open(), objects, Mode::real);
  bucket.requests();
  CHECK(download(bucket.world, bucket.there, *bucket.open(), {objects[3], objects[90]}, Mode::real).objects == 2);
  CHECK(bucket.requests() == 4);
  CHECK(bucket.there.verify(objects[3].id));
  const auto remote = bucket.open();
  const fs::path path = bucket.dir / "one";
  const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  CHECK(remote->get(objects[5].id, {}, {.fd = fd.get(), .path = path}));
  CHECK(sha256_file(path).digest == objects[5].id);
}

TEST_CASE("packs without their index are not there, and are sent again", "[remote]") {
  Bucket bucket;
  const auto objects = bucket.store_objects(20);
  bucket.server.lie("PUT", "idx", "status", 1, "403");
  CHECK(failure_of([&] { upload(bucket.world, bucket.here, *bucket.open(), objects, Mode::real); }).kind() ==
        ErrorKind::remote);
  CHECK(bucket.open()->find_missing({objects[0].id}).size() == 1);
  CHECK(upload(bucket.world, bucket.here, *bucket.open(), objects, Mode::real).objects == 20);
  CHECK(download(bucket.world, bucket.there, *bucket.open(), objects, Mode::real).objects == 20);
}

TEST_CASE("a damaged pack or index is told of, and nothing of it gets in", "[remote]") {
  Bucket bucket;
  const auto objects = bucket.store_objects(20);
  upload(bucket.world, bucket.here, *bucket.open(), objects, Mode::real);
  const auto pull = [&] { download(bucket.world, bucket.there, *bucket.open(), objects, Mode::real); };
  for (const auto& [what, lie] :
       {std::pair("idx", "flip"), std::pair("idx", "long"), std::pair("[.]pack", "flip"), std::pair("[.]pack", "shift"),
        std::pair("[.]pack", "whole"), std::pair("[.]pack", "long")}) {
    INFO(what << " " << lie);
    bucket.server.lie("GET", what, lie);
    const Error error = failure_of(pull);
    CHECK(error.kind() == (lie == std::string("whole") ? ErrorKind::unsupported : ErrorKind::remote));
    CHECK(error.message().starts_with("remote `origin`: "));
  }
  bucket.server.lie("GET", "idx", "cut", 2);
  bucket.server.lie("GET", "[.]pack", "cut", 2);
  pull();
  for (const ObjectRef& object : objects) CHECK(bucket.there.verify(object.id));
}

TEST_CASE("a bucket with more objects than one list tells is read on", "[remote]") {
  Bucket bucket("7");
  std::vector<Digest> ids;
  const auto remote = bucket.open();
  for (int i = 0; i < 300; ++i) {
    ids.push_back(sha256(std::to_string(i)));
    remote->put_bytes(ids.back(), std::to_string(i));
    remote->flush();
  }
  CHECK(bucket.open()->find_missing(ids).empty());
  bucket.requests();
  CHECK(bucket.open()->find_missing({ids[0], sha256("nowhere"), ids[299]}) == std::vector<Digest>{sha256("nowhere")});
  CHECK(bucket.requests() <= 5);
}

TEST_CASE("a push of what is there is one request, however many large objects the bucket has", "[remote]") {
  for (const bool sealed : {false, true}) {
    INFO(sealed);
    LargeBucket bucket(sealed, 30);
    CHECK(upload(bucket.world, bucket.here, *bucket.open(), bucket.objects, Mode::real).objects == 30);
    CHECK(upload(bucket.world, bucket.here, *bucket.open(), bucket.objects, Mode::real).objects == 0);
    bucket.requests();
    CHECK(upload(bucket.world, bucket.here, *bucket.open(), bucket.objects, Mode::real).objects == 0);
    CHECK(bucket.requests() == bucket.look);
    const auto reader = bucket.open();
    CHECK(download(bucket.world, bucket.there, *reader, bucket.objects, Mode::real).objects == 30);
    CHECK(bucket.requests() == bucket.look + 30);
    CHECK(bucket.there.verify(bucket.objects[17].id));
    // One more makes its index take in the other or not: what is known stays known.
    const ObjectRef more = bucket.store_large(30);
    CHECK(upload(bucket.world, bucket.here, *bucket.open(), {more}, Mode::real).objects == 1);
    bucket.objects.push_back(more);
    bucket.requests();
    CHECK(upload(bucket.world, bucket.here, *bucket.open(), bucket.objects, Mode::real).objects == 0);
    CHECK(bucket.requests() == bucket.look);
  }
}

TEST_CASE("what older versions put by itself costs a question until a push has sent something", "[remote]") {
  LargeBucket bucket(false, 30);
  for (const ObjectRef& object : bucket.objects) bucket.put_alone(object.id);
  CHECK(upload(bucket.world, bucket.here, *bucket.open(), bucket.objects, Mode::real).objects == 0);
  CHECK(bucket.requests() > 20);
  auto objects = bucket.objects;
  for (const ObjectRef& object : bucket.store_objects(5)) objects.push_back(object);
  CHECK(upload(bucket.world, bucket.here, *bucket.open(), objects, Mode::real).objects == 5);
  bucket.requests();
  CHECK(upload(bucket.world, bucket.here, *bucket.open(), objects, Mode::real).objects == 0);
  CHECK(bucket.requests() == 1);
}

TEST_CASE("an index never hides that an object by itself is gone", "[remote]") {
  LargeBucket bucket(false, 12);
  upload(bucket.world, bucket.here, *bucket.open(), bucket.objects, Mode::real);
  const Digest gone = bucket.objects[3].id, cut = bucket.objects[4].id;
  bucket.server.remove(bucket.path_of(gone));
  bucket.server.put(bucket.path_of(cut), "");
  std::vector<Digest> ids;
  for (const ObjectRef& object : bucket.objects) ids.push_back(object.id);
  CHECK(bucket.open()->find_missing(ids).empty());
  CHECK(bucket.open()->find_missing(ids, Look::closely) == std::vector<Digest>{gone});
  // Who has nothing of it sees it too.
  const auto nothing_here = [](const Digest&) { return std::optional<std::uint64_t>(); };
  const auto remote = bucket.open();
  const RemoteCheck check = remote->find_lost({}, nothing_here, Reading::sizes, Healing::wanted);
  std::vector<Digest> lost = {gone, cut};
  std::sort(lost.begin(), lost.end());
  CHECK(check.objects == 12);
  CHECK(check.lost == lost);
  remote->forget_lost();
  CHECK(bucket.open()->find_missing(ids) == std::vector<Digest>{gone, cut});
  CHECK(upload(bucket.world, bucket.here, *remote, bucket.objects, Mode::real).objects == 2);
  CHECK(bucket.open()->find_missing(ids, Look::closely).empty());
  CHECK(bucket.open()->find_lost({}, nothing_here, Reading::all, Healing::unwanted).lost.empty());
}

TEST_CASE("what another clone put meanwhile, or whose answer was lost, is there", "[remote]") {
  Bucket bucket;
  const auto objects = bucket.store_objects(1);
  for (const auto& [action, value] : {std::pair("after", "500"), std::pair("status", "409"), std::pair("status", "503"),
                                      std::pair("status", "501"), std::pair("drop", "null")}) {
    INFO(action << value);
    Bucket other;
    other.server.lie("PUT", "/objects/", action, 1, value);
    CHECK(upload(other.world, bucket.here, *other.open(), objects, Mode::real).objects == 1);
    CHECK(other.open()->find_missing({objects[0].id}).empty());
    CHECK(download(other.world, other.there, *other.open(), objects, Mode::real).objects == 1);
  }
  const auto first = bucket.open();
  const auto second = bucket.open();
  bucket.dir.write("0", "0");
  first->put_file(objects[0].id, bucket.dir / "0");
  second->put_file(objects[0].id, bucket.dir / "0");
  first->flush();
  second->flush();
}

TEST_CASE("wrong bytes never reach the store", "[remote]") {
  Bucket bucket;
  const auto objects = bucket.store_objects(1);
  upload(bucket.world, bucket.here, *bucket.open(), objects, Mode::real);
  for (const char* lie : {"flip", "long"}) {
    bucket.server.lie("GET", "/objects/", lie);
    const Error error = failure_of([&] { download(bucket.world, bucket.there, *bucket.open(), objects, Mode::real); });
    CHECK(error.kind() == ErrorKind::remote);
    CHECK(error.message().find(objects[0].id.brief()) != std::string::npos);
    CHECK_FALSE(bucket.there.has(objects[0].id));
  }
  bucket.server.lie("GET", "/objects/", "cut", 2);
  CHECK(download(bucket.world, bucket.there, *bucket.open(), objects, Mode::real).objects == 1);
  CHECK(bucket.there.verify(objects[0].id));
}

TEST_CASE("a large object goes up in parts, and a cut upload goes on with those that lack", "[remote]") {
  Bucket bucket;
  const fs::path file = bucket.dir / "large";
  const std::uint64_t size = 2 * kS3Part + 5;
  bucket.dir.write("large", "begin");
  REQUIRE(::truncate(file.c_str(), static_cast<off_t>(size)) == 0);
  const Digest id = sha256_file(file).digest;
  bucket.server.lie("PUT", "partNumber=3", "status", 1, "403");
  const Error error = failure_of([&] { bucket.open()->put_file(id, file); });
  CHECK(error.kind() == ErrorKind::remote);
  CHECK(error.message().starts_with("remote `origin`: S3 answered 403"));
  CHECK(bucket.open()->find_missing({id}).size() == 1);
  bucket.requests();
  bucket.open()->put_file(id, file);
  bucket.requests();
  // The third part always, and such of the others as were not sent when it failed.
  CHECK(bucket.last.find("partNumber=3") != std::string::npos);
  const auto sent = [&](const char* part) { return bucket.last.find(part) != std::string::npos; };
  CHECK_FALSE((sent("partNumber=1") && sent("partNumber=2")));
  CHECK(bucket.open()->find_missing({id}).empty());
  const fs::path fetched = bucket.dir / "fetched";
  const UniqueFd fd(::open(fetched.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  CHECK(bucket.open()->get(id, {}, {.fd = fd.get(), .path = fetched}));
  CHECK(sha256_file(fetched).digest == id);
}

TEST_CASE("a large file whose bytes are not what its name says leaves nothing behind", "[remote]") {
  Bucket bucket;
  bucket.dir.write("large", "begin");
  REQUIRE(::truncate((bucket.dir / "large").c_str(), static_cast<off_t>(kS3Part + 5)) == 0);
  const Digest id = sha256("else");
  CHECK(failure_of([&] { bucket.open()->put_file(id, bucket.dir / "large"); }).kind() == ErrorKind::corrupt);
  CHECK(bucket.requests() > 2);
  CHECK(bucket.last.find("DELETE") != std::string::npos);
  CHECK(bucket.open()->find_missing({id}).size() == 1);
}

TEST_CASE("a bucket can be the first part of the host's name", "[remote]") {
  Bucket bucket;
  bucket.env["http_proxy"] = bucket.server.url();  // whatever the host is called, the server is asked
  const RemoteConfig config{
      .name = "origin", .url = "s3://models/p", .endpoint = "http://s3.example.org:9000", .path_style = false};
  const auto open = [&] { return open_remote(bucket.world, config, bucket.dir.path()); };
  open()->init();
  const auto objects = bucket.store_objects(5);
  CHECK(upload(bucket.world, bucket.here, *open(), objects, Mode::real).objects == 5);
  CHECK(download(bucket.world, bucket.there, *open(), objects, Mode::real).objects == 5);
  CHECK(bucket.requests() > 5);
  for (const std::string_view line : split_lines(bucket.last)) {
    INFO(line);
    CHECK(line.find(" http://models.s3.example.org:9000/") != std::string_view::npos);
    CHECK(line.find("/models/") == std::string_view::npos);
  }
}

TEST_CASE("parts are small enough to be sent again, and never too many", "[remote]") {
  CHECK(s3_part_size(1) == kS3Part);
  CHECK(s3_part_size(10'000 * kS3Part) == kS3Part);
  CHECK(s3_part_size(10'000 * kS3Part + 1) == kS3Part + (std::uint64_t{1} << 20U));
  // More than S3 takes at once, 5 GiB, never goes up at once.
  CHECK(kS3Part < (std::uint64_t{5} << 30U));
  const std::uint64_t huge = std::uint64_t{5} << 40U;
  CHECK((huge + s3_part_size(huge) - 1) / s3_part_size(huge) <= 10'000);
}

TEST_CASE("the bucket's region is found out", "[remote]") {
  Bucket bucket;
  bucket.server.lie("GET", "list-type", "region", 1, "\"eu-central-1\"");
  const auto remote = bucket.open();
  CHECK(remote->find_missing({}).empty());
  CHECK(remote->find_missing({}).empty());
  CHECK(bucket.requests() == 3);
  CHECK(bucket.last.find("us-east-1") < bucket.last.find("eu-central-1"));
  CHECK(bucket.last.rfind("us-east-1") < bucket.last.find("eu-central-1"));
  // A region that would lead elsewhere is no region.
  Bucket other;
  other.server.lie("GET", "list-type", "region", 1, "\"evil.example.org/\"");
  CHECK(failure_of([&] { other.open()->find_missing({}); }).kind() == ErrorKind::remote);
}

TEST_CASE("checking a bucket leaves no trace, and failures name the remote but no secret", "[remote]") {
  Bucket bucket;
  bucket.open()->check();
  bucket.server.requests();
  bucket.open()->find_missing({});
  bucket.server.lie("GET", "", "status", 99, "403");
  const Error error = failure_of([&] { bucket.open()->check(); });
  CHECK(error.kind() == ErrorKind::remote);
  CHECK(error.message().starts_with("remote `origin`: S3 answered 403"));
  CHECK((error.message() + error.hint()).find("hidden") == std::string::npos);
  CHECK_THROWS_AS(open_remote(bucket.world, {.name = "o", .url = "s3://B/../x"}, "/"), Error);
  CHECK_THROWS_AS(open_remote(bucket.world, {.name = "o", .url = "s3://"}, "/"), Error);
  CHECK_THROWS_AS(open_remote(bucket.world, {.name = "o", .url = "s3://bucket", .endpoint = "nowhere"}, "/"), Error);
  CHECK_THROWS_AS(open_remote(bucket.world, {.name = "o", .url = "https://u:p@h/x"}, "/"), Error);
}

TEST_CASE("a bucket with something else in it is left alone", "[remote]") {
  test::LyingServer server;
  Bucket bucket;
  server.put("/bucket/p/other", "mine");
  const auto remote =
      open_remote(bucket.world, {.name = "origin", .url = "s3://bucket/p/", .endpoint = server.url()}, "/");
  CHECK(failure_of([&] { remote->init(); }).message().find("holds something else") != std::string::npos);
  CHECK(failure_of([&] { remote->find_missing({}); }).message().find("there is no remote") != std::string::npos);
  server.put("/bucket/p/format", "mlo remote 22\n");
  CHECK(failure_of([&] { remote->find_missing({}); }).message().find("unknown format") != std::string::npos);
}
