#include "lib/runs/live_run.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "lib/bounds/tree_log.hpp"
#include "lib/runs/event_log.hpp"
#include "lib/runs/live_dir.hpp"
#include "lib/runs/metrics_lines.hpp"
#include "lib/runs/run_store.hpp"
#include "lib/util/error.hpp"
#include "lib/util/frames.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::uint64_t kRecordLimit = 64U << 20U;
constexpr const char* kStart = "start.yaml";
constexpr const char* kFinished = "run.yaml";
constexpr const char* kDone = "done-";  ///< before the name of a directory that is being removed
constexpr const char* kStages = "stages";
constexpr const char* kStageLog = "stages.log";

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
std::optional<Digest> store_logs(ObjectStore::Batch& batch, const fs::path& dir) {
  const std::string output = find_file(dir / "stdout").value_or("") + find_file(dir / "stderr").value_or("");
  return output.empty() ? std::nullopt : std::optional(batch.put(output));
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

/// Of a stage: nothing while its directory passes from one stage to the next, or if a power cut took it back.
std::optional<RunRecord> find_stage(const fs::path& dir) {
  const auto text = find_file(dir / kStart, kRecordLimit);
  if (!text) return std::nullopt;
  try {
    RunRecord record = parse_run(*text, kStart);
    if (record.id == dir.filename().string()) return record;
  } catch (const Error&) {  // half of one
  }
  return std::nullopt;
}

/// Directories of runs, or of stages of one run.
std::vector<fs::path> run_dirs(const fs::path& dir) {
  std::vector<fs::path> out;
  if (!find_stat(dir)) return out;
  for (const DirEntry& entry : list_dir(dir)) {
    if (entry.kind == FileKind::directory && is_uuid7(entry.name)) out.push_back(dir / entry.name);
  }
  return out;
}

/// What a kill left of directories that were being removed; some may still be, by whoever published them.
void remove_litter(const fs::path& runs) {
  for (const DirEntry& entry : list_dir(runs)) {
    if (!entry.name.starts_with(kDone)) continue;
    try {
      remove_tree(runs / entry.name);
    } catch (const Error&) {  // theirs
    }
  }
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

LiveRun::LiveRun(Workspace& workspace, RunRecord record, fs::path dir, std::optional<LockFile> lock)
    : workspace_(&workspace),
      record_(std::move(record)),
      dir_(std::move(dir)),
      lock_(std::move(lock)),
      stages_(std::make_unique<StageDirs>(dir_ / kStages)) {}

LiveRun LiveRun::create(Workspace& workspace, RunRecord start) {
  MLO_ASSERT(is_uuid7(start.id) && start.parent.empty());
  start.status = RunStatus::running;
  const fs::path dir = runs_dir(workspace) / start.id;
  const LockFile births = lock_births(workspace);
  make_dirs(dir);
  auto lock = LockFile::try_acquire(dir / "lock", fmt::format("run {}", start.name));
  if (!lock) throw Error(ErrorKind::conflict, fmt::format("run `{}` is already live", start.id));
  create_event_log(dir);
  note_runs_around(dir, workspace.world().env);
  write_file(dir / kStart, emit_run(start));
  return LiveRun(workspace, std::move(start), dir, std::move(*lock));
}

LiveRun LiveRun::create_stage(RunRecord start) const {
  MLO_ASSERT(is_uuid7(start.id) && start.parent == record_.id);
  start.status = RunStatus::running;
  fs::path dir = stages_->make(start.id, emit_run(start));
  return LiveRun(*workspace_, std::move(start), std::move(dir), std::nullopt);
}

fs::path live_dir(const Workspace& workspace, const RunRecord& run) {
  const fs::path runs = runs_dir(workspace);
  return run.parent.empty() ? runs / run.id : runs / run.parent / kStages / run.id;
}

Environment LiveRun::child_environment(const Environment& base) const {
  Environment env = base;
  env["MLO_RUN"] = record_.id;
  env["MLO_RUN_DIR"] = dir_.string();
  env["MLO_METRICS"] = (dir_ / "metrics.jsonl").string();
  return env;
}

RunRecord LiveRun::finish(RunStatus status, int exit_code, UtcTime ended, ObjectStore::Batch& batch) {
  close_event_log(dir_);
  const Logged logged = read_logged(dir_, LastLine::complete, ended);
  for (const std::string& warning : logged.warnings)
    workspace_->world().log.warn(fmt::format("run {}: {}", record_.name, warning));
  fold(logged, record_);
  record_.status = status;
  record_.exit_code = exit_code;
  record_.ended = ended;
  record_.usage.wall_seconds = std::chrono::duration<double>(ended - record_.started).count();
  record_.log = store_logs(batch, dir_);
  if (!logged.series.empty()) record_.series = batch.put(emit_series(logged.series));
  return record_;
}

void LiveRun::keep() const { write_file(dir_ / kFinished, emit_run(record_)); }

void LiveRun::keep_stages(const std::vector<RunRecord>& stages) const {
  const fs::path path = dir_ / kStageLog;
  const UniqueFd log(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!log) throw_errno("open", path.string());
  std::string frames;
  for (const RunRecord& stage : stages) put_frame(frames, emit_run(stage));
  append_frames(log.get(), frames, path);
  fsync_fd(log.get(), path);
  for (const RunRecord& stage : stages) stages_->give_back(stage.id);
}

RunRecord LiveRun::end(RunStatus status, int exit_code, UtcTime ended) {
  ObjectStore::Batch batch(workspace_->store());
  finish(status, exit_code, ended, batch);
  batch.commit();
  keep();
  return record_;
}

std::vector<RunRecord> read_stage_log(std::string_view bytes) {
  std::vector<RunRecord> out;
  read_frames(bytes, kRecordLimit, [&](std::string_view payload) {
    try {
      out.push_back(parse_run(payload, kStageLog));
      return true;
    } catch (const Error&) {
      return false;
    }
  });
  return out;
}

std::vector<RunRecord> LiveRun::recover_stages(Workspace& workspace, const RunRecord& run, const fs::path& dir) {
  std::vector<RunRecord> out = read_stage_log(find_file(dir / kStageLog).value_or(""));
  std::erase_if(out, [&](const RunRecord& stage) { return stage.parent != run.id; });
  std::set<std::string> over;
  for (const RunRecord& stage : out) over.insert(stage.id);
  ObjectStore::Batch batch(workspace.store());
  for (const fs::path& at : run_dirs(dir / kStages)) {
    if (over.contains(at.filename().string())) continue;
    auto stage = find_stage(at);
    if (!stage || stage->parent != run.id) continue;
    const UtcTime ended = last_sign_of_life(at, stage->started);
    LiveRun live(workspace, std::move(*stage), at, std::nullopt);
    out.push_back(live.finish(RunStatus::killed, 137, ended, batch));
  }
  batch.commit();
  return out;
}

namespace {

/// What runs left whose mlo was killed must write no more, before anything else happens: also while another process is
/// at recording them.
void end_left_stages(Workspace& workspace, const std::vector<fs::path>& dirs) {
  for (const fs::path& dir : dirs) {
    const std::vector<TreeMark> trees = noted_trees(dir);
    const fs::path lock = dir / "lock";
    if (trees.empty() || ::access(lock.c_str(), R_OK | W_OK) != 0 || is_locked(lock)) continue;
    const std::size_t ended = kill_left_trees(trees);
    if (ended == 0) continue;
    const auto record = find_record(dir, kStart, workspace);
    workspace.world().log.warn(fmt::format("ended {} that run {} had left when it was killed",
                                           count_of(ended, "process", "processes"),
                                           record ? record->name : dir.filename().string()));
  }
}

}  // namespace

std::size_t recover_runs(Workspace& workspace) {
  if (!find_stat(runs_dir(workspace)) || list_dir(runs_dir(workspace)).empty()) return 0;
  const std::vector<fs::path> dirs = run_dirs(runs_dir(workspace));
  end_left_stages(workspace, dirs);
  const auto guard = LockFile::try_acquire(workspace.local() / "locks" / "recover", "recovering runs");
  if (!guard) return 0;
  remove_litter(runs_dir(workspace));

  std::map<fs::path, LockFile> dead;  // held until published, so that nobody takes these runs for live meanwhile
  {
    const LockFile births = lock_births(workspace);
    for (const fs::path& dir : dirs) {
      if (auto lock = LockFile::try_acquire(dir / "lock", "recovering runs")) dead.emplace(dir, std::move(*lock));
    }
  }
  std::size_t recovered = 0;
  for (auto& [dir, lock] : dead) {
    if (!find_stat(dir / kStart)) remove_tree(dir);  // died at birth
    auto record = find_record(dir, kFinished, workspace);
    if (!record) record = find_record(dir, kStart, workspace);
    if (!record) continue;  // stays for a person to look at
    const std::vector<RunRecord> stages = LiveRun::recover_stages(workspace, *record, dir);
    if (record->status == RunStatus::running) {
      const UtcTime ended = last_sign_of_life(dir, record->started);
      LiveRun run(workspace, std::move(*record), dir, std::move(lock));
      record = run.end(RunStatus::killed, 137, ended);
      lock = std::move(*run.lock_);
    }
    RunStore(workspace).publish(*record, stages);
    ++recovered;
  }
  return recovered;
}

void remove_live_dir(Workspace& workspace, const std::string& run_id) {
  const fs::path dir = runs_dir(workspace) / run_id, away = runs_dir(workspace) / (kDone + run_id);
  if (!find_stat(dir)) return;
  // At once: whoever looks at runs that are dead must not find a half of one, whose lock it could make anew.
  rename_path(dir, away);
  remove_tree(away);
}

std::vector<fs::path> locked_run_dirs(const Workspace& workspace) {
  std::vector<fs::path> dirs = run_dirs(runs_dir(workspace));
  std::erase_if(dirs, [](const fs::path& dir) { return !is_locked(dir / "lock"); });
  std::sort(dirs.begin(), dirs.end());  // their names begin with the time
  return dirs;
}

namespace {

/// The record as far as it is.
RunRecord so_far(RunRecord record, const Workspace& workspace, const fs::path& dir) {
  fold(read_logged(dir, LastLine::partial, workspace.world().clock.now()), record);
  return record;
}

}  // namespace

std::vector<RunRecord> live_stages(const Workspace& workspace, const RunRecord& run) {
  const fs::path dir = live_dir(workspace, run);
  std::vector<RunRecord> out = read_stage_log(find_file(dir / kStageLog).value_or(""));
  std::set<std::string> over;
  for (const RunRecord& stage : out) over.insert(stage.id);
  for (const fs::path& at : run_dirs(dir / kStages)) {
    if (over.contains(at.filename().string())) continue;
    if (auto stage = find_stage(at)) out.push_back(so_far(std::move(*stage), workspace, at));
  }
  return out;
}

std::vector<RunRecord> live_runs(const Workspace& workspace) {
  std::vector<RunRecord> out;
  for (const fs::path& dir : locked_run_dirs(workspace)) {
    auto run = find_record(dir, kStart, workspace);
    if (!run) continue;
    *run = so_far(std::move(*run), workspace, dir);
    std::vector<RunRecord> stages = live_stages(workspace, *run);
    out.push_back(std::move(*run));
    out.insert(out.end(), std::make_move_iterator(stages.begin()), std::make_move_iterator(stages.end()));
  }
  // Ids begin with the time.
  std::sort(out.begin(), out.end(), [](const RunRecord& a, const RunRecord& b) { return a.id > b.id; });
  return out;
}

Series live_series(const fs::path& run_dir, UtcTime now) { return read_logged(run_dir, LastLine::partial, now).series; }

}  // namespace mlo
