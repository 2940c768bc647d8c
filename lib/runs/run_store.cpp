#include "lib/runs/run_store.hpp"

#include "lib/codec/reader.hpp"
#include "lib/crypto/sha256.hpp"
#include "lib/runs/fold.hpp"
#include "lib/runs/run_message.hpp"
#include "lib/runs/run_paths.hpp"
#include "lib/runs/tree_reader.hpp"
#include "lib/util/error.hpp"
#include "lib/util/random.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr int kAttempts = 100;

/// Commits changes on the runs ref, again on top of whoever came first.
git::ObjectId commit_on_ref(Workspace& workspace, const std::vector<git::TreeChange>& changes, const std::string& message) {
  git::Repository& repo = workspace.repo();
  const std::string& ref = workspace.config().runs_ref;
  const git::Signature who = repo.identity(workspace.world().env, workspace.world().clock.now());
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto tip = repo.find_ref(ref);
    const auto base = tip ? std::optional(repo.load_commit(*tip).tree) : std::nullopt;
    const git::ObjectId tree = repo.write_tree(base, changes);
    if (base == tree) return *tip;  // everything is there already: an earlier attempt was cut off after this point
    const auto parents = tip ? std::vector{*tip} : std::vector<git::ObjectId>{};
    const git::ObjectId commit = repo.write_commit(tree, parents, who, who, message);
    if (repo.move_ref(ref, tip, commit, split(message, '\n')[0])) return commit;
  }
  throw Error(ErrorKind::conflict, fmt::format("cannot record on `{}`: it keeps moving", ref)).hint("repeat the command");
}

/// HEAD's commit stays reachable on this machine even if its branch goes away.
void keep_commit(Workspace& workspace, const RunRecord& run) {
  const auto id = git::ObjectId::parse_tagged(run.code.commit);
  if (!id || !workspace.repo().has_object(*id)) return;
  const std::string ref = fmt::format("refs/mlo-local/keep/{}", id->hex());
  if (!workspace.repo().find_ref(ref)) workspace.repo().move_ref(ref, std::nullopt, *id, "kept for a run");
}

void forget_live(const Workspace& workspace, const std::string& id) {
  const fs::path dir = workspace.local() / "runs" / id;
  if (is_uuid7(id) && find_stat(dir)) remove_tree(dir);
}

}  // namespace

std::string run_dir_in_tree(std::string_view run_id) {
  const std::string day = format_utc(uuid7_time(run_id)).substr(0, 10);
  return fmt::format("{}/{}/{}", day.substr(0, 4), day.substr(5), run_id);
}

std::string stage_dir_in_run(std::string_view stage) { return fmt::format("stages/{}", stage); }

RunStore::RunStore(Workspace& workspace) : workspace_(workspace) {}

git::ObjectId RunStore::publish(const RunRecord& invocation, const std::vector<RunRecord>& stages) {
  const std::string dir = run_dir_in_tree(invocation.id);
  git::Repository& repo = workspace_.repo();
  std::vector<git::TreeChange> changes = {{dir + "/run.yaml", repo.write_blob(emit_run(invocation))}};
  for (const RunRecord& stage : stages) {
    changes.push_back({fmt::format("{}/{}/run.yaml", dir, stage_dir_in_run(stage.stage)), repo.write_blob(emit_run(stage))});
  }
  keep_commit(workspace_, invocation);
  const git::ObjectId commit = commit_on_ref(workspace_, changes, run_message(invocation, stages));
  // Children first: a cut here leaves the invocation, whose recovery finds everything published.
  for (const RunRecord& stage : stages) forget_live(workspace_, stage.id);
  forget_live(workspace_, invocation.id);
  return commit;
}

void RunStore::amend(const std::vector<RunAmendment>& amendments) {
  std::vector<git::TreeChange> changes;
  std::vector<std::string> subjects;
  for (const RunAmendment& a : amendments) {
    const std::string text = emit_amendment(a);
    // Named by time and content, so that amendments made apart never collide and sort in order.
    const std::string name = fmt::format("{:016x}-{}.yaml", static_cast<std::uint64_t>(a.time.micros()), sha256(text).hex().substr(0, 12));
    changes.push_back({fmt::format("{}/amendments/{}", run_dir_in_tree(a.run), name), workspace_.repo().write_blob(text)});
    subjects.push_back(fmt::format("{} {}", a.deleted ? (*a.deleted ? "delete" : "restore") : a.note ? "note on" : "amend", a.run.substr(0, 12)));
  }
  if (changes.empty()) return;
  std::string message = subjects.size() == 1 ? subjects[0] : fmt::format("{} and {} more", subjects[0], subjects.size() - 1);
  message += "\n\n";
  for (const RunAmendment& a : amendments) message += fmt::format("Mlo-Run: {}\n", a.run);
  commit_on_ref(workspace_, changes, message);
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
  std::vector<MetricPoint> points;
  if (run.series) {
    const MetricSeries all = parse_series(workspace_.store().get(*run.series), fmt::format("series of run {}", run.id.substr(0, 12)));
    const auto found = all.find(std::string(key));
    if (found != all.end()) points = found->second;
  }
  if (points.empty()) {
    const auto last = run.metrics.find(std::string(key));
    if (last != run.metrics.end()) points.push_back(last->second);
  }
  std::stable_sort(points.begin(), points.end(), [](const MetricPoint& a, const MetricPoint& b) { return std::tie(a.step, a.time) < std::tie(b.step, b.time); });
  return points;
}

}  // namespace mlo
