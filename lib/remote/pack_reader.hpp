#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/remote/place.hpp"
#include "lib/store/pack_index.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/once.hpp"
#include "lib/util/world.hpp"

namespace mlo {

/// Reads packs at a place. Indexes are kept in a directory of this machine: they never change. Safe from any thread,
/// but for `load`, `replace` and what is called `set_..`.
class PackReader {
 public:
  /// The cache of the remote `name` is `base`/.mlo/local/remotes/NAME, made when there is something to keep;
  /// outside a workspace a directory that goes with this object. Borrows the place.
  PackReader(const World& world, const std::string& name, const fs::path& base, Place& place);
  ~PackReader();

  /// Takes the indexes of these names and no others, and forgets what else was kept. Error{not_found} if one is gone,
  /// Error{remote} for one whose bytes are not what its name says.
  void load(const std::vector<std::string>& names);
  /// A new index has taken the place of others; without a name: none has.
  void replace(const std::vector<std::string>& old, const std::string& name, std::string_view bytes);
  std::vector<std::shared_ptr<const PackIndex>> indexes() const;
  /// At the place.
  const std::string& name_of(const PackIndex& index) const;
  bool has(const Digest& id) const { return find(id).has_value(); }
  /// What indexes say of these objects of a pack is wrong: it is not looked at any more.
  void set_lost(const Digest& pack, const std::vector<PackedObject>& objects);
  /// It was put again.
  void set_whole(const Digest& pack) { lost_.erase(pack); }
  /// Whether an index says that it lies by itself.
  bool tells_alone(const Digest& id) const;
  /// All of which indexes say so, and their sizes, 0 if that is not known.
  std::map<Digest, std::uint64_t> alone() const;
  /// As `set_lost` and `set_whole`, of an object by itself.
  void set_lost_alone(const Digest& id) { lost_alone_.insert(id); }
  void set_whole_alone(const Digest& id) { lost_alone_.erase(id); }
  bool is_lost(const PackIndex& index, const PackedObject& object) const;
  /// Which objects will be asked for: those that lie near each other come by one request.
  void expect(const std::vector<Digest>& ids);
  /// The object's record, unverified; nothing if no index knows it, or its pack is gone.
  std::optional<Record> read(const Digest& id);
  /// The same, of that pack.
  std::optional<Record> read(const Digest& pack, const PackedObject& object);
  /// A new file without a name. Safe from any thread.
  UniqueFd scratch_file();
  /// Bytes of a file of this machine; fewer at its end.
  std::string read_from(int fd, std::uint64_t offset, std::size_t size) const;
  /// A pack's file at the place.
  std::string file_of(const Digest& pack) const;
  std::optional<Form> find_form(const Digest& id) const;

 private:
  struct Found {
    Digest pack;
    PackedObject object;
  };
  /// The part of a pack that holds what is expected of it.
  struct Span {
    std::uint64_t begin = UINT64_MAX, end = 0, bytes = 0;
    std::size_t left = 0;  ///< objects that were not asked for yet
    std::mutex mutex;
    bool fetched = false;
    UniqueFd file;
  };
  std::optional<Found> find(const Digest& id) const;
  Span* find_span(const Found& found);
  bool fetch_span(const std::string& pack, Span& span);
  /// Makes it if it is not there. Until then it has no name outside a workspace, so whoever may be first is not alone.
  const fs::path& cache();
  fs::path kept(const std::string& name) const;
  std::shared_ptr<const PackIndex> open(const std::string& name);
  void remove_others(const std::vector<std::string>& names) const;

  fs::path cache_, scratch_;
  bool own_cache_ = false;
  Once made_;
  Place& place_;
  std::map<std::string, std::shared_ptr<const PackIndex>> indexes_;  ///< by their names at the place
  std::map<Digest, std::unique_ptr<Span>> spans_;                    ///< by pack
  std::map<Digest, std::set<std::uint32_t>> lost_;                   ///< offsets in packs
  std::set<Digest> lost_alone_;
};

/// The name of an index at a place.
std::string index_file(const Digest& name);
/// Whether a file's name is that of an index. Those of older remotes lie beside their packs.
bool is_index_name(std::string_view file);

}  // namespace mlo
