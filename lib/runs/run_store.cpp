#include "lib/runs/run_store.hpp"

#include "lib/codec/reader.hpp"
#include "lib/crypto/sha256.hpp"
#include "lib/runs/history.hpp"
#include "lib/runs/live_run.hpp"
#include "lib/runs/run_message.hpp"
#include "lib/runs/run_paths.hpp"
#include "lib/runs/tree_reader.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// Up to this size a series travels with git; a larger one stays in the store, and its last points in the record.
constexpr std::uint64_t kSeriesInGit = 1U << 20U;
constexpr const char* kKeep = "refs/mlo-local/keep/";

/// Git's gc must not take the commit a run came from, even if its branch goes.
void keep_commit(git::Repository& repo, const CodeState& code) {
  const auto commit = git::ObjectId::parse_tagged(code.commit);
  if (!commit || repo.find_ref(kKeep + commit->hex())) return;
  repo.move_ref(kKeep + commit->hex(), std::nullopt, *commit, "mlo: a run came from here");
}

}  // namespace

RunStore::RunStore(Workspace& workspace) : workspace_(workspace) {}

git::ObjectId RunStore::publish(const RunRecord& invocation, const std::vector<RunRecord>& stages) {
  git::Repository& repo = workspace_.repo();
  HistoryCommit commit;
  std::vector<std::string> ids;
  const auto add = [&](const RunRecord& record) {
    ids.push_back(record.id);
    commit.files.push_back({record_path(record), repo.write_blob(emit_run(record))});
    if (!record.series || workspace_.store().find_size(*record.series).value_or(kSeriesInGit + 1) > kSeriesInGit) return;
    commit.files.push_back({series_path(record), repo.write_blob(workspace_.store().get(*record.series))});
  };
  add(invocation);
  for (const RunRecord& stage : stages) add(stage);
  keep_commit(repo, invocation.code);
  commit.message = run_message(invocation, stages);
  commit.when = invocation.ended;
  const git::ObjectId made = append_history(workspace_, commit);
  remove_live_dirs(workspace_, ids);
  return made;
}

void RunStore::amend(const std::vector<RunAmendment>& amendments) {
  if (amendments.empty()) return;
  HistoryCommit commit;
  std::vector<std::string> names;
  for (const RunAmendment& amendment : amendments) {
    const std::string text = emit_amendment(amendment);
    commit.files.push_back({amendment_path(amendment, text), workspace_.repo().write_blob(text)});
    names.push_back(adjective_noun(amendment.run));
  }
  commit.message = amendment_message(amendments, names);
  commit.when = workspace_.world().clock.now();
  append_history(workspace_, commit);
}

std::vector<Run> RunStore::all(Deleted deleted) {
  std::vector<Run> runs = read_runs(workspace_);
  if (deleted == Deleted::hide) std::erase_if(runs, [](const Run& run) { return run.deleted; });
  return runs;
}

Run RunStore::find(std::string_view name_or_id) {
  std::vector<Run> runs = all(Deleted::show);
  const bool hex = name_or_id.size() >= 4 && name_or_id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  std::vector<const Run*> hits;
  std::vector<std::string> names;
  for (const Run& run : runs) {
    if (run.record.id == name_or_id) return run;
    if (hex && run.record.id.starts_with(name_or_id)) hits.push_back(&run);
    names.push_back(run.record.name);
  }
  if (hits.size() == 1) return *hits[0];
  if (hits.size() > 1) {
    std::vector<std::string> ids;
    for (const Run* run : hits) ids.push_back(fmt::format("{} ({})", run->record.id.substr(0, name_or_id.size() + 4), run->record.name));
    throw Error(ErrorKind::usage, fmt::format("`{}` is the beginning of {} runs", name_or_id, hits.size())).hint(join(ids, ", "));
  }
  for (const Run& run : runs) {
    if (run.record.name == name_or_id) return run;
  }
  const std::string close = nearest(name_or_id, names);
  throw Error(ErrorKind::not_found, fmt::format("no run `{}`", name_or_id))
      .hint(close.empty() ? "`mlo track list` shows them" : fmt::format("did you mean `{}`?", close));
}

std::vector<RunRecord> RunStore::stages_of(const std::string& run_id) { return read_stages(workspace_, run_id); }

std::vector<MetricPoint> RunStore::series(const RunRecord& run, std::string_view key) {
  const Series all = all_series(run);
  const auto found = all.find(std::string(key));
  if (found != all.end()) return found->second;
  const auto last = run.metrics.find(std::string(key));
  return last == run.metrics.end() ? std::vector<MetricPoint>{} : std::vector{last->second};
}

/// From the live run, the runs ref, or the store, whoever has it.
Series RunStore::all_series(const RunRecord& run) {
  if (run.status == RunStatus::running) return live_series(workspace_.local() / "runs" / run.id, workspace_.world().clock.now());
  if (!run.series) return {};
  const git::Repository& repo = workspace_.repo();
  const auto tip = repo.find_ref(workspace_.config().runs_ref);
  const std::string path = series_path(run);
  const auto entry = tip ? repo.find_entry(repo.load_commit(*tip).tree, path) : std::nullopt;
  if (!entry) return parse_series(workspace_.store().get(*run.series), run.series->brief());
  const std::string text = repo.load_blob(entry->id);
  if (sha256(text) != *run.series) throw Error(ErrorKind::corrupt, fmt::format("`{}` on the runs ref is not the series its run names", path));
  return parse_series(text, path);
}

}  // namespace mlo
