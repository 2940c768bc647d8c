#include <sys/stat.h>
#include <unistd.h>

#include <set>
#include <span>

#include "lib/crypto/sha256.hpp"
#include "tests/contract/places.hpp"
#include "tests/support/test.hpp"

// What becomes of objects that a remote's indexes name and its packs lost.
using namespace mlo;
using namespace mlo::contract;

namespace {

std::string contents(int i) {
  return fmt::format("object {} {}", i, std::string(3'000, static_cast<char>('a' + i % 26)));
}

struct Held {
  std::vector<Digest> ids;
  std::map<Digest, std::string> texts;

  /// Objects in two packs, one by itself.
  explicit Held(Remote& remote) {
    for (const auto& [first, end] : {std::pair(0, 20), std::pair(20, 45)}) {
      for (int i = first; i < end; ++i) put(remote, contents(i));
      remote.flush();
    }
    put(remote, std::string(kMaxPacked + 1, 'x'));
    remote.flush();
  }
  void put(Remote& remote, const std::string& text) {
    ids.push_back(sha256(text));
    texts.emplace(ids.back(), text);
    put_again(remote, ids.back());
  }
  void put_again(Remote& remote, const Digest& id) const {
    const std::string& text = texts.at(id);
    if (text.size() <= kMaxPacked) return remote.put_bytes(id, text);
    const test::TempDir dir;
    dir.write("large", text);
    remote.put_file(id, dir / "large");
  }
  std::optional<std::uint64_t> size_of(const Digest& id) const {
    const auto it = texts.find(id);
    return it == texts.end() ? std::nullopt : std::optional<std::uint64_t>(it->second.size());
  }
  RemoteCheck check(Remote& remote, Reading reading) const {
    RemoteCheck check = remote.find_lost(
        ids, [&](const Digest& id) { return size_of(id); }, reading, Healing::wanted);
    remote.forget_lost();
    return check;
  }
};

/// A file below `dir` that is a pack, or one of an object by itself.
fs::path find_file(const fs::path& dir, std::string_view below, bool first) {
  std::set<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(dir)) {
    if (entry.is_regular_file() && entry.path().string().find(below) != std::string::npos) found.insert(entry.path());
  }
  REQUIRE_FALSE(found.empty());
  const fs::path file = first ? *found.begin() : *found.rbegin();
  REQUIRE(::chmod(file.c_str(), 0644) == 0);
  return file;
}

void flip(const fs::path& file, std::uint64_t at) {
  std::string bytes = read_file(file);
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  write_file(file, bytes, Durability::cache);
}

void cut(const fs::path& file) {
  REQUIRE(::truncate(file.c_str(), static_cast<off_t>(find_stat(file)->size / 2)) == 0);
}

}  // namespace

namespace {

/// Something that happens to a place whose files lie below a directory; how it can be seen, and how much it costs.
struct Mishap {
  std::function<void(const fs::path&)> happen;
  Reading reading = Reading::sizes;
  std::size_t least = 1, most = 1;
};

const std::vector<Mishap>& mishaps() {
  static const std::vector<Mishap> all = {
      {[](const fs::path& dir) { fs::remove(find_file(dir, "/packs/", true)); }, Reading::sizes, 20, 25},
      {[](const fs::path& dir) { cut(find_file(dir, "/packs/", true)); }, Reading::sizes, 5, 24},
      {[](const fs::path& dir) { fs::remove(find_file(dir, "/objects/", true)); }, Reading::sizes, 1, 1},
      {[](const fs::path& dir) { cut(find_file(dir, "/objects/", true)); }, Reading::sizes, 1, 1},
      {[](const fs::path& dir) { flip(find_file(dir, "/packs/", true), 60); }, Reading::all, 1, 25},
      {[](const fs::path& dir) { flip(find_file(dir, "/packs/", false), 50'000); }, Reading::all, 1, 25},
      {[](const fs::path& dir) { flip(find_file(dir, "/objects/", true), 40); }, Reading::all, 1, 1},
      {[](const fs::path& dir) {
         for (const bool first : {true, false}) fs::remove(find_file(dir, "/packs/", first));
       },
       Reading::sizes, 45, 45}};
  return all;
}

}  // namespace

TEST_CASE("what a remote lost it says no more to have, and takes it again", "[contract][remote]") {
  for (const Stand& place : places()) {
    INFO(place.kind << " " << place.what);
    // Behind ssh is the same directory: what is lost there need not be told in every way.
    const std::size_t count = place.kind == "ssh" ? 5 : mishaps().size();
    for (const Mishap& mishap : std::span(mishaps()).first(count)) {
      Outside out;
      const test::TempDir dir;
      const Open open = place.open_in(out, dir.path());
      open()->init();
      const Held held(*open());
      if (open()->is_read_only()) {
        CHECK(kind_of([&] { held.check(*open(), Reading::sizes); }) == ErrorKind::remote);
        break;
      }
      for (const Reading reading : {Reading::sizes, Reading::all}) {
        const RemoteCheck check = held.check(*open(), reading);
        CHECK(check.objects == held.ids.size());
        CHECK(check.bytes > 0);
        CHECK(check.lost.empty());
      }
      if (place.kind == "s3") break;  // its files are not ours to break
      mishap.happen(dir.path());
      if (mishap.reading == Reading::all) CHECK(held.check(*open(), Reading::sizes).lost.empty());
      const auto remote = open();
      const std::vector<Digest> lost = held.check(*remote, mishap.reading).lost;
      CHECK(lost.size() >= mishap.least);
      CHECK(lost.size() <= mishap.most);
      auto missing = open()->find_missing(held.ids);
      std::sort(missing.begin(), missing.end());
      CHECK(missing == lost);
      for (const Digest& id : lost) held.put_again(*remote, id);
      remote->flush();
      CHECK(held.check(*open(), Reading::all).lost.empty());
      CHECK(open()->find_missing(held.ids).empty());
    }
  }
}

TEST_CASE("what nobody here has stays where it is, unnamed", "[remote]") {
  Outside out;
  const Open open = [&] { return open_remote(out.now, {"origin", (out.dir / "far").string()}, out.dir.path()); };
  open()->init();
  const Held held(*open());
  flip(find_file(out.dir / "far", "/packs/", true), 60);
  const auto nothing_here = [](const Digest&) { return std::optional<std::uint64_t>(); };
  const auto remote = open();
  const std::vector<Digest> lost = remote->find_lost(held.ids, nothing_here, Reading::all, Healing::wanted).lost;
  CHECK(remote->find_missing(held.ids) == lost);
  CHECK(open()->find_missing(held.ids).empty());
  remote->forget_lost();
  CHECK(lost.size() == 1);
  CHECK(open()->find_missing(held.ids) == lost);
  std::size_t packs = 0;
  for (const DirEntry& entry : list_dir(out.dir / "far/packs")) packs += entry.name.ends_with(".pack") ? 1 : 0;
  CHECK(packs == 2);
}
