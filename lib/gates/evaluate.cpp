#include "lib/gates/evaluate.hpp"

#include "lib/gates/evaluation.hpp"
#include "lib/gates/gate.hpp"
#include "lib/gates/site.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

ReportedVersion report_version(const GateSubject& subject) {
  const ModelManifest& model = subject.model;
  return {model.name, model.version, model.model.id, subject.commit.tagged(), "", {}};
}

void check_overrides(const GatePolicy* policy, const std::vector<GateOverride>& overrides) {
  for (const GateOverride& override : overrides) {
    std::vector<std::string> ids;
    if (policy != nullptr) {
      for (const GateRule& rule : policy->gates) ids.push_back(rule.id);
      if (!policy->from.empty()) ids.emplace_back("from");
    }
    if (std::find(ids.begin(), ids.end(), override.gate) == ids.end()) {
      const std::string near = nearest(override.gate, ids);
      throw Error(ErrorKind::usage, fmt::format("the policy has no gate `{}`", printable(override.gate)))
          .hint(near.empty() ? fmt::format("its gates: `{}`", join(ids, "`, `"))
                             : fmt::format("did you mean `{}`?", near));
    }
    if (trim(override.reason).empty())
      throw Error(ErrorKind::usage, fmt::format("overriding `{}` needs a reason", override.gate));
  }
}

/// The way a version has to come: `from` in the policy.
GateResult ask_from(const GatePolicy& policy, const GateRequest& request) {
  GateResult out;
  out.gate = out.check = "from";
  out.what = join(policy.from, ", ");
  out.bound = "holds or held each of these stages";
  out.verdict = Verdict::pass;
  for (const std::string& stage : policy.from) {
    if (std::find(request.held.begin(), request.held.end(), stage) != request.held.end()) continue;
    out.verdict = Verdict::fail;
    out.reason = fmt::format("it never held `{}`", stage);
    break;
  }
  return out;
}

class Asking {
 public:
  Asking(Workspace& workspace, const StagePolicy& policy, const GateRequest& request, RunObserver& observer)
      : workspace_(workspace),
        policy_(*policy.policy),
        request_(request),
        observer_(observer),
        commit_(*policy.commit),
        gates_(read_gates(policy_)) {}

  void into(GateReport& report) {
    if (!policy_.from.empty()) report.results.push_back(ask_from(policy_, request_));
    prepare(report);
    const GateFacts facts{policy_,    request_.candidate, own_,
                          champion(), workspace_,         site_ ? site_->world() : workspace_.world(),
                          commit_,    request_.fetch};
    for (const NamedGate& named : gates_) {
      check_stop(workspace_.world());
      for (GateResult& result : named.gate->ask(facts)) {
        result.gate = named.rule->id;
        result.check = named.check;
        result.severity = named.rule->severity;
        report.results.push_back(std::move(result));
      }
    }
  }

 private:
  const Evaluated* champion() const { return request_.champion ? &theirs_ : nullptr; }

  /// The candidate last: its model stays in place for the gates.
  void prepare(GateReport& report) {
    const bool runs =
        std::any_of(gates_.begin(), gates_.end(), [](const NamedGate& g) { return g.gate->needs_model(); });
    if (!policy_.evaluation && !runs) return;
    site_.emplace(workspace_, commit_);
    if (request_.fetch) {
      fetch_model(request_.candidate.model);
      if (policy_.evaluation && request_.champion) fetch_model(request_.champion->model);
    }
    const auto& evaluation = policy_.evaluation;
    const std::string path =
        evaluation && !evaluation->model.empty() ? evaluation->model : request_.candidate.model.model.path;
    if (!evaluation) return site_->put_model(request_.candidate.model, path);
    Evaluation stage(*site_, policy_, path, request_.fetch);
    report.holdout = stage.holdout();
    const bool same = request_.champion && request_.champion->model.model.id == request_.candidate.model.model.id;
    if (request_.champion && !same) theirs_ = stage.run(*request_.champion, observer_);
    own_ = stage.run(request_.candidate, observer_);
    if (same) theirs_ = own_;
    site_->world().cwd = site_->workspace().root();
    fill(report.candidate, own_);
    if (report.champion) fill(*report.champion, theirs_);
  }

  void fetch_model(const ModelManifest& model) {
    request_.fetch(fmt::format("model `{}@v{}`", model.name, model.version), model.model);
  }

  static void fill(ReportedVersion& version, const Evaluated& evaluated) {
    version.run = evaluated.run;
    version.metrics = evaluated.metrics;
  }

  Workspace& workspace_;
  const GatePolicy& policy_;
  const GateRequest& request_;
  RunObserver& observer_;
  git::ObjectId commit_;
  std::vector<NamedGate> gates_;
  std::optional<EvaluationSite> site_;
  Evaluated own_, theirs_;
};

}  // namespace

GateVerdict evaluate_gates(Workspace& workspace, const StagePolicy& policy, const GateRequest& request,
                           RunObserver& observer) {
  check_overrides(policy.policy ? &*policy.policy : nullptr, request.overrides);
  GateReport report;
  report.stage = policy.stage;
  report.candidate = report_version(request.candidate);
  if (request.champion) report.champion = report_version(*request.champion);
  report.overrides = request.overrides;
  if (policy.policy) {
    report.policy_commit = policy.commit->tagged();
    report.policy = policy.id;
    Asking(workspace, policy, request, observer).into(report);
  }
  report.when = workspace.world().clock.now();
  return GateVerdict(std::move(report));
}

}  // namespace mlo
