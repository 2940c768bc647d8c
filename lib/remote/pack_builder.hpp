#pragma once
#include <string>
#include <unordered_set>
#include <vector>

#include "lib/crypto/sha256.hpp"
#include "lib/store/pack.hpp"

namespace mlo {

/// One pack in memory, for a place that takes whole files.
class PackBuilder {
 public:
  /// At most kMaxPacked bytes, whose digest is `id`. Adding an object again is free.
  void add(const Digest& id, std::string_view bytes) {
    if (!known_.insert(id).second) return;
    bytes_ += record_head(id, static_cast<std::uint32_t>(bytes.size()));
    objects_.push_back({id, bytes_.size(), static_cast<std::uint32_t>(bytes.size())});
    bytes_ += bytes;
  }
  bool is_full() const { return bytes_.size() >= kFull; }
  const std::vector<PackedObject>& objects() const { return objects_; }
  const std::string& bytes() const { return bytes_; }
  std::string_view bytes_of(const PackedObject& object) const {
    return std::string_view(bytes_).substr(object.offset, object.size);
  }
  Digest name() const {
    Sha256 ids;
    for (const PackedObject& object : objects_) ids.update(object.id.raw());
    return ids.finish();
  }

 private:
  /// Several are in memory at once.
  static constexpr std::size_t kFull = std::size_t{32} << 20U;
  std::string bytes_{kPackHead};
  std::vector<PackedObject> objects_;
  std::unordered_set<Digest, DigestHash> known_;
};

}  // namespace mlo
