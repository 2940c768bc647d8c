#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/pipeline/assess.hpp"
#include "lib/pipeline/graph.hpp"
#include "lib/pipeline/spec.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

struct PlannedStage {
  StageIndex index = 0;
  Assessment assessment;
};

/// What would happen, in an order in which it can; stages before and after each other are consistent.
struct Plan {
  std::vector<PlannedStage> stages;
  std::size_t count(StageState state) const;
  /// Nothing to run and nothing to restore.
  bool idle() const;
};

/// The pipeline around `world.cwd`, loaded: file, graph, lock, and what compares them with the work tree.
class Pipeline {
 public:
  /// The nearest `mlo.yaml` or `dvc.yaml` at or above the current directory, below the root. Error{not_found} if there
  /// is none, Error{config} if a directory has both.
  static std::string find_file(const Workspace& workspace);
  /// Where the lock of a pipeline file lies, relative to the root as that.
  static std::string lock_beside(const std::string& file);

  /// With `overrides` it is the pipeline as it would be with these parameters; no file changes.
  explicit Pipeline(Workspace& workspace, std::vector<ParamOverride> overrides = {});
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;

  Workspace& workspace() const { return workspace_; }
  const std::string& file() const { return spec_.file; }
  const PipelineSpec& spec() const { return spec_; }
  const Graph& graph() const { return *graph_; }
  const PipelineLock& lock() const { return lock_; }
  std::string lock_file() const { return lock_beside(spec_.file); }  ///< relative to the root
  ParamFiles& params() const { return params_; }
  Assessor& assessor() const { return *assessor_; }
  WorkContent& work() const { return *work_; }
  const ActionCache& actions() const { return actions_; }

  /// The stages a command line names (stage, group, or output as a path the user typed), and all they need; all if
  /// none.
  std::vector<StageIndex> select(const std::vector<std::string>& targets) const;
  /// Only what is named.
  std::vector<StageIndex> named(const std::vector<std::string>& targets) const;
  /// What is named, and all that needs it.
  std::vector<StageIndex> after(const std::vector<std::string>& targets) const;
  /// Compares without changing anything but the stat cache.
  Plan plan(const std::vector<StageIndex>& stages, Force force) const;

  /// Takes new entries for the lock as this object knows it; the file stays.
  void adopt(const std::map<std::string, StageLock, std::less<>>& entries);
  /// Folds new entries into the lock file, drops those of stages that are gone, writes it if it changed.
  void save_lock(const std::map<std::string, StageLock, std::less<>>& entries);
  void save_stat_cache() const;

 private:
  std::vector<std::string> resolve_targets(const std::vector<std::string>& targets) const;

  Workspace& workspace_;
  PipelineSpec spec_;
  mutable ParamFiles params_;             // a cache of files
  std::optional<std::string> lock_text_;  ///< of the file, as `lock_` was read from it
  PipelineLock lock_;
  ActionCache actions_;
  std::unique_ptr<Graph> graph_;
  mutable StatCache stat_cache_;
  std::unique_ptr<WorkContent> work_;
  std::unique_ptr<Assessor> assessor_;
};

}  // namespace mlo
