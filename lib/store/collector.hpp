#pragma once
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "lib/store/object_store.hpp"
#include "lib/store/pack.hpp"
#include "lib/util/utc_time.hpp"

namespace mlo {

/// What a gc may take, by times of files: written before one moment (their mtime), and not claimed since another (their
/// ctime, which `ObjectStore::claim` sets).
struct AgeRule {
  std::int64_t written_before_ns = INT64_MAX;
  std::int64_t claimed_before_ns = INT64_MAX;
};

/// Takes objects that nobody needs out of a store: into `trash/<time>` beside it, from where they can come back. One at
/// a time; stopped anywhere, nothing is lost, and another one goes on.
class Collector {
 public:
  /// Borrows both. Looks at everything there is. What another process stores or claims from the next tick on stays,
  /// whatever the clock does meanwhile.
  Collector(const World& world, ObjectStore& store);
  /// What stays besides.
  void spare(const AgeRule& age);

  /// Indexes what is whole in packs that no index names: what a stopped process left.
  static void take_in(ObjectStore& store);

  /// Of a file, when it was looked at.
  struct Times {
    std::int64_t written_ns = 0, claimed_ns = 0;
  };
  struct Object {
    Digest id;
    std::uint64_t size = 0;
    bool young = false;  ///< stays, whoever needs it; so does what work files are links to
    Times seen = {};
  };
  /// All objects, those that lie in several places several times; by place.
  std::vector<Object> objects() const;

  struct Report {
    std::uint64_t objects = 0, bytes = 0;            ///< taken, or to be taken
    std::uint64_t left_objects = 0, left_bytes = 0;  ///< not needed, in packs that are mostly needed
    std::uint64_t packs_moved = 0, packs_rewritten = 0;
  };
  using Needed = std::function<bool(const Digest&)>;
  /// What `sweep` would do.
  Report plan(const Needed& needed) const;
  /// `now` names the place in trash.
  Report sweep(const Needed& needed, UtcTime now);

 private:
  struct Pack {
    std::vector<PackedObject> objects;
    std::uint64_t file_size = 0;
    bool young = false;
    Times seen;
  };
  void spare_claimed();
  enum class Fate { keep, rewrite, move };
  Fate fate_of(const Pack& pack, const Needed& needed) const;
  void move_files(const Needed& needed, const fs::path& trash);
  void rewrite_packs(const std::set<Digest>& names, const Needed& needed);
  void move_packs(const std::set<Digest>& names, const fs::path& trash);

  const World& world_;
  ObjectStore& store_;
  std::vector<Object> files_;  ///< objects that lie by themselves, ascending
  std::map<Digest, Pack> packs_;
};

/// Returns when what is changed from then on in the file system that holds `dir` gets another ctime than what was
/// changed before: some milliseconds.
void wait_for_tick(const fs::path& dir);

/// Puts back what is `wanted`, and absent, from trash. Returns how many objects came back.
std::uint64_t restore_trash(ObjectStore& store, const Collector::Needed& wanted);

/// `trash` beside the store's objects.
fs::path trash_dir(const ObjectStore& store);
struct TrashReport {
  std::uint64_t files = 0, bytes = 0;
};
/// Trash that a gc filled at `until` or before. Remove what is to be kept first.
TrashReport measure_trash(const ObjectStore& store, UtcTime until);
TrashReport empty_trash(const ObjectStore& store, UtcTime until);

}  // namespace mlo
