#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/bounds/run_bounds.hpp"
#include "lib/capture/command_facts.hpp"
#include "lib/pipeline/pipeline.hpp"
#include "lib/pipeline/supervise.hpp"
#include "lib/pipeline/verify_claims.hpp"
#include "lib/workspace/side_tree.hpp"

namespace mlo {

/// What a stage did when it ran again.
struct Reexecution {
  std::string failure;                                    ///< one line; empty: its commands succeeded
  std::vector<std::string> last_words;                    ///< the end of what they wrote, if they failed
  std::map<std::string, std::optional<Content>> outputs;  ///< nothing: not written
  FactMap made_with;                                      ///< its programs, and what these find installed
};

/// A work tree with the code of a record and nothing else, in which its stages run again one by one. What happens there
/// reaches neither lock, nor history, nor action cache; it goes with this object.
class VerifyPlace {
 public:
  /// Error{not_found} if the commit or the pipeline is not there.
  VerifyPlace(const Workspace& from, const Claims& claims);

  Pipeline& pipeline() { return *pipeline_; }
  const fs::path& root() const { return tree_.root(); }
  World& world() { return tree_.world(); }
  /// Uncommitted files of the code of which only the digest was kept, so that they are not here.
  const std::vector<std::string>& absent() const { return absent_; }

  /// Makes the tree as the stage found it. Returns why that cannot be, in one line; nothing if it is done.
  /// Error{not_found} with the line to type if content that is kept elsewhere is not in this store.
  std::optional<std::string> prepare(const Claim& claim, const Stage& stage);
  /// Runs the commands of a prepared stage in a clean environment, in the bounds that a run would hold it in and with
  /// its mutexes; one that it meets is its failure. Error{interrupted}.
  Reexecution execute(const Claim& claim, const Stage& stage, const OutputSink& sink);
  /// Takes away what it left.
  void clear();

 private:
  void require_pipeline();
  void lay_code();
  void note_executables();
  bool is_made(const std::string& path) const;
  std::optional<std::string> put_input(const Claim& claim, const Artifact& input);
  void put(const std::string& path, const Content& content);
  Environment environment(const Claim& claim, const Stage& stage) const;

  const Claims& claims_;
  SideTree tree_;
  std::vector<std::string> absent_;
  std::map<std::string, Content> made_;  ///< what stages and datasets hold
  std::unique_ptr<Pipeline> pipeline_;
  CommandFacts facts_;
  RunBounds bounds_;
  StageLock inputs_;                  ///< of the prepared stage
  std::vector<std::string> touched_;  ///< paths that are not as in the code
};

}  // namespace mlo
