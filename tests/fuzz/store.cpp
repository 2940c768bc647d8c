#include <sys/mman.h>
#include <unistd.h>

#include "lib/crypto/sha256.hpp"
#include "lib/store/pack_index.hpp"
#include "lib/store/recipe.hpp"
#include "lib/util/compress.hpp"
#include "tests/fuzz/fuzz.hpp"

// Packs, indexes, frames and recipes come from remotes and old disks. The first byte says which of them the rest is.
namespace {

using namespace mlo;

/// A file in memory with these bytes; the next call overwrites it.
fs::path file_of(std::string_view bytes) {
  static const UniqueFd memory(::memfd_create("mlo-fuzz", MFD_CLOEXEC));
  fuzz::require(::ftruncate(memory.get(), 0) == 0 && ::lseek(memory.get(), 0, SEEK_SET) == 0);
  write_all(memory.get(), bytes, "memory");
  return fmt::format("/proc/self/fd/{}", memory.get());
}

void check_pack(std::string_view bytes) {
  PackRecords again;
  const bool whole = scan_pack(file_of(bytes), [&](const PackedObject& object, const Record& record) {
    fuzz::require(bytes.substr(object.offset, object.stored) == record.bytes);
    static_cast<void>(is_whole(object.id, record));
    std::string buffer;
    const auto content = content_of(record, buffer);
    fuzz::require(!content || content->size() == record.size);
    if (const auto body = body_of(record)) again.add(object.id, record.form, record.size, *body);
  });
  if (whole) fuzz::require(bytes.starts_with(kPackHead));
  if (whole && again.size() == bytes.size()) fuzz::require(again.bytes() == bytes);
}

void check_index(std::string_view bytes) {
  const auto index = PackIndex::open(file_of(bytes));
  if (!index) return;
  static_cast<void>(index->verify());
  for (const PackedObject& object : index->objects()) {
    const PackedObject* const found = index->find(object.id);
    fuzz::require(found == nullptr || (found->id == object.id && found->pack < index->packs().size()));
  }
}

void check_recipe(std::string_view bytes) {
  // Sealed here: what is to be found lies behind the seal.
  const Digest id = sha256("any");
  Record record{Form::recipe, ByteReader(bytes).u64(), std::string(bytes)};
  record.bytes += text_of(sha256(std::string(text_of(id.raw())) + record.bytes).raw());
  const auto recipe = decode_recipe(id, record);
  if (!recipe) return;
  fuzz::require(fits(*recipe) && encode_recipe(id, *recipe) == *body_of(record));
}

}  // namespace

MLO_FUZZ_TARGET(bytes) {
  if (bytes.empty()) return;
  const std::string_view rest = bytes.substr(1);
  switch (bytes.front()) {
    case 'p':
      return check_pack(rest);
    case 'i':
      return check_index(rest);
    case 'r':
      return check_recipe(rest);
    default: {
      std::string out;
      const std::size_t size = mlo::ByteReader(rest).u16();
      if (mlo::decompress(rest, size, out)) mlo::fuzz::require(out.size() == size);
    }
  }
}
