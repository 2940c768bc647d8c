#include "lib/registry/promote.hpp"

#include <set>

#include "lib/registry/stage_message.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// GTO counts the assignments of one model, whatever their stage.
std::uint64_t next_counter(const Workspace& workspace, std::string_view name) {
  std::uint64_t highest = 0;
  for (const FoundTag& tag : registry_tags(workspace, name)) {
    if (!tag.parsed.version) highest = std::max(highest, tag.parsed.counter);
  }
  return highest + 1;
}

/// The assignment of a tag just made, as everybody will see it.
Assignment load_assignment(const Workspace& workspace, const std::string& name, const std::string& tag) {
  for (Assignment& a : assignments(workspace, name)) {
    if (a.name != tag) continue;
    MLO_ASSERT(a.verified);  // what mlo writes, mlo accepts
    return std::move(a);
  }
  throw Error(ErrorKind::conflict, fmt::format("the tag `{}` is gone again", tag));
}

[[noreturn]] void throw_changed(const std::string& what) {
  throw Error(ErrorKind::conflict, what + " while the gates were asked").hint("promote again: what ran is cached");
}

void require_unchanged(const Workspace& workspace, const GateReport& report, std::uint64_t seen) {
  const std::string& name = report.candidate.name;
  if (stage_counter(workspace, name, report.stage) != seen)
    throw_changed(fmt::format("somebody else tagged a version of `{}` for {}", name, report.stage));
  const StagePolicy policy = load_stage_policy(workspace, report.stage);
  if (policy.id != report.policy) throw_changed(fmt::format("the policy of {} changed", report.stage));
  const std::string baseline = policy.policy ? policy.policy->baseline.stage : report.stage;
  const auto holder = find_holder(workspace, name, baseline);
  const std::string now = holder ? holder->commit.tagged() : "", then = report.champion ? report.champion->commit : "";
  if (now != then) throw_changed(fmt::format("the champion in {} changed", baseline));
}

[[noreturn]] void throw_refused(const GateReport& report) {
  std::set<std::string> gates;
  for (const GateResult& result : report.results) {
    const bool overridden = std::any_of(report.overrides.begin(), report.overrides.end(),
                                        [&](const GateOverride& o) { return o.gate == result.gate; });
    if (result.severity == Severity::hard && result.verdict != Verdict::pass && !overridden) gates.insert(result.gate);
  }
  throw Error(ErrorKind::verdict,
              fmt::format("the gates of {} refuse `{}@v{}`: {}", report.stage, report.candidate.name,
                          report.candidate.version, join({gates.begin(), gates.end()}, ", ")));
}

}  // namespace

GateRequest gate_request(const Workspace& workspace, const ModelVersion& candidate, const StagePolicy& policy,
                         std::vector<GateOverride> overrides) {
  GateRequest request{{candidate.manifest, candidate.commit}, std::nullopt, {}, std::move(overrides)};
  const std::vector<Assignment> all = assignments(workspace, candidate.manifest.name);
  const Assignment* champion = known_holder(all, policy.policy ? policy.policy->baseline.stage : policy.stage);
  if (champion != nullptr) request.champion = {champion->version->manifest, champion->version->commit};
  std::set<std::string> held;
  for (const Assignment& a : all) {
    if (a.verified && !a.removed && a.version->commit == candidate.commit) held.insert(a.stage);
  }
  request.held.assign(held.begin(), held.end());
  return request;
}

std::uint64_t stage_counter(const Workspace& workspace, std::string_view name, std::string_view stage) {
  std::uint64_t counter = 0;
  for (const FoundTag& tag : registry_tags(workspace, name)) {
    if (tag.parsed.stage == stage) counter = std::max(counter, tag.parsed.counter);
  }
  return counter;
}

Assignment promote(Workspace& workspace, const GateVerdict& verdict, std::uint64_t seen) {
  const GateReport& report = verdict.report();
  require_stage_name(report.stage);
  if (!report.passed()) throw_refused(report);
  static_cast<void>(workspace.repo().identity(workspace.world().env, report.when));  // its error is clearer than git's
  const LockFile lock = workspace.lock_manifests("mlo promote");
  require_unchanged(workspace, report, seen);
  const std::string& name = report.candidate.name;
  const std::string tag = stage_tag(name, report.stage, next_counter(workspace, name));
  const ModelVersion version = resolve_model(workspace, fmt::format("{}@{}", name, report.candidate.version));
  if (version.commit.tagged() != report.candidate.commit) throw_changed(fmt::format("`{}` changed", name));
  workspace.work_tree().tag(tag, version.commit, promotion_message(report, tag));
  return load_assignment(workspace, name, tag);
}

RollbackPlan plan_rollback(const Workspace& workspace, const std::string& name, const std::string& stage,
                           const std::optional<std::string>& to) {
  static_cast<void>(model_versions(workspace, name));  // for its error
  const std::vector<Assignment> all = assignments(workspace, name);
  const Assignment* holder = known_holder(all, stage);
  const std::vector<const Assignment*> held = stage_holders(all, stage);
  if (held.empty()) {
    throw Error(ErrorKind::not_found, fmt::format("no version of `{}` ever held `{}`", name, printable(stage)))
        .hint(fmt::format("see `mlo promote history {}`", name));
  }
  if (!to) {
    // With nobody in the stage, back is to whom it was taken from.
    const std::size_t back = holder == nullptr ? 1 : 2;
    if (held.size() >= back) return {*held.back(), *held[held.size() - back]};
    throw Error(ErrorKind::not_found, fmt::format("nothing to go back to: v{} is the first that held `{}`",
                                                  held[0]->version->manifest.version, stage))
        .hint(fmt::format("promote another version: mlo promote {}@VERSION --to {}", name, stage));
  }
  const std::string wanted = to->starts_with('v') ? to->substr(1) : *to;
  const Assignment* found = nullptr;
  for (const Assignment& a : all) {
    if (a.stage == stage && a.verified && !a.removed && a.version->manifest.version == wanted) found = &a;
  }
  if (found == nullptr) {
    throw Error(ErrorKind::not_found, fmt::format("`{}@v{}` never held `{}`", name, printable(wanted), stage))
        .hint(fmt::format("see `mlo promote history {}`", name));
  }
  if (holder != nullptr && holder->version->commit == found->version->commit)
    throw Error(ErrorKind::conflict, fmt::format("`{}@v{}` holds `{}` now", name, wanted, stage));
  return {*held.back(), *found};
}

Assignment rollback(Workspace& workspace, const std::string& name, const std::string& stage,
                    const std::optional<std::string>& to, const std::string& reason) {
  const UtcTime now = workspace.world().clock.now();
  const git::Signature who = workspace.repo().identity(workspace.world().env, now);
  const LockFile lock = workspace.lock_manifests("mlo promote rollback");
  const RollbackPlan plan = plan_rollback(workspace, name, stage, to);
  const ModelManifest& m = plan.to.version->manifest;
  Rollback record;
  record.stage = stage;
  record.when = now;
  record.who = who.email;
  record.reason = reason;
  record.name = name;
  record.version = m.version;
  record.id = m.model.id;
  record.commit = plan.to.version->commit.tagged();
  record.replaces = plan.from.version->manifest.version;
  record.promotion = plan.to.rollback ? plan.to.promotion : plan.to.name;
  record.report = *plan.to.digest;
  const std::string tag = stage_tag(name, stage, next_counter(workspace, name));
  workspace.work_tree().tag(tag, plan.to.version->commit, rollback_message(record, tag));
  return load_assignment(workspace, name, tag);
}

}  // namespace mlo
