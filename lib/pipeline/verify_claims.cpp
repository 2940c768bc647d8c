#include "lib/pipeline/verify_claims.hpp"

#include <algorithm>

#include "lib/pipeline/stage_run.hpp"
#include "lib/runs/run_store.hpp"
#include "lib/util/error.hpp"
#include "lib/util/secrets.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

Content content_of(const Artifact& a) { return {a.id, a.directory, false, a.bytes, a.directory ? a.files : 1}; }

bool succeeded(const RunRecord& run) { return run.status == RunStatus::finished || run.status == RunStatus::cached; }

/// All stages' runs, newest first.
class StageRuns {
 public:
  explicit StageRuns(RunStore& store) {
    for (auto& [parent, stages] : store.all_stages()) {
      for (RunRecord& stage : stages) {
        if (succeeded(stage) && stage.action) runs_.push_back(std::move(stage));
      }
    }
    std::sort(runs_.begin(), runs_.end(), [](const RunRecord& a, const RunRecord& b) {
      return std::tie(b.started, b.id) < std::tie(a.started, a.id);
    });
  }

  template <class Test>
  const RunRecord* find(const Test& test) const {
    const auto it = std::find_if(runs_.begin(), runs_.end(), test);
    return it == runs_.end() ? nullptr : &*it;
  }

  /// What made the outputs of a run: itself, or the one whose result it took. Null: it is not known.
  const RunRecord* maker(const RunRecord& run) const {
    if (!run.cached_from) return run.status == RunStatus::cached ? nullptr : &run;
    return find([&](const RunRecord& r) { return r.id == *run.cached_from; });
  }

 private:
  std::vector<RunRecord> runs_;
};

void note_maker(const RunRecord& run, const StageRuns& runs, Claim& claim) {
  const RunRecord* const maker = runs.maker(run);
  if (maker == nullptr) return;
  claim.environment = maker->environment;
  if (maker->trace) claim.undeclared = maker->trace->reads;
}

Claim claim_of(const RunRecord& run, const StageRuns& runs) {
  Claim claim{run.stage,  run.id,      run.parent,  lines_without_secrets(run.command),
              run.inputs, run.outputs, *run.action, run.code.dirty,
              {},         {}};
  note_maker(run, runs, claim);
  return claim;
}

bool same_outputs(const std::vector<Artifact>& part, const std::map<std::string, const Artifact*>& whole) {
  return !part.empty() && std::all_of(part.begin(), part.end(), [&](const Artifact& a) {
    const auto it = whole.find(a.path);
    return it != whole.end() && it->second->id == a.id;
  });
}

/// Stages whose results an invocation found up to date ran in others before: their own records say how.
void add_earlier(const RunRecord& run, const StageRuns& runs, Claims& claims) {
  std::map<std::string, const Artifact*> open;
  for (const Artifact& output : run.outputs) open.emplace(output.path, &output);
  for (const Claim& claim : claims.stages) {
    for (const Artifact& output : claim.outputs) open.erase(output.path);
  }
  while (!open.empty()) {
    const RunRecord* made = runs.find([&](const RunRecord& r) { return same_outputs(r.outputs, open); });
    if (made == nullptr) return;
    claims.stages.push_back(claim_of(*made, runs));
    claims.stages.back().invocation = run.id;
    for (const Artifact& output : made->outputs) open.erase(output.path);
  }
}

void note_outputs(const std::vector<Artifact>& outputs, Claims& claims) {
  for (const Artifact& output : outputs) claims.made.emplace(output.path, content_of(output));
}

}  // namespace

Claims claims_of_run(Workspace& workspace, const std::string& name) {
  RunStore store(workspace);
  const RunRecord run = store.find(name).record;
  if (run.status == RunStatus::running)
    throw Error(ErrorKind::conflict, fmt::format("run `{}` is still going on", run.name));
  const StageRuns runs(store);
  Claims claims;
  claims.code = run.code;
  claims.name = run.name;
  note_outputs(run.outputs, claims);
  if (!run.stage.empty()) {
    if (succeeded(run) && run.action) claims.stages.push_back(claim_of(run, runs));
    note_outputs(store.find(run.parent).record.outputs, claims);
  } else {
    for (const RunRecord& stage : store.stages_of(run.id)) {
      if (succeeded(stage) && stage.action) claims.stages.push_back(claim_of(stage, runs));
    }
    add_earlier(run, runs, claims);
  }
  for (const Claim& claim : claims.stages) note_outputs(claim.outputs, claims);
  if (!claims.stages.empty()) return claims;
  if (run.stage.empty() && run.outputs.empty() && succeeded(run)) {
    throw Error(ErrorKind::invalid,
                fmt::format("run `{}` names nothing that it read or wrote, so it cannot be verified", run.name))
        .hint("make its command a stage of a pipeline: `mlo help pipeline`");
  }
  throw Error(ErrorKind::not_found, fmt::format("no stage of run `{}` succeeded", run.name))
      .hint(fmt::format("see `mlo track show {}`", run.name));
}

bool names_stages(Workspace& workspace, const std::vector<std::string>& targets) {
  try {
    Pipeline(workspace).named(targets);
    return true;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found && error.kind() != ErrorKind::usage) throw;
    return false;
  }
}

Claims claims_of_lock(Workspace& workspace, const std::vector<std::string>& targets) {
  const Pipeline pipeline(workspace);
  RunStore store(workspace);
  const StageRuns runs(store);
  Claims claims;
  const auto head = workspace.repo().head();
  if (!head)
    throw Error(ErrorKind::conflict, "cannot verify: there is no commit yet").hint("commit the pipeline and its code");
  claims.code.commit = head->tagged();
  claims.name = pipeline.lock_file();
  for (const auto& [name, locked] : pipeline.lock().stages) {
    for (const LockedOutput& output : locked.outputs) {
      const LockedPath& at = output.content;
      claims.made.emplace(at.path,
                          Content{at.id, at.directory, output.executable, at.bytes, at.directory ? at.files : 1});
    }
  }
  const std::vector<StageIndex> chosen = targets.empty() ? pipeline.graph().order() : pipeline.named(targets);
  for (const StageIndex i : chosen) {
    const std::string& stage = pipeline.graph().stage(i).name;
    const auto locked = pipeline.lock().stages.find(stage);
    if (locked == pipeline.lock().stages.end() && targets.empty() && pipeline.graph().stage(i).frozen) continue;
    if (locked == pipeline.lock().stages.end())
      throw Error(ErrorKind::not_found, fmt::format("stage `{}` is not in `{}`: it has not run", stage, claims.name))
          .hint(fmt::format("`mlo run {}`", shell_quote(stage)));
    const StageLock& said = locked->second;
    const RunRecord* run = runs.find([&](const RunRecord& r) { return r.stage == stage && r.action == said.action; });
    Claim claim{stage, "", "", said.commands, recorded_inputs(said), recorded_outputs(said), said.action,
                false, {}, {}};
    if (run != nullptr) {
      claim.run = run->id;
      claim.invocation = run->parent;
      claim.dirty = run->code.dirty;
      note_maker(*run, runs, claim);
    }
    claims.stages.push_back(std::move(claim));
  }
  if (claims.stages.empty()) throw Error(ErrorKind::not_found, "the pipeline has no stages");
  return claims;
}

}  // namespace mlo
