#include <cmath>
#include <limits>

#include "lib/gates/gate.hpp"
#include "lib/gates/metric_rule.hpp"
#include "lib/stats/bootstrap.hpp"
#include "lib/stats/quantile.hpp"
#include "lib/util/text.hpp"

// A metric within bounds, and not worse than the champion's on the same rows.
namespace mlo {
namespace {

constexpr std::size_t kDraws = 1000;
constexpr std::uint64_t kSeed = 0x6D6C6F2F67617465;  // fixed: nobody asks again until the draw is lucky

/// How much worse than the champion a candidate may be.
struct Regression {
  std::optional<double> abs, rel;
  std::optional<double> confidence;

  double tolerance(double champion) const {
    const double by_rel = rel ? *rel * std::abs(champion) : std::numeric_limits<double>::infinity();
    return std::min(abs.value_or(std::numeric_limits<double>::infinity()), by_rel);
  }
};

class MetricGate : public Gate {
 public:
  MetricGate(MetricRule rule, std::optional<Regression> regression) : rule_(std::move(rule)), regression_(regression) {}

  std::vector<GateResult> ask(const GateFacts& facts) const override {
    GateResult out;
    out.what = rule_.name;
    out.bound = bound();
    out.candidate = find_value(facts.own, rule_.name);
    if (facts.champion != nullptr) out.champion = find_value(*facts.champion, rule_.name);
    if (!out.candidate) {
      out.reason = why_missing(facts.own, rule_.name);
      return {out};
    }
    out.reason = outside_range(rule_, *out.candidate);
    out.verdict = out.reason.empty() ? Verdict::pass : Verdict::fail;
    if (out.verdict == Verdict::pass && regression_) compare(facts, out);
    return {out};
  }

 private:
  std::string_view worse_side() const { return rule_.better == Better::higher ? "below" : "above"; }
  double worse(double candidate, double champion) const {
    return rule_.better == Better::higher ? champion - candidate : candidate - champion;
  }

  std::string bound() const {
    std::vector<std::string> parts = describe_range(rule_);
    if (regression_) {
      std::vector<std::string> amounts;
      if (regression_->abs) amounts.push_back(format_double(*regression_->abs));
      if (regression_->rel) amounts.push_back(fmt::format("{:.6g} %", *regression_->rel * 100));
      std::string text = fmt::format("at most {} {} the champion", join(amounts, " and "), worse_side());
      if (regression_->confidence) text += fmt::format(", with {:.6g} % confidence", *regression_->confidence * 100);
      parts.push_back(std::move(text));
    }
    return join(parts, "; ");
  }

  void compare(const GateFacts& facts, GateResult& out) const {
    if (facts.champion == nullptr) {
      out.reason = fmt::format("no version holds `{}` yet", facts.policy.baseline.stage);
      if (facts.policy.baseline.required) out.verdict = Verdict::fail;
      return;
    }
    if (!out.champion) {
      out.verdict = Verdict::missing;
      out.reason = "of the champion: " + why_missing(*facts.champion, rule_.name);
      return;
    }
    const double loss = worse(*out.candidate, *out.champion), allowed = regression_->tolerance(*out.champion);
    if (!(loss <= allowed + rounding(*out.candidate, *out.champion))) {
      out.verdict = Verdict::fail;
      out.reason = fmt::format("{} {} the champion; {} is allowed", show(loss, allowed), worse_side(), show(allowed));
    } else if (regression_->confidence) {
      compare_draws(facts, out);
    } else if (loss > 0) {
      out.reason = fmt::format("{} {} the champion", show(loss), worse_side());
    }
  }

  void compare_draws(const GateFacts& facts, GateResult& out) const {
    const auto &own = facts.own.predictions, &other = facts.champion->predictions;
    if (!own || !other || own->rows.truth() != other->rows.truth()) {
      out.verdict = Verdict::missing;
      out.reason = "the predictions of the champion are not about the same rows";
      return;
    }
    if (own->rows.score() == other->rows.score()) return;
    std::vector<double> margins, losses;
    for (const PairedDraw& draw :
         paired_bootstrap(*rule_.formula, own->rows, other->rows, kDraws, kSeed, facts.site.threads)) {
      const double loss = worse(draw.a, draw.b), margin = regression_->tolerance(draw.b) - loss;
      constexpr double kWorst = std::numeric_limits<double>::infinity();  // what cannot be computed counts against it
      losses.push_back(std::isnan(margin) ? kWorst : loss);
      margins.push_back(std::isnan(margin) ? -kWorst : margin + rounding(draw.a, draw.b));
    }
    const double confidence = *regression_->confidence;
    const double worst = stats::quantile(std::move(losses), confidence);
    out.verdict = stats::quantile(std::move(margins), 1 - confidence) >= 0 ? Verdict::pass : Verdict::fail;
    out.reason = worst > 0 ? fmt::format("with {:.6g} % confidence at most {} {} the champion", confidence * 100,
                                         show(worst), worse_side())
                           : fmt::format("with {:.6g} % confidence at least {} better than the champion",
                                         confidence * 100, show(-worst));
  }

  /// Differences of decimals are off by some units in the last place: 0.85 - 0.845 > 0.005.
  static double rounding(double a, double b) { return 1e-12 * std::max({1.0, std::abs(a), std::abs(b)}); }

  MetricRule rule_;
  std::optional<Regression> regression_;
};

std::optional<Regression> read_regression(ObjectReader& body, const GatePolicy& policy, const MetricRule& rule) {
  const Value* value = body.find("max_regression");
  const Value* confidence = body.find("confidence");
  if (value == nullptr) {
    if (confidence != nullptr) body.fail("confidence", "`confidence` needs `max_regression`, which it is about");
    return std::nullopt;
  }
  ObjectReader reader(*value, policy.source, "`max_regression`");
  Regression out;
  out.abs = find_amount(reader, "abs");
  out.rel = find_amount(reader, "rel");
  reader.finish();
  if (!out.abs && !out.rel) body.fail("max_regression", "`max_regression` needs `abs` or `rel`");
  if (confidence == nullptr) return out;
  out.confidence = body.number("confidence");
  if (!(*out.confidence >= 0.5 && *out.confidence < 1))
    body.fail("confidence", "`confidence` must be at least 0.5 and below 1");
  if (rule.formula == nullptr)
    body.fail("confidence", fmt::format("`confidence` needs rows to draw from: `predictions` in `evaluation`, and a "
                                        "metric that mlo computes, which `{}` {}",
                                        rule.name, find_row_metric(rule.name) != nullptr ? "is" : "is not"));
  return out;
}

}  // namespace

bool claims_metric(const Value& body) { return !metric_of(body).empty(); }

std::unique_ptr<Gate> read_metric(ObjectReader& body, const GatePolicy& policy) {
  body.only({"direction", "min", "max", "max_regression", "confidence"});
  MetricRule rule = read_metric_rule(body, policy);
  const std::optional<Regression> regression = read_regression(body, policy, rule);
  if (!rule.min && !rule.max && !regression)
    body.fail("metric", fmt::format("`{}` needs a bound: `min`, `max` or `max_regression`", rule.name));
  return std::make_unique<MetricGate>(std::move(rule), regression);
}

}  // namespace mlo
