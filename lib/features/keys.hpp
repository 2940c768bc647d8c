#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/table/columns.hpp"
#include "lib/util/huge_pages.hpp"

namespace mlo::features {

/// Writes the join keys of one row as bytes into `out` (emptied first): equal keys, equal bytes. Integers as 8 bytes,
/// strings as a length of 4 bytes and their bytes. False if any key is null.
bool encode_key(const std::vector<const table::Column*>& keys, std::size_t row, std::string& out);

/// The join keys of some rows, encoded as encode_key does, each with a print: the key itself if it has 8 bytes, else a
/// hash. Borrows the columns.
class KeyBatch {
 public:
  explicit KeyBatch(const std::vector<const table::Column*>& keys);
  KeyBatch(const KeyBatch&) = delete;

  std::size_t size() const { return prints_.size(); }
  bool plain() const { return ends_.empty(); }  ///< each key is one integer, and the print is the key
  std::span<const std::uint64_t> prints() const { return prints_; }
  bool known(std::size_t row) const { return nulls_.empty() || nulls_[row] == 0; }  ///< no key is null
  std::uint64_t print(std::size_t row) const { return prints_[row]; }
  bool is_whole(std::size_t row) const {
    return ends_.empty() || end(row) - begin(row) == 8;
  }  ///< the print is the key
  /// Empty for an unknown key.
  std::string_view key(std::size_t row) const;

 private:
  std::uint64_t begin(std::size_t row) const { return row == 0 ? 0 : ends_[row - 1]; }
  std::uint64_t end(std::size_t row) const { return ends_[row]; }

  std::span<const std::uint64_t> prints_;
  std::vector<std::uint64_t> own_prints_;  ///< of keys that are no plain integers
  std::vector<unsigned char> nulls_;       ///< empty if there are none
  std::string bytes_;                      ///< one after the other; not used where all keys are 8 bytes long
  std::vector<std::uint64_t> ends_;
};

/// Numbers keys 0, 1, 2 .. as they come.
class KeyIndex {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  std::uint32_t insert(std::string_view key);
  std::uint32_t find(std::string_view key) const;  ///< kNone if it was never inserted
  /// The same for a batch, and for `count` keys of one from `first` on; kNone for unknown keys. Some dozens at once
  /// hide what memory takes to answer.
  std::vector<std::uint32_t> insert(const KeyBatch& batch);
  void find(const KeyBatch& batch, std::size_t first, std::size_t count, std::uint32_t* ids) const;
  /// Inserts keys of one integer each, and puts their numbers in their places.
  void insert_plain(std::span<std::uint64_t> keys);
  std::size_t size() const { return ends_.size(); }
  std::string_view key(std::uint32_t id) const;

 private:
  struct Slot {
    std::uint64_t print = 0;  ///< see KeyBatch: most other keys are told apart without reading them
    std::uint32_t id = kNone;
    bool whole = false;
  };
  std::size_t home_of(std::uint64_t print) const;
  template <class Key>
  std::size_t slot_of(std::uint64_t print, bool whole, const Key& key) const;
  template <class Key>
  std::uint32_t insert(std::uint64_t print, bool whole, const Key& key);
  void grow();

  HugeVector<Slot> slots_;
  std::string bytes_;  ///< all keys, one after the other
  std::vector<std::uint64_t> ends_;
};

}  // namespace mlo::features
