#pragma once
#include <optional>
#include <vector>

#include "lib/crypto/digest.hpp"
#include "lib/store/object_store.hpp"
#include "lib/util/kept_temp.hpp"

namespace mlo {

/// A large object on its way to a store, in pieces: a temporary file beside its objects. Whoever wants it next goes on
/// with what a killed process got. Of one process at a time; a gc removes what nobody went on with.
class PartialObject {
 public:
  /// As KeptTemp. Removes those of other objects that nobody went on with since `before`.
  static std::optional<PartialObject> open(const ObjectStore& store, const Digest& id, std::uint64_t size,
                                           UtcTime before);

  struct Piece {
    std::size_t index = 0;
    std::uint64_t offset = 0, size = 0;
    std::uint64_t there = 0;  ///< bytes of it, from its beginning
  };
  /// Those that are not there, or not all. Makes room for them.
  std::vector<Piece> missing();
  /// So many bytes of the piece, from its beginning, were written. Safe from any thread, for different pieces.
  void set_there(const Piece& piece, std::uint64_t bytes);
  /// Nothing was written yet, and there is no room for pieces either.
  bool is_fresh() const;
  /// What was written is of no use.
  void clear();
  /// Whether the bytes are what the id says. If so they are on disk, and nothing else is in the file.
  bool finish();

  const Digest& id() const { return id_; }
  std::uint64_t size() const { return size_; }
  int fd() const { return file_.fd(); }
  const fs::path& path() const { return file_.path(); }
  void remove() const { file_.remove(); }

 private:
  PartialObject(const Digest& id, std::uint64_t size, KeptTemp file);
  std::size_t pieces() const;

  Digest id_;
  std::uint64_t size_;
  KeptTemp file_;
};

}  // namespace mlo
