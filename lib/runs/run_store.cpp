#include "lib/runs/run_store.hpp"

#include "lib/capture/command_facts.hpp"
#include "lib/codec/reader.hpp"
#include "lib/crypto/sha256.hpp"
#include "lib/runs/history.hpp"
#include "lib/runs/index.hpp"
#include "lib/runs/live_run.hpp"
#include "lib/runs/run_message.hpp"
#include "lib/runs/run_paths.hpp"
#include "lib/runs/stage_facts.hpp"
#include "lib/util/error.hpp"
#include "lib/util/secrets.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// Up to this size a series travels with git; a larger one stays in the store, and its last points in the record.
constexpr std::uint64_t kSeriesInGit = 1U << 20U;
/// From so many stages on, their records are written as one pack of git's.
constexpr std::size_t kWorthPacking = 8;
constexpr const char* kKeep = "refs/mlo-local/keep/";

/// Git's gc must not take the commit a run came from, even if its branch goes.
void keep_commit(git::Repository& repo, const CodeState& code) {
  const auto commit = git::ObjectId::parse_tagged(code.commit);
  if (!commit || repo.find_ref(kKeep + commit->hex())) return;
  repo.move_ref(kKeep + commit->hex(), std::nullopt, *commit, "mlo: a run came from here");
}

}  // namespace

RunStore::RunStore(Workspace& workspace) : workspace_(workspace) {}

git::ObjectId RunStore::publish(const RunRecord& record_so_far, const std::vector<RunRecord>& stages) {
  RunRecord invocation = record_so_far;
  add_stage_facts(invocation, stages);
  git::Repository& repo = workspace_.repo();
  HistoryCommit commit;
  const auto tip = repo.find_ref(workspace_.config().runs_ref);
  if (tip && repo.find_entry(repo.load_commit(*tip).tree, record_path(invocation))) {
    remove_live_dir(workspace_, invocation.id);
    return *tip;
  }
  std::optional<git::HeldWrites> held;
  if (stages.size() >= kWorthPacking) held.emplace(repo);
  const auto add = [&](const RunRecord& record) {
    commit.files.push_back({record_path(record), repo.write_blob(emit_run(record))});
    if (!record.series || workspace_.store().find_size(*record.series).value_or(kSeriesInGit + 1) > kSeriesInGit)
      return;
    commit.files.push_back({series_path(record), repo.write_blob(workspace_.store().get(*record.series))});
  };
  std::set<Digest> lists;
  const auto note_lists = [&](const RunRecord& record) {
    for (const auto& [kind, id] : package_lists(record.environment)) lists.insert(id);
  };
  add(invocation);
  note_lists(invocation);
  for (const RunRecord& stage : stages) {
    add(stage);
    note_lists(stage);
  }
  for (const Digest& id : lists) {
    if (workspace_.store().has(id))
      commit.files.push_back({packages_path(id), repo.write_blob(workspace_.store().get(id))});
  }
  keep_commit(repo, invocation.code);
  commit.message = run_message(invocation, stages);
  commit.when = invocation.ended;
  const git::ObjectId made = append_history(workspace_, commit);
  remove_live_dir(workspace_, invocation.id);
  return made;
}

void RunStore::amend(std::vector<RunAmendment> amendments) {
  if (amendments.empty()) return;
  for (RunAmendment& amendment : amendments) {
    for (auto& [key, value] : amendment.tags) {
      if (value && is_secret_name(key)) value = kSecretText;
    }
  }
  RunIndex index(workspace_);
  HistoryCommit commit;
  commit.when = workspace_.world().clock.now();
  std::vector<std::string> names;
  for (RunAmendment amendment : amendments) {
    const auto run = index.select({"r.id = ?", {amendment.run}}, compile_order({}));
    names.push_back(run.empty() ? adjective_noun(amendment.run) : run[0].record.name);
    if (amendment.time == UtcTime())
      amendment.time = std::max(commit.when, index.last_amendment(amendment.run) + std::chrono::microseconds(1));
    const std::string text = emit_amendment(amendment);
    commit.files.push_back({amendment_path(amendment, text), workspace_.repo().write_blob(text)});
  }
  commit.message = amendment_message(amendments, names);
  append_history(workspace_, commit);
}

std::vector<Run> RunStore::all(Deleted deleted) {
  RunQuery query;
  if (deleted == Deleted::show) query.view = RunQuery::View::all;
  return search(query);
}

std::vector<Run> RunStore::search(const RunQuery& query) {
  auto [where, names_experiment] = compile_filter(query.filter);
  const SqlPiece order = compile_order(query.order_by);
  if (query.view != RunQuery::View::all)
    where.sql += query.view == RunQuery::View::deleted ? " AND r.deleted" : " AND NOT r.deleted";
  if (query.stages == RunQuery::Stages::hide) where.sql += " AND r.parent = ''";
  if (query.experiment) {
    where.sql += " AND r.experiment = ?";
    where.values.emplace_back(*query.experiment);
  } else if (!query.without.empty() && !names_experiment) {
    where.sql += " AND r.experiment <> ?";
    where.values.emplace_back(query.without);
  }
  return RunIndex(workspace_).select(where, order, query.max);
}

std::map<std::string, std::size_t> RunStore::experiments() {
  std::map<std::string, std::size_t> out;
  for (const std::string& name : RunIndex(workspace_).column("experiment", {"r.parent = '' AND NOT r.deleted", {}}))
    ++out[name];
  return out;
}

Run RunStore::find(std::string_view typed) {
  const std::string name(typed);
  const SqlPiece newest = compile_order({});
  RunIndex index(workspace_);
  if (const auto runs = index.select({"r.id = ?", {name}}, newest); !runs.empty()) return runs[0];
  const bool hex = name.size() >= 4 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (hex) {
    const auto runs = index.select({"r.parent = '' AND r.id LIKE ?", {name + "%"}}, newest);
    if (runs.size() == 1) return runs[0];
    if (runs.size() > 1) {
      std::vector<std::string> ids;
      for (std::size_t i = 0; i < std::min<std::size_t>(runs.size(), 5); ++i)
        ids.push_back(fmt::format("{} ({})", runs[i].record.id, runs[i].record.name));
      throw Error(ErrorKind::usage, fmt::format("`{}` is the beginning of {} runs", name, runs.size()))
          .hint(printable(join(ids, ", ")));
    }
  }
  if (const auto runs = index.select({"r.parent = '' AND r.name = ?", {name}}, newest, 1); !runs.empty())
    return runs[0];
  const std::string close = nearest(name, index.column("name", {"r.parent = ''", {}}));
  throw Error(ErrorKind::not_found, fmt::format("no run `{}`", printable(name)))
      .hint(close.empty() ? "list them with `mlo track list`" : fmt::format("did you mean `{}`?", printable(close)));
}

std::vector<RunRecord> RunStore::stages_of(const std::string& run_id) {
  std::vector<RunRecord> out;
  for (Run& run : RunIndex(workspace_).select({"r.parent = ?", {run_id}}, {"r.started, r.id", {}}))
    out.push_back(std::move(run.record));
  return out;
}

std::map<std::string, std::vector<RunRecord>> RunStore::all_stages() {
  std::map<std::string, std::vector<RunRecord>> out;
  for (Run& run : RunIndex(workspace_).select({"r.parent <> ''", {}}, {"r.started, r.id", {}}))
    out[run.record.parent].push_back(std::move(run.record));
  return out;
}

std::vector<MetricPoint> RunStore::series(const RunRecord& run, std::string_view key) {
  const Series all = all_series(run);
  const auto found = all.find(std::string(key));
  if (found != all.end()) return found->second;
  if (run.parent.empty()) {  // a stage may have logged it
    for (const RunRecord& stage : stages_of(run.id)) {
      const Series logged = all_series(stage);
      for (const auto& [name, points] : logged) {
        if (name == key || qualified_key(stage.stage, name) == key) return points;
      }
    }
  }
  const auto last = run.metrics.find(std::string(key));
  return last == run.metrics.end() ? std::vector<MetricPoint>{} : std::vector{last->second};
}

std::optional<PackageList> RunStore::find_packages(const Digest& list) const {
  if (workspace_.store().has(list)) return parse_packages(workspace_.store().get(list));
  const git::Repository& repo = workspace_.repo();
  const auto tip = repo.find_ref(workspace_.config().runs_ref);
  const auto entry = tip ? repo.find_entry(repo.load_commit(*tip).tree, packages_path(list)) : std::nullopt;
  if (!entry) return std::nullopt;
  const std::string text = repo.load_blob(entry->id);
  if (sha256(text) != list)
    throw Error(ErrorKind::corrupt,
                fmt::format("`{}` on the runs ref is not the list its name says", packages_path(list)));
  return parse_packages(text);
}

/// From the live run, the runs ref, or the store, whoever has it.
Series RunStore::all_series(const RunRecord& run) {
  if (run.status == RunStatus::running) return live_series(live_dir(workspace_, run), workspace_.world().clock.now());
  if (!run.series) return {};
  const git::Repository& repo = workspace_.repo();
  const auto tip = repo.find_ref(workspace_.config().runs_ref);
  const std::string path = series_path(run);
  const auto entry = tip ? repo.find_entry(repo.load_commit(*tip).tree, path) : std::nullopt;
  if (!entry) return parse_series(workspace_.store().get(*run.series), run.series->brief());
  const std::string text = repo.load_blob(entry->id);
  if (sha256(text) != *run.series)
    throw Error(ErrorKind::corrupt, fmt::format("`{}` on the runs ref is not the series its run names", path));
  return parse_series(text, path);
}

}  // namespace mlo
