#include "lib/pipeline/verify.hpp"

#include "lib/capture/environment.hpp"
#include "lib/pipeline/stage_trace.hpp"
#include "lib/pipeline/verify_compare.hpp"
#include "lib/pipeline/verify_place.hpp"
#include "lib/runs/attestations.hpp"
#include "lib/runs/run_store.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// What decides about bits. The kernel, the name of the distribution and variables are told, and excuse nothing.
bool decides(std::string_view fact) {
  for (const std::string_view name : {"machine", "cpu", "cpu_flags", "cores", "libc", "container.image", "rocm"}) {
    if (fact == name) return true;
  }
  for (const std::string_view prefix : {"gpu", "cuda.", "program.", "interpreter.", "packages."}) {
    if (fact.starts_with(prefix)) return true;
  }
  return false;
}

/// Of a program its bytes, wherever it lies; briefly, as of all that is a digest.
std::string content_of(std::string_view fact, const std::string& value) {
  const auto digest = Digest::parse(value.substr(0, value.find(' ')));
  return digest && (fact.starts_with("program.") || value.find(' ') == std::string::npos) ? digest->brief() : value;
}

const Stage& stage_named(const Pipeline& pipeline, const Claims& claims, const std::string& name) {
  for (const Stage& stage : pipeline.graph().stages()) {
    if (stage.name == name) return stage;
  }
  throw Error(ErrorKind::not_found,
              fmt::format("the pipeline of commit `{}` has no stage `{}`",
                          claims.code.commit.substr(claims.code.commit.find(':') + 1).substr(0, 12), name))
      .hint("a run of another pipeline is verified from its directory");
}

class Verifier {
 public:
  Verifier(Workspace& workspace, const VerifyRequest& request, VerifyObserver& observer)
      : workspace_(workspace),
        request_(request),
        observer_(observer),
        claims_(request.run.empty() ? claims_of_lock(workspace, request.stages)
                                    : claims_of_run(workspace, request.run)),
        here_(capture_environment(workspace.world())) {
    places_.push_back(std::make_unique<VerifyPlace>(workspace, claims_));
    if (request.twice) places_.push_back(std::make_unique<VerifyPlace>(workspace, claims_));
    sort_claims();
  }

  VerifyReport run() {
    VerifyReport report;
    report.name = claims_.name;
    report.code = claims_.code;
    for (std::size_t i = 0; i < claims_.stages.size(); ++i) {
      observer_.started(claims_.stages[i].stage, i, claims_.stages.size());
      report.stages.push_back(verify_stage(claims_.stages[i]));
      const VerifiedStage& done = report.stages.back();
      report.verdict = std::max(report.verdict, done.attested.verdict);
      observer_.finished(done);
    }
    places_.clear();
    attest(report);
    return report;
  }

 private:
  Pipeline& pipeline() { return places_.front()->pipeline(); }

  void sort_claims() {
    std::map<std::string, std::size_t> rank;
    for (const StageIndex i : pipeline().graph().order()) rank.emplace(pipeline().graph().stage(i).name, rank.size());
    for (const Claim& claim : claims_.stages) stage_named(pipeline(), claims_, claim.stage);
    std::stable_sort(claims_.stages.begin(), claims_.stages.end(),
                     [&](const Claim& a, const Claim& b) { return rank[a.stage] < rank[b.stage]; });
  }

  VerifiedStage verify_stage(const Claim& claim) {
    VerifiedStage out;
    out.invocation = claim.invocation;
    out.attested.stage = claim.stage;
    out.attested.run = claim.run;
    out.attested.action = claim.action;
    for (const Artifact& input : claim.inputs) out.attested.materials.emplace(input.path, input.id);
    const Stage& stage = stage_named(pipeline(), claims_, claim.stage);
    std::vector<Reexecution> done;
    for (const auto& place : places_) {
      auto problem = place->prepare(claim, stage);
      if (!problem && lost_code()) problem = "made from uncommitted changes, which are not in this store";
      if (problem) {
        out.attested.verdict = Reproduction::unverifiable;
        out.attested.reason = "cannot be verified: " + *problem;
        place->clear();
        return out;
      }
      const auto begin = workspace_.world().clock.monotonic();
      done.push_back(place->execute(
          claim, stage, [&](StreamKind kind, std::string_view bytes) { observer_.output(claim.stage, kind, bytes); }));
      out.seconds += std::chrono::duration<double>(workspace_.world().clock.monotonic() - begin).count();
    }
    judge(claim, stage, done, out);
    for (const auto& place : places_) place->clear();
    return out;
  }

  bool lost_code() const {
    return claims_.code.dirty && !(claims_.code.tree && workspace_.store().has(*claims_.code.tree));
  }

  void judge(const Claim& claim, const Stage& stage, const std::vector<Reexecution>& done, VerifiedStage& out) {
    AttestedStage& attested = out.attested;
    for (const Artifact& output : claim.outputs) {
      const auto id_of = [&](const Reexecution& execution) -> std::optional<Digest> {
        const auto it = execution.outputs.find(output.path);
        return it == execution.outputs.end() || !it->second ? std::nullopt : std::optional(it->second->id);
      };
      attested.subject.push_back(
          {output.path, output.id, id_of(done[0]), done.size() > 1 ? id_of(done[1]) : std::nullopt});
    }
    for (std::size_t i = 0; i < done.size(); ++i) {
      if (done[i].failure.empty()) continue;
      attested.verdict = Reproduction::different;
      attested.reason = "its commands fail in a clean work tree: " + done[i].failure;
      out.diff = done[i].last_words;
      out.nondeterministic = done.size() > 1 && done[0].failure.empty() != done[1].failure.empty();
      add_notes(claim, done[i].made_with, out);
      return;
    }
    bool strict_same = true;  // the two executions, byte by byte
    for (const Artifact& output : claim.outputs) {
      const double tolerance = tolerance_of(stage, output.path);
      const OutputSide first = side(0, done, output.path);
      if (done.size() > 1) {
        const OutputComparison twice = compare_outputs(output.path, first, side(1, done, output.path), tolerance);
        if (twice.verdict == Reproduction::different) {
          out.nondeterministic = true;
          strict_same = false;
          note(twice, "two runs here differ from each other: ", out);
        }
      }
      const Content recorded{output.id, output.directory, false, output.bytes, output.directory ? output.files : 1};
      const OutputComparison found =
          compare_outputs(output.path, stored_output(workspace_.store(), recorded), first, tolerance);
      if (strict_same || found.verdict != Reproduction::different) note(found, "", out);
    }
    if (attested.verdict == Reproduction::different) {
      if (done.size() > 1 && !out.nondeterministic)
        attested.reason = "the two runs agree with each other, and differ from the record: " + attested.reason;
      add_notes(claim, done[0].made_with, out);
    }
  }

  static void note(const OutputComparison& found, std::string_view words, VerifiedStage& out) {
    if (found.verdict <= out.attested.verdict) return;
    out.attested.verdict = found.verdict;
    out.attested.reason = std::string(words) + found.what;
    out.diff = found.diff;
  }

  /// Why it may differ, as far as the records tell.
  void add_notes(const Claim& claim, const FactMap& made_with, VerifiedStage& out) {
    std::string& reason = out.attested.reason;
    const auto& absent = places_.front()->absent();
    if (absent.empty() && !claim.undeclared.empty())
      reason += fmt::format("; its run read {}, which the stage does not declare", name_first(claim.undeclared));
    if (!absent.empty()) reason += fmt::format("; `{}` of its code was not kept", absent.front());
    if (!claim.environment || out.nondeterministic) return;
    EnvironmentFacts here = here_;
    here.facts.insert(made_with.begin(), made_with.end());
    const RunStore runs(workspace_);
    const std::vector<std::string> others =
        compare_machines(*claim.environment, here, [&](const Digest& list) { return runs.find_packages(list); });
    if (others.empty()) return;
    out.attested.verdict = Reproduction::not_comparable;
    reason = fmt::format("made elsewhere ({}): {}", join(others, "; "), reason);
  }

  OutputSide side(std::size_t place, const std::vector<Reexecution>& done, const std::string& path) {
    const auto it = done[place].outputs.find(path);
    return output_on_disk(places_[place]->world(), places_[place]->root(), path,
                          it == done[place].outputs.end() ? std::nullopt : it->second);
  }

  double tolerance_of(const Stage& stage, const std::string& path) {
    const PipelineSpec& spec = pipeline().spec();
    bool metrics = std::any_of(spec.metrics.begin(), spec.metrics.end(), [&](const std::string& typed) {
      return (spec.dir.empty() ? typed : spec.dir + "/" + typed) == path;
    });
    for (const Output& output : stage.outputs)
      metrics = metrics || (output.path == path && output.kind == OutputKind::metric);
    const double allowed = request_.tolerance.value_or(stage.tolerance);
    if (!metrics) return 0;
    tolerance_ = std::max(tolerance_, allowed);
    return allowed;
  }

  void attest(VerifyReport& report) {
    std::map<std::string, Attestation> by_run;
    World& world = workspace_.world();
    const UtcTime now = world.clock.now();
    for (const VerifiedStage& stage : report.stages) {
      if (stage.invocation.empty() || stage.attested.verdict == Reproduction::unverifiable) continue;
      Attestation& attestation = by_run[stage.invocation];
      attestation.verdict = std::max(attestation.verdict, stage.attested.verdict);
      attestation.stages.push_back(stage.attested);
    }
    for (auto& [run, attestation] : by_run) {
      attestation.run = run;
      attestation.time = now;
      attestation.verifier = workspace_.repo().identity(world.env, now).email;
      attestation.executions = request_.twice ? 2 : 1;
      attestation.tolerance = tolerance_;
      attestation.code = claims_.code;
      attestation.environment = here_;
      report.attestations.push_back(std::move(attestation));
    }
    const WithoutStop recording(world);
    publish_attestations(workspace_, report.attestations);
  }

  Workspace& workspace_;
  const VerifyRequest& request_;
  VerifyObserver& observer_;
  Claims claims_;
  EnvironmentFacts here_;
  std::vector<std::unique_ptr<VerifyPlace>> places_;
  double tolerance_ = 0;
};

}  // namespace

std::vector<std::string> compare_machines(const EnvironmentFacts& before, const EnvironmentFacts& now,
                                          const FindPackages& find_packages) {
  constexpr std::size_t kMostPackages = 3;
  std::vector<std::string> out;
  for (const auto& [fact, value] : before.facts) {
    if (!decides(fact)) continue;
    const auto it = now.facts.find(fact);
    const std::string other = it == now.facts.end() ? "none" : it->second;
    if (content_of(fact, other) == content_of(fact, value)) continue;
    const auto list = Digest::parse(value), other_list = Digest::parse(other);
    const bool listed = list && other_list && find_packages;
    const auto had = listed ? find_packages(*list) : std::nullopt, has = listed ? find_packages(*other_list) : had;
    out.push_back(had && has ? fmt::format("{}: {}", fact, describe(compare_packages(*had, *has), kMostPackages))
                             : fmt::format("{}: {} -> {}", fact, content_of(fact, value), content_of(fact, other)));
  }
  return out;
}

VerifyReport verify(Workspace& workspace, const VerifyRequest& request, VerifyObserver& observer) {
  return Verifier(workspace, request, observer).run();
}

}  // namespace mlo
