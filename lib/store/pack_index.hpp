#pragma once
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/crypto/digest.hpp"
#include "lib/store/pack.hpp"
#include "lib/util/fs.hpp"

namespace mlo {

/// Tells which pack holds an object: a mapped file over any number of packs. Safe from any thread. Reads indexes of the
/// first format too, which knew only plain records.
class PackIndex {
 public:
  /// Nothing if the file is no index, or not a whole one.
  static std::shared_ptr<const PackIndex> open(const fs::path& file);

  const fs::path& path() const { return path_; }
  std::size_t size() const { return objects_.size(); }
  /// Ascending by id.
  std::span<const PackedObject> objects() const { return objects_; }
  const std::vector<Digest>& packs() const { return packs_; }
  /// Null if it knows of no pack with such an object.
  const PackedObject* find(const Digest& id) const;
  /// Null unless it says that the object lies by itself.
  const PackedObject* find_alone(const Digest& id) const;
  /// Whether its bytes are those that were written; reads all of them.
  bool verify() const;

 private:
  PackIndex(fs::path path, MappedFile map) : path_(std::move(path)), map_(std::move(map)) {}
  bool load();
  const PackedObject* find_any(const Digest& id) const;
  /// Objects as the first format of indexes wrote them; false if it wrote no such.
  bool convert(std::string_view objects);

  fs::path path_;
  MappedFile map_;
  std::vector<Digest> packs_;
  unsigned bits_ = 0;
  std::span<const std::uint32_t> fanout_;
  std::span<const PackedObject> objects_;
  std::vector<PackedObject> converted_;
};

/// What indexes know of each pack, ascending by offset; what several know comes once.
std::map<Digest, std::vector<PackedObject>> objects_by_pack(
    const std::vector<std::shared_ptr<const PackIndex>>& indexes);

/// The bytes of an index, in pieces: there may be millions of objects, and no byte is twice in memory.
class EncodedIndex {
 public:
  /// Of several objects with one id the first is kept; packs without any are left out.
  EncodedIndex(const std::vector<Digest>& packs, std::vector<PackedObject> objects);
  /// One after the other they are the file.
  std::array<std::string_view, 3> pieces() const;
  /// Of the whole file.
  Digest digest() const;
  std::string text() const;

 private:
  std::string head_;
  std::vector<PackedObject> objects_;
  Digest sum_;  ///< of the pieces before it
};

/// An index over new objects and those of the indexes that are not much larger than what it has by then: so their
/// number stays in the order of a logarithm. `packs` and `objects` are what is new, `indexes` what there is.
struct MergedIndex {
  EncodedIndex fresh;
  std::vector<std::shared_ptr<const PackIndex>> taken_in;  ///< nobody needs them once this one can be seen
};
MergedIndex merge_pack_indexes(std::vector<Digest> packs, std::vector<PackedObject> objects,
                               std::vector<std::shared_ptr<const PackIndex>> indexes);

}  // namespace mlo
