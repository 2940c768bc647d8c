#include "lib/capture/environment.hpp"
#include "lib/gates/gate.hpp"
#include "lib/gates/measure.hpp"
#include "lib/gates/metric_rule.hpp"
#include "lib/manifest/names.hpp"
#include "lib/stats/quantile.hpp"
#include "lib/util/text.hpp"

// A percentile of the time that a command of the policy takes, measured by mlo itself.
namespace mlo {
namespace {

constexpr std::string_view kPrefix = "latency_ms.";
constexpr std::pair<std::string_view, double> kPercentiles[] = {
    {"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}};

class LatencyGate : public Gate {
 public:
  LatencyGate(MetricRule rule, double q, LatencyProbe probe, std::string requests)
      : rule_(std::move(rule)), q_(q), probe_(std::move(probe)), requests_(std::move(requests)) {}

  bool needs_model() const override { return true; }

  std::vector<GateResult> ask(const GateFacts& facts) const override {
    GateResult out;
    out.what = rule_.name;
    out.bound = join(describe_range(rule_), "; ") + " ms";
    try {
      World world = facts.site;
      const std::vector<double> times = measure_latency(load(facts), world);
      out.candidate = stats::quantile(times, q_);
      const std::string outside = outside_range(rule_, *out.candidate);
      out.verdict = outside.empty() ? Verdict::pass : Verdict::fail;
      out.reason = fmt::format("{}{}, half of them within {} ms, on {}", outside.empty() ? "" : outside + ": ",
                               count_of(times.size(), "sample"), show(stats::quantile(times, 0.5)), machine());
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) throw;
      out.reason = error.message();
    }
    return {out};
  }

 private:
  LatencyProbe load(const GateFacts& facts) const {
    LatencyProbe probe = probe_;
    if (requests_.empty()) return probe;
    const std::string text = read_file(facts.site.cwd / requests_, 256U << 20U);
    for (const std::string_view line : split_lines(text)) probe.requests.emplace_back(line);
    if (probe.requests.empty()) throw Error(ErrorKind::invalid, fmt::format("`{}` has no requests", requests_));
    return probe;
  }

  static std::string machine() {
    FactMap facts;
    add_machine_facts("/", facts);
    std::vector<std::string> parts;
    for (const char* key : {"cpu", "cores", "os"}) {
      if (const auto it = facts.find(key); it != facts.end() && !it->second.empty())
        parts.push_back(std::string_view(key) == "cores" ? it->second + " cores" : it->second);
    }
    return parts.empty() ? "an unknown machine" : join(parts, ", ");
  }

  MetricRule rule_;
  double q_;
  LatencyProbe probe_;
  std::string requests_;
};

std::uint64_t read_number(ObjectReader& body, std::string_view key, std::uint64_t fallback, std::int64_t least) {
  const std::int64_t value = body.integer_or(key, static_cast<std::int64_t>(fallback));
  if (value < least || value > 1'000'000)
    body.fail(key, fmt::format("`{}` must be between {} and 1,000,000", key, least));
  return static_cast<std::uint64_t>(value);
}

}  // namespace

bool claims_latency(const Value& body) { return metric_of(body).starts_with(kPrefix); }

std::unique_ptr<Gate> read_latency(ObjectReader& body, const GatePolicy&) {
  body.only({"max", "command", "requests", "warmup", "samples", "timeout"});
  MetricRule rule;
  rule.name = body.string("metric");
  rule.better = Better::lower;
  const auto* known = std::find_if(std::begin(kPercentiles), std::end(kPercentiles), [&](const auto& percentile) {
    return rule.name.substr(kPrefix.size()) == percentile.first;
  });
  if (known == std::end(kPercentiles))
    body.fail("metric", "a latency is `latency_ms.p50`, `latency_ms.p90`, `latency_ms.p95` or `latency_ms.p99`");
  body.require("max");
  rule.max = find_amount(body, "max");
  LatencyProbe probe;
  probe.command = body.string("command");
  const std::string requests = body.string_or("requests", "");
  if (!requests.empty() && !is_safe_relative(requests))
    body.fail("requests", fmt::format("`{}` is not a path below the repository", printable(requests)));
  probe.warmup = read_number(body, "warmup", probe.warmup, 0);
  probe.samples = read_number(body, "samples", probe.samples, 1);
  if (body.find("timeout") != nullptr) {
    const double seconds = body.number("timeout");
    if (!(seconds > 0 && seconds <= 3600)) body.fail("timeout", "`timeout` must be above 0 and at most 3600 seconds");
    probe.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000 + 0.5));
  }
  return std::make_unique<LatencyGate>(std::move(rule), known->second, std::move(probe), requests);
}

}  // namespace mlo
