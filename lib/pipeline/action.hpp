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

/// As bytes, with a checksum.
std::string encode_action(const ActionRecord& record);
/// Nothing if the bytes are damaged, or another key's.
std::optional<ActionRecord> decode_action(std::string_view bytes, const Digest& key);

}  // namespace mlo
