#include "lib/runs/tree_reader.hpp"

#include "lib/runs/run_paths.hpp"
#include "lib/util/error.hpp"
#include "lib/util/random.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

[[noreturn]] void misplaced(const std::string& path) {
  throw Error(ErrorKind::corrupt, fmt::format("`{}` on the runs ref is not what its place says", printable(path)));
}

RunRecord read_record(git::Repository& repo, git::ObjectId blob, const std::string& path) {
  return parse_run(repo.load_blob(blob), path);
}

void fold_amendment(const RunAmendment& amendment, Run& run) {
  if (amendment.deleted) run.deleted = *amendment.deleted;
  if (amendment.note) run.note = *amendment.note;
  if (amendment.name) run.record.name = *amendment.name;
  for (const auto& [key, value] : amendment.tags) {
    if (value) run.record.tags[key] = *value;
    else run.record.tags.erase(key);
  }
}

std::optional<git::ObjectId> tip_tree(Workspace& workspace) {
  const auto tip = workspace.repo().find_ref(workspace.config().runs_ref);
  return tip ? std::optional(workspace.repo().load_commit(*tip).tree) : std::nullopt;
}

}  // namespace

Run read_run(git::Repository& repo, git::ObjectId tree, const std::string& path) {
  Run run;
  std::vector<RunAmendment> amendments;  // they sort before the record they change
  for (const git::TreeEntry& entry : repo.load_tree(tree)) {
    const std::string at = path + "/" + entry.name;
    if (entry.name == "run.yaml") {
      run.record = read_record(repo, entry.id, at);
    } else if (entry.name == "amend") {
      for (const git::TreeEntry& item : repo.load_tree(entry.id)) amendments.push_back(parse_amendment(repo.load_blob(item.id), at + "/" + item.name));
    } else if (entry.name != "stages" && entry.name != "series.tsv") {
      misplaced(at);
    }
  }
  if (run.record.id.empty() || run_dir_path(run.record.id) != path) misplaced(path + "/run.yaml");
  for (const RunAmendment& amendment : amendments) fold_amendment(amendment, run);
  return run;
}

std::vector<Run> read_runs(Workspace& workspace) {
  std::vector<Run> runs;
  const auto root = tip_tree(workspace);
  if (!root) return runs;
  git::Repository& repo = workspace.repo();
  for (const git::TreeEntry& year : repo.load_tree(*root)) {
    for (const git::TreeEntry& day : repo.load_tree(year.id)) {
      for (const git::TreeEntry& run : repo.load_tree(day.id)) {
        const std::string path = fmt::format("{}/{}/{}", year.name, day.name, run.name);
        if (run.kind != git::EntryKind::directory || !is_uuid7(run.name)) misplaced(path);
        runs.push_back(read_run(repo, run.id, path));
      }
    }
  }
  std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return std::tie(a.record.started, a.record.id) > std::tie(b.record.started, b.record.id); });
  return runs;
}

std::vector<RunRecord> read_stages(Workspace& workspace, const std::string& run_id) {
  std::vector<RunRecord> out;
  const auto root = tip_tree(workspace);
  if (!root || !is_uuid7(run_id)) return out;
  git::Repository& repo = workspace.repo();
  const std::string dir = run_dir_path(run_id) + "/stages";
  const auto found = repo.find_entry(*root, dir);
  if (!found) return out;
  for (const git::TreeEntry& stage : repo.load_tree(found->id)) {
    const std::string path = fmt::format("{}/{}/run.yaml", dir, stage.name);
    const auto blob = repo.find_entry(*root, path);
    if (!blob) misplaced(path);
    out.push_back(read_record(repo, blob->id, path));
    if (out.back().parent != run_id || record_path(out.back()) != path) misplaced(path);
  }
  std::sort(out.begin(), out.end(), [](const RunRecord& a, const RunRecord& b) { return std::tie(a.started, a.id) < std::tie(b.started, b.id); });
  return out;
}

}  // namespace mlo
