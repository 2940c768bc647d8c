#include "lib/runs/live_run.hpp"

#include "lib/runs/fold.hpp"
#include "lib/runs/run_store.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

fs::path runs_dir(const Workspace& workspace) { return workspace.local() / "runs"; }

/// Puts what the directory holds into the record: events, metric lines, logs. Objects first, so that the record may name them.
void collect(Workspace& workspace, const fs::path& dir, RunRecord& record) {
  Log& log = workspace.world().log;
  const EventLog logged = read_events(dir);
  if (logged.damaged_bytes > 0) log.warn(fmt::format("run `{}`: {} of its log were damaged and skipped", record.name, format_bytes({logged.damaged_bytes})));
  std::vector<RunEvent> events = logged.events;
  const auto lines = read_metric_lines(find_file(dir / "metrics.jsonl").value_or(""), fmt::format("run `{}`", record.name), record.ended, log);
  events.insert(events.end(), lines.begin(), lines.end());
  MetricSeries series;
  fold_events(events, record, series);

  ObjectStore::Batch batch(workspace.store());
  if (!series.empty()) record.series = batch.put(emit_series(series));
  const std::string output = find_file(dir / "stdout").value_or("") + find_file(dir / "stderr").value_or("");
  if (!output.empty()) record.log = batch.put(output);
  batch.commit();
}

}  // namespace

LiveRun::LiveRun(Workspace& workspace, RunRecord record, fs::path dir, LockFile lock)
    : workspace_(&workspace), record_(std::move(record)), dir_(std::move(dir)), lock_(std::move(lock)) {}

LiveRun LiveRun::create(Workspace& workspace, RunRecord start) {
  fs::path dir = runs_dir(workspace) / start.id;
  make_dirs(dir);
  auto lock = LockFile::try_acquire(dir / "lock", fmt::format("run {}", start.id));
  if (!lock) throw Error(ErrorKind::conflict, fmt::format("run `{}` is already running", start.id));
  write_file(dir / "start.yaml", emit_run(start));
  return LiveRun(workspace, std::move(start), std::move(dir), std::move(*lock));
}

Environment LiveRun::child_environment(const Environment& base) const {
  Environment env = base;
  env["MLO_RUN"] = record_.id;
  env["MLO_RUN_DIR"] = dir_.string();
  env["MLO_METRICS"] = (dir_ / "metrics.jsonl").string();
  return env;
}

RunRecord LiveRun::finish(RunStatus status, int exit_code, UtcTime ended) {
  record_.status = status;
  record_.exit_code = exit_code;
  record_.ended = ended;
  record_.usage.wall_seconds = std::chrono::duration<double>(ended - record_.started).count();
  collect(*workspace_, dir_, record_);
  write_file(dir_ / "run.yaml", emit_run(record_));
  return record_;
}

std::size_t recover_runs(Workspace& workspace) {
  const fs::path dir = runs_dir(workspace);
  if (!find_stat(dir)) return 0;
  std::map<std::string, RunRecord> invocations;
  std::map<std::string, std::vector<RunRecord>> stages;
  std::vector<LockFile> held;
  for (const DirEntry& entry : list_dir(dir)) {
    const fs::path run = dir / entry.name;
    const auto start = find_file(run / "start.yaml");
    auto lock = LockFile::try_acquire(run / "lock", "recovery");
    if (!lock) continue;
    if (!start) {  // killed before it said what it is
      remove_tree(run);
      continue;
    }
    RunRecord record;
    if (const auto whole = find_file(run / "run.yaml")) {
      record = parse_run(*whole, (run / "run.yaml").string());
    } else {
      record = parse_run(*start, (run / "start.yaml").string());
      record.status = RunStatus::killed;
      record.exit_code = 137;
      const auto last = find_stat(run / "events.log");
      record.ended = last ? std::max(record.started, UtcTime::from_micros(last->mtime_ns / 1000)) : record.started;
      collect(workspace, run, record);
    }
    held.push_back(std::move(*lock));
    if (record.parent.empty()) invocations.emplace(record.id, std::move(record));
    else stages[record.parent].push_back(std::move(record));
  }
  for (auto& [id, invocation] : invocations) RunStore(workspace).publish(invocation, stages[id]);
  return invocations.size();
}

std::vector<RunRecord> live_runs(const Workspace& workspace) {
  std::vector<RunRecord> out;
  const fs::path dir = runs_dir(workspace);
  if (!find_stat(dir)) return out;
  for (const DirEntry& entry : list_dir(dir)) {
    if (!is_locked(dir / entry.name / "lock")) continue;
    if (const auto start = find_file(dir / entry.name / "start.yaml")) out.push_back(parse_run(*start, (dir / entry.name / "start.yaml").string()));
  }
  return out;
}

}  // namespace mlo
