#pragma once
#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "lib/crypto/digest_set.hpp"
#include "lib/store/recipe.hpp"
#include "lib/store/staging.hpp"

namespace mlo {

/// A whole pack, synced, in the staging directory.
struct FinishedPack {
  Digest name;
  std::string staged;  ///< its name in the staging directory
  std::vector<PackedObject> objects;
};

/// Whether what gets smaller by it is compressed.
enum class Compression { off, on };

/// Collects small objects into packs, as many at once as are written by threads that compute: others wait for one.
/// Nothing goes to disk before a pack has a megabyte. What is not taken is removed with the writer. `add` is safe from
/// any thread.
class PackWriter {
 public:
  /// Borrows the directory. `most`: packs that are written at once.
  PackWriter(StagingDir& staging, unsigned most);
  ~PackWriter();

  /// At most kMaxPacked bytes, whose digest is `id`. Adding an object again is free.
  void add(const Digest& id, std::string_view bytes, Compression compression = Compression::off);
  /// An object that lies in parts, all of which are stored or were added.
  void add_recipe(const Digest& id, const Recipe& recipe);
  /// As it lies elsewhere, whole.
  void add_record(const Digest& id, const Record& record);
  std::size_t size() const;
  bool has(const Digest& id) const;
  /// Hands over all objects if they are at most `most`, none is on disk yet and none lies in parts: so few may lie
  /// better by themselves.
  /// Otherwise false, and nothing happens.
  bool take_few(std::size_t most, const std::function<void(const Digest&, std::string_view)>& take);
  /// All packs, one if there is less than a megabyte; the writer is empty afterwards. The files are the caller's to
  /// rename or remove.
  std::vector<FinishedPack> take();

 private:
  class Pack;
  struct Shard {
    mutable std::mutex mutex;
    DigestSet ids;
  };
  Shard& shard(const Digest& id) { return shards_[std::to_integer<std::size_t>(id.raw()[0]) % shards_.size()]; }
  const Shard& shard(const Digest& id) const {
    return shards_[std::to_integer<std::size_t>(id.raw()[0]) % shards_.size()];
  }
  /// False if the object was added before.
  bool is_new(const Digest& id);
  void write(const Digest& id, Form form, std::uint64_t size, std::string_view bytes);
  std::unique_ptr<Pack> take_open();
  /// Nothing if it is full, or lost.
  void give_back(std::unique_ptr<Pack> pack);
  void forget();
  /// Makes one of the packs that nothing was written of yet.
  void join_small();

  StagingDir& staging_;
  std::array<Shard, 16> shards_;
  const unsigned most_in_hand_;
  std::mutex mutex_;  ///< guards what follows
  std::condition_variable one_free_;
  unsigned in_hand_ = 0;                     ///< packs that a thread adds to
  std::vector<std::unique_ptr<Pack>> open_;  ///< those that no thread is writing; the last one used comes first
  std::vector<FinishedPack> finished_;
};

}  // namespace mlo
