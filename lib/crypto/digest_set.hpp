#pragma once
#include <algorithm>
#include <deque>
#include <initializer_list>
#include <vector>

#include "lib/crypto/digest.hpp"

namespace mlo {

/// A set of digests that may hold millions: 48 bytes or less for each. In the order they came.
class DigestSet {
 public:
  DigestSet() = default;
  DigestSet(std::initializer_list<Digest> ids) { insert(ids.begin(), ids.end()); }
  template <class Iterator>
  DigestSet(Iterator begin, Iterator end) {
    insert(begin, end);
  }
  /// True if it is new.
  bool insert(const Digest& id) {
    if (slots_.size() < 2 * (ids_.size() + 1)) grow();
    std::uint32_t& slot = slots_[slot_of(id)];
    if (slot != 0) return false;
    ids_.push_back(id);
    slot = static_cast<std::uint32_t>(ids_.size());
    return true;
  }
  template <class Iterator>
  void insert(Iterator begin, Iterator end) {
    for (; begin != end; ++begin) insert(*begin);
  }
  bool contains(const Digest& id) const { return !slots_.empty() && slots_[slot_of(id)] != 0; }
  std::size_t size() const { return ids_.size(); }
  bool empty() const { return ids_.empty(); }
  void clear() { *this = DigestSet(); }
  auto begin() const { return ids_.begin(); }
  auto end() const { return ids_.end(); }
  bool operator==(const DigestSet& other) const {
    return size() == other.size() && std::all_of(begin(), end(), [&](const Digest& id) { return other.contains(id); });
  }

 private:
  /// Where the digest is named or would be. Digests spread by themselves, so a few of their bits are the place.
  std::size_t slot_of(const Digest& id) const {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = DigestHash()(id) & mask;; at = (at + 1) & mask) {
      if (slots_[at] == 0 || ids_[slots_[at] - 1] == id) return at;
    }
  }
  void grow() {
    slots_.assign(std::max<std::size_t>(64, slots_.size() * 2), 0);
    for (std::size_t i = 0; i < ids_.size(); ++i) slots_[slot_of(ids_[i])] = static_cast<std::uint32_t>(i + 1);
  }

  std::deque<Digest> ids_;
  std::vector<std::uint32_t> slots_;  ///< a power of two, at most half taken: 1 + the place in ids_, 0 if free
};

}  // namespace mlo
