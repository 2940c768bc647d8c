#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "lib/net/http.hpp"
#include "lib/store/pack_index.hpp"

namespace mlo {

/// Reads packs at a place that gives files, and parts of files, by name. Indexes are kept in a directory of this
/// machine: they never change. Safe from any thread, but for `load`.
class PackReader {
 public:
  /// Writes `packs/..` or a part of it to the target; false if there is no such file.
  using Fetch =
      std::function<bool(const std::string& name, const std::optional<net::HttpRange>&, const net::HttpTarget&)>;

  /// The cache of the remote `name` is `base`/.mlo/local/remotes/NAME, made when there is something to keep;
  /// outside a workspace a directory that goes with this object.
  PackReader(const World& world, const std::string& name, const fs::path& base, Fetch fetch, unsigned connections);
  ~PackReader();

  /// Takes these indexes (their SHA-256) and no others. Error{remote} for one whose bytes are not what its name says.
  void load(const std::vector<Digest>& names);
  bool is_loaded() const { return loaded_; }
  bool has(const Digest& id) const { return find(id).has_value(); }
  /// Which objects will be asked for: those that lie near each other come by one request.
  void expect(const std::vector<Digest>& ids);
  /// Writes the object's bytes to the empty file `fd`, unverified; false if no index knows it, or its pack is gone.
  bool get(const Digest& id, int fd, const fs::path& target);

 private:
  struct Found {
    Digest pack;
    std::uint64_t offset = 0, size = 0;
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
  const fs::path& cache();

  fs::path cache_, scratch_;
  bool own_cache_ = false;
  const Fetch fetch_;
  const unsigned connections_;
  bool loaded_ = false;
  std::vector<std::shared_ptr<const PackIndex>> indexes_;
  std::map<Digest, std::unique_ptr<Span>> spans_;  ///< by pack
};

/// The index of that file name, `<64 hex>.idx`.
std::optional<Digest> index_name(std::string_view file);

}  // namespace mlo
