#include "lib/pipeline/run_log.hpp"

#include "lib/codec/reader.hpp"
#include "lib/runs/live_run.hpp"
#include "lib/runs/run_store.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

class LogFinder {
 public:
  explicit LogFinder(Workspace& workspace) : workspace_(workspace), runs_(workspace), live_(live_runs(workspace)) {}

  RunRecord choose(const std::string& name, const std::optional<std::string>& stage) {
    if (!name.empty()) {
      for (const RunRecord& run : live_) {
        if (run.parent.empty() &&
            (run.id == name || run.name == name || (name.size() >= 4 && run.id.starts_with(name))))
          return run;
      }
      return runs_.find(name).record;
    }
    for (const RunRecord& run : live_) {
      if (run.parent.empty() && (!stage || has_stage(run, *stage))) return run;
    }
    for (const Run& run : runs_.all()) {
      if (!stage || has_stage(run.record, *stage)) return run.record;
    }
    throw Error(ErrorKind::not_found, stage ? fmt::format("no run has a stage `{}`", *stage) : "there are no runs yet");
  }

  std::vector<RunRecord> stages_of(const RunRecord& run) {
    if (run.status != RunStatus::running) return runs_.stages_of(run.id);
    std::vector<RunRecord> out;
    for (const RunRecord& other : live_) {
      if (other.parent == run.id) out.push_back(other);
    }
    return out;
  }

  RunLog load(const RunRecord& record) {
    if (record.status == RunStatus::running) {
      const fs::path dir = live_dir(workspace_, record);
      return {record, find_file(dir / "stdout").value_or("") + find_file(dir / "stderr").value_or(""), true};
    }
    const std::optional<Digest>& log = record.log;
    if (!log) return {record, "", true};
    if (!workspace_.store().has(*log)) return {record, "", false};
    return {record, workspace_.store().get(*log), true};
  }

 private:
  bool has_stage(const RunRecord& run, const std::string& stage) {
    const std::vector<RunRecord> stages = stages_of(run);
    return std::any_of(stages.begin(), stages.end(), [&](const RunRecord& s) { return s.stage == stage; });
  }

  Workspace& workspace_;
  RunStore runs_;
  std::vector<RunRecord> live_;
};

}  // namespace

RunRecord choose_run(Workspace& workspace, const std::string& run, const std::optional<std::string>& stage) {
  return LogFinder(workspace).choose(run, stage);
}

std::vector<RunLog> load_logs(Workspace& workspace, const std::string& run, const std::optional<std::string>& stage) {
  LogFinder finder(workspace);
  const RunRecord chosen = finder.choose(run, stage);
  std::vector<RunRecord> stages = finder.stages_of(chosen);
  std::sort(stages.begin(), stages.end(), [](const RunRecord& a, const RunRecord& b) {
    return std::tie(a.started, a.id) < std::tie(b.started, b.id);
  });
  std::vector<RunLog> out;
  if (!stage && (stages.empty() || chosen.log)) out.push_back(finder.load(chosen));
  std::vector<std::string> names;
  for (const RunRecord& record : stages) {
    names.push_back(record.stage);
    if (!stage || record.stage == *stage) out.push_back(finder.load(record));
  }
  if (!out.empty()) return out;
  const std::string near = nearest(stage.value_or(""), names);
  throw Error(ErrorKind::not_found, fmt::format("run `{}` has no stage `{}`", chosen.name, stage.value_or("")))
      .hint(near.empty() ? (names.empty() ? "it was one command: name no stage" : "its stages: " + join(names, ", "))
                         : fmt::format("did you mean `{}`?", near));
}

}  // namespace mlo
