#include "lib/runs/live_run.hpp"

#include "lib/runs/event_log.hpp"
#include "lib/runs/metrics_lines.hpp"
#include "lib/runs/run_store.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::uint64_t kRecordLimit = 64U << 20U;
constexpr const char* kStart = "start.yaml";
constexpr const char* kFinished = "run.yaml";

fs::path runs_dir(const Workspace& workspace) { return workspace.local() / "runs"; }

/// Guards the moment in which a run's directory exists and its lock does not.
LockFile lock_births(const Workspace& workspace) {
  return LockFile::acquire(workspace.local() / "locks" / "runs", "starting a run", std::chrono::seconds(60),
                           workspace.world());
}

/// What a run has logged, from both channels.
struct Logged {
  Series series;
  std::vector<RunEvent> others;
  std::vector<std::string> warnings;
};

Logged read_logged(const fs::path& dir, LastLine last, UtcTime fallback) {
  Logged out;
  EventLog log = read_events(dir);
  if (log.damaged_bytes > 0)
    out.warnings.push_back(
        fmt::format("{} of what it logged are damaged and left out", count_of(log.damaged_bytes, "byte")));
  for (RunEvent& event : log.events) {
    if (const auto* metric = std::get_if<MetricEvent>(&event)) {
      out.series[metric->key].push_back({metric->step, metric->value, metric->time});
    } else {
      out.others.push_back(std::move(event));
    }
  }
  const auto lines = find_file(dir / "metrics.jsonl");
  std::size_t bad = 0;
  read_metrics_lines(lines.value_or(""), last, fallback, out.series, [&](std::size_t line, std::string_view why) {
    if (++bad <= 3) out.warnings.push_back(fmt::format("line {} of MLO_METRICS is left out: {}", line, why));
  });
  if (bad > 3) out.warnings.push_back(fmt::format("{} more of MLO_METRICS are left out", count_of(bad - 3, "line")));
  sort_series(out.series);
  return out;
}

void fold(const Logged& logged, RunRecord& record) {
  for (const auto& [key, point] : last_points(logged.series)) record.metrics.insert_or_assign(key, point);
  for (const RunEvent& event : logged.others) {
    if (const auto* param = std::get_if<ParamEvent>(&event)) record.params.set(param->key, param->value);
    if (const auto* tag = std::get_if<TagEvent>(&event)) record.tags.insert_or_assign(tag->key, tag->value);
    if (const auto* logged_file = std::get_if<ArtifactEvent>(&event)) {
      std::erase_if(record.artifacts, [&](const Artifact& a) { return a.path == logged_file->artifact.path; });
      record.artifacts.push_back(logged_file->artifact);
    }
  }
}

/// stdout, then stderr, as one object; nothing if both are empty.
std::optional<Digest> store_logs(ObjectStore& store, const fs::path& dir) {
  const std::string output = find_file(dir / "stdout").value_or("") + find_file(dir / "stderr").value_or("");
  return output.empty() ? std::nullopt : std::optional(store.put(output));
}

std::optional<RunRecord> find_record(const fs::path& dir, const char* name, const Workspace& workspace) {
  const auto text = find_file(dir / name, kRecordLimit);
  if (!text) return std::nullopt;
  try {
    RunRecord record = parse_run(*text, fmt::format(".mlo/local/runs/{}/{}", dir.filename().string(), name));
    if (record.id == dir.filename().string()) return record;
  } catch (const Error& error) {
    workspace.world().log.warn(fmt::format("a live run is left out: {}", error.message()));
  }
  return std::nullopt;
}

std::vector<fs::path> run_dirs(const Workspace& workspace) {
  std::vector<fs::path> out;
  const fs::path dir = runs_dir(workspace);
  if (!find_stat(dir)) return out;
  for (const DirEntry& entry : list_dir(dir)) {
    if (entry.kind == FileKind::directory && is_uuid7(entry.name)) out.push_back(dir / entry.name);
  }
  return out;
}

/// The last moment anything was written in the directory: the best guess at when the run died.
UtcTime last_sign_of_life(const fs::path& dir, UtcTime started) {
  std::int64_t micros = started.micros();
  for (const DirEntry& entry : list_dir(dir)) {
    if (const auto stat = find_stat(dir / entry.name)) micros = std::max(micros, stat->mtime_ns / 1000);
  }
  return UtcTime::from_micros(micros);
}

}  // namespace

LiveRun::LiveRun(Workspace& workspace, RunRecord record, fs::path dir, LockFile lock)
    : workspace_(&workspace), record_(std::move(record)), dir_(std::move(dir)), lock_(std::move(lock)) {}

LiveRun LiveRun::create(Workspace& workspace, RunRecord start) {
  MLO_ASSERT(is_uuid7(start.id));
  start.status = RunStatus::running;
  const fs::path dir = runs_dir(workspace) / start.id;
  const LockFile births = lock_births(workspace);
  // A stage that a power cut takes back whole has not begun: its invocation's record is what must last.
  const bool stage = !start.parent.empty();
  std::error_code absent;
  if (!stage || !fs::create_directory(dir, absent)) make_dirs(dir);
  auto lock = LockFile::try_acquire(dir / "lock", fmt::format("run {}", start.name));
  if (!lock) throw Error(ErrorKind::conflict, fmt::format("run `{}` is already live", start.id));
  create_event_log(dir);
  write_file(dir / kStart, emit_run(start), stage ? Durability::complete : Durability::durable);
  return LiveRun(workspace, std::move(start), dir, std::move(*lock));
}

Environment LiveRun::child_environment(const Environment& base) const {
  Environment env = base;
  env["MLO_RUN"] = record_.id;
  env["MLO_RUN_DIR"] = dir_.string();
  env["MLO_METRICS"] = (dir_ / "metrics.jsonl").string();
  return env;
}

RunRecord LiveRun::finish(RunStatus status, int exit_code, UtcTime ended) {
  close_event_log(dir_);
  const Logged logged = read_logged(dir_, LastLine::complete, ended);
  for (const std::string& warning : logged.warnings)
    workspace_->world().log.warn(fmt::format("run {}: {}", record_.name, warning));
  fold(logged, record_);
  record_.status = status;
  record_.exit_code = exit_code;
  record_.ended = ended;
  record_.usage.wall_seconds = std::chrono::duration<double>(ended - record_.started).count();
  record_.log = store_logs(workspace_->store(), dir_);
  if (!logged.series.empty()) record_.series = workspace_->store().put(emit_series(logged.series));
  write_file(dir_ / kFinished, emit_run(record_));
  return record_;
}

std::size_t recover_runs(Workspace& workspace) {
  const std::vector<fs::path> dirs = run_dirs(workspace);
  if (dirs.empty()) return 0;
  const auto guard = LockFile::try_acquire(workspace.local() / "locks" / "recover", "recovering runs");
  if (!guard) return 0;

  std::map<std::string, LockFile>
      dead;  // held until published, so that nobody takes these runs for live or dead meanwhile
  {
    const LockFile births = lock_births(workspace);
    for (const fs::path& dir : dirs) {
      if (auto lock = LockFile::try_acquire(dir / "lock", "recovering runs"))
        dead.emplace(dir.filename().string(), std::move(*lock));
    }
  }
  std::vector<RunRecord> invocations;
  std::map<std::string, std::vector<RunRecord>> stages;  // by invocation
  for (auto& [id, lock] : dead) {
    const fs::path dir = runs_dir(workspace) / id;
    if (!find_stat(dir / kStart)) remove_tree(dir);  // died at birth
    auto record = find_record(dir, kFinished, workspace);
    if (!record) record = find_record(dir, kStart, workspace);
    if (!record) continue;  // stays for a person to look at
    const bool parent_lives =
        !dead.contains(record->parent) && is_locked(runs_dir(workspace) / record->parent / "lock");
    if (!record->parent.empty() && parent_lives) continue;
    if (record->status == RunStatus::running) {
      const UtcTime ended = last_sign_of_life(dir, record->started);
      LiveRun run(workspace, std::move(*record), dir, std::move(lock));
      record = run.finish(RunStatus::killed, 137, ended);
      lock = std::move(run.lock_);
    }
    if (record->parent.empty())
      invocations.push_back(std::move(*record));
    else
      stages[record->parent].push_back(std::move(*record));
  }
  RunStore store(workspace);
  for (const RunRecord& invocation : invocations) {
    store.publish(invocation, stages[invocation.id]);
    stages.erase(invocation.id);
  }
  for (const auto& [parent, orphans] : stages) {
    if (find_stat(runs_dir(workspace) / parent)) continue;
    for (const RunRecord& orphan : orphans)
      remove_live_dirs(workspace, {orphan.id});  // their invocation is in git already
  }
  return invocations.size();
}

void remove_live_dirs(Workspace& workspace, const std::vector<std::string>& run_ids) {
  for (const std::string& id : run_ids) remove_tree(runs_dir(workspace) / id);
}

std::vector<RunRecord> live_runs(const Workspace& workspace) {
  std::vector<RunRecord> out;
  for (const fs::path& dir : run_dirs(workspace)) {
    if (!is_locked(dir / "lock")) continue;
    auto record = find_record(dir, kStart, workspace);
    if (!record) continue;
    fold(read_logged(dir, LastLine::partial, workspace.world().clock.now()), *record);
    out.push_back(std::move(*record));
  }
  std::reverse(out.begin(), out.end());  // names of directories sort by time
  return out;
}

Series live_series(const fs::path& run_dir, UtcTime now) { return read_logged(run_dir, LastLine::partial, now).series; }

}  // namespace mlo
