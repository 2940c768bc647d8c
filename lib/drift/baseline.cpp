#include "lib/drift/baseline.hpp"

#include <algorithm>

#include "lib/manifest/names.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::drift {
namespace {

constexpr std::string_view kDirectory = ".mlo/baselines";

std::string file_of(std::string_view model) { return fmt::format("{}/{}.yaml", kDirectory, model); }

void require_name(const std::string& model) {
  if (is_name(model)) return;
  throw Error(ErrorKind::usage, fmt::format("`{}` is no name", printable(model)))
      .hint("names are lower-case letters and digits, joined by `-`, `_` or `/`");
}

void collect(const Workspace& workspace, const std::string& prefix, std::vector<Baseline>& found) {
  const fs::path directory = workspace.root() / kDirectory / prefix;
  if (const auto stat = find_stat(directory); !stat || stat->kind != FileKind::directory) return;
  for (const DirEntry& entry : list_dir(directory)) {
    if (entry.kind == FileKind::directory) collect(workspace, prefix + entry.name + "/", found);
    if (entry.kind != FileKind::file || !entry.name.ends_with(".yaml")) continue;
    found.push_back(load_baseline(workspace, prefix + entry.name.substr(0, entry.name.size() - 5)));
  }
}

[[noreturn]] void throw_missing(const std::string& model) {
  throw Error(ErrorKind::not_found, fmt::format("no baseline named `{}`", model))
      .hint(fmt::format("make it with `mlo drift baseline {} REFERENCE`", model));
}

}  // namespace

std::optional<Baseline> find_baseline(const Workspace& workspace, const std::string& model) {
  require_name(model);
  const std::string file = file_of(model);
  const auto text = find_file(workspace.root() / file);
  if (!text) return std::nullopt;
  Baseline baseline = parse_baseline(*text, file);
  if (baseline.model == model) return baseline;
  throw Error(ErrorKind::invalid, fmt::format("`{}` says it is the baseline of `{}`", file, printable(baseline.model)));
}

Baseline load_baseline(const Workspace& workspace, const std::string& model) {
  if (auto found = find_baseline(workspace, model)) return *std::move(found);
  throw_missing(model);
}

std::vector<Baseline> list_baselines(const Workspace& workspace) {
  std::vector<Baseline> found;
  collect(workspace, "", found);
  std::sort(found.begin(), found.end(), [](const Baseline& a, const Baseline& b) { return a.model < b.model; });
  return found;
}

Baseline save_baseline(Workspace& workspace, const std::string& model, const DataSource& source,
                       const DriftOptions& options) {
  require_name(model);
  require_valid(options);
  Baseline baseline{.model = model,
                    .source = source.label,
                    .tree = {},
                    .directory = false,
                    .file_name = source.file_name,
                    .options = options};
  if (!source.tree && source.files.size() != 1) {
    throw Error(ErrorKind::usage,
                fmt::format("`{}` is a directory of tables that is not a dataset", printable(source.label)))
        .hint(fmt::format("version it first: `mlo version-data add {}`", shell_quote(source.label)));
  }
  const auto lock = workspace.lock_manifests(fmt::format("mlo drift baseline {}", model));
  if (source.tree) {
    baseline.tree = *source.tree;
    baseline.directory = source.directory;
  } else {
    baseline.file_name = source.directory ? source.files.front().filename().native() : source.file_name;
    ObjectStore::Batch batch(workspace.store());
    baseline.tree = batch.put_file(source.files.front()).id;
    batch.commit();
  }
  const std::string file = file_of(model);
  write_file(workspace.root() / file, emit_baseline(baseline));
  workspace.work_tree().stage({file});
  return baseline;
}

void remove_baseline(Workspace& workspace, const std::string& model, Execution execution) {
  require_name(model);
  const auto lock = workspace.lock_manifests(fmt::format("mlo drift baseline --remove {}", model));
  const std::string file = file_of(model);
  const fs::path path = workspace.root() / file;
  const git::WorkTree git = workspace.work_tree();
  if (!find_stat(path) && git.tracked(file).empty()) throw_missing(model);
  if (execution == Execution::dry_run) return;
  // The file goes last: while it is there, the command can be repeated.
  git.untrack({file});
  if (remove_file(path)) fsync_dir(path.parent_path());
}

DataSource baseline_source(const Workspace& workspace, const Baseline& baseline) {
  return stored_source(workspace, baseline.source, baseline.tree, baseline.directory, baseline.file_name);
}

}  // namespace mlo::drift
