#pragma once
#include <map>
#include <string>
#include <vector>

#include "lib/manifest/run_record.hpp"
#include "lib/pipeline/content.hpp"
#include "lib/pipeline/pipeline.hpp"

// What the records say, to be held against what happens.
namespace mlo {

/// One stage as a record has it.
struct Claim {
  std::string stage;
  std::string run;         ///< id of the stage's run; empty: none is recorded
  std::string invocation;  ///< id of the invocation that it is attested to; empty: none
  std::vector<std::string> commands;
  std::vector<Artifact> inputs, outputs;
  Digest action;
  bool dirty = false;                           ///< it was made from uncommitted changes
  std::optional<EnvironmentFacts> environment;  ///< of the run that made the outputs; nothing if it is not known
  std::vector<std::string> undeclared;          ///< what that run read without declaring it, as far as it was noted
};

struct Claims {
  CodeState code;
  std::vector<Claim> stages;
  /// Outputs of all stages around, by path: what a stage may have been given.
  std::map<std::string, Content> made;
  std::string name;  ///< whose they are: a run's name, or `mlo.lock`
};

/// Of one run: an invocation with all stages whose results it names, whether they ran in it or before, or one stage's.
/// Error{invalid} for `run -- CMD`, which names no outputs; Error{conflict} for one that goes on.
Claims claims_of_run(Workspace& workspace, const std::string& name);

/// True if all of these are stages, groups or outputs of the pipeline around `world.cwd`; false too where there is
/// none.
bool names_stages(Workspace& workspace, const std::vector<std::string>& targets);

/// Of `mlo.lock`, with HEAD as the code: of these stages (or groups, or outputs), all if there are none.
/// Error{not_found} for a stage that the lock does not have.
Claims claims_of_lock(Workspace& workspace, const std::vector<std::string>& targets);

}  // namespace mlo
