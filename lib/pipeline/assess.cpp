#include "lib/pipeline/assess.hpp"

#include "lib/pipeline/interpolate.hpp"
#include "lib/util/secrets.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

LockedPath locked_path(const std::string& path, const Content& content) {
  return {path, content.id, content.directory, content.bytes, content.directory ? content.files : 0};
}

Content content_of(const LockedOutput& output) {
  return {output.content.id, output.content.directory, output.executable, output.content.bytes,
          output.content.directory ? output.content.files : 1};
}

void set_contents(StageLock& inputs, const std::vector<SavedOutput>& saved) {
  for (LockedOutput& output : inputs.outputs) {
    for (const SavedOutput& from : saved) {
      if (from.path != output.content.path) continue;
      output.content = locked_path(from.path, from.content);
      output.executable = from.content.executable;
    }
  }
}

bool always_runs(const Stage& stage) {
  return stage.always_changed || (stage.deps.empty() && stage.params.empty() && stage.outputs.empty());
}

bool may_use_cache(const Stage& stage) {
  return !always_runs(stage) &&
         std::none_of(stage.outputs.begin(), stage.outputs.end(), [](const Output& o) { return o.persist; });
}

}  // namespace

std::string_view to_string(StageState state) {
  switch (state) {
    case StageState::up_to_date:
      return "up-to-date";
    case StageState::restorable:
      return "cached";
    case StageState::stale:
      return "stale";
    case StageState::waiting:
      return "waiting";
    case StageState::frozen:
      return "frozen";
  }
  return "unknown";
}

Assessor::Found Assessor::look(const std::string& path) {
  if (!predicted_.empty()) {
    if (const auto it = predicted_.find(path); it != predicted_.end()) return {it->second, false};
    for (std::size_t slash = path.rfind('/'); slash != std::string::npos && slash > 0;
         slash = path.rfind('/', slash - 1)) {
      const auto above = predicted_.find(std::string_view(path).substr(0, slash));
      if (above == predicted_.end()) continue;
      const auto inner = above->second.directory
                             ? work_.find_in_tree(above->second.id, std::string_view(path).substr(slash + 1))
                             : std::nullopt;
      return {inner, !inner};
    }
    const std::string below = path + "/";
    const auto it = predicted_.lower_bound(below);
    if (it != predicted_.end() && it->first.starts_with(below)) return {std::nullopt, true};
  }
  return {work_.find(path), false};
}

/// Fills `out.inputs` with the stage as it is now. False if something it needs is not there yet, or not at all.
bool Assessor::observe(const Stage& stage, Assessment& out) {
  StageLock& now = out.inputs;
  now.commands = lines_without_secrets(stage.commands);
  now.wdir = stage.wdir;
  now.env = stage.recorded_env;
  now.deterministic = stage.deterministic;
  for (const Output& output : stage.outputs)
    now.outputs.push_back({{output.path, {}, false, 0, 0}, false, output.cache, output.persist});
  bool complete = true;
  for (const std::string& dep : stage.deps) {
    const Found found = look(dep);
    if (found.content) {
      now.deps.push_back(locked_path(dep, *found.content));
      continue;
    }
    complete = false;
    if (!found.unknown) out.reasons.push_back({ReasonKind::dep_missing, dep, "", ""});
  }
  const std::lock_guard lock(params_mutex_);
  for (const ParamRef& ref : stage.params) {
    if (predicted_.contains(ref.file)) {
      complete = false;
      continue;
    }
    const Value* file = params_.find(ref.file);
    const Value* value = file == nullptr ? nullptr : find_at(*file, ref.key);
    if (value != nullptr) {
      now.params[ref.file].emplace(ref.key, *value);
      continue;
    }
    complete = false;
    out.reasons.push_back(
        {ReasonKind::param_missing, ref.key.empty() ? ref.file : fmt::format("{}:{}", ref.file, ref.key), "", ""});
  }
  return complete;
}

bool Assessor::restorable(const std::vector<SavedOutput>& saved) {
  std::vector<SavedOutput> absent;
  for (const SavedOutput& output : saved) {
    const bool here = (output.stored && work_.stored(output.content)) || work_.find(output.path) == output.content;
    if (!here) absent.push_back(output);
  }
  return absent.empty() || (others_ != nullptr && others_->fetch(absent));
}

/// The inputs are those of the last run: up to date if the outputs are too, restorable if the store has them.
bool Assessor::settle(const Stage& stage, const StageLock& locked, Assessment& out) {
  std::vector<SavedOutput> saved;
  bool intact = true;
  for (const LockedOutput& output : locked.outputs) {
    const Content wanted = content_of(output);
    saved.push_back({output.content.path, wanted, true});
    const auto found = work_.find(output.content.path);
    if (found == wanted) continue;
    intact = false;
    if (found) {
      const bool mode_only = found->id == wanted.id;
      const auto shown = [&](const Content& content) {
        return mode_only ? (content.executable ? "executable" : "not executable") : content.id.brief();
      };
      out.reasons.push_back({ReasonKind::output_changed, output.content.path, shown(wanted), shown(*found)});
    } else {
      out.reasons.push_back({ReasonKind::output_missing, output.content.path, "", ""});
    }
  }
  if (!intact && (!may_use_cache(stage) || !restorable(saved))) return false;
  set_contents(out.inputs, saved);
  out.state = intact ? StageState::up_to_date : StageState::restorable;
  if (!intact) {
    out.cached = actions_.find(out.inputs.action);
    out.saved = std::move(saved);
  }
  return true;
}

/// What a frozen stage lacks comes back if the last run wrote it and it is still somewhere.
void Assessor::assess_frozen(const Stage& stage, const StageLock* locked, Assessment& out) {
  std::vector<Reason> missing;
  bool known = locked != nullptr;
  for (const Output& output : stage.outputs) {
    if (work_.find(output.path)) continue;
    missing.push_back({ReasonKind::output_missing, output.path, "", ""});
    known = known && std::any_of(locked->outputs.begin(), locked->outputs.end(),
                                 [&](const LockedOutput& o) { return o.content.path == output.path; });
  }
  out.reasons.clear();
  if (known && !missing.empty()) {
    out.inputs = *locked;
    if (settle(stage, *locked, out)) return;
  }
  out.state = StageState::frozen;
  out.reasons = std::move(missing);
}

bool Assessor::find_cached(const Stage& stage, Assessment& out) {
  if (!may_use_cache(stage)) return false;
  auto record = actions_.find(out.inputs.action);
  if (!record && others_ != nullptr) record = others_->find(out.inputs.action);
  if (!record || record->outputs.size() != stage.outputs.size() || !restorable(record->outputs)) return false;
  set_contents(out.inputs, record->outputs);
  out.saved = record->outputs;
  out.cached = std::move(record);
  out.state = StageState::restorable;
  return true;
}

Assessment Assessor::assess(const Stage& stage, const std::vector<std::string>& pending, Force force) {
  Assessment out;
  const auto locked = lock_.stages.find(stage.name);
  const bool ran = locked != lock_.stages.end();
  const bool complete = observe(stage, out);
  if (stage.frozen) {
    assess_frozen(stage, ran ? &locked->second : nullptr, out);
    return out;
  }
  if (!pending.empty()) {
    // What is missing now may be there once they have run.
    out.reasons.clear();
    for (const std::string& name : pending) out.reasons.push_back({ReasonKind::upstream, name, "", ""});
  }
  const std::vector<Reason> changes =
      ran ? compare_inputs(locked->second, out.inputs) : std::vector<Reason>{{ReasonKind::never_ran, "", "", ""}};
  if (complete || !pending.empty()) {
    for (const Reason& change : changes) {
      // Dependencies that do not exist yet only look removed.
      if (pending.empty() || (change.kind != ReasonKind::dep_removed && change.kind != ReasonKind::param_removed))
        out.reasons.push_back(change);
    }
  }
  if (always_runs(stage)) out.reasons.push_back({ReasonKind::always, "", "", ""});
  if (force == Force::yes) out.reasons.push_back({ReasonKind::forced, "", "", ""});
  const bool must_run = always_runs(stage) || force == Force::yes;
  out.state = pending.empty() && (complete || !out.reasons.empty()) ? StageState::stale : StageState::waiting;
  if (!complete || !pending.empty()) return out;
  out.inputs.action = action_key(out.inputs, stage.commands);
  // What is not shown has changed.
  if (ran && changes.empty() && locked->second.action != out.inputs.action)
    out.reasons.push_back({ReasonKind::command, "", "", ""});
  if (must_run) return out;
  if (ran && locked->second.action == out.inputs.action) {
    if (settle(stage, locked->second, out)) return out;
  }
  find_cached(stage, out);
  return out;
}

void Assessor::predict(const std::vector<SavedOutput>& outputs) {
  for (const SavedOutput& output : outputs) predicted_.insert_or_assign(output.path, output.content);
}

bool Assessor::still_holds(const StageLock& inputs) {
  for (const LockedPath& dep : inputs.deps) {
    work_.forget(dep.path);
    const auto now = work_.find(dep.path);
    if (!now || now->id != dep.id) return false;
  }
  const std::lock_guard lock(params_mutex_);
  for (const auto& [path, keys] : inputs.params) {
    if (params_.is_fresh(path)) continue;
    params_.forget(path);
    const Value* file = params_.find(path);
    for (const auto& [key, value] : keys) {
      const Value* now = file == nullptr ? nullptr : find_at(*file, key);
      if (now == nullptr || !(*now == value)) return false;
    }
  }
  return true;
}

void Assessor::forget_params(const std::string& path) {
  const std::lock_guard lock(params_mutex_);
  params_.forget(path);
}

}  // namespace mlo
