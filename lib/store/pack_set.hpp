#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <vector>

#include "lib/store/pack_index.hpp"
#include "lib/store/pack_writer.hpp"
#include "lib/util/write_behind.hpp"

namespace mlo {

/// The packs of one directory and the indexes over them. Each commit adds an index and takes in those that are not much
/// larger, so that their number stays in the order of a logarithm. Packs and indexes never change; other processes add
/// to the same directory at any time. Safe from any thread.
class PackSet {
 public:
  /// The directory need not exist yet.
  explicit PackSet(fs::path dir);
  const fs::path& dir() const { return dir_; }

  bool has(const Digest& id) const { return find_size(id).has_value(); }
  std::optional<std::uint64_t> find_size(const Digest& id) const;
  /// Of its record, head included.
  std::optional<std::uint64_t> find_stored_size(const Digest& id) const;
  /// How it lies here, if it is here and stays so: its pack's file says to a gc that somebody counts on it.
  std::optional<Form> claim(const Digest& id) const;
  std::optional<Form> find_form(const Digest& id) const;
  /// The object's record as it lies there, perhaps damaged or cut; false if no index knows it. Looks again if a gc has
  /// moved its pack since the indexes were read.
  bool read(const Digest& id, Record& record);
  /// The same, to `to`, for one that lies as it is and has that size; false if it does not, or is cut.
  bool read_plain(const Part& part, char* to, Cached cached) const;
  /// Looks for what other processes did; false if nothing changed. A damaged index goes to `../quarantine`; then, or
  /// if there is none at all, what is whole in the packs that no index names is indexed anew.
  bool refresh();

  /// Makes the packs durable and visible.
  void publish(std::vector<FinishedPack> packs, const StagingDir& staging);
  /// Forgets where these objects lie, so that they can be stored again. Their packs are read again: of records that are
  /// whole none is lost.
  void drop(const std::set<Digest>& ids);
  /// Sets aside indexes whose bytes are not those that were written, and takes in what is whole in packs that no index
  /// names. Returns the number of damaged indexes.
  std::size_t check_indexes();
  /// All objects, in the order in which they lie in their packs.
  std::vector<Digest> list() const;

  /// Takes in what is whole in packs that no index names.
  void take_in();
  /// The packs that indexes name, ascending by name, with what the indexes know of them by offset.
  std::map<Digest, std::vector<PackedObject>> packs() const;
  /// No index names these packs afterwards. Their files stay.
  void retire(const std::set<Digest>& packs);

 private:
  struct Found {
    std::shared_ptr<const PackIndex> index;
    const PackedObject* object;
  };
  /// What a directory looked like when it was listed.
  struct Listing {
    FileStat stat;
    bool settled = false;  ///< later changes will show in `stat`
    bool operator==(const Listing&) const = default;
  };
  std::optional<Found> find(const Digest& id) const;
  std::shared_ptr<const UniqueFd> open_pack(const Digest& name) const;
  /// As many bytes of a record as there are.
  std::size_t read_bytes(const Found& found, char* to, Cached cached) const;
  std::vector<std::shared_ptr<const PackIndex>> indexes() const;
  /// False if an index is damaged, or there are packs but none.
  bool load();
  /// Held while indexes change: what one process takes in another must not retire meanwhile.
  class Changing;
  enum class Look { frame, all };
  std::size_t mend(Look look);
  void index_pack(const Digest& name, std::vector<Digest>& packs, std::vector<PackedObject>& objects) const;
  /// Puts an index (null: none) in the place of others.
  void replace(const std::vector<std::shared_ptr<const PackIndex>>& old, const EncodedIndex* fresh_index);
  void replace(const std::vector<std::shared_ptr<const PackIndex>>& old, const std::vector<Digest>& packs,
               std::vector<PackedObject> objects);

  fs::path dir_;
  std::mutex changing_;
  mutable std::shared_mutex mutex_;                        ///< of all below
  std::vector<std::shared_ptr<const PackIndex>> indexes_;  ///< the largest first
  std::optional<Listing> listing_;
  mutable std::map<Digest, std::shared_ptr<const UniqueFd>> files_;
  mutable std::map<Digest, std::int64_t> claimed_;  ///< packs, and when we last said so
};

}  // namespace mlo
