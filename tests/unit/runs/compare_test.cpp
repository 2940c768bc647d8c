#include "lib/runs/compare.hpp"

#include "lib/crypto/sha256.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

namespace {

Run run_with(const std::map<std::string, double>& metrics) {
  Run run;
  for (const auto& [key, value] : metrics) run.record.metrics[key].value = value;
  return run;
}

}  // namespace

TEST_CASE("installed packages that differ are rows of their own, where the lists are known", "[runs]") {
  const std::string one = emit_packages({{"numpy", "1.26.4"}, {"torch", "2.1.0"}}),
                    two = emit_packages({{"numpy", "2.0.1"}});
  std::vector<Run> runs = {run_with({}), run_with({}), run_with({})};
  for (std::size_t i = 0; i < 3; ++i)
    runs[i].record.environment.facts["packages.python"] = sha256(i == 1 ? two : one).str();
  const auto find = [&](const Digest& id) -> std::optional<PackageList> {
    return parse_packages(id == sha256(one) ? one : two);
  };
  std::string text;
  for (const ComparedRow& row : compare_runs(runs, find)) {
    if (row.facet != Facet::package) continue;
    text += row.key;
    for (const auto& value : row.values) text += " " + value.value_or("-");
    text += '\n';
  }
  CHECK(text == "python:numpy 1.26.4 2.0.1 1.26.4\npython:torch 2.1.0 - 2.1.0\n");
  const auto none = [](const Digest&) { return std::optional<PackageList>(); };
  for (const ComparedRow& row : compare_runs(runs, none)) CHECK(row.facet != Facet::package);
  runs[2].record.environment.facts.clear();  // of it nothing is known
  for (const ComparedRow& row : compare_runs(runs, find)) CHECK(row.facet != Facet::package);
}

TEST_CASE("metrics that differ say more than those that do not, and slices say least", "[runs]") {
  const std::vector<Run> runs = {run_with({{"auc", 0.7}, {"flights", 900}, {"auc[a=b]", 0.6}, {"loss", 1}}),
                                 run_with({{"auc", 0.8}, {"flights", 900}, {"auc[a=b]", 0.5}})};
  CHECK(telling_metrics(runs, 8) == std::vector<std::string>{"auc", "loss", "flights", "auc[a=b]"});
  CHECK(telling_metrics(runs, 1) == std::vector<std::string>{"auc"});
  CHECK(telling_metrics({runs[0]}, 2) == std::vector<std::string>{"auc", "flights"});
}
