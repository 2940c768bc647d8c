#include "lib/remote/encryption.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/crypto/sha256.hpp"
#include "lib/remote/dir_place.hpp"
#include "lib/remote/encrypted_place.hpp"
#include "lib/remote/remote.hpp"
#include "lib/remote/transfer.hpp"
#include "lib/util/text.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

Error failure_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::internal, "nothing failed");
}

std::string text_of_size(std::size_t size) {
  std::string out;
  for (std::size_t i = 0; i < size; ++i) out += static_cast<char>('a' + i * 7 % 23);
  return out;
}

/// A directory remote with two keys that might fit it.
struct Sealed : test::TestWorld {
  Sealed() {
    dir.write("key", encode_remote_key(sha256("the key")));
    dir.write("other", encode_remote_key(sha256("another key")));
  }
  RemoteConfig config(const std::string& key = "key") const {
    return {.name = "origin", .url = (dir / "r").string(), .encryption = RemoteConfig::Encryption{.key_file = key}};
  }
  RemoteConfig plain() const { return {.name = "origin", .url = (dir / "r").string()}; }
  std::unique_ptr<Remote> open(const RemoteConfig& with) { return open_remote(world, with, dir.path()); }
  std::unique_ptr<Remote> open() { return open(config()); }
  EncryptedPlace place() {
    return EncryptedPlace(world, config(), dir.path(), std::make_unique<DirPlace>(world, dir / "r"));
  }
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> out;
    if (!find_stat(dir / "r")) return out;
    for (const auto& entry : fs::recursive_directory_iterator(dir / "r")) {
      if (entry.is_regular_file()) out[fs::relative(entry.path(), dir / "r").string()] = read_file(entry.path());
    }
    return out;
  }
  void damage(const std::string& name, const std::string& bytes) {
    fs::remove(dir / "r" / fs::path(name));
    write_file(dir / "r" / fs::path(name), bytes, Durability::cache);
  }
  std::string read(Place& place, const std::string& name, const std::optional<FileRange>& range = {}) {
    const UniqueFd fd(::open((dir / "out").c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!place.get(name, range, {.fd = fd.get(), .path = dir / "out"})) return "none";
    return read_file(dir / "out");
  }
};

}  // namespace

TEST_CASE("sealed files come back whole and in parts, of any size", "[remote]") {
  Sealed w;
  w.open()->init();
  EncryptedPlace place = w.place();
  place.glance();
  for (const std::size_t size : {0, 1, 65'535, 65'536, 65'537, 200'000}) {
    INFO(size);
    const std::string plain = text_of_size(size), name = fmt::format("check-{:016x}", size);
    place.put(name, plain);
    if (size < 60'000) CHECK(place.find(name) == plain);  // for small files
    CHECK(w.read(place, name) == plain);
    for (const auto& [offset, length] : {std::pair(0, 1), std::pair(65'530, 10), std::pair(65'536, 1),
                                         std::pair(0, 200'000), std::pair(131'071, 2), std::pair(70'000, 100'000)}) {
      const FileRange range{static_cast<std::uint64_t>(offset), static_cast<std::uint64_t>(length)};
      if (range.offset + range.size <= size) {
        CHECK(w.read(place, name, range) == plain.substr(range.offset, range.size));
      } else {
        CHECK(failure_of([&] { w.read(place, name, range); }).kind() == ErrorKind::corrupt);
      }
    }
    w.dir.write("file", plain);
    const std::string by_file = fmt::format("check-{:016x}", size + 1'000'000);
    place.put_file(by_file, (w.dir / "file").string(), sha256(plain), {});
    CHECK(w.read(place, by_file) == plain);
    CHECK(failure_of([&] { place.put_file("check-0", (w.dir / "file").string(), sha256("else"), {}); }).kind() ==
          ErrorKind::corrupt);
  }
  CHECK(w.read(place, "check-00000000000fffff") == "none");
}

TEST_CASE("nothing of names or contents can be seen at an encrypted remote", "[remote]") {
  Sealed w;
  w.open()->init();
  const auto remote = w.open();
  std::vector<Digest> ids;
  for (int i = 0; i < 40; ++i) {
    const std::string bytes = fmt::format("a secret that nobody may see, number {}", i);
    ids.push_back(sha256(bytes));
    remote->put_bytes(ids.back(), bytes);
  }
  w.dir.write("large", "a secret that nobody may see" + text_of_size(2'000'000));
  ids.push_back(sha256_file(w.dir / "large").digest);
  remote->put_file(ids.back(), w.dir / "large");
  remote->flush();
  CHECK(w.open()->find_missing(ids).empty());
  const auto files = w.files();
  CHECK(files.size() >= 5);  // format, indexes, an object, a pack, its index, and what locks them
  for (const auto& [name, bytes] : files) {
    for (const std::string& told : {std::string("secret"), std::string("mlo pack"), std::string("mlo index")})
      CHECK(bytes.find(told) == std::string::npos);
    for (const Digest& id : ids) {
      CHECK((replace_all(name, "/", "") + bytes).find(id.hex()) == std::string::npos);
      CHECK(bytes.find(text_of(id.raw())) == std::string::npos);
    }
  }
}

TEST_CASE("what an encrypted remote changed, cut, moved or swapped does not open", "[remote]") {
  Sealed w;
  w.open()->init();
  EncryptedPlace place = w.place();
  place.glance();
  const std::string name = "check-00000000000000aa", other = "check-00000000000000bb";
  const std::string plain = text_of_size(3 * 65'536 + 100);
  place.put(name, plain);
  place.put(other, plain);
  const std::string good = w.files()[name], of_other = w.files()[other];
  constexpr std::size_t kSealed = Sealer::kSegment + Sealer::kMore;
  const auto segment = [&](std::size_t i) { return good.substr(i * kSealed, kSealed); };
  std::vector<std::string> bad = {"",
                                  good.substr(0, kSealed),
                                  good.substr(0, 3 * kSealed),
                                  good.substr(0, good.size() - 1),
                                  good + "x",
                                  good + segment(3),
                                  segment(1) + segment(0) + segment(2) + segment(3),
                                  segment(0) + segment(2) + segment(3),
                                  segment(0) + segment(0) + segment(2) + segment(3),
                                  of_other,
                                  of_other.substr(0, kSealed) + good.substr(kSealed),
                                  segment(0) + segment(1) + of_other.substr(2 * kSealed)};
  for (const std::size_t at : {std::size_t{0}, std::size_t{20}, kSealed - 1, kSealed + 5, good.size() - 1}) {
    bad.push_back(good);
    bad.back()[at] = static_cast<char>(bad.back()[at] ^ 0x40);
  }
  for (std::size_t i = 0; i < bad.size(); ++i) {
    INFO(i);
    w.damage(name, bad[i]);
    CHECK(failure_of([&] { w.read(place, name); }).kind() == ErrorKind::corrupt);
  }
  w.damage(name, good);
  CHECK(w.read(place, name) == plain);
}

TEST_CASE("two contents under one name never share a key", "[remote]") {
  const Sealer sealer(sha256("data key"));
  const std::string a = sealer.seal("packs/x", "aaaa"), b = sealer.seal("packs/x", "aaab"),
                    c = sealer.seal("packs/y", "aaaa");
  CHECK(a.substr(0, Sealer::kSalt) != b.substr(0, Sealer::kSalt));
  CHECK(a.substr(0, Sealer::kSalt) != c.substr(0, Sealer::kSalt));
  CHECK(a == sealer.seal("packs/x", "aaaa"));
}

TEST_CASE("a wrong key is one line at once, and changes nothing", "[remote]") {
  Sealed w;
  w.open()->init();
  const auto remote = w.open();
  for (int i = 0; i < 5; ++i) remote->put_bytes(sha256(std::to_string(i)), std::to_string(i));
  remote->flush();
  const auto before = w.files();
  w.dir.write("garbage", "not a key");
  for (const auto& [with, message] :
       {std::pair(w.config("other"), "the key is not the one"), std::pair(w.config("missing"), "there is no key file"),
        std::pair(w.config("garbage"), "holds no key"), std::pair(w.config(""), "nothing says where the key is"),
        std::pair(w.plain(), "is encrypted, and its configuration names no key")}) {
    INFO(message);
    for (const auto& action : std::vector<std::function<void(Remote&)>>{
             [](Remote& r) { r.init(); }, [](Remote& r) { r.check(); }, [](Remote& r) { r.find_missing({}); },
             [](Remote& r) { r.put_bytes(sha256("x"), "x"); }}) {
      const Error error = failure_of([&] { action(*w.open(with)); });
      INFO(error.message());
      CHECK((error.kind() == ErrorKind::remote || error.kind() == ErrorKind::config));
      CHECK(error.message().find(message) != std::string::npos);
      CHECK_FALSE(error.hint().empty());
    }
  }
  CHECK(w.files() == before);
}

TEST_CASE("a plain remote is never written to by a configuration that encrypts", "[remote]") {
  Sealed w;
  w.open(w.plain())->init();
  const auto before = w.files();
  for (const auto& action : std::vector<std::function<void(Remote&)>>{
           [](Remote& r) { r.init(); }, [](Remote& r) { r.check(); }, [](Remote& r) { r.find_missing({}); },
           [](Remote& r) { r.put_bytes(sha256("x"), "x"); }})
    CHECK(failure_of([&] { action(*w.open()); }).message().find("is not encrypted") != std::string::npos);
  CHECK(w.files() == before);
}

TEST_CASE("after a rotation the new key opens what was there, the old one does not", "[remote]") {
  Sealed w;
  w.open()->init();
  const auto remote = w.open();
  remote->put_bytes(sha256("a"), "a");
  remote->flush();
  CHECK_THROWS_AS(rotate_remote_key(w.world, w.config("other"), w.dir.path(), w.dir / "key/no"), Error);
  CHECK(failure_of([&] {
          w.dir.write("third", encode_remote_key(sha256("third")));
          rotate_remote_key(w.world, w.config("other"), w.dir.path(), w.dir / "third");
        })
            .message()
            .find("the key is not the one") != std::string::npos);
  CHECK(rotate_remote_key(w.world, w.config(), w.dir.path(), w.dir / "other"));
  // Cut between the remote and the configuration, the command is repeated.
  CHECK_FALSE(rotate_remote_key(w.world, w.config(), w.dir.path(), w.dir / "other"));
  CHECK(w.open(w.config("other"))->find_missing({sha256("a")}).empty());
  CHECK(failure_of([&] { w.open()->find_missing({}); }).message().find("the key is not the one") != std::string::npos);
  CHECK_THROWS_AS(rotate_remote_key(w.world, w.plain(), w.dir.path(), w.dir / "other"), Error);
}

TEST_CASE("two that make an encrypted remote at once go on with one key", "[remote]") {
  Sealed w;
  EncryptedPlace first = w.place(), second = w.place();
  first.put("format", kRemoteFormat);
  second.put("format", kRemoteFormat);
  CHECK(first.name_of(sha256("a")) == second.name_of(sha256("a")));
}

TEST_CASE("the key can come from a command of this machine's own configuration", "[remote]") {
  Sealed w;
  w.open()->init();
  RemoteConfig config = w.config();
  config.encryption = RemoteConfig::Encryption{.key_command = "cat key"};
  w.open(config)->check();
  config.encryption->key_command = "exit 3";
  CHECK(failure_of([&] { w.open(config)->check(); }).message().find("ended with 3") != std::string::npos);
  Config read;
  const std::string text = "mlo: config/1\nremotes:\n  o:\n    url: x\n    encryption:\n      key_command: evil\n";
  CHECK(failure_of([&] { read_config(text, "c", read); }).message().find("must not be committed") != std::string::npos);
  read_config(text, "c", read, ConfigLayer::local);
  CHECK(read.remotes.at(0).encryption->key_command == "evil");
}

TEST_CASE("another program's encrypted object opens, and is made the same", "[remote]") {
  const fs::path golden = "tests/golden/encrypted";
  const auto key = decode_remote_key(read_file(golden / "key"));
  REQUIRE(key);
  const auto data_key = unwrap_data_key(read_file(golden / "format"), *key);
  REQUIRE(data_key);
  const Sealer sealer(*data_key);
  const std::string name(trim(read_file(golden / "name"))), object = read_file(golden / "object");
  std::string plain;
  for (std::size_t i = 0; i < 70'000; ++i) plain += static_cast<char>(i * 7 % 251);
  CHECK(sealer.seal(name, plain) == object);
  const std::string hidden = sealer.hide(sha256(plain)).hex();
  CHECK(name == "objects/" + hidden.substr(0, 2) + "/" + hidden.substr(2));
}

TEST_CASE("a damaged format or key file is refused", "[remote]") {
  const RemoteKey key = sha256("key");
  test::SeededRng rng;
  const std::string good = wrap_data_key(sha256("data"), key, rng);
  CHECK(unwrap_data_key(good, key) == sha256("data"));
  CHECK_FALSE(unwrap_data_key(good, sha256("other")));
  for (const std::string& bad : {std::string(), good.substr(1), good.substr(0, good.size() - 2), good + "x\n",
                                 replace_all(good, "\n", "\r\n"), std::string(kEncryptedFormat)})
    CHECK_THROWS_AS(unwrap_data_key(bad, key), Error);
  for (const std::string& bad : {std::string(), std::string("mlo key 1\n"), "mlo key 1\n" + key.hex() + "0",
                                 "mlo key 2\n" + key.hex(), key.hex()})
    CHECK_FALSE(decode_remote_key(bad));
  CHECK(decode_remote_key(encode_remote_key(key)) == key);
}
