#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lib/capture/packages.hpp"
#include "lib/manifest/attestation.hpp"
#include "lib/pipeline/supervise.hpp"
#include "lib/workspace/workspace.hpp"

// Does the same code with the same inputs give the same outputs? By doing it again.
namespace mlo {

struct VerifyRequest {
  std::string run = {};                  ///< id, prefix or name; empty: what `mlo.lock` says of `stages`
  std::vector<std::string> stages = {};  ///< stages, groups or outputs of the pipeline; none: all of it
  bool twice = false;                    ///< in two places, so that what never agrees is told from what no longer does
  std::optional<double> tolerance = {};  ///< relative, of numbers in metrics files; in place of the stages' own
};

struct VerifiedStage {
  AttestedStage attested;
  std::string invocation;         ///< it is attested to; empty: no run is recorded
  std::vector<std::string> diff;  ///< lines of the first output that differs, or the last words of a failed command
  bool nondeterministic = false;  ///< the two executions differ
  double seconds = 0;             ///< of the executions
};

struct VerifyReport {
  std::string name;  ///< of the run, or the lock file
  CodeState code;
  Reproduction verdict = Reproduction::identical;  ///< the worst
  std::vector<VerifiedStage> stages;               ///< in the order of the pipeline
  std::vector<Attestation> attestations;           ///< as published
};

/// Watches a verification. Calls come one at a time.
class VerifyObserver {
 public:
  virtual ~VerifyObserver() = default;
  virtual void started(const std::string& stage, std::size_t index, std::size_t total) = 0;
  virtual void output(const std::string& stage, StreamKind kind, std::string_view bytes) = 0;
  virtual void finished(const VerifiedStage& stage) = 0;
};

/// Runs stages again, each in a clean work tree at the recorded commit (with the uncommitted files that a run kept), on
/// inputs from git and the store by their recorded ids, in clean_environment and the declared one, without the cache;
/// compares the ids of the outputs with the recorded ones. What differs is not comparable where the results were made
/// on other hardware or by another toolchain. Afterwards nothing has changed but that an attestation stands beside each
/// run on the runs ref. Throws Error{not_found} if an input is in no store here, Error{interrupted} if the user stopped
/// it; then nothing is attested.
VerifyReport verify(Workspace& workspace, const VerifyRequest& request, VerifyObserver& observer);

/// Facts that can change what a computation gives and differ between two places: "cpu: A -> B", "packages.python: numpy
/// 1.26.4 -> 2.0.1". Programs count by their content. Empty if there are none.
std::vector<std::string> compare_machines(const EnvironmentFacts& before, const EnvironmentFacts& now,
                                          const FindPackages& find_packages = {});

}  // namespace mlo
