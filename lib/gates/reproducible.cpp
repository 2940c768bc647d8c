#include "lib/gates/gate.hpp"
#include "lib/runs/attestations.hpp"
#include "lib/util/text.hpp"

// Somebody ran again what made the version, and the same came out.
namespace mlo {
namespace {

struct Demands {
  std::optional<std::chrono::microseconds> max_age;
  std::string max_age_text;
  double tolerance = 0;
  bool twice = false;
};

class ReproducibleGate : public Gate {
 public:
  explicit ReproducibleGate(Demands demands) : demands_(std::move(demands)) {}

  std::vector<GateResult> ask(const GateFacts& facts) const override {
    GateResult out;
    out.what = "attestation";
    out.bound = bound();
    const ModelManifest& model = facts.candidate.model;
    if (model.stage.empty()) {
      out.reason = "it was made by one tracked command, which says nothing about what it read";
      return {out};
    }
    const std::vector<Attestation> all = load_attestations(facts.workspace, model.run);
    std::string why;  // of the newest that does not count
    for (const std::string& stage : stages_of(model, all)) {
      const auto [attestation, attested] = find(facts, all, stage, why);
      if (attested == nullptr) {
        out.reason = fmt::format("{}; type `mlo run verify {}{}`, then `mlo push`",
                                 why.empty() ? fmt::format("nobody verified stage `{}` of its run", stage) : why,
                                 model.run.substr(0, 12), demands_.twice ? " --twice" : "");
        return {out};
      }
      if (!good(*attestation, *attested)) {
        out.verdict = Verdict::fail;
        out.reason = fmt::format("stage `{}` is {}{}", stage, to_string(attested->verdict),
                                 attested->reason.empty() ? "" : ": " + attested->reason);
        return {out};
      }
      out.reason = fmt::format("{} by {}, {} UTC", to_string(attestation->verdict), attestation->verifier,
                               format_utc_short(attestation->time));
    }
    out.verdict = Verdict::pass;
    return {out};
  }

 private:
  std::string bound() const {
    std::vector<std::string> parts = {
        demands_.tolerance > 0 ? fmt::format("numbers within {}", format_double(demands_.tolerance)) : "identical"};
    if (demands_.twice) parts.emplace_back("run twice");
    if (demands_.max_age) parts.push_back(fmt::format("at most {} old", demands_.max_age_text));
    return join(parts, ", ");
  }

  /// What made the model, and whatever else of its run was verified.
  static std::set<std::string> stages_of(const ModelManifest& model, const std::vector<Attestation>& all) {
    std::set<std::string> out = {model.stage};
    for (const Attestation& attestation : all) {
      for (const AttestedStage& stage : attestation.stages) out.insert(stage.stage);
    }
    return out;
  }

  struct Found {
    const Attestation* attestation = nullptr;
    const AttestedStage* stage = nullptr;
  };
  /// The newest that says something about the stage, here or elsewhere, and is as it is asked for.
  Found find(const GateFacts& facts, const std::vector<Attestation>& all, const std::string& stage,
             std::string& why) const {
    const UtcTime now = facts.workspace.world().clock.now();
    for (const Attestation& attestation : all) {
      for (const AttestedStage& attested : attestation.stages) {
        if (attested.stage != stage) continue;
        std::string problem;
        if (attested.verdict == Reproduction::not_comparable)
          problem = fmt::format("stage `{}` was verified only on another machine: {}", stage, attested.reason);
        else if (demands_.twice && attestation.executions < 2)
          problem = fmt::format("stage `{}` was run again only once", stage);
        else if (demands_.max_age && now - attestation.time > *demands_.max_age)
          problem = fmt::format("stage `{}` was last verified on {}", stage, format_utc_short(attestation.time));
        else if (stage == facts.candidate.model.stage && !names(attested, facts.candidate.model.model))
          problem = fmt::format("the attestation of stage `{}` does not name the model", stage);
        if (problem.empty()) return {&attestation, &attested};
        if (why.empty()) why = std::move(problem);
      }
    }
    return {};
  }

  static bool names(const AttestedStage& stage, const Artifact& model) {
    return std::any_of(stage.subject.begin(), stage.subject.end(), [&](const AttestedOutput& output) {
      return output.path == model.path ? output.recorded == model.id : lies_in(model.path, output.path);
    });
  }

  bool good(const Attestation& attestation, const AttestedStage& stage) const {
    if (stage.verdict == Reproduction::identical) return true;
    return stage.verdict == Reproduction::within_tolerance && attestation.tolerance <= demands_.tolerance;
  }

  Demands demands_;
};

}  // namespace

bool claims_reproducible(const Value& body) { return is_check(body, "reproducible"); }

std::unique_ptr<Gate> read_reproducible(ObjectReader& body, const GatePolicy&) {
  body.only({"max_age", "tolerance", "twice"});
  Demands demands;
  if (body.find("max_age") != nullptr) {
    demands.max_age_text = body.string("max_age");
    demands.max_age = parse_duration(demands.max_age_text);
    if (!demands.max_age)
      body.fail("max_age", fmt::format("cannot read the age `{}`: expected a number with s, m, h or d",
                                       printable(demands.max_age_text)));
  }
  if (body.find("tolerance") != nullptr) demands.tolerance = body.number("tolerance");
  if (!(demands.tolerance >= 0 && demands.tolerance < 1))
    body.fail("tolerance", "`tolerance` must be at least 0 and below 1");
  demands.twice = body.boolean_or("twice", false);
  return std::make_unique<ReproducibleGate>(std::move(demands));
}

}  // namespace mlo
