#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "lib/pipeline/action_cache.hpp"
#include "lib/pipeline/content.hpp"
#include "lib/pipeline/param_files.hpp"
#include "lib/pipeline/reason.hpp"
#include "lib/pipeline/shared_results.hpp"
#include "lib/pipeline/stage.hpp"

namespace mlo {

enum class StageState {
  up_to_date,  ///< nothing to do
  restorable,  ///< its result is in the store: no command runs
  stale,       ///< its commands run
  waiting,     ///< a stage before it runs first; what that writes decides
  frozen,      ///< never runs; its outputs are taken as they are
};
std::string_view to_string(StageState state);

struct Assessment {
  StageState state = StageState::stale;
  std::vector<Reason> reasons;         ///< empty if up to date
  StageLock inputs;                    ///< as seen now; with outputs' contents and `action` if up_to_date or restorable
  std::vector<SavedOutput> saved;      ///< what to restore, if restorable
  std::optional<ActionRecord> cached;  ///< of the run that made `saved`, if known
};

enum class Force { no, yes };

/// Compares stages with the lock, the work tree and the action cache. Changes nothing. Safe from any thread.
class Assessor {
 public:
  Assessor(WorkContent& work, ParamFiles& params, const PipelineLock& lock, const ActionCache& actions)
      : work_(work), params_(params), lock_(lock), actions_(actions) {}
  /// From now on a result that is not here is asked for there, and brought here. Borrowed.
  void ask(SharedResults* others) { others_ = others; }

  /// `pending` names the stages before this one whose outputs are not known yet.
  Assessment assess(const Stage& stage, const std::vector<std::string>& pending, Force force);
  /// From now on these paths count as holding what they will hold once restored; for planning ahead.
  void predict(const std::vector<SavedOutput>& outputs);
  /// True if dependencies and parameters are still those of `inputs`: looks at the files anew.
  bool still_holds(const StageLock& inputs);
  /// The parameter file was written: read it anew.
  void forget_params(const std::string& path);

 private:
  struct Found {
    std::optional<Content> content;
    bool unknown = false;  ///< a prediction covers only part of it
  };
  Found look(const std::string& path);
  bool observe(const Stage& stage, Assessment& out);
  bool settle(const Stage& stage, const StageLock& locked, Assessment& out);
  void assess_frozen(const Stage& stage, const StageLock* locked, Assessment& out);
  bool find_cached(const Stage& stage, Assessment& out);
  bool restorable(const std::vector<SavedOutput>& saved);

  WorkContent& work_;
  ParamFiles& params_;
  const PipelineLock& lock_;
  const ActionCache& actions_;
  SharedResults* others_ = nullptr;
  std::map<std::string, Content, std::less<>> predicted_;
  std::mutex params_mutex_;
};

}  // namespace mlo
