#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/manifest/lock.hpp"
#include "lib/manifest/run_record.hpp"
#include "lib/pipeline/content.hpp"

namespace mlo {

/// SHA-256 over everything that decides what a stage writes: commands, working directory, the full set of dependencies
/// (path and id), parameters, declared environment, and output paths with their flags. Neither the stage's name nor
/// what its outputs hold counts: a renamed stage finds its results again; nor do values of secret variables, which
/// change with time and from one user to the next. `commands`: as they run; `inputs` has them as they are recorded.
Digest action_key(const StageLock& inputs, const std::vector<std::string>& commands);

/// `mlo.lock` as text. What an older mlo wrote of secrets into it is forgotten, and its actions are named as they are
/// now.
PipelineLock read_lock(std::string_view text, std::string_view source);

struct SavedOutput {
  std::string path;
  Content content;
  bool stored = false;  ///< its bytes are in the store
};

/// What one action gave when it last succeeded.
struct ActionRecord {
  Digest key;
  std::string run;     ///< id of the stage's run
  double seconds = 0;  ///< wall time
  std::vector<SavedOutput> outputs;
  std::map<std::string, MetricPoint> metrics;  ///< last point of each key, logged or from metric files
  std::optional<Digest> series;                ///< all of them, in the store
  std::optional<Digest> log;                   ///< what it wrote, in the store
};

/// The results of actions, `<root>/ab/<62 hex>`, one small file each; a cache that may be deleted. A record is written
/// after the objects it names are on disk. Safe from any thread and any number of processes.
class ActionCache {
 public:
  explicit ActionCache(fs::path root) : root_(std::move(root)) {}
  /// Nothing if there is no record, or if its bytes are damaged.
  std::optional<ActionRecord> find(const Digest& key) const;
  void store(const ActionRecord& record) const;
  /// All whole records, in no particular order.
  std::vector<ActionRecord> all() const;

 private:
  fs::path path_of(const Digest& key) const;
  fs::path root_;
};

}  // namespace mlo
