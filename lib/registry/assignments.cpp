#include <map>
#include <set>

#include "lib/gates/policy.hpp"
#include "lib/git/shallow.hpp"
#include "lib/registry/stage_message.hpp"
#include "lib/registry/versions.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

using namespace std::chrono_literals;

Error no(std::string why) { return Error(ErrorKind::verdict, std::move(why)); }

/// The stage tags of one model, verified one after the other: a rollback stands on a promotion before it.
class Verifier {
 public:
  Verifier(const Workspace& workspace, std::string_view name) : workspace_(workspace), name_(name) {
    for (VersionTag& tag : version_tags(workspace, name)) {
      if (tag.registered && !tag.removed) versions_.emplace(tag.version.str(), std::move(*tag.registered));
    }
  }

  std::vector<Assignment> all() {
    std::vector<FoundTag> tags = registry_tags(workspace_, name_);
    std::erase_if(tags, [](const FoundTag& tag) { return tag.parsed.stage.empty(); });
    std::sort(tags.begin(), tags.end(), [](const FoundTag& a, const FoundTag& b) {
      return std::tie(a.parsed.counter, a.name) < std::tie(b.parsed.counter, b.name);
    });
    std::vector<Assignment> out;
    for (const FoundTag& tag : tags) out.push_back(look(tag));
    return out;
  }

 private:
  struct Promotion {
    std::string version;
    Digest digest;
    GateReport report;
  };

  Assignment look(const FoundTag& found) {
    Assignment a;
    a.model = name_;
    a.stage = found.parsed.stage;
    a.name = found.name;
    a.counter = found.parsed.counter;
    a.tag = found.id;
    a.removed = found.parsed.removed;
    cut_ = false;
    try {
      const auto tag = workspace_.repo().find_tag(found.id);
      if (!tag) throw no("a tag without annotation, made by hand");
      a.when = tag->tagger.when;
      a.who = tag->tagger.email;
      if (tag->name != found.name) throw no(fmt::format("the tag object calls itself `{}`", printable(tag->name)));
      if (a.counter == 0) throw no("it has no counter");
      if (!a.removed) verify(*tag, a);
      a.verified = true;
    } catch (const Error& error) {
      a.problem = error.message();
      a.cut = cut_;
      a.version.reset();
      a.report.reset();
    }
    return a;
  }

  void verify(const git::Tag& tag, Assignment& a) {
    const StageMessage message = read_stage_message(tag.message, a.name);
    if (message.rollback) return verify_rollback(tag, message, a);
    const GateReport report = parse_gate_report(message.document, a.name);
    if (report.stage != a.stage) throw no(fmt::format("its report is about stage `{}`", printable(report.stage)));
    a.version =
        load(tag, report.candidate.name, report.candidate.version, report.candidate.id, report.candidate.commit);
    if (!report.passed()) throw no("the gates said no");
    require_policy(report);
    a.when = report.when;
    a.digest = message.digest;
    a.report = report;
    promotions_.insert_or_assign(a.name, Promotion{report.candidate.version, message.digest, report});
  }

  void verify_rollback(const git::Tag& tag, const StageMessage& message, Assignment& a) {
    const Rollback record = parse_rollback(message.document, a.name);
    if (record.stage != a.stage) throw no(fmt::format("its report is about stage `{}`", printable(record.stage)));
    a.version = load(tag, record.name, record.version, record.id, record.commit);
    const auto promotion = promotions_.find(record.promotion);
    if (promotion == promotions_.end() || promotion->second.report.stage != a.stage)
      throw no(fmt::format("it stands on `{}`, which is no verified promotion before it", printable(record.promotion)));
    if (promotion->second.digest != record.report || promotion->second.version != record.version)
      throw no(fmt::format("it stands on another report than that of `{}`", record.promotion));
    a.when = record.when;
    a.who = record.who;
    a.rollback = true;
    a.reason = record.reason;
    a.promotion = record.promotion;
    a.digest = promotion->second.digest;
    a.report = promotion->second.report;
  }

  /// The registered version that a report speaks of, which must be the one the tag points at.
  ModelVersion load(const git::Tag& tag, const std::string& name, const std::string& version, const Digest& id,
                    const std::string& commit) const {
    if (name != name_) throw no(fmt::format("its report is about model `{}`", printable(name)));
    const auto it = versions_.find(version);
    if (it == versions_.end())
      throw no(fmt::format("its report is about v{}, which is not registered", printable(version)));
    const ModelVersion& found = it->second;
    if (found.manifest.model.id != id || found.commit.tagged() != commit)
      throw no(fmt::format("its report is about another v{} than the one registered", version));
    if (tag.target != found.commit) throw no(fmt::format("it does not point at the commit of v{}", version));
    return found;
  }

  void require_policy(const GateReport& report) {
    if (report.policy) {
      const auto commit = git::ObjectId::parse_tagged(report.policy_commit);
      const auto was = commit ? was_policy(workspace_, report.stage, *report.policy, *commit) : false;
      if (!was) throw_cut();
      if (!*was) throw no("its report names a policy that was never in force");
      return;
    }
    const auto since = policy_since(report.stage);
    if (since && *since + 1s < report.when) throw no("its report knows no policy, but there was one");
  }

  [[noreturn]] void throw_cut() {
    cut_ = true;
    throw Error(ErrorKind::config, "the history of its policy is not in this shallow clone");
  }

  /// When the protected ref first had a policy for the stage, if it has one now; git's times are whole seconds.
  std::optional<UtcTime> policy_since(const std::string& stage) {
    const auto [it, fresh] = since_.try_emplace(stage);
    if (!fresh) return it->second;
    std::optional<git::ObjectId> tip;
    try {
      const StagePolicy policy = load_stage_policy(workspace_, stage);
      if (policy.policy) tip = policy.commit;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::invalid) throw;
      throw no("the policy of its stage cannot be read: " + error.message());
    }
    const git::Repository& repo = workspace_.repo();
    if (tip) {
      if (git::is_shallow(repo)) throw_cut();
      repo.walk(*tip, [&, &since = it->second](const git::Commit& commit) {
        const bool has = repo.find_entry(commit.tree, fmt::format(".mlo/gates/{}.yaml", stage)).has_value();
        if (has && (!since || commit.committer.when < *since)) since = commit.committer.when;
        return true;
      });
    }
    return it->second;
  }

  const Workspace& workspace_;
  std::string name_;
  std::map<std::string, ModelVersion> versions_;
  std::map<std::string, Promotion> promotions_;  // by tag
  std::map<std::string, std::optional<UtcTime>> since_;
  bool cut_ = false;  // of the tag being looked at
};

}  // namespace

std::vector<Assignment> assignments(const Workspace& workspace, std::string_view name) {
  return Verifier(workspace, name).all();
}

std::vector<const Assignment*> stage_holders(const std::vector<Assignment>& all, std::string_view stage) {
  std::vector<const Assignment*> stack;
  for (const Assignment& a : all) {
    if (a.stage != stage || !a.verified || a.removed) continue;
    const auto same = [&](const Assignment* held) {
      return held->version->manifest.version == a.version->manifest.version;
    };
    const auto before = std::find_if(stack.rbegin(), stack.rend(), same);
    if (a.rollback && before != stack.rend()) stack.erase(before.base(), stack.end());
    if (!a.rollback || before == stack.rend()) stack.push_back(&a);
  }
  return stack;
}

const Assignment* current_holder(const std::vector<Assignment>& all, std::string_view stage) {
  const Assignment* newest = nullptr;
  for (const Assignment& a : all) {
    if (a.stage == stage && a.verified) newest = &a;
  }
  return newest != nullptr && !newest->removed ? newest : nullptr;
}

const Assignment* known_holder(const std::vector<Assignment>& all, std::string_view stage) {
  const auto decides = [&](const Assignment& a) { return a.stage == stage && (a.verified || a.cut); };
  const auto newest = std::find_if(all.rbegin(), all.rend(), decides);
  if (newest != all.rend() && newest->cut) {
    throw Error(ErrorKind::config,
                fmt::format("cannot tell who holds `{}` of `{}`: {}", printable(stage), newest->model, newest->problem))
        .hint(std::string(git::kUnshallow));
  }
  return current_holder(all, stage);
}

std::optional<ModelVersion> find_holder(const Workspace& workspace, std::string_view name, std::string_view stage) {
  const std::vector<Assignment> all = assignments(workspace, name);
  const Assignment* holder = known_holder(all, stage);
  return holder == nullptr ? std::nullopt : holder->version;
}

}  // namespace mlo
