#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/runs/live_run.hpp"
#include "lib/util/lock_file.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// What one run does to its pipeline's stages, by their names.
struct StageClaim {
  std::string pipeline;            ///< its file
  std::vector<std::string> runs;   ///< ascending: what it brings up to date
  std::vector<std::string> needs;  ///< ascending: what those read the outputs of
};

/// Runs of one pipeline in one work tree go on side by side if none runs what another one runs or reads. Each says in
/// its directory what it claims; that counts as long as the run's lock is held, so a kill frees it.
class Claims {
 public:
  Claims(Workspace& workspace, std::string pipeline);

  /// Held from the last look at the pipeline until `stake`: nobody else starts meanwhile.
  LockFile lock() const;
  struct InTheWay {
    fs::path dir;       ///< the run's
    std::string run;    ///< which it is, in words
    std::string stage;  ///< one that it claims
  };
  std::optional<InTheWay> find_in_the_way(const StageClaim& wanted) const;
  /// Any run of this pipeline.
  std::optional<InTheWay> find_any() const;
  /// Makes the claim of a run that lives.
  static void stake(const LiveRun& run, const StageClaim& claim);
  /// Error{conflict} if we are part of that run: it waits for us already.
  void refuse_own(const InTheWay& other) const;
  /// Until that run is over. Error{interrupted} if the user stops us first.
  void wait_for(const InTheWay& other) const;

 private:
  using Judge = std::function<std::optional<std::string>(const StageClaim&)>;
  std::optional<InTheWay> find(const Judge& conflict) const;
  Workspace& workspace_;
  std::string pipeline_;
};

std::string encode_claim(const StageClaim& claim);
/// Nothing if the bytes are no claim.
std::optional<StageClaim> decode_claim(std::string_view bytes);

}  // namespace mlo
