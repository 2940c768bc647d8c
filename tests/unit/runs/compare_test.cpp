#include "lib/runs/compare.hpp"

#include "tests/support/test.hpp"

using namespace mlo;

namespace {

Run run_with(const std::map<std::string, double>& metrics) {
  Run run;
  for (const auto& [key, value] : metrics) run.record.metrics[key].value = value;
  return run;
}

}  // namespace

TEST_CASE("metrics that differ say more than those that do not, and slices say least", "[runs]") {
  const std::vector<Run> runs = {run_with({{"auc", 0.7}, {"flights", 900}, {"auc[a=b]", 0.6}, {"loss", 1}}),
                                 run_with({{"auc", 0.8}, {"flights", 900}, {"auc[a=b]", 0.5}})};
  CHECK(telling_metrics(runs, 8) == std::vector<std::string>{"auc", "loss", "flights", "auc[a=b]"});
  CHECK(telling_metrics(runs, 1) == std::vector<std::string>{"auc"});
  CHECK(telling_metrics({runs[0]}, 2) == std::vector<std::string>{"auc", "flights"});
}
