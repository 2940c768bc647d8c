#pragma once
#include <algorithm>
#include <utility>
#include <vector>

#include "lib/crypto/digest.hpp"

namespace mlo {

/// A set of digests that may hold millions: 64 bytes or less for each, all in one piece. Digests spread by themselves,
/// so a few of their bits are the place.
class FlatDigestSet {
 public:
  /// True if it is new.
  bool insert(const Digest& id) {
    if (id == Digest()) return !std::exchange(has_zero_, true);
    if (2 * (size_ + 1) > slots_.size()) grow();
    Digest& slot = slots_[place_of(id)];
    if (slot == id) return false;
    slot = id;
    ++size_;
    return true;
  }
  bool contains(const Digest& id) const {
    if (id == Digest()) return has_zero_;
    return !slots_.empty() && slots_[place_of(id)] == id;
  }

 private:
  /// Where the digest lies or would.
  std::size_t place_of(const Digest& id) const {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = DigestHash()(id) & mask;; at = (at + 1) & mask) {
      if (slots_[at] == Digest() || slots_[at] == id) return at;
    }
  }
  void grow() {
    std::vector<Digest> old = std::exchange(slots_, std::vector<Digest>(std::max<std::size_t>(64, slots_.size() * 2)));
    for (const Digest& id : old) {
      if (id != Digest()) slots_[place_of(id)] = id;
    }
  }

  std::vector<Digest> slots_;  ///< a power of two, at most half of them taken; zero: free
  std::size_t size_ = 0;
  bool has_zero_ = false;
};

}  // namespace mlo
