#include "lib/pipeline/verify_place.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/data/datasets.hpp"
#include "lib/pipeline/stage_bounds.hpp"
#include "lib/pipeline/stage_environment.hpp"
#include "lib/pipeline/stage_run.hpp"
#include "lib/runs/event_log.hpp"
#include "lib/runs/live_run.hpp"
#include "lib/util/error.hpp"
#include "lib/util/random.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::size_t kLastWords = 4096;  ///< bytes
constexpr std::size_t kLastLines = 5;

git::ObjectId commit_of(const Workspace& from, const Claims& claims) {
  const auto commit = git::ObjectId::parse_tagged(claims.code.commit);
  if (!commit)
    throw Error(ErrorKind::invalid, fmt::format("`{}` cannot be verified: it names no commit", claims.name))
        .hint("commit the code, then `mlo run --force`");
  if (!from.repo().has_object(*commit))
    throw Error(ErrorKind::not_found,
                fmt::format("commit `{}` of `{}` is not here", commit->hex().substr(0, 12), claims.name))
        .hint("`git fetch --all`, or `git fetch --unshallow` in a shallow clone");
  return *commit;
}

std::vector<std::string> last_lines(const std::string& text) {
  std::vector<std::string> out;
  for (const std::string_view line : split_lines(text)) out.push_back(printable(line));
  if (out.size() > kLastLines) out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(kLastLines));
  return out;
}

}  // namespace

VerifyPlace::VerifyPlace(const Workspace& from, const Claims& claims)
    : claims_(claims),
      tree_(from, commit_of(from, claims), "mlo-verify", "mlo run verify", from.world().env),
      made_(claims.made),
      facts_(tree_.workspace()),
      bounds_(tree_.workspace().config().bounds, tree_.world(), tree_.root(), 1) {
  lay_code();
  const auto below = relative_to(from.root(), from.world().cwd);
  fs::path cwd = tree_.root() / below.value_or("");
  while (cwd != tree_.root() && !find_stat(cwd)) cwd = cwd.parent_path();
  tree_.world().cwd = cwd;
  require_pipeline();
  pipeline_ = std::make_unique<Pipeline>(tree_.workspace());
  for (const DatasetManifest& dataset : load_datasets(tree_.workspace())) {
    made_.emplace(dataset.path, Content{dataset.tree, dataset.directory, false, dataset.bytes,
                                        dataset.directory ? dataset.files : 1});
  }
  note_executables();
}

/// The work tree may well have the file that its commit lacks.
void VerifyPlace::require_pipeline() {
  try {
    Pipeline::find_file(tree_.workspace());
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    const std::string commit = commit_of(tree_.workspace(), claims_).hex().substr(0, 12);
    throw Error(ErrorKind::not_found,
                fmt::format("cannot verify `{}`: commit `{}` has neither `mlo.yaml` nor `dvc.yaml` here or above",
                            claims_.name, commit))
        .hint("commit the pipeline and `mlo.lock`; to verify a run from before that, make it again: `mlo run --force`");
  }
}

/// The uncommitted files of a record that kept them, over those of the commit.
void VerifyPlace::lay_code() {
  absent_.clear();
  const ObjectStore& store = tree_.workspace().store();
  if (!claims_.code.tree || !store.has(*claims_.code.tree)) return;
  std::set<std::string> kept;
  walk_tree(store, *claims_.code.tree, [&](const std::string& path, const TreeEntry& entry) {
    if (entry.kind == TreeEntryKind::directory) return;
    kept.insert(path);
    const fs::path file = tree_.root() / path;
    const auto stat = find_stat(file);
    const bool link = entry.kind == TreeEntryKind::symlink, executable = entry.kind == TreeEntryKind::executable;
    if (!link && stat && stat->kind == FileKind::file && stat->executable() == executable &&
        sha256_file(file).digest == entry.id)
      return;
    if (!store.has(entry.id)) {
      if (stat) remove_tree(file);
      absent_.push_back(path);
      return;
    }
    if (stat) remove_tree(file);
    make_dirs(file.parent_path());
    if (link) {
      fs::create_symlink(store.get(entry.id), file);
    } else {
      store.check_out(entry.id, file, executable, LinkType::copy);
    }
  });
  for (const std::string& path : tree_.workspace().work_tree().tracked("")) {
    if (is_code_change(path, {}) && !kept.contains(path)) remove_file(tree_.root() / path);
  }
}

/// Records of runs do not say which outputs are programs; the lock and the action cache do.
void VerifyPlace::note_executables() {
  const auto note = [&](const std::string& path, const Digest& id, bool executable) {
    const auto it = made_.find(path);
    if (executable && it != made_.end() && it->second.id == id) it->second.executable = true;
  };
  for (const auto& [name, stage] : pipeline_->lock().stages) {
    for (const LockedOutput& output : stage.outputs) note(output.content.path, output.content.id, output.executable);
  }
  for (const Claim& claim : claims_.stages) {
    const auto record = pipeline_->actions().find(claim.action);
    if (!record) continue;
    for (const SavedOutput& output : record->outputs) note(output.path, output.content.id, output.content.executable);
  }
}

bool VerifyPlace::is_made(const std::string& path) const {
  return std::any_of(made_.begin(), made_.end(), [&](const auto& made) { return overlaps(made.first, path); });
}

void VerifyPlace::put(const std::string& path, const Content& content) {
  touched_.push_back(path);
  pipeline_->work().restore(path, content);
}

std::optional<std::string> VerifyPlace::put_input(const Claim& claim, const Artifact& input) {
  WorkContent& work = pipeline_->work();
  const auto matches = [&] {
    const auto found = work.find(input.path);
    return found && found->id == input.id && found->directory == input.directory;
  };
  if (matches()) return std::nullopt;
  Content wanted{input.id, input.directory, false, input.bytes, input.directory ? input.files : 1};
  if (const auto it = made_.find(input.path); it != made_.end() && it->second.id == input.id) wanted = it->second;
  const bool made = is_made(input.path), here = find_stat(tree_.root() / input.path).has_value();
  const std::string uncommitted = fmt::format("made from uncommitted changes to `{}`", input.path);
  if (here && !made) {
    return claim.dirty ? uncommitted
                       : fmt::format(
                             "`{}` at that commit is not what it was made with: not committed then, or changed "
                             "and not run since",
                             input.path);
  }
  try {
    if (work.stored(wanted)) {
      put(input.path, wanted);
    } else if (made && input.directory) {  // a directory around what stages and datasets hold
      for (const auto& [path, content] : made_) {
        if (lies_in(path, input.path)) put(path, content);
      }
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
  }
  if (matches()) return std::nullopt;
  if (!made && claim.dirty) return uncommitted;
  if (!made) return fmt::format("its input `{}` is kept neither by git nor by mlo", input.path);
  throw Error(ErrorKind::not_found, fmt::format("cannot verify stage `{}`: its input `{}` ({}) is not in the store",
                                                claim.stage, input.path, input.id.brief()))
      .hint("`mlo pull` brings what others pushed; data that was changed and never added is kept nowhere");
}

std::optional<std::string> VerifyPlace::prepare(const Claim& claim, const Stage& stage) {
  for (const Artifact& input : claim.inputs) {
    if (auto problem = put_input(claim, input)) return problem;
  }
  for (const ParamRef& param : stage.params) {  // a parameter file that a stage writes
    const auto made = made_.find(param.file);
    if (made == made_.end()) continue;
    put(param.file, made->second);
    pipeline_->assessor().forget_params(param.file);
  }
  Stage thawed = stage;
  thawed.frozen = false;
  Assessment seen = pipeline_->assessor().assess(thawed, {}, Force::yes);
  inputs_ = std::move(seen.inputs);
  if (inputs_.action == claim.action) return std::nullopt;
  if (inputs_.commands != claim.commands)
    return fmt::format("its commands at that commit are not those that ran: `{}` -> `{}`", join(claim.commands, "; "),
                       join(inputs_.commands, "; "));
  for (const Reason& reason : seen.reasons) {
    if (reason.kind == ReasonKind::dep_missing || reason.kind == ReasonKind::param_missing)
      return fmt::format("at that commit {}", describe(reason));
  }
  return stage.inherits_env ? "its parameters, variables or outputs at that commit are not those that ran; it takes "
                              "variables from the environment"
                            : "its parameters, variables or outputs at that commit are not those that ran";
}

Environment VerifyPlace::environment(const Claim& claim, const Stage& stage) const {
  Environment env = clean_environment(tree_.workspace().world().env);
  if (stage.deterministic) {
    UtcTime date = source_date_of(tree_.workspace().repo(), claims_.code);
    if (claim.environment) {
      const auto recorded = claim.environment->facts.find("env.SOURCE_DATE_EPOCH");
      const auto seconds = recorded == claim.environment->facts.end() ? std::nullopt : parse_i64(recorded->second);
      if (seconds && *seconds >= 0 && *seconds < 253'402'300'800) date = UtcTime::from_micros(*seconds * 1'000'000);
    }
    for (const auto& [name, value] : pinned_environment(inputs_, date)) env[name] = value;
  }
  env["MLO_STAGE"] = stage.name;
  env["MLO_RUN_DIR"] = tree_.scratch().string();
  env["MLO_METRICS"] = (tree_.scratch() / "metrics.jsonl").string();
  for (const auto& [name, value] : stage.env) env[name] = value;
  return env;
}

Reexecution VerifyPlace::execute(const Claim& claim, const Stage& stage, const OutputSink& sink) {
  World& world = tree_.world();
  remove_tree(tree_.scratch());
  make_dirs(tree_.scratch());
  create_event_log(tree_.scratch());
  SupervisedCommand command;
  command.process.cwd = tree_.root() / stage.wdir;
  command.process.env = environment(claim, stage);
  command.process.env["MLO_RUN"] = make_uuid7(world.clock.now(), world.rng);
  command.timeout = stage.timeout;
  make_dirs(command.process.cwd);
  std::vector<fs::path> outputs;
  for (const Output& output : stage.outputs) {
    outputs.push_back(tree_.root() / output.path);
    touched_.push_back(output.path);
    pipeline_->work().remove(output.path);
    make_dirs((tree_.root() / output.path).parent_path());
  }
  Reexecution out;
  out.made_with = facts_.facts_of(stage.commands, command.process.cwd, command.process.env);
  std::string tail;
  const OutputSink keep = [&](StreamKind kind, std::string_view bytes) {
    tail.append(bytes);
    if (tail.size() > 2 * kLastWords) tail.erase(0, tail.size() - kLastWords);
    sink(kind, bytes);
  };
  StageHold hold = bounds_.hold(bounds_of(stage), std::move(outputs), [&](const std::string& line) {
    sink(StreamKind::err, fmt::format("mlo: {}\n", line));
  });
  bounds_.tell(bounds_of(stage), command.process.env);
  command.hold = &hold;
  for (std::size_t i = 0; i < stage.commands.size(); ++i) {
    const std::string& line = inputs_.commands[i];  // as it is recorded
    command.process.argv = {"/bin/sh", "-c", stage.commands[i]};
    const SupervisedExit exit = supervise(command, world.stop, keep);
    check_stop(world);
    if (exit.exit.code == 0 && !exit.timed_out && !exit.breach) continue;
    out.failure = exit.breach      ? exit.breach->text
                  : exit.timed_out ? fmt::format("timed out: `{}`", line)
                                   : fmt::format("exit code {}: `{}`", exit.exit.code, line);
    out.last_words = last_lines(tail);
    break;
  }
  for (const Output& output : stage.outputs) {
    pipeline_->work().forget(output.path);
    out.outputs.emplace(output.path, pipeline_->work().find(output.path));
  }
  return out;
}

void VerifyPlace::clear() {
  tree_.reset();
  lay_code();
  for (const std::string& path : touched_) {
    pipeline_->work().forget(path);
    pipeline_->assessor().forget_params(path);
  }
  touched_.clear();
}

}  // namespace mlo
