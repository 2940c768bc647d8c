#include <sys/stat.h>

#include "lib/crypto/sha256.hpp"
#include "lib/remote/transfer.hpp"
#include "lib/store/closure.hpp"
#include "lib/store/collector.hpp"
#include "lib/store/recipe.hpp"
#include "lib/util/compress.hpp"
#include "tests/contract/places.hpp"
#include "tests/support/packs.hpp"
#include "tests/support/test.hpp"

// Objects travel as they lie in packs, and of those that lie in parts the parts that are lacking.
using namespace mlo;
using namespace mlo::contract;

namespace {

const StoreRules kRules{
    .compress = true, .page_trees = true, .threads = 2, .cut_from = 1U << 20U, .cut_names = {"*.csv"}};

std::string rows(std::size_t first, std::size_t end) {
  std::string text;
  for (std::size_t i = first; i < end; ++i) text += sha256(std::to_string(i)).hex() + ",1\n";
  return text;
}

Tree tree_of(int entries) {
  Tree tree;
  for (int i = 0; i < entries; ++i)
    tree.push_back({TreeEntryKind::file, 7, sha256(std::to_string(i)), fmt::format("image-{:07}.jpg", i)});
  return tree;
}

Record record_of(const Digest& id, const Recipe& recipe) {
  ByteWriter bytes;
  bytes.u64(recipe.size);
  bytes.raw(encode_recipe(id, recipe));
  return {Form::recipe, recipe.size, std::move(bytes).str()};
}

Part part_of(std::string_view bytes) { return {sha256(bytes), static_cast<std::uint32_t>(bytes.size())}; }

/// What lies in packs below a directory, in the clear or not.
std::uint64_t packed_below(const fs::path& dir) {
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(dir)) {
    if (entry.path().extension() == ".pack") bytes += entry.file_size();
  }
  return bytes;
}

/// Two stores and a remote between them.
struct Way {
  Outside out;
  const test::TempDir dir;  ///< of the place; its name is nobody else's
  Open open;
  ObjectStore here{out.dir / "here/objects", kRules}, there{out.dir / "there/objects", kRules};

  explicit Way(const Stand& place) {
    open = place.open_in(out, dir.path());
    open()->init();
  }

  /// Bytes that were sent and fetched for one object.
  std::pair<std::uint64_t, std::uint64_t> travel(const Digest& id, std::uint64_t size) {
    const std::vector<ObjectRef> objects{{id, size, "it"}};
    CHECK(upload(out.now, here, *open(), objects, Mode::dry_run).objects == 1);
    const TransferReport pushed = upload(out.now, here, *open(), objects, Mode::real);
    CHECK(pushed.objects == 1);
    CHECK(pushed.absent.empty());
    CHECK(upload(out.now, here, *open(), objects, Mode::real).objects == 0);
    const TransferReport planned = download(out.now, there, *open(), objects, Mode::dry_run);
    CHECK_FALSE(there.has(id));
    const TransferReport pulled = download(out.now, there, *open(), objects, Mode::real);
    CHECK(pulled.objects == 1);
    CHECK(planned.objects == 1);
    CHECK(planned.bytes == pulled.bytes);
    CHECK(download(out.now, there, *open(), objects, Mode::real).objects == 0);
    CHECK(ObjectStore(out.dir / "there/objects").verify(id));
    // Read whole it comes in one piece, for who knows nothing of parts.
    const TempFile whole(out.dir.path());
    CHECK(open()->get(id, {}, {.fd = whole.fd(), .path = whole.path()}));
    CHECK(sha256_file(whole.path()).digest == id);
    return {pushed.bytes, pulled.bytes};
  }
};

/// As `big.csv`; large enough to lie in parts.
Digest put_big(const Way& way, ObjectStore& store, const std::string& text) {
  write_file(way.out.dir / "big.csv", text, Durability::cache);
  ObjectStore::Batch batch(store);
  const Digest id = batch.put_file(way.out.dir / "big.csv").id;
  batch.commit();
  return id;
}

}  // namespace

TEST_CASE("of a large file's next version what changed travels, both ways", "[contract][remote]") {
  const std::string first = rows(0, 400'000), more = rows(400'000, 404'000);
  for (const Stand& place : places()) {
    INFO(place.kind << " " << place.what);
    Way way(place);
    const auto travel = [&](const std::string& text) {
      const Digest id = put_big(way, way.here, text);
      CHECK_FALSE(way.here.find_file_of(id));
      const auto bytes = way.travel(id, text.size());
      CHECK_FALSE(way.there.find_file_of(id));
      return bytes;
    };
    const auto all = travel(first);
    CHECK(all.first >= first.size());
    CHECK(all.second == first.size());
    const std::uint64_t before = packed_below(way.dir.path());
    const auto [sent, fetched] = travel(first + more);
    const std::uint64_t limit = first.size() * 3 / 100;
    CHECK(sent < limit);
    CHECK(fetched < limit);
    CHECK(packed_below(way.dir.path()) - before < limit);
  }
}

TEST_CASE("one changed name among a hundred thousand sends and fetches kilobytes", "[contract][remote]") {
  for (const Stand& place : places()) {
    INFO(place.kind << " " << place.what);
    Way way(place);
    Tree tree = tree_of(100'000);
    way.travel(way.here.put_tree(tree), 0);
    const std::uint64_t before = packed_below(way.dir.path());
    tree[50'000].id = sha256("changed");
    const Digest id = way.here.put_tree(tree);
    const auto [sent, fetched] = way.travel(id, 0);
    CHECK(sent < 100'000);
    CHECK(fetched < 100'000);
    CHECK(packed_below(way.dir.path()) - before < 120'000);
    CHECK(way.there.get_tree(id) == tree);
  }
}

TEST_CASE("a part that lies in parts itself arrives, whoever was there first", "[remote]") {
  const auto at_dir = [](bool tree_first) {
    Way way(places().front());
    const Digest tree = way.here.put_tree(tree_of(2'000));
    const std::string part = way.here.get(tree), end = "end";
    REQUIRE_FALSE(way.here.parts_of(tree).empty());
    const Digest whole = sha256(part + end);
    way.here.put(end);
    {
      ObjectStore::Batch batch(way.here);
      batch.put_record(whole, record_of(whole, {part.size() + end.size(), 0, {part_of(part), part_of(end)}}));
      batch.commit();
    }
    if (tree_first) upload(way.out.now, way.here, *way.open(), {{tree, 0, "tree"}}, Mode::real);
    way.travel(whole, part.size() + end.size());
    CHECK(way.there.get(whole) == part + end);
  };
  at_dir(false);
  at_dir(true);
}

TEST_CASE("a remote whose recipes, frames or parts are not what they say gives nothing to the store", "[remote]") {
  Outside out;
  const Open open = [&] { return open_remote(out.now, {"origin", (out.dir / "far").string()}, out.dir.path()); };
  const std::string a(3000, 'a'), b(3000, 'b');
  const Digest whole = sha256(a + b);
  const auto refused = [&](const std::function<void(Remote&)>& fill, std::uint64_t size, std::string_view said) {
    remove_tree(out.dir / "far");
    remove_tree(out.dir / "here");
    const auto remote = open();
    remote->init();
    for (const std::string& part : {a, b}) remote->put_bytes(sha256(part), part);
    fill(*remote);
    remote->flush();
    ObjectStore here(out.dir / "here/objects");
    INFO(said);
    try {
      download(out.now, here, *open(), {{whole, size, "dataset `d`"}}, Mode::real);
      FAIL("it was believed");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::remote);
      CHECK_THAT(error.message(), Catch::StartsWith("remote `origin`: object `"));
      CHECK_THAT(error.message(), Catch::Contains(std::string(said)));
      CHECK(error.message().find('\n') == std::string::npos);
    }
    CHECK_FALSE(ObjectStore(out.dir / "here/objects").has(whole));
  };
  const Part part_a = part_of(a), part_b = part_of(b);
  const auto recipe = [&](const Recipe& lie, std::uint64_t size, std::string_view said) {
    refused([&](Remote& remote) { remote.put_record(whole, record_of(whole, lie)); }, size, said);
  };
  recipe({6000, 0, {part_b, part_a}}, 6000, "its bytes are not what its name says");
  recipe({6000, 0, {part_a, part_b}}, 5999, "its list of parts");
  recipe({12000, 0, {part_a, part_b, part_a, part_b}}, 0, "its bytes are not");
  recipe({6000, 0, {part_a, {whole, 3000}}}, 0, "is damaged");
  recipe({6000, 0, {{whole, 6000}}}, 6000, "is damaged");
  recipe({6000, 0, {part_a, {sha256("nowhere"), 3000}}}, 0, "is lost");
  recipe({6000, 0, {part_a, {sha256(b), 2999}, {sha256(a), 1}}}, 0, "its bytes are not");
  recipe({6000, 1, {part_a}}, 0, "its list of parts");
  recipe({1000, 0, {part_a, part_b}}, 0, "its list of parts");
  recipe({std::uint64_t{1} << 60U, 3, Parts(1000, {sha256(a), 36 * 83})}, 0, "its list of parts");
  // A list whose few bytes unfold to more than any file has.
  const std::string page = encode_parts(Parts(20'000, part_a));
  refused(
      [&](Remote& remote) {
        remote.put_bytes(sha256(page), page);
        remote.put_record(whole, record_of(whole, {std::uint64_t{1} << 60U, 2, Parts(1'800, part_of(page))}));
      },
      0, "its list of parts");
  // A part of wrong bytes, and frames that are none, that hold more than they say, or say more than any holds.
  refused(
      [&](Remote& remote) {
        remote.put_bytes(sha256("other"), std::string(3000, 'c'));
        remote.put_record(whole, record_of(whole, {6000, 0, {part_a, {sha256("other"), 3000}}}));
      },
      6000, "is damaged");
  const auto frame = [&](std::uint64_t size, std::string_view body) {
    ByteWriter bytes;
    bytes.u64(size);
    bytes.raw(body);
    refused([&](Remote& remote) { remote.put_record(whole, {Form::zstd, size, bytes.str()}); }, 0, "is damaged");
  };
  frame(6000, "no frame");
  frame(std::uint64_t{1} << 50U, a);
  std::string large;
  REQUIRE(compress(std::string(kMaxPacked, 'a'), large));
  frame(6000, large);
  frame(kMaxPacked, large);
}

TEST_CASE("parts that were damaged here meanwhile are put aside, and come again", "[remote]") {
  Way way(places().front());
  const std::string text = rows(0, 100'000);
  const Digest id = put_big(way, way.here, text);
  const std::vector<ObjectRef> objects{{id, text.size(), "it"}};
  upload(way.out.now, way.here, *way.open(), objects, Mode::real);
  // Some parts are there, one of them with a flipped bit.
  const std::vector<Digest> parts = way.here.parts_of(id);
  std::vector<ObjectRef> some;
  for (std::size_t i = 0; i < 12; ++i) some.push_back({parts.at(i), 0, "part"});
  download(way.out.now, way.there, *way.open(), some, Mode::real);
  for (const DirEntry& entry : list_dir(way.out.dir / "there/packs")) {
    const fs::path file = way.out.dir / "there/packs" / entry.name;
    if (!entry.name.ends_with(".pack")) continue;
    std::string bytes = read_file(file);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    REQUIRE(::chmod(file.c_str(), 0644) == 0);
    write_file(file, bytes, Durability::cache);
  }
  ObjectStore there(way.out.dir / "there/objects", kRules);
  CHECK(kind_of([&] { download(way.out.now, there, *way.open(), objects, Mode::real); }) == ErrorKind::io);
  CHECK_FALSE(there.has(id));
  CHECK(download(way.out.now, there, *way.open(), objects, Mode::real).objects == 1);
  CHECK(there.get(id) == text);
}

TEST_CASE("a part that is damaged here is not sent, and what was sent before it stays", "[contract][remote]") {
  for (const Stand& place : places()) {
    INFO(place.kind << " " << place.what);
    Way way(place);
    const std::string text = rows(0, 100'000);
    const Digest id = put_big(way, way.here, text);
    const std::vector<ObjectRef> objects{{id, text.size(), "it"}};
    const std::vector<Digest> parts = way.here.parts_of(id);
    const Digest bad = parts.at(parts.size() / 2);
    test::flip_bit(way.out.dir / "here/packs", bad);
    CHECK(kind_of([&] { upload(way.out.now, way.here, *way.open(), objects, Mode::real); }) == ErrorKind::corrupt);
    CHECK(way.open()->find_missing({bad, id}).size() == 2);
    CHECK_FALSE(way.here.has(bad));
    // Good bytes again, and the push goes on.
    put_big(way, way.here, text);
    way.travel(id, text.size());
  }
}

TEST_CASE("what a gc writes anew while it is pushed arrives", "[remote]") {
  Way way(places().front());
  StoreRules one_thread = kRules;  // and so one pack
  one_thread.threads = 1;
  ObjectStore writer(way.out.dir / "here/objects", one_thread);
  const std::string text = rows(0, 50'000);
  const Digest id = put_big(way, writer, rows(100'000, 200'000) + text);
  const Digest kept = put_big(way, writer, text);
  const auto remote = way.open();
  UploadPlan plan = UploadPlanner(way.here, *remote).plan({{kept, text.size(), "it"}}, Order::any);
  {
    ObjectStore other(way.out.dir / "here/objects", kRules);
    const DigestSet needed = close_over(way.out.now, other, {kept});
    const auto is_needed = [&](const Digest& one) { return needed.contains(one); };
    const auto report = Collector(way.out.now, other).sweep(is_needed, way.out.now.clock.now());
    REQUIRE(report.packs_rewritten == 1);
    REQUIRE_FALSE(ObjectStore(way.out.dir / "here/objects").has(id));
  }
  CHECK(upload(way.out.now, way.here, *remote, std::move(plan), Mode::real).objects == 1);
  download(way.out.now, way.there, *way.open(), {{kept, text.size(), "it"}}, Mode::real);
  CHECK(way.there.get(kept) == text);
}
