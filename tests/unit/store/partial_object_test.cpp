#include "lib/store/partial_object.hpp"

#include <unistd.h>

#include "lib/crypto/sha256.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;
constexpr UtcTime kNever = UtcTime::from_micros(0);

/// An object of three pieces, the last one short.
struct Partial : test::TestWorld {
  ObjectStore store{dir / "objects"};
  std::string bytes = std::string(8 * kMebibyte, 'a') + std::string(8 * kMebibyte, 'b') + std::string(1000, 'c');
  Digest id = sha256(bytes);

  std::optional<PartialObject> open() { return PartialObject::open(store, id, bytes.size(), kNever); }
  void write(PartialObject& object, const PartialObject::Piece& piece, std::uint64_t size) {
    REQUIRE(::pwrite(object.fd(), bytes.data() + piece.offset, size, static_cast<off_t>(piece.offset)) ==
            static_cast<ssize_t>(size));
    object.set_there(piece, size);
  }
  std::vector<fs::path> files() {
    std::vector<fs::path> out;
    for (const DirEntry& entry : list_dir(store.root())) out.push_back(store.root() / entry.name);
    return out;
  }
};

}  // namespace

TEST_CASE("an object that came in pieces is whole, and gone on with where it was left", "[store]") {
  Partial w;
  {
    auto object = w.open();
    CHECK(object->is_fresh());
    const auto pieces = object->missing();
    REQUIRE(pieces.size() == 3);
    CHECK((pieces[1].offset == 8 * kMebibyte && pieces[1].size == 8 * kMebibyte && pieces[1].there == 0));
    CHECK(pieces[2].size == 1000);
    w.write(*object, pieces[0], 100'000);
    w.write(*object, pieces[2], 1000);
    CHECK_FALSE(w.open());  // somebody has it
  }
  auto object = w.open();
  const auto pieces = object->missing();
  REQUIRE(pieces.size() == 2);
  CHECK(pieces[0].there == 65'536);
  CHECK(pieces[1].there == 0);
  w.write(*object, pieces[0], pieces[0].size);
  w.write(*object, pieces[1], pieces[1].size);
  CHECK(object->missing().empty());
  CHECK(object->finish());
  CHECK(read_file(object->path()) == w.bytes);
  CHECK(object->missing().empty());  // stopped right now, all is there
  ObjectStore::Batch batch(w.store);
  batch.take_file(w.id, object->path());
  batch.commit();
  CHECK(w.store.verify(w.id));
  CHECK((find_stat(*w.store.find_file_of(w.id))->mode & 0777U) == 0444);
}

TEST_CASE("wrong bytes are no object, and a file of another length is begun anew", "[store]") {
  Partial w;
  auto object = w.open();
  for (const auto& piece : object->missing()) object->set_there(piece, piece.size);
  CHECK_FALSE(object->finish());
  object->clear();
  CHECK(object->is_fresh());
  CHECK(object->missing().size() == 3);
  REQUIRE(::ftruncate(object->fd(), 12345) == 0);
  CHECK(object->missing().size() == 3);
  object->remove();
  CHECK(w.files().empty());
}

TEST_CASE("what nobody went on with goes, but not what somebody has", "[store]") {
  Partial w;
  const UtcTime later = UtcTime::from_micros(INT64_MAX / 1000);
  auto held = PartialObject::open(w.store, sha256("held"), 100, kNever);
  { PartialObject::open(w.store, sha256("left"), 100, kNever); }
  CHECK(w.files().size() == 2);
  { PartialObject::open(w.store, sha256("young"), 100, kNever); }
  CHECK(w.files().size() == 3);
  const auto object = PartialObject::open(w.store, w.id, w.bytes.size(), later);
  CHECK(w.files().size() == 2);
  CHECK(find_stat(held->path()));
}
