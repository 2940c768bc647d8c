#include "lib/registry/run_facts.hpp"

#include <functional>
#include <set>

#include "lib/crypto/sha256.hpp"
#include "lib/registry/dependencies.hpp"
#include "lib/registry/feature_schema.hpp"
#include "lib/runs/live_run.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::uint64_t kFileLimit = 16U << 20U;

/// A run as a whole: its invocation and the stages it executed.
struct WholeRun {
  RunRecord run;
  std::vector<RunRecord> stages;

  std::vector<const RunRecord*> records() const {
    std::vector<const RunRecord*> out{&run};
    for (const RunRecord& stage : stages) out.push_back(&stage);
    return out;
  }
};

WholeRun load_run(Workspace& workspace, const std::string& name) {
  RunStore runs(workspace);
  Run found = runs.find(name);
  if (!found.record.parent.empty()) found = runs.find(found.record.parent);
  if (found.record.status != RunStatus::finished && found.record.status != RunStatus::cached) {
    throw Error(ErrorKind::invalid,
                fmt::format("cannot use run `{}`: it {}", printable(found.record.name),
                            found.record.status == RunStatus::running ? "still runs" : "did not succeed"))
        .hint("list runs with `mlo track list`");
  }
  return {found.record, runs.stages_of(found.record.id)};
}

/// `path` itself among what a record wrote, or below a directory it wrote.
std::optional<Artifact> find_written(const ObjectStore& store, const RunRecord& record, const std::string& path) {
  for (const auto* list : {&record.outputs, &record.artifacts}) {
    for (const Artifact& artifact : *list) {
      if (artifact.path == path) return artifact;
      if (!artifact.directory || !path.starts_with(artifact.path + "/")) continue;
      const auto entry = find_in_tree(store, artifact.id, path.substr(artifact.path.size() + 1));
      if (!entry || entry->kind == TreeEntryKind::symlink) continue;
      Artifact part{path, entry->id, entry->kind == TreeEntryKind::directory, entry->size, 1, artifact.cached};
      if (part.directory) {
        part.files = 0;
        walk_tree(store, part.id, [&](const std::string&, const TreeEntry& below) {
          if (below.kind != TreeEntryKind::directory) ++part.files;
        });
      }
      return part;
    }
  }
  return std::nullopt;
}

[[noreturn]] void throw_no_output(const WholeRun& run, const std::string& path) {
  std::set<std::string> paths;
  for (const RunRecord* record : run.records()) {
    for (const auto* list : {&record->outputs, &record->artifacts}) {
      for (const Artifact& artifact : *list) paths.insert("`" + printable(artifact.path) + "`");
    }
  }
  throw Error(ErrorKind::not_found,
              fmt::format("run `{}` did not write `{}`", printable(run.run.name), printable(path)))
      .hint(paths.empty() ? "it wrote nothing that was recorded; declare the model in `outs` of mlo.yaml"
                          : "--model takes what it wrote: " + join({paths.begin(), paths.end()}, ", "));
}

/// The model, and the record that wrote it (the invocation's, if the stage was up to date).
std::pair<Artifact, const RunRecord*> find_model(Workspace& workspace, const WholeRun& run, const std::string& typed) {
  std::vector<std::string> spellings;
  try {
    spellings.push_back(workspace.to_repo_path(typed));
  } catch (const Error&) {  // the logical name of an artifact need not be a path here
  }
  if (spellings.empty() || spellings[0] != typed) spellings.push_back(typed);
  for (const std::string& path : spellings) {
    for (const RunRecord& stage : run.stages) {
      if (auto found = find_written(workspace.store(), stage, path)) return {*found, &stage};
    }
    if (auto found = find_written(workspace.store(), run.run, path)) return {*found, &run.run};
  }
  throw_no_output(run, spellings.front());
}

void require_bytes(const ObjectStore& store, const Artifact& model) {
  const std::string damage = find_damage(store, model.id, model.directory);
  if (damage.empty()) return;
  throw Error(ErrorKind::not_found, fmt::format("cannot register `{}`: {}", printable(model.path), damage))
      .hint(model.cached ? "fetch it with `mlo pull --runs`, or make it again with `mlo run --force`"
                         : "`cache: false` keeps it out of the store; take that away in mlo.yaml, then `mlo run`");
}

/// Everything a run read, by name: datasets, and paths of single inputs.
std::map<std::string, Digest> read_by(const WholeRun& run) {
  std::map<std::string, Digest> out;
  for (const RunRecord* record : run.records()) {
    for (const Artifact& input : record->inputs) out.emplace(input.path, input.id);
  }
  for (const RunRecord* record : run.records()) {
    for (const auto& [name, id] : record->datasets) {
      if (const auto digest = Digest::parse(id)) out.insert_or_assign(name, *digest);
    }
  }
  return out;
}

std::vector<std::string> datasets_of(const WholeRun& run) {
  std::set<std::string> names;
  for (const RunRecord* record : run.records()) {
    for (const auto& [name, id] : record->datasets) names.insert(name);
  }
  return {names.begin(), names.end()};
}

std::string quoted_list(const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (const std::string& name : names) out.push_back("`" + printable(name) + "`");
  return join(out, ", ");
}

UsedDataset find_used(const WholeRun& run, std::string name, std::string_view option) {
  const auto read = read_by(run);
  while (name.size() > 1 && name.ends_with('/')) name.pop_back();
  if (const auto it = read.find(name); it != read.end()) return {name, it->second};
  std::vector<std::string> names = datasets_of(run);
  if (names.empty()) {
    for (const auto& [path, id] : read) names.push_back(path);
  }
  throw Error(ErrorKind::not_found, fmt::format("run `{}` did not read `{}`", printable(run.run.name), printable(name)))
      .hint(names.empty() ? "it read nothing that was recorded; name its data in `deps` of mlo.yaml, or in --dep"
                          : fmt::format("{} takes what it read: {}", option, quoted_list(names)));
}

bool sounds_like_holdout(std::string_view name) {
  const std::string words = replace_all(replace_all(replace_all(to_lower(name), "_", "/"), "-", "/"), ".", "/");
  return ("/" + words + "/").find("/holdout/") != std::string::npos;
}

UsedDataset choose_holdout(const WholeRun& evaluation, const std::optional<std::string>& asked) {
  if (asked) return find_used(evaluation, *asked, "--holdout");
  std::vector<std::string> named;
  for (const std::string& name : datasets_of(evaluation)) {
    if (sounds_like_holdout(name)) named.push_back(name);
  }
  if (named.size() == 1) return find_used(evaluation, named[0], "--holdout");
  const auto read = datasets_of(evaluation);
  throw Error(ErrorKind::not_found, fmt::format("cannot tell which data the scores of run `{}` were measured on",
                                                printable(evaluation.run.name)))
      .hint(read.empty() ? "say it with --holdout NAME (a dataset, or the path of something the run read)"
                         : fmt::format("say it with --holdout NAME; it read {}", quoted_list(read)));
}

std::vector<UsedDataset> choose_training(const WholeRun& run, const std::vector<std::string>& asked,
                                         const UsedDataset& holdout) {
  std::vector<std::string> names = asked;
  if (names.empty()) {
    names = datasets_of(run);
    if (names.size() > 1) std::erase(names, holdout.name);
  }
  if (names.empty()) {
    throw Error(ErrorKind::not_found,
                fmt::format("run `{}` read no dataset: what it was trained on is not known", printable(run.run.name)))
        .hint("say it with --training PATH (something the run read), or version the data: mlo version-data add PATH");
  }
  std::vector<UsedDataset> out;
  for (const std::string& name : std::set<std::string>(names.begin(), names.end()))
    out.push_back(find_used(run, name, "--training"));
  return out;
}

/// A file of the code a run came from.
std::optional<std::string> find_code_file(Workspace& workspace, const CodeState& code, std::string_view path) {
  if (code.dirty && code.tree) {
    const auto entry = find_in_tree(workspace.store(), *code.tree, path);
    if (entry && entry->kind != TreeEntryKind::directory && workspace.store().has(entry->id))
      return workspace.store().get(entry->id);
    return std::nullopt;
  }
  const auto commit = git::ObjectId::parse_tagged(code.commit);
  if (!commit || !workspace.repo().has_object(*commit)) return std::nullopt;
  const auto entry = workspace.repo().find_entry(workspace.repo().load_commit(*commit).tree, path);
  const bool file = entry && (entry->kind == git::EntryKind::file || entry->kind == git::EntryKind::executable);
  return file ? std::optional(workspace.repo().load_blob(entry->id)) : std::nullopt;
}

Dependencies find_dependencies(Workspace& workspace, const WholeRun& run, const std::optional<std::string>& given) {
  if (given) return parse_dependencies(read_file(absolute_in(workspace.world().cwd, *given), kFileLimit), *given);
  for (const std::string_view file : dependency_files()) {
    if (const auto text = find_code_file(workspace, run.run.code, file)) return parse_dependencies(*text, file);
  }
  std::vector<std::string> names;
  for (const std::string_view file : dependency_files()) names.emplace_back(file);
  throw Error(ErrorKind::not_found,
              fmt::format("the code of run `{}` does not say which versions the model runs with: no {}",
                          printable(run.run.name), join(names, ", ")))
      .hint("pip freeze > used.txt, then --dependencies used.txt");
}

/// The first files of a dirty run's code that are not what its commit has; as many as are known here.
std::string changed_files(Workspace& workspace, const WholeRun& run) {
  constexpr std::size_t kShown = 3;
  const CodeState& code = run.run.code;
  const auto commit = git::ObjectId::parse_tagged(code.commit);
  if (!code.tree || !commit || !workspace.repo().has_object(*commit)) return "";
  std::set<std::string, std::less<>> made;
  for (const RunRecord* record : run.records()) {
    for (const Artifact& output : record->outputs) made.insert(output.path);
  }
  const git::Repository& repo = workspace.repo();
  const git::ObjectId tree = repo.load_commit(*commit).tree;
  std::vector<std::string> changed;
  walk_tree(workspace.store(), *code.tree, [&](const std::string& path, const TreeEntry& entry) {
    const bool file = entry.kind == TreeEntryKind::file || entry.kind == TreeEntryKind::executable;
    if (changed.size() > kShown || !file || !is_code_change(path, made)) return;
    const auto there = repo.find_entry(tree, path);
    if (!there || sha256(repo.load_blob(there->id)) != entry.id) changed.push_back(path);
  });
  const bool more = changed.size() > kShown;
  if (more) changed.pop_back();
  return changed.empty() ? "" : quoted_list(changed) + (more ? " and others" : "");
}

void require_code(Workspace& workspace, const WholeRun& run, bool allow_dirty) {
  const RunRecord& r = run.run;
  if (r.code.commit.empty()) {
    throw Error(ErrorKind::invalid, fmt::format("run `{}` came from code without a commit", printable(r.name)))
        .hint("commit the code, then run again");
  }
  if (r.code.dirty && !allow_dirty) {
    std::string files;
    try {
      files = changed_files(workspace, run);
    } catch (const Error&) {  // the kept code is not here, or damaged: the names are only an aid
    }
    const bool pipeline = r.command.size() > 1 && r.command[0] == "mlo" && r.command[1] == "run";
    throw Error(ErrorKind::conflict, fmt::format("run `{}` came from code with uncommitted changes{}",
                                                 printable(r.name), files.empty() ? "" : ": " + files))
        .hint(fmt::format(
            "commit (or git-ignore what is no code), then {}; or take it as it is with --allow-dirty, "
            "which is recorded",
            pipeline ? fmt::format("`mlo run --name {}`, which runs nothing that is up to date", shell_quote(r.name))
                     : "run it again"));
  }
}

std::map<std::string, double> choose_scores(const WholeRun& evaluation) {
  std::map<std::string, double> out;
  for (const auto& [key, point] : evaluation.run.metrics) out.emplace(key, point.value);
  if (!out.empty()) return out;
  throw Error(ErrorKind::not_found, fmt::format("run `{}` has no scores", printable(evaluation.run.name)))
      .hint("name the run that evaluated the model with --evaluation RUN, or let a stage write `metrics` and run it");
}

/// Gathers what cannot be had, so that it is told at once and not one call after the other.
class Missing {
 public:
  /// False if the step had to be noted.
  bool ask(const std::function<void()>& step) {
    try {
      step();
      return true;
    } catch (const Error& error) {
      const ErrorKind kind = error.kind();
      if (kind != ErrorKind::not_found && kind != ErrorKind::invalid && kind != ErrorKind::conflict) throw;
      errors_.push_back(error);
      return false;
    }
  }
  void raise() const {
    if (errors_.empty()) return;
    if (errors_.size() == 1) throw errors_[0];
    std::vector<std::string> messages, hints;
    for (const Error& error : errors_) {
      messages.push_back(error.message());
      if (!error.hint().empty()) hints.push_back(error.hint());
    }
    throw Error(errors_[0].kind(), join(messages, "; also ")).hint(join(hints, "; also "));
  }

 private:
  std::vector<Error> errors_;
};

}  // namespace

std::string find_damage(const ObjectStore& store, const Digest& id, bool directory) {
  const auto damage_of = [&](const Digest& object, const std::string& path) -> std::string {
    const std::string where = path.empty() ? "" : fmt::format(" (`{}`)", printable(path));
    if (!store.has(object)) return fmt::format("{}{} is not in the store", object.brief(), where);
    if (!store.verify(object)) return fmt::format("{}{} is damaged in the store", object.brief(), where);
    return "";
  };
  std::string damage = damage_of(id, "");
  if (!damage.empty() || !directory) return damage;
  try {
    walk_tree(store, id, [&](const std::string& path, const TreeEntry& entry) {
      if (!damage.empty()) return;
      damage = damage_of(entry.id, path);
      if (!damage.empty() && entry.kind == TreeEntryKind::directory) throw Error(ErrorKind::not_found, damage);
    });
  } catch (const Error& error) {
    return damage.empty() ? error.message() : damage;
  }
  return damage;
}

ModelManifest gather_facts(Workspace& workspace, const RegisterRequest& request) {
  const WholeRun run = load_run(workspace, request.run);
  const WholeRun evaluation = request.evaluation ? load_run(workspace, *request.evaluation) : run;
  Missing missing;
  ModelManifest m;
  missing.ask([&] { require_code(workspace, run, request.allow_dirty); });
  m.run = run.run.id;
  m.created = run.run.ended;
  const auto [model, writer] = find_model(workspace, run, request.path);
  m.model = model;
  m.model.cached = true;
  m.stage = writer->stage;
  require_bytes(workspace.store(), model);
  m.code = run.run.code;
  m.params = writer->params;
  m.environment = writer->environment.facts.empty() ? run.run.environment : writer->environment;
  missing.ask([&] { m.metrics = choose_scores(evaluation); });
  const bool held = missing.ask([&] { m.holdout = choose_holdout(evaluation, request.holdout); });
  // Which data it was trained on, unless it is said, depends on what the holdout is.
  const bool trained = (held || !request.training.empty()) &&
                       missing.ask([&] { m.training = choose_training(run, request.training, m.holdout); });
  if (trained || request.features) {
    missing.ask([&] {
      m.features = request.features ? read_feature_file(workspace, *request.features, request.labels)
                                    : training_features(workspace, m.training, request.labels);
    });
  }
  missing.ask([&] { m.dependencies = find_dependencies(workspace, run, request.dependencies); });
  missing.raise();
  for (const UsedDataset& used : m.training) {
    if (used.id == m.holdout.id)
      workspace.world().log.warn(
          fmt::format("the scores were measured on `{}`, which it was trained on too", printable(used.name)));
  }
  m.card = request.card;
  return m;
}

}  // namespace mlo
