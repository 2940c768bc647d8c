#include "lib/pipeline/pipeline.hpp"

#include "lib/data/datasets.hpp"
#include "lib/pipeline/expand.hpp"
#include "lib/util/text.hpp"
#include "lib/workspace/git_ignore.hpp"

namespace mlo {
namespace {

constexpr std::uint64_t kMaxSpec = 64U << 20U;
constexpr std::uint64_t kMaxLock = 1U << 30U;

}  // namespace

std::size_t Plan::count(StageState state) const {
  return static_cast<std::size_t>(
      std::count_if(stages.begin(), stages.end(), [&](const PlannedStage& s) { return s.assessment.state == state; }));
}

bool Plan::idle() const { return count(StageState::up_to_date) + count(StageState::frozen) == stages.size(); }

std::string Pipeline::find_file(const Workspace& workspace) {
  for (fs::path dir = workspace.world().cwd;; dir = dir.parent_path()) {
    const auto relative = relative_to(workspace.root(), dir);
    if (!relative) break;
    const std::string prefix = relative->empty() ? "" : *relative + "/";
    const bool own = find_stat(dir / "mlo.yaml").has_value(), foreign = find_stat(dir / "dvc.yaml").has_value();
    if (own && foreign) {
      throw Error(ErrorKind::config,
                  fmt::format("both `{0}mlo.yaml` and `{0}dvc.yaml` exist: which is the pipeline?", prefix))
          .hint("keep one of them");
    }
    if (own || foreign) return prefix + (own ? "mlo.yaml" : "dvc.yaml");
    if (relative->empty()) break;
  }
  throw Error(ErrorKind::not_found, "no pipeline: neither `mlo.yaml` nor `dvc.yaml` here or above")
      .hint("write one (`mlo help pipeline` has an example), or track a single command with `mlo run -- COMMAND`");
}

Pipeline::Pipeline(Workspace& workspace, std::vector<ParamOverride> overrides)
    : workspace_(workspace),
      params_(workspace.root(), std::move(overrides)),
      actions_(workspace.local() / "actions"),
      stat_cache_(workspace.stat_cache()) {
  const std::string file = find_file(workspace);
  spec_ = parse_pipeline(read_file(workspace.root() / file, kMaxSpec), file);
  graph_ = std::make_unique<Graph>(expand(spec_, params_, workspace.world().env), file);
  lock_text_ = mlo::find_file(workspace.root() / lock_file(), kMaxLock);
  if (lock_text_) lock_ = read_lock(*lock_text_, lock_file());
  std::vector<std::string> kept;  // out of git
  for (const Stage& stage : graph_->stages()) {
    for (const Output& output : stage.outputs) kept.push_back(output.path);
  }
  for (const DatasetManifest& dataset : load_datasets(workspace)) kept.push_back(dataset.path);
  work_ = std::make_unique<WorkContent>(workspace, stat_cache_, ignore_lines(kept));
  assessor_ = std::make_unique<Assessor>(*work_, params_, lock_, actions_);
}

Pipeline::~Pipeline() = default;

std::string Pipeline::lock_beside(const std::string& file) {
  return (fs::path(file).parent_path() / "mlo.lock").generic_string();
}

std::vector<std::string> Pipeline::resolve_targets(const std::vector<std::string>& targets) const {
  std::vector<std::string> out;
  for (const std::string& target : targets) {
    const bool stage = std::any_of(graph_->stages().begin(), graph_->stages().end(), [&](const Stage& s) {
      return s.name == target || (s.name.starts_with(target) && s.name[target.size()] == '@');
    });
    const bool path = !stage && (target.find('/') != std::string::npos || find_stat(workspace_.world().cwd / target));
    out.push_back(path ? workspace_.to_repo_path(target) : target);
  }
  return out;
}

std::vector<StageIndex> Pipeline::select(const std::vector<std::string>& targets) const {
  return graph_->select(resolve_targets(targets));
}
std::vector<StageIndex> Pipeline::named(const std::vector<std::string>& targets) const {
  return graph_->named(resolve_targets(targets));
}

std::vector<StageIndex> Pipeline::after(const std::vector<std::string>& targets) const {
  return graph_->after(resolve_targets(targets));
}

Plan Pipeline::plan(const std::vector<StageIndex>& stages, Force force) const {
  Assessor ahead(*work_, params_, lock_, actions_);
  std::vector<bool> unknown(graph_->stages().size(), false), comes_back = unknown;
  Plan plan;
  for (const StageIndex i : stages) {
    std::vector<std::string> pending, restored;
    for (const StageIndex up : graph_->upstream(i)) {
      if (unknown[up]) pending.push_back(graph_->stage(up).name);
      if (comes_back[up]) restored.push_back(graph_->stage(up).name);
    }
    Assessment assessment = ahead.assess(graph_->stage(i), pending, force);
    unknown[i] = assessment.state == StageState::stale || assessment.state == StageState::waiting;
    if (assessment.state == StageState::waiting && assessment.reasons.empty()) {
      // What they bring back is only a part of what this stage reads.
      for (const std::string& name : restored) assessment.reasons.push_back({ReasonKind::upstream, name, "", "cached"});
    }
    comes_back[i] = assessment.state == StageState::restorable;
    if (comes_back[i]) ahead.predict(assessment.saved);
    plan.stages.push_back({i, std::move(assessment)});
  }
  return plan;
}

void Pipeline::adopt(const std::map<std::string, StageLock, std::less<>>& entries) {
  for (const auto& [name, entry] : entries) lock_.stages.insert_or_assign(name, entry);
}

void Pipeline::save_lock(const std::map<std::string, StageLock, std::less<>>& entries) {
  const LockFile guard = workspace_.lock_manifests("mlo run");
  const fs::path path = workspace_.root() / lock_file();
  auto text = mlo::find_file(path, kMaxLock);
  if (text != lock_text_) lock_ = text ? read_lock(*text, lock_file()) : PipelineLock{};  // another run wrote it
  adopt(entries);
  std::set<std::string_view> names;
  for (const Stage& stage : graph_->stages()) names.insert(stage.name);
  std::erase_if(lock_.stages, [&](const auto& entry) { return !names.contains(entry.first); });
  std::string fresh = emit_lock(lock_);
  if (fresh != text) write_file(path, fresh);
  lock_text_ = std::move(fresh);
}

void Pipeline::save_stat_cache() const { stat_cache_.save(workspace_.world().clock.now()); }

}  // namespace mlo
